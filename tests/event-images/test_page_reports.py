"""The organiser's panel: the gallery's link, and what runners reported, in a real browser."""

from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as TookTooLong

from tests.browser_fixture import OpenPage, Serve
from tests.event_images_gallery import Gallery


@pytest.fixture
def gallery(api: Any, world: Any, serve: Serve) -> Gallery:
    made = Gallery(api, world, serve)
    made.photo("a.jpg", "482", "7", taken="09:41:01")
    return made


@pytest.fixture
def url(gallery: Gallery) -> str:
    return f"{gallery.origin}/api/#/events/city-run"


def panel(page: Page) -> Any:
    found = page.locator(".gallery-panel")
    found.locator("summary").click()
    return found


def test_a_link_is_made_copied_and_revoked(gallery: Gallery, url: str, open_page: OpenPage) -> None:
    gallery.api("DELETE", "/events/city-run/gallery-link")
    with open_page(url) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        box = panel(page)
        box.get_by_role("button", name="Create the link").click()
        field = box.get_by_label("Link for runners")
        expect(field).to_be_visible()
        link = field.input_value()
        assert link.startswith(f"{gallery.origin}/api/g/")
        box.get_by_role("button", name="Copy").click()
        expect(box.get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == link
        page.reload()
        panel(page)
        expect(field).to_have_value(link)  # this browser remembers it
        box.get_by_role("button", name="Revoke").click()
        box.get_by_role("button", name="Really end this link?").click()
        expect(box.get_by_role("button", name="Create the link")).to_be_visible()
        page.goto(link)
        expect(page.get_by_role("heading", level=1)).to_have_text("No gallery here")


def test_a_link_of_another_browser_can_only_be_replaced(url: str, open_page: OpenPage) -> None:
    with open_page(url) as page:
        box = panel(page)
        expect(box).to_contain_text("A link is in force since 10 May 2026.")
        expect(box.get_by_label("Link for runners")).to_have_count(0)
        box.get_by_role("button", name="Make a new link").click()
        box.get_by_role("button", name="The old one ends. Sure?").click()
        expect(box.get_by_label("Link for runners")).to_be_visible()


def test_reports_are_dealt_with_one_by_one(gallery: Gallery, url: str, open_page: OpenPage) -> None:
    image_id = gallery.world.rows("TAG#7#")[0]["imageId"]
    sent = {"kind": "wrong_tag", "bib": "7", "imageId": image_id, "message": "<b>Not</b> me"}
    gallery.api("POST", f"/g/{gallery.token}/reports", sent)
    gallery.api("POST", f"/g/{gallery.token}/reports", {"kind": "remove_me", "bib": "482"})
    with open_page(url) as page:
        box = page.locator(".gallery-panel")
        expect(box.locator("summary")).to_contain_text("2 reports waiting")  # without opening it
        panel(page)
        first = box.locator(".report").first
        expect(first).to_contain_text("7 is not on this photo")
        expect(first.locator(".report-message")).to_have_text("<b>Not</b> me")
        first.get_by_role("button", name="Take the number off").click()
        expect(box.locator(".report")).to_have_count(1)
        assert gallery.world.rows("TAG#7#") == []
        expect(first).to_contain_text("482 wants all photos removed")
        first.get_by_role("button", name="Opt the runner out").click()
        first.get_by_role("button", name="All photos of the bib. Sure?").click()
        expect(box.locator(".report")).to_have_count(0)
        expect(box.locator("summary .tag")).to_be_hidden()
        assert len(gallery.world.opt_outs()) == 1


def test_a_report_that_somebody_else_dealt_with_goes_away(
    gallery: Gallery, url: str, open_page: OpenPage
) -> None:
    report = {"kind": "remove_me", "bib": "482"}
    made = gallery.api("POST", f"/g/{gallery.token}/reports", report).json_body["reportId"]
    with open_page(url, width=390, height=844, touch=True) as page:
        box = panel(page)
        expect(box.locator(".report")).to_have_count(1)
        path = f"/events/city-run/reports/{made}/resolve"
        assert gallery.api("POST", path, {"action": "opt_out"}).status_code == 200
        # The panel may look again by itself just now; then the button has gone already.
        with suppress(TookTooLong):
            box.get_by_role("button", name="Dismiss").click(timeout=3_000)
        expect(box.locator(".report")).to_have_count(0)
        expect(box.get_by_role("alert")).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
