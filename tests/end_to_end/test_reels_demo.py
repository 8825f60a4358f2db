"""The demo's reels: made of photos that were really read, and played by a browser."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from rich.console import Console
from rich.progress import Progress

from medley.demo import event_images, reels
from medley.demo.samples import DemoOptions
from medley.local.stack import LocalStack
from tests.browser_fixture import OpenPage

pytestmark = pytest.mark.end_to_end


def test_the_demo_makes_reels_that_play_and_a_link_that_shows_one(
    stack: LocalStack, open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reels, "RUNNERS", 1)
    options = DemoOptions(work_dir=tmp_path, count=3)
    with Progress(console=Console(quiet=True)) as progress:
        event, *_ = event_images.run(stack, options, progress)
        page_of_reels, link = reels.run(stack, options, progress)

    assert page_of_reels.problems == ()
    assert page_of_reels.url.endswith(event.url.rpartition("/")[2])
    with open_page(page_of_reels.url) as page:
        poster = page.locator(".poster").first
        expect(poster.locator("img")).to_have_js_property("complete", True)
        poster.click()
        expect(page.locator(".player video")).to_have_js_property("readyState", 4, timeout=30_000)
        expect(page.locator(".player")).to_contain_text("template demo, version 1")
    with open_page(link.url, width=390, height=844, touch=True) as page:
        expect(page.locator("video")).to_have_js_property("readyState", 4, timeout=30_000)
        expect(page.locator("h1")).not_to_be_empty()
