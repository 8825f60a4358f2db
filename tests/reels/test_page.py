"""The pages in a real browser, over the service's own routes in memory, with a real video."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shared.storage import MemoryStorage
from tests.browser_fixture import Answered, Asked, OpenPage, Serve

pytestmark = pytest.mark.end_to_end

EVENT = "#/events/city-run"


@cache
def video() -> tuple[bytes, bytes]:
    """A small MP4 that browsers play, and its poster."""
    from shared.video.plan import Plan, Scene, TextLayer
    from shared.video.render import render

    texts = (TextLayer(kind="title", text="4711", end=2.0),)
    scene = Scene(duration=2.0, background="#2c6e49")
    plan = Plan(width=180, height=320, fps=10, scenes=(scene,), texts=texts)
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        out, poster = Path(folder) / "reel.mp4", Path(folder) / "poster.jpg"
        render(plan, out, profile="preview", poster=poster)
        return out.read_bytes(), poster.read_bytes()


class Site:
    """The service behind one origin, its storage behind another, as it is on AWS."""

    def __init__(self, api: Any, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
        self.api = api
        self.world = api.world
        self.asked: list[str] = []
        self.storage = serve(self._object)
        self.origin = serve(self._route)
        monkeypatch.setattr(MemoryStorage, "presign_get", self._sign)
        renderer = self.world.renderer
        render = renderer.render

        def real(*arguments: Any, **words: Any) -> Any:
            mp4, poster = video()
            made = render(*arguments, **words)
            return made.model_copy(update={"video": mp4, "poster": poster})

        monkeypatch.setattr(renderer, "render", real)

    def _sign(self, bucket: str, key: str, **_: Any) -> str:
        return f"{self.storage}/{bucket}/{key}"

    def _object(self, asked: Asked) -> Answered:
        bucket, _, key = asked.path.lstrip("/").partition("/")
        data = self.world.deps.storage.get(bucket, key)
        kind = "video/mp4" if key.endswith(".mp4") else "image/jpeg"
        headers = {"Content-Type": kind, "Accept-Ranges": "bytes"}
        if found := re.fullmatch(r"bytes=(\d+)-(\d*)", asked.headers.get("range", "")):
            start, end = int(found[1]), int(found[2] or len(data) - 1)
            headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
            return Answered(206, data[start : end + 1], headers)
        return Answered(200, data, headers)

    def _route(self, asked: Asked) -> Answered:
        query = "&".join(f"{name}={value}" for name, value in asked.query.items())
        self.asked.append(f"{asked.method} {asked.path}")
        names = {"content-type": "Content-Type", "idempotency-key": "Idempotency-Key"}
        sent = {kept: asked.headers[n] for n, kept in names.items() if n in asked.headers}
        path = asked.path + (f"?{query}" if query else "")
        answer = self.api(asked.method, path, asked.body or None, sent)
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name.lower() not in {"content-length", "connection"}
        }
        return Answered(answer.status_code, answer.body, headers)


@pytest.fixture
def site(api: Any, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Site:
    made = Site(api, serve, monkeypatch)
    made.world.runner("4711", name="Nguyễn Thị Ánh", finishTime="1:42:07")
    for bib in ("4711", "4711", "12", "305"):
        made.world.photo(bib)
    made.world.photo("99", data=b"damaged")
    made.world.run("r1", aspects=["9:16", "1:1"])
    return made


def fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_an_event_shows_posters_that_play_and_what_failed(
    site: Site, open_page: OpenPage, width: int, dark: bool
) -> None:
    with open_page(f"{site.origin}/", width=width, dark=dark, touch=width < 500) as page:
        page.get_by_role("link", name="City Run").click()
        expect(page.get_by_role("heading", name="City Run")).to_be_visible()
        posters = page.locator(".poster")
        expect(posters).to_have_count(4)
        expect(page.locator(".poster[data-state=FAILED]")).to_contain_text("damaged")
        expect(page.locator(".panel")).to_contain_text("Finished, with errors")
        expect(page.locator(".panel")).to_contain_text("3 of 4 reels")
        assert fits(page)
        page.locator('.poster[data-bib="4711"]').click()
        playing = page.locator(".player video")
        expect(playing).to_have_js_property("readyState", 4)
        expect(page.locator(".player")).to_contain_text("Nguyễn Thị Ánh")
        assert fits(page)
        page.get_by_label("Square 1:1").check()
        expect(playing).to_have_attribute("width", "1080")
        page.keyboard.press("Escape")
        expect(page.locator(".player")).to_have_count(0)
        assert page.url.endswith(EVENT)


def test_a_bib_is_searched_and_an_unknown_one_is_told(site: Site, open_page: OpenPage) -> None:
    with open_page(f"{site.origin}/{EVENT}") as page:
        page.get_by_label("Bib number").fill("0012")
        page.keyboard.press("Enter")
        expect(page.locator(".player .bib").first).to_have_text("12")
        page.keyboard.press("Escape")
        page.get_by_label("Bib number").fill("8")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("no reel of this bib")


def test_reels_are_started_and_followed_to_their_end(site: Site, open_page: OpenPage) -> None:
    world = site.world
    with open_page(f"{site.origin}/{EVENT}") as page:
        expect(page.locator(".poster")).to_have_count(4)
        page.get_by_role("button", name="Make reels …").click()
        page.get_by_label("Bibs").fill("12, x")
        page.get_by_role("button", name="Start").click()
        expect(page.locator(".dialog").get_by_role("alert")).to_contain_text("1 to 6 digits")
        page.get_by_label("Bibs").fill("12 305")
        page.get_by_label("Preview").check()
        page.get_by_role("button", name="Start").click()
        expect(page.locator(".dialog")).to_have_count(0)
        expect(page.locator(".panel-title")).to_have_text("Making reels")
        (started,) = world.deps.workflows.executions
        assert started.input["bibs"] == ["12", "305"]
        assert started.input["preview"] is True
        for item in world.extract(started.input):
            world.generate(item)
        expect(page.locator(".panel")).to_contain_text("2 of 2 previews")
        world.complete(started.input)
        expect(page.locator(".panel-title")).to_have_text("All reels made")
        expect(page.get_by_role("link", name="Previews")).to_have_attribute("aria-current", "page")
        expect(page.locator(".poster")).to_have_count(2)


def test_a_link_is_made_watched_on_a_phone_and_revoked(site: Site, open_page: OpenPage) -> None:
    with open_page(f"{site.origin}/{EVENT}?bib=4711") as page:
        page.get_by_role("button", name="Make a link to share").click()
        link = page.locator("#link")
        expect(link).to_be_visible()
        url = link.input_value()
        assert url.startswith(f"{site.origin}/w/")
        with open_page(url, width=390, height=844, touch=True) as phone:
            expect(phone.locator("video")).to_have_js_property("readyState", 4)
            expect(phone.locator("h1")).to_have_text("Nguyễn Thị Ánh")
            assert phone.locator("video").get_attribute("playsinline") is not None
            assert phone.locator("video").get_attribute("poster")
            assert fits(phone)
            inside = phone.locator("video").bounding_box()
            assert inside
            assert inside["height"] > 400
            assert inside["y"] + inside["height"] <= 844
        page.get_by_role("button", name="Revoke all links").click()
        expect(page.get_by_role("button", name="Revoke all links")).to_be_hidden()
        with open_page(url, width=390, height=844) as phone:
            expect(phone.locator("h1")).to_have_text("This link does not work")


def test_a_template_is_checked_while_it_is_written_and_saved(
    site: Site, open_page: OpenPage
) -> None:
    with open_page(f"{site.origin}/#/templates") as page:
        page.get_by_role("link", name="Race day").click()
        text = page.locator("#template-text")
        expect(text).to_have_value(re.compile("participantName"))
        good = text.input_value()
        text.fill(good.replace("${participantName}", "${nickname}"))
        expect(page.locator("#problems")).to_contain_text("texts.0.text")
        expect(page.locator("#problems")).to_contain_text("nickname")
        text.fill("{")
        expect(page.get_by_text("1 problem", exact=True)).to_be_visible()
        text.fill(good.replace("Race day", "Night run"))
        expect(page.get_by_text("Nothing is wrong.")).to_be_visible()
        page.locator("#template-id").fill("night-run")
        page.get_by_role("button", name="Save as a new template").click()
        expect(page.get_by_role("link", name="Night run")).to_be_visible()
        expect(page.get_by_role("button", name="Save the next version")).to_be_visible()
        page.get_by_role("button", name="Save the next version").click()
        expect(page.get_by_role("link", name="Night run")).to_contain_text("version 2")


def test_the_page_names_its_origins_and_nothing_else(site: Site) -> None:
    policy = site.api("GET", "/").headers["Content-Security-Policy"]

    assert "script-src 'self';" in policy
    assert f"media-src {site.storage};" in policy
    assert "unsafe" not in policy
