"""The demo as a newcomer meets it: the samples are made, and the page shows them."""

import re
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import expect
from rich.console import Console
from rich.progress import Progress

from medley.demo.event_images import run
from medley.demo.run import show
from medley.demo.samples import DemoOptions, Sample
from medley.demo_photos import draw_bulk
from medley.local.stack import LocalStack
from tests.browser_fixture import OpenPage

pytestmark = pytest.mark.end_to_end


def test_the_page_of_the_demo_shows_the_photos_with_their_bibs(
    stack: LocalStack, open_page: OpenPage, tmp_path: Path
) -> None:
    options = DemoOptions(work_dir=tmp_path, count=6)
    with Progress(console=Console(quiet=True)) as progress:
        samples = list(run(stack, options, progress))
    assert [sample.problems for sample in samples] == [(), ()]
    assert samples[0].made.startswith("6 of 6 photos")
    assert samples[0].made.endswith("runners have photos")

    with open_page(samples[0].url) as page:
        tiles = page.locator(".tile")
        expect(tiles).to_have_count(6)
        pictures = page.locator(".tile img")
        for picture in pictures.all():
            expect(picture).to_have_js_property("complete", True)
        assert all(pictures.evaluate_all("list => list.map(picture => picture.naturalWidth)"))
        page.screenshot(path=tmp_path / "demo.png", full_page=True)
        chip = page.locator(".tile .bib").first
        expect(chip).to_be_visible()
        bib = chip.inner_text()
        page.get_by_role("searchbox").fill(bib)
        page.get_by_role("button", name="Find").click()
        expect(page.get_by_role("heading", name=re.compile(r"\d+ photos? of"))).to_contain_text(bib)
    with open_page(samples[1].url) as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("Medley City Run")
        expect(page.locator("main img").first).to_have_js_property("complete", True)
        page.screenshot(path=tmp_path / "gallery.png")
    # A page whose pictures did not come is a flat one, and packs to a fraction of this.
    assert (tmp_path / "demo.png").stat().st_size > 100_000


def test_a_photo_dropped_on_the_page_is_stored_and_read_by_itself(
    stack: LocalStack, open_page: OpenPage, tmp_path: Path
) -> None:
    drawn = draw_bulk(tmp_path, count=2, seed=3)
    odd = tmp_path / "Zielfoto München + 5 km.jpg"
    (tmp_path / drawn[0].filename).rename(odd)
    with open_page(stack.urls["event-images"]) as page:
        page.locator("#event-name").fill("Dropped Photos Run")
        page.get_by_label("Race day").fill("2026-10-04")
        page.get_by_role("button", name="Create event").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Dropped Photos Run")
        page.set_input_files("#choose-files", [odd, tmp_path / drawn[1].filename])
        expect(page.locator(".tile .bib").first).to_be_visible(timeout=60_000)
        expect(page.locator(".tile")).to_have_count(2, timeout=60_000)


def test_a_broken_sample_is_shown_as_broken() -> None:
    console = Console(width=160, record=True, file=StringIO())
    bad = Sample("event-images", "-", "nothing", "http://127.0.0.1/", ("the reader is gone",))
    assert not bad.ok
    show([bad], console)
    assert "the reader is gone" in console.export_text()
