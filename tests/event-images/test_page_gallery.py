"""The runner's gallery in a real browser, in front of the real routes over a world in memory."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser_fixture import OpenPage, Serve
from tests.event_images_gallery import Gallery


@pytest.fixture
def gallery(api: Any, world: Any, serve: Serve) -> Gallery:
    return Gallery(api, world, serve)


@pytest.fixture
def race(gallery: Gallery) -> Gallery:
    """Runner 482 on a burst of three and one more photo; runner 7 on one."""
    gallery.photo("a.jpg", "482", taken="09:41:01", sharp=3)
    gallery.photo("b.jpg", "482", taken="09:41:02", sharp=9)
    gallery.photo("c.jpg", "482", taken="09:41:03", sharp=5)
    gallery.photo("d.jpg", "482", "7", taken="10:02:30", look="f")
    return gallery


def search(page: Page, bib: str) -> None:
    page.get_by_label("Your bib number").fill(bib)
    page.get_by_role("button", name="Show my photos").click()


def test_a_runner_enters_a_number_and_sees_their_photos(race: Gallery, open_page: OpenPage) -> None:
    with open_page(race.url, width=390, height=844, touch=True) as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("city-run")
        expect(page).to_have_title("city-run · your photos")
        assert page.get_by_label("Your bib number").get_attribute("inputmode") == "numeric"
        search(page, "0482")
        expect(page.get_by_role("heading", level=2)).to_have_text("4 photos of 0482")
        expect(page.locator(".tile")).to_have_count(2)
        expect(page.locator(".stack-count")).to_have_text("3")
        expect(page.locator(".stack .when")).to_have_text("09:41")
        page.reload()
        expect(page.locator(".tile")).to_have_count(2)  # the address remembers the number
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_photo_opens_large_and_turns(race: Gallery, open_page: OpenPage) -> None:
    with open_page(f"{race.url}#bib=482") as page:
        page.locator(".tile").first.click()
        box = page.get_by_role("dialog", name="Photo")
        expect(box).to_be_visible()
        expect(box.locator(".box-name")).to_have_text("09:41:02")  # the sharpest first
        expect(box.locator(".strip button")).to_have_count(3)
        page.keyboard.press("ArrowRight")
        expect(box.locator(".box-where")).to_have_text("2 of 4")
        box.get_by_role("button", name="Same moment, photo 3").click()
        expect(box.locator(".box-name")).to_have_text("09:41:01")
        page.keyboard.press("End")
        expect(box.locator(".box-name")).to_have_text("10:02:30")
        expect(box.locator(".strip")).to_be_hidden()
        expect(box.get_by_role("button", name="Next photo")).to_be_hidden()
        page.go_back()
        expect(box).to_be_hidden()
        expect(page.locator(".tile")).to_have_count(2)


def test_a_photo_is_turned_by_a_swipe(race: Gallery, open_page: OpenPage) -> None:
    with open_page(f"{race.url}#bib=482", width=390, height=844, touch=True) as page:
        page.locator(".tile").first.tap()
        stage = page.locator(".box-stage")
        expect(stage).to_be_visible()
        swipe = """(node, [from, to]) => {
          const at = (type, x) => node.dispatchEvent(new PointerEvent(type,
            {bubbles: true, isPrimary: true, pointerType: "touch", clientX: x, clientY: 300}));
          at("pointerdown", from); at("pointerup", to);
        }"""
        stage.evaluate(swipe, [300, 80])
        expect(page.locator(".box-where")).to_have_text("2 of 4")
        stage.evaluate(swipe, [80, 300])
        expect(page.locator(".box-where")).to_have_text("1 of 4")


def test_a_photo_downloads_under_a_name_of_its_own(race: Gallery, open_page: OpenPage) -> None:
    with open_page(f"{race.url}#bib=482") as page:
        page.locator(".tile").first.click()
        with page.expect_download() as waiting:
            page.get_by_role("link", name="Download").click()
        assert waiting.value.suggested_filename == "city-run-482-094102.jpg"


def test_a_photo_is_shared_as_a_file_where_that_is_possible(
    race: Gallery, open_page: OpenPage
) -> None:
    with open_page(race.url) as page:
        page.add_init_script(
            """navigator.canShare = () => true;
            navigator.share = async ({files}) => { window.shared = files?.[0].size; };"""
        )
        page.goto(f"{race.url}?again#bib=482")
        page.locator(".tile").first.click()
        page.get_by_role("button", name="Share").click()
        page.locator(".box-head").click()
        expect(page.locator(".box-stage img")).to_be_visible()
        for _ in range(300):
            if page.evaluate("window.shared"):
                break
            page.wait_for_timeout(100)
        assert page.evaluate("typeof window.shared") == "number"


def test_this_is_not_me_reaches_the_organiser(race: Gallery, open_page: OpenPage) -> None:
    with open_page(f"{race.url}#bib=7") as page:
        page.locator(".tile").click()
        page.get_by_role("button", name="This is not me").click()
        ask = page.get_by_role("dialog", name="Not you?")
        ask.get_by_label("Anything that helps").fill("I wore 71.\nThe other one is me.")
        ask.get_by_role("button", name="Tell the organiser").click()
        expect(page.get_by_role("dialog", name="Thank you.")).to_be_visible()
        page.get_by_role("button", name="Close").last.click()
        expect(page.get_by_role("dialog", name="Photo")).to_be_visible()
        report = race.sent[-1]
        assert (report["kind"], report["bib"]) == ("wrong_tag", "7")
        assert report["message"] == "I wore 71.\nThe other one is me."
        assert [row["imageId"] for row in race.world.rows("REPORT#")] == [report["imageId"]]


def test_removal_is_asked_for_with_a_kind_word(race: Gallery, open_page: OpenPage) -> None:
    with open_page(f"{race.url}#bib=482") as page:
        page.get_by_role("button", name="Remove my photos").click()
        ask = page.get_by_role("dialog", name="Remove photos")
        expect(ask).to_contain_text("need no reason")
        ask.get_by_role("button", name="Ask for removal").click()
        expect(page.get_by_role("dialog", name="Your wish has arrived.")).to_be_visible()
        assert race.sent[-1] == {"kind": "remove_me", "bib": "482"}
        page.keyboard.press("Escape")
        page.locator(".tile").first.click()
        page.get_by_role("button", name="Remove", exact=True).click()
        ask.get_by_label("Only this photo").check()
        ask.get_by_role("button", name="Ask for removal").click()
        expect(page.get_by_role("dialog", name="Your wish has arrived.")).to_be_visible()
        assert len(race.sent[-1]["imageId"]) == 20


def test_near_numbers_are_offered_where_there_are_no_photos(
    race: Gallery, open_page: OpenPage
) -> None:
    with open_page(race.url) as page:
        search(page, "483")
        expect(page.get_by_role("heading", level=2)).to_have_text("No photos of 483 yet")
        page.get_by_role("link", name="Photos of 482").click()
        expect(page.locator(".tile")).to_have_count(2)
        search(page, "99999")
        expect(page.locator(".none")).to_contain_text("Is the number right?")
        expect(page.locator(".near")).to_have_count(0)


@pytest.mark.parametrize("text", ["", "12a", "<b>"])
def test_what_is_no_number_is_said_so(race: Gallery, open_page: OpenPage, text: str) -> None:
    with open_page(race.url) as page:
        search(page, text)
        expect(page.get_by_role("alert")).to_have_text("A bib number has 1 to 6 digits.")


def test_a_dead_link_says_so(race: Gallery, open_page: OpenPage) -> None:
    race.api("DELETE", "/events/city-run/gallery-link")
    for url in (race.url, f"{race.url}#bib=482", f"{race.origin}/api/g/nothing"):
        with open_page(url) as page:
            expect(page.get_by_role("heading", level=1)).to_have_text("No gallery here")
            expect(page.locator("main")).to_contain_text("Ask the organiser")


def test_a_service_that_is_away_can_be_asked_again(race: Gallery, open_page: OpenPage) -> None:
    race.down = True
    with open_page(f"{race.url}#bib=482") as page:
        expect(page.get_by_role("alert").last).to_contain_text("Something went wrong.")
        race.down = False
        page.get_by_role("button", name="Try again").click()
        expect(page.locator(".tile")).to_have_count(2)


@pytest.mark.parametrize("rest", ["", "#bib=482", "#bib=5", "#bib=482&photo=first"])
def test_every_control_has_a_name_and_nothing_scrolls_sideways(
    race: Gallery, open_page: OpenPage, rest: str
) -> None:
    photo = race.world.rows("TAG#482#")[0]["imageId"]
    url = race.url + rest.replace("first", photo)
    with open_page(url, width=360, height=640, touch=True, dark=True) as page:
        expect(page.locator("h1")).to_have_text("city-run")
        expect(page.locator("dialog[open]" if "photo" in rest else "main form")).to_be_visible()
        nameless = page.evaluate(
            """() => [...document.querySelectorAll("button, a, input, textarea")].filter((node) =>
              node.checkVisibility() && !node.ariaLabel && !node.innerText?.trim() &&
              !node.labels?.length).map((node) => node.outerHTML)"""
        )
        assert nameless == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
