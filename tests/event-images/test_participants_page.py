"""The organiser's panel of runners in a real browser."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser_fixture import OpenPage, Serve
from tests.event_images_runners import RunnerStub
from tests.event_images_stub import reading

PHONE = {"width": 390, "height": 844, "touch": True}
DESKTOP = {"width": 1280, "height": 860}
BAD = [
    {"line": 4, "code": "bad_bib", "message": "A bib has 1 to 6 digits and nothing else."},
    {"line": 17, "code": "duplicate_bib", "message": "This bib is in line 3 already, which stays."},
]


@pytest.fixture
def race(serve: Serve) -> RunnerStub:
    stub = RunnerStub(serve)
    stub.add_event()
    for at, bib in enumerate(("101", "102", "104")):
        photo = stub.add_photo(f"{bib}.jpg", runners=[{"bib": bib, "name": "Grace Hopper"}])
        stub.read(photo, [reading(bib, (100 + 40 * at, 300, 300 + 40 * at, 420))])
    return stub


def panel(page: Page) -> Locator:
    return page.locator(".people-panel")


def opened(page: Page) -> Locator:
    panel(page).locator("summary").click()
    return panel(page)


def csv(name: str = "list.csv", data: bytes = b"bib,name\n1,Ada\n") -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": data}


def fits(page: Page) -> None:
    """Nothing is wider than the screen."""
    wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


def url(stub: RunnerStub, query: str = "") -> str:
    return f"{stub.url}#/events/city-run{query}"


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_panel_shows_the_list_its_coverage_and_bad_rows(
    race: RunnerStub, open_page: OpenPage, screen: Any, dark: bool, tmp_path: Path
) -> None:
    race.use(race.add_runners(12), BAD, more=60)
    with open_page(url(race), dark=dark, **screen) as page:
        expect(panel(page).locator("summary")).to_contain_text("12 · 4 without a photo")
        people = opened(page)
        expect(people.locator(".people-row")).to_have_count(12)
        expect(people).to_contain_text("8 of 12 runners have a photo")
        expect(people).to_contain_text("62 rows were left out of 74.")
        expect(people).to_contain_text("Line 17")
        expect(people.get_by_role("link", name="All of them as a file")).to_be_visible()
        expect(people.locator(".people-row").nth(4)).to_contain_text("José <b>Bold</b>")
        expect(people.get_by_text("No photo", exact=True)).to_have_count(4)
        fits(page)
        page.screenshot(path=tmp_path / "panel.png", full_page=True)


def test_without_a_list_it_says_what_one_is_good_for(race: RunnerStub, open_page: OpenPage) -> None:
    with open_page(url(race)) as page:
        expect(panel(page).locator("summary")).to_contain_text("No start list yet")
        people = opened(page)
        expect(people.get_by_role("button", name="Choose a start list")).to_be_visible()
        expect(people.locator(".people-row")).to_have_count(0)


def test_a_list_is_uploaded_and_then_shown(race: RunnerStub, open_page: OpenPage) -> None:
    race.coming = (race.add_runners(5), {"problems": BAD}, None)
    with open_page(url(race)) as page:
        people = opened(page)
        with page.expect_file_chooser() as choosing:
            people.get_by_role("button", name="Choose a start list").click()
        choosing.value.set_files(csv())
        expect(people.locator(".people-row")).to_have_count(5)
        expect(people).to_contain_text("2 rows were left out of 7.")
        expect(people.get_by_role("button", name="Replace the start list")).to_be_enabled()
        expect(people.locator(".people-busy")).to_be_empty()
    assert b"bib,name\n1,Ada" in race.posted[0]


def test_a_file_that_is_no_list_says_why(race: RunnerStub, open_page: OpenPage) -> None:
    race.use(race.add_runners(3))
    error = {"code": "start_list_no_bib_column", "message": "No."}
    race.coming = ([], None, error)
    with open_page(url(race)) as page:
        people = opened(page)
        people.locator("#start-list").set_input_files(csv())
        expect(people).to_contain_text("No column is headed as the bib number")
        expect(people.locator(".people-row")).to_have_count(3)
        people.locator("#start-list").set_input_files(csv(data=b""))
        expect(people.get_by_role("alert")).to_contain_text("The file has no rows.")


def test_long_lists_go_on_and_those_without_photos_are_found(
    race: RunnerStub, open_page: OpenPage
) -> None:
    race.use(race.add_runners(70))
    with open_page(url(race)) as page:
        people = opened(page)
        expect(people.locator(".people-row")).to_have_count(50)
        people.get_by_role("button", name="More runners").click()
        expect(people.locator(".people-row")).to_have_count(70)
        expect(people.get_by_role("button", name="More runners")).to_be_hidden()
        people.get_by_label("Only runners without a photo").check()
        expect(people.locator(".people-row")).to_have_count(24)
        expect(people.locator(".people-row").first).to_contain_text("100")


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_opting_out_asks_first_and_enter_does_nothing_by_accident(
    race: RunnerStub, open_page: OpenPage, screen: Any, tmp_path: Path
) -> None:
    race.use(race.add_runners(4))
    with open_page(url(race), **screen) as page:
        people = opened(page)
        people.get_by_role("button", name="Opt Grace Hopper out").click()
        dialog = page.get_by_role("dialog", name="Opt 101 out?")
        expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
        page.screenshot(path=tmp_path / "ask.png")
        fits(page)
        page.keyboard.press("Enter")
        expect(dialog).to_be_hidden()
        assert race.opted_out == []
        people.get_by_role("button", name="Opt Grace Hopper out").click()
        dialog.get_by_label("Note").fill("asked by mail")
        dialog.get_by_role("button", name="Opt 101 out").click()
        expect(dialog).to_be_hidden()
        expect(people.locator(".people-row")).to_have_count(3)
        expect(people).not_to_contain_text("Grace")
    assert race.opted_out == [("101", {"reason": "asked by mail"})]


def test_a_runner_of_no_list_is_opted_out_by_number(race: RunnerStub, open_page: OpenPage) -> None:
    with open_page(url(race)) as page:
        people = opened(page)
        people.get_by_label("One runner").fill("x")
        people.get_by_role("button", name="Opt out …").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        people.get_by_label("One runner").fill("4821")
        people.get_by_role("button", name="Opt out …").click()
        page.get_by_role("button", name="Opt 4821 out").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(people.get_by_label("One runner")).to_have_value("")
    assert race.opted_out == [("4821", {})]


def test_files_are_written_and_then_offered(race: RunnerStub, open_page: OpenPage) -> None:
    race.use(race.add_runners(4))
    with open_page(url(race)) as page:
        people = opened(page)
        people.get_by_role("button", name="All tags as CSV").click()
        ready = people.locator(".people-file")
        expect(ready).to_contain_text("The table: 7 tags.")
        expect(ready.get_by_role("link", name="Download 123 kB")).to_be_focused()
        people.get_by_role("button", name="Photos of Grace Hopper as zip").click()
        expect(ready).to_contain_text("The photos of 101: 1 photo.")
        people.get_by_label("One runner").fill("999")
        people.get_by_role("button", name="Photos as zip", exact=True).last.click()
        expect(people.get_by_role("alert")).to_contain_text("There are no photos of this number.")


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_search_without_photos_says_what_may_have_been_meant(
    race: RunnerStub, open_page: OpenPage, screen: Any, tmp_path: Path
) -> None:
    race.near = [
        {"bib": "101", "score": 0.87, "photos": 3},
        {"bib": "102", "score": 0.67, "photos": 1},
        {"bib": "1011", "score": 0.67, "photos": 100},
    ]
    with open_page(url(race, "?bib=107"), **screen) as page:
        near = page.locator(".near")
        expect(near).to_contain_text("Nothing for 107. Did you mean one of these?")
        expect(near).to_contain_text("3 photos")
        expect(near).to_contain_text("100+ photos")
        page.screenshot(path=tmp_path / "near.png")
        fits(page)
        near.get_by_role("link", name="Photos of 101", exact=True).click()
        expect(page.locator(".found h2")).to_have_text("1 photo of 101 · Grace Hopper")
        expect(page.locator(".near")).to_have_count(0)
