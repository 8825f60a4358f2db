"""The demo's batch and image job, made on the real stack and shown by the page."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from rich.console import Console
from rich.progress import Progress

from medley.demo.media_processing import run
from medley.demo.samples import DemoOptions
from medley.local.stack import LocalStack
from tests.browser_fixture import OpenPage

pytestmark = pytest.mark.end_to_end


def test_the_page_shows_what_the_demo_made(
    stack: LocalStack, open_page: OpenPage, tmp_path: Path
) -> None:
    with Progress(console=Console(quiet=True)) as progress:
        batch, job = run(stack, DemoOptions(work_dir=tmp_path), progress)
    assert (batch.problems, job.problems) == ((), ())

    with open_page(batch.url) as page:
        expect(page.locator(".tile")).to_have_count(9)
        expect(page.locator(".tile img")).to_have_count(8)
        for picture in page.locator(".tile img").all():
            picture.scroll_into_view_if_needed()
            expect(picture).to_have_js_property("complete", True)
            assert picture.evaluate("picture => picture.naturalWidth")
        expect(page.locator(".delivery .tries li")).to_have_count(2)
        page.get_by_role("button", name="Send again").click()
        expect(page.locator(".delivery .tries li")).to_have_count(3)
        expect(page.locator(".delivery > .between")).to_contain_text("Delivered")
    with open_page(job.url) as page:
        expect(page.locator(".figure")).to_have_count(3)
        expect(page.locator(".label").first).to_contain_text("%")
        picture = page.locator(".frame img").first
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("picture => picture.naturalWidth")
