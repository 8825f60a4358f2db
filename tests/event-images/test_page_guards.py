"""What the page must withstand: hostile names, missing keys, small screens, a hidden tab."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser_fixture import OpenPage, Serve
from tests.event_images_stub import Stub, reading

MARKUP = "<img src=x onerror=\"window.hacked='yes'\"><script>window.hacked='yes'</script>"
LONG = "A race with a name that somebody typed without a single_break_in_the_last_part_of_it_all"


@pytest.fixture
def stub(serve: Serve) -> Stub:
    return Stub(serve)


def test_markup_in_names_stays_text(stub: Stub, open_page: OpenPage) -> None:
    stub.add_event(name=MARKUP, date=MARKUP)
    photo = stub.add_photo(MARKUP)
    stub.read(photo, [reading("1", (1, 1, 50, 50))])
    photo.update(engine=MARKUP, takenAt=MARKUP, bibs=[MARKUP])
    photo["readings"][0]["bib"] = MARKUP
    failed = stub.add_photo(f"x{MARKUP}")
    stub.read(failed, {"code": MARKUP, "message": MARKUP})
    link = stub.add_photo("link.jpg")
    stub.read(link, [])
    link.update(webUrl="javascript:window.hacked='yes'")
    with open_page(stub.url) as page:
        expect(page.locator(".event-name")).to_have_text(MARKUP)
        page.locator(".event").click()
        expect(page.locator(".tile")).to_have_count(3)
        for photo_id in stub.photos["city-run"]:
            page.locator(f"[data-photo='{photo_id}']").click()
            dialog = page.get_by_role("dialog")
            expect(dialog).to_be_visible()
            expect(dialog.locator("a[href^=javascript]")).to_have_count(0)
            page.keyboard.press("Escape")
            expect(dialog).to_be_hidden()
        assert page.evaluate("window.hacked") is None
        assert page.locator("img[src=x], main script").count() == 0


def test_a_key_is_asked_for_and_kept_in_memory_only(serve: Serve, open_page: OpenPage) -> None:
    stub = Stub(serve, key="mk_right")
    stub.add_event()
    with open_page(f"{stub.url}#/events/city-run") as page:
        dialog = page.get_by_role("dialog", name="API key")
        dialog.get_by_label("Key", exact=True).fill("mk_wrong")
        dialog.get_by_role("button", name="Use this key").click()
        expect(dialog).to_contain_text("This key was not accepted.")
        dialog.get_by_label("Key", exact=True).fill("mk_right")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("City Run")
        expect(page.get_by_role("dialog")).to_have_count(0)
        stored = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
        assert "mk_right" not in page.evaluate(stored) + page.url
        page.reload()
        expect(dialog).to_contain_text("This service answers only to those who hold a key.")
        page.keyboard.press("Escape")
        expect(page.get_by_role("alert")).to_contain_text("An API key is needed.")


def test_a_key_that_is_revoked_interrupts_nobody(serve: Serve, open_page: OpenPage) -> None:
    stub = Stub(serve)
    stub.add_event()
    with open_page(f"{stub.url}#/events/city-run") as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("City Run")
        page.wait_for_load_state("networkidle")  # what is asked from here on is polling
        stub.key = "mk_new"
        expect(page.get_by_role("alert")).to_contain_text("An API key is needed.")
        expect(page.get_by_role("dialog")).to_have_count(0)  # polling does not ask
        page.get_by_role("button", name="Try again").click()
        page.get_by_role("dialog").get_by_label("Key", exact=True).fill("mk_new")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_hidden()


def test_nothing_scrolls_sideways_on_a_small_phone(stub: Stub, open_page: OpenPage) -> None:
    stub.add_event(name=LONG)
    photo = stub.add_photo(f"{LONG}.jpg")
    stub.read(photo, [reading(str(bib), (bib, 9, bib + 40, 40)) for bib in range(100, 900, 90)])
    stub.read(stub.add_photo("b.jpg"), {"code": "not_an_image", "message": LONG})
    start = f"{stub.url}#/events/city-run"
    views = ["#/", "#/events/city-run", "#/events/city-run?state=FAILED"]
    views += ["#/events/city-run?bib=100", f"#/events/city-run?photo={photo['imageId']}"]
    with open_page(start, width=360, height=640, touch=True) as page:
        for view in views:
            page.evaluate("view => { location.hash = view }", view)
            expect(page.locator("h1")).to_be_visible()
            page.wait_for_timeout(150)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, view
        expect(page.get_by_role("dialog")).to_be_visible()
        assert page.evaluate("document.querySelector('dialog').scrollWidth") <= 360


def test_a_hidden_tab_asks_for_nothing(stub: Stub, open_page: OpenPage) -> None:
    stub.add_event()
    stub.add_photo("waits.jpg")
    with open_page(f"{stub.url}#/events/city-run") as page:
        expect(page.locator(".tile")).to_have_count(1)
        hide(page, True)
        page.wait_for_timeout(1_500)
        before = len(stub.asked)
        page.wait_for_timeout(1_300)
        assert len(stub.asked) == before
        with page.expect_response(re.compile("/events/city-run$")):
            hide(page, False)


def hide(page: Page, hidden: bool) -> None:
    page.evaluate(
        """hidden => {
          Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_a_service_that_goes_away_is_told_and_forgiven(stub: Stub, open_page: OpenPage) -> None:
    stub.add_event()
    stub.add_photo("waits.jpg")
    with open_page(f"{stub.url}#/events/city-run") as page:
        expect(page.locator(".tile")).to_have_count(1)
        page.context.set_offline(True)
        expect(page.get_by_role("alert")).to_contain_text("The service does not answer.")
        page.context.set_offline(False)
        expect(page.get_by_role("alert")).to_be_hidden()


@pytest.mark.parametrize("view", ["#/", "#/events/city-run", "#/events/city-run?photo=first"])
def test_every_control_has_a_name(stub: Stub, open_page: OpenPage, view: str) -> None:
    stub.add_event()
    photo = stub.add_photo("a.jpg")
    stub.read(photo, [reading("1", (1, 1, 50, 50))])
    with open_page(stub.url + view.replace("first", photo["imageId"])) as page:
        expect(page.locator("dialog[open]" if "photo" in view else ".tile, .event")).to_be_visible()
        nameless = page.evaluate(
            """() => [...document.querySelectorAll("button, a, input, progress")].filter((node) =>
              node.checkVisibility() && !node.closest("[aria-hidden=true]") && !node.ariaLabel &&
              !node.innerText?.trim() && !node.labels?.length).map((node) => node.outerHTML)"""
        )
        assert nameless == []
        small = page.evaluate(
            """() => [...document.querySelectorAll("button, a.button, a.tab, input[type=text]")]
              .filter((node) => node.checkVisibility() && node.getBoundingClientRect().height < 24)
              .map((node) => node.outerHTML)"""
        )
        assert small == []
