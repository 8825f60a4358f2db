"""The listings' half of the page in a real browser, over the service's own routes in memory."""

import io
import re
import zipfile
from typing import Any

import httpx
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from chalicelib.media_processing.ports import Answer
from tests.browser_fixture import OpenPage, Serve
from tests.media_processing_stub import Site

from .conftest import LISTING, World, jpeg

pytestmark = pytest.mark.end_to_end

PLACE = f"#/listings/{LISTING}"
BATCH = f"{PLACE}/b1"


def room(width: int = 1400, height: int = 1000) -> bytes:
    image = Image.new("RGB", (width, height), (214, 206, 190))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 2 // 3, width, height), fill=(150, 110, 80))
    draw.rectangle((width // 8, height // 6, width // 2, height // 2), fill=(160, 200, 230))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


@pytest.fixture
def site(api: Any, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(api, serve, monkeypatch)


def made(world: World, **more: Any) -> Any:
    """A batch of three, one of them bad; the input of its machine."""
    items = [
        world.put(room(), filename="Living room.jpg"),
        world.put(room(900, 1300), filename="Stairs.jpg"),
        world.put(b"<html>", filename="Sign-in page with a rather long name.jpg"),
    ]
    return world.start(*items, **more)


def fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_a_batch_shows_its_pictures_its_report_and_its_zip(
    site: Site, open_page: OpenPage, width: int, dark: bool
) -> None:
    run = made(site.world, profile={"width": {"least": 300}})
    site.world.run(run)
    url = f"{site.origin}/{PLACE}"
    with open_page(url, width=width, dark=dark, touch=width < 500) as page:
        page.get_by_role("link", name="b1").click()
        expect(page.locator(".tile")).to_have_count(3)
        expect(page.locator(".counts")).to_have_text("2 of 3 done · 1 failed")
        expect(page.locator(".event-head .tag")).to_have_text("Complete, with errors")
        bad = page.locator("[data-state=FAILED] .tile")
        expect(bad).to_contain_text("neither a picture nor a video")
        expect(bad).to_contain_text("not_an_image")
        expect(page.locator(".tile img").first).to_have_js_property("complete", True)
        assert fits(page)

        page.get_by_role("link", name="Living room.jpg").click()
        box = page.locator(".dialog.wide")
        expect(box.locator(".size-name")).to_have_text(["large", "medium", "small", "thumbnail"])
        expect(box.locator(".report")).to_contain_text("Width")
        widths = [one.bounding_box()["width"] for one in box.locator(".sizes img").all()]
        assert widths[0] == max(widths)
        assert fits(page)
        page.keyboard.press("Escape")
        expect(box).to_have_count(0)
        assert page.url.endswith(BATCH)

        page.get_by_role("link", name="Failed 1").click()
        expect(page.locator(".tile")).to_have_count(1)
        href = page.get_by_role("link", name=re.compile("^Zip")).get_attribute("href")
        assert href
        archive = zipfile.ZipFile(io.BytesIO(httpx.get(href).content))
        assert archive.namelist() == ["Living room.jpg", "Stairs.jpg"]


def test_files_are_dropped_sent_and_followed_to_their_end(site: Site, open_page: OpenPage) -> None:
    world = site.world
    with open_page(f"{site.origin}/") as page:
        page.get_by_label("Listing", exact=True).fill(LISTING)
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_text("No batches yet")).to_be_visible()
        site.refusals = [503]
        files = [("Front.jpg", room()), ("Side.jpg", jpeg()), ("notes.txt", b"hello")]
        page.locator("#choose-files").set_input_files(
            [{"name": name, "mimeType": "", "buffer": data} for name, data in files]
        )
        expect(page.get_by_text("2 files are ready.")).to_be_visible()
        expect(page.locator(".bad-rows").first).to_contain_text("notes.txt")
        assert len(site.posted) == 2

        page.get_by_role("button", name="Start a batch").click()
        page.get_by_label("Sizes").fill("Large one 1200")
        page.get_by_role("button", name="Start", exact=True).click()
        expect(page.locator(".dialog").get_by_role("alert")).to_contain_text("no size")
        page.get_by_label("Sizes").fill("small 300, large 900")
        page.get_by_label("Name").fill("b1")
        page.get_by_label("Both").check()
        page.get_by_text("What a picture must be").click()
        page.get_by_label("Least width").fill("700")
        page.get_by_label("Callback").fill("https://market.example/hook")
        page.get_by_role("button", name="Start", exact=True).click()
        expect(page.locator(".event-head .tag")).to_have_text("Running")
        assert page.url.endswith(BATCH)
        (started,) = world.deps.workflows.executions

        listed = world.validate(started.input)
        expect(page.locator(".tile").first).to_contain_text("Passed")
        expect(page.locator("[data-state=FAILED]")).to_contain_text("Width: 640 is under 700.")
        for item in listed:
            world.make(item)
        expect(page.locator(".counts")).to_have_text("1 of 2 done · 1 failed")
        world.finish(started.input)
        expect(page.locator(".event-head .tag")).to_have_text("Complete, with errors")
        # The callback is still to come; the page waits for it too.
        world.callback(started.input)
        expect(page.locator(".delivery")).to_contain_text("Delivered")
        data = world.deps.storage.get("media", f"{LISTING}/processed/zip/b1.zip")
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        assert names == ["Front.jpg", "Front-large.jpg"]


def test_files_that_are_dropped_anywhere_are_sent(site: Site, open_page: OpenPage) -> None:
    with open_page(f"{site.origin}/{PLACE}") as page:
        expect(page.get_by_text("No batches yet")).to_be_visible()
        held = page.evaluate_handle(
            """() => {
              const held = new DataTransfer();
              held.items.add(new File(["pixels"], "Front.jpg", { type: "image/jpeg" }));
              held.items.add(new File([""], "Empty.jpg", { type: "image/jpeg" }));
              return held;
            }"""
        )
        page.dispatch_event("body", "dragenter", {"dataTransfer": held})
        expect(page.locator("body")).to_have_class("dropping")
        page.dispatch_event("body", "drop", {"dataTransfer": held})
        expect(page.locator("body")).not_to_have_class("dropping")
        expect(page.get_by_text("1 file is ready.")).to_be_visible()
        expect(page.locator(".bad-rows").first).to_contain_text("The file is empty.")
        page.get_by_role("button", name="Forget them").click()
        expect(page.get_by_text("1 file is ready.")).to_be_hidden()


def test_a_receiver_without_tls_is_refused_in_words(site: Site, open_page: OpenPage) -> None:
    with open_page(f"{site.origin}/{PLACE}") as page:
        page.locator("#choose-files").set_input_files(
            [{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}]
        )
        page.get_by_role("button", name="Start a batch").click()
        page.get_by_label("Callback").fill("http://market.example/hook")
        page.get_by_role("button", name="Start", exact=True).click()
        expect(page.locator(".dialog").get_by_role("alert")).to_contain_text("must be https")
        assert not site.world.deps.workflows.executions


def test_callbacks_are_told_try_by_try_and_sent_again(site: Site, open_page: OpenPage) -> None:
    world = site.world
    run = made(world, callback_url="https://market.example/hook")
    world.run(run)
    world.receivers.answers = [Answer(500), Answer(302), Answer(200)]
    for _ in range(3):
        world.callback(run)
    with open_page(f"{site.origin}/{BATCH}") as page:
        told = page.locator(".delivery")
        expect(told).to_contain_text("3 tries")
        expect(told.locator(".tries li")).to_have_text(
            [re.compile("Answered 500"), re.compile("Answered 302"), re.compile("Answered 200")]
        )
        told.get_by_role("button", name="Send again").click()
        expect(told.locator(".tries li")).to_have_count(4)
        assert world.receivers.posted[-1].body == world.receivers.posted[0].body


def test_what_failed_is_run_again(site: Site, open_page: OpenPage) -> None:
    world = site.world
    world.run(made(world))
    with open_page(f"{site.origin}/{BATCH}") as page:
        page.get_by_role("button", name="Run 1 again").click()
        expect(page.locator("progress")).to_be_visible()
        bad = world.items()[2]
        world.deps.storage.put("incoming", bad["key"], room(), content_type="image/jpeg")
        again = world.deps.workflows.executions[-1].input
        world.run(again)
        expect(page.locator(".event-head .tag")).to_have_text("Complete")
        expect(page.locator(".counts")).to_have_text("1 of 1 done · 2 were done before")
        expect(page.locator(".tile img")).to_have_count(3)
        expect(page.get_by_role("button", name=re.compile("again"))).to_have_count(0)


def test_an_upload_that_was_no_batch_is_told(site: Site, open_page: OpenPage) -> None:
    from .conftest import s3_message

    key = f"{LISTING}/raw/batch.json"
    site.world.deps.storage.put("incoming", key, b"{}", content_type="application/json")
    site.world.deliver(s3_message(key))
    with open_page(f"{site.origin}/{PLACE}") as page:
        expect(page.locator(".bad-rows").last).to_contain_text("batch.json")


def test_a_listing_that_cannot_be_is_told_and_an_unknown_batch_too(
    site: Site, open_page: OpenPage
) -> None:
    with open_page(f"{site.origin}/#/listings/..%2Fetc") as page:
        expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    with open_page(f"{site.origin}/{PLACE}/nothing") as page:
        expect(page.get_by_role("alert").first).to_contain_text("no such batch")


def test_the_page_lets_in_no_script_of_others(site: Site) -> None:
    html = site.api("GET", "/").body.decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    assert "script-src 'self';" in policy[1]
    assert "unsafe" not in policy[1]
