"""The image jobs' half of the page in a real browser, over the service's own routes in memory."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser_fixture import OpenPage, Serve
from tests.media_processing_stub import Site

from .conftest import jpeg
from .image_jobs import Images

pytestmark = pytest.mark.end_to_end


@pytest.fixture
def site(api: Any, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(api, serve, monkeypatch)


@pytest.mark.parametrize(("width", "dark"), [(1280, True), (390, False)])
def test_boxes_stand_where_things_were_found(
    site: Site, images: Images, open_page: OpenPage, width: int, dark: bool
) -> None:
    bad = images.put(b"<html>")
    job_id = images.start(images.put(jpeg(1200, 900)), bad)
    images.drain()
    url = f"{site.origin}/#/jobs"
    with open_page(url, width=width, dark=dark, touch=width < 500) as page:
        page.get_by_role("link", name="2 pictures").click()
        assert page.url.endswith(job_id)
        expect(page.locator(".event-head .tag")).to_have_text("Complete, with errors")
        picture = page.locator(".frame img")
        expect(picture).to_have_js_property("naturalWidth", 1200)
        label = page.locator(".label")
        expect(label).to_have_text("thing 90%")
        outer, mark = picture.bounding_box(), page.locator(".marks .sure").last.bounding_box()
        assert outer
        assert mark
        # The box begins at a quarter of each side and ends at the middle.
        assert (mark["x"] - outer["x"]) / outer["width"] == pytest.approx(0.25, abs=0.02)
        assert (mark["y"] - outer["y"]) / outer["height"] == pytest.approx(0.25, abs=0.02)
        assert mark["width"] / outer["width"] == pytest.approx(0.25, abs=0.03)
        failed = page.locator(".figure[data-state=FAILED]")
        expect(failed).to_contain_text("not_an_image")
        expect(page.locator(".panel .chip")).to_have_text("thing1")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_pictures_are_sent_looked_through_and_cancelled(
    site: Site, images: Images, open_page: OpenPage
) -> None:
    with open_page(f"{site.origin}/#/jobs") as page:
        files = [("car.jpg", jpeg()), ("tour.mp4", b"x"), ("van.jpg", jpeg())]
        page.locator("#choose-files").set_input_files(
            [{"name": name, "mimeType": "", "buffer": data} for name, data in files]
        )
        expect(page.get_by_text("2 pictures are ready.")).to_be_visible()
        expect(page.locator(".bad-rows")).to_contain_text("tour.mp4")
        page.get_by_role("button", name="Find what is in them").click()
        expect(page.locator(".figure")).to_have_count(2)
        images.handle(images.take())
        expect(page.locator(".counts")).to_have_text("1 of 2 looked through")
        expect(page.locator(".figure-name").first).to_have_text("car.jpg")
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator(".event-head .tag")).to_have_text("Cancelled")
        expect(page.locator(".figure").last).to_contain_text("Not looked at")
        expect(page.locator(".figure").first).to_contain_text("thing")


def test_an_unknown_job_is_told(site: Site, open_page: OpenPage) -> None:
    with open_page(f"{site.origin}/#/jobs/nothing") as page:
        expect(page.get_by_role("alert")).to_contain_text("no such job")
