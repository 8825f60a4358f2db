"""The page that shows an API's description, in a real browser and under its own policy."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

import shared.openapi
from shared.models import Model
from shared.openapi import Api, Query, Route, Variable, document
from tests.browser_fixture import Answered, Asked, OpenPage, Serve

PAGE = Path(shared.openapi.__file__).parent / "page"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
MARKUP = "<img src=x onerror=\"window.hacked='yes'\">"


class CreateThing(Model):
    """Body, with ``code``."""

    display_name: str


class Thing(Model):
    """A thing of things."""

    thing_id: str
    inside: "tuple[Thing, ...]" = ()


API = Api(
    "things",
    f"All about things. {MARKUP}",
    (
        Route(
            "createThing",
            "POST",
            "/things",
            "Make a thing",
            "Things",
            {201: Thing},
            body=CreateThing,
            problems={409: ("thing_exists",)},
        ),
        Route(
            "getThing",
            "GET",
            "/things/{thingId}",
            "Get a thing",
            "Things",
            {200: Thing},
            query=(Query("deep", "How deep."),),
            auth=False,
        ),
    ),
    {"thingId": Variable("The thing.")},
)


@pytest.fixture
def url(serve: Serve) -> str:
    def answer(asked: Asked) -> Answered:
        if asked.path == "/api/openapi.json":
            return Answered(200, json.dumps(document(API, "/api")).encode())
        path = PAGE / (asked.path.removeprefix("/api/docs").lstrip("/") or "docs.html")
        return Answered(200, path.read_bytes(), {"Content-Type": TYPES[path.suffix]})

    return f"{serve(answer)}/api/docs"


def test_all_routes_are_shown_with_what_they_take_and_give(url: str, open_page: OpenPage) -> None:
    with open_page(url) as page:
        expect(page).to_have_title("things · API")
        expect(page.locator(".operation")).to_have_count(2)
        make = page.locator("#createThing")
        expect(make).to_contain_text("thing_exists")
        expect(make.locator(".field", has_text="displayName")).to_be_visible()
        expect(make).to_contain_text("required")
        thing = make.locator("details", has_text="Thing").first
        thing.locator("summary").first.click()
        expect(thing).to_contain_text("thingId")
        thing.locator("details summary").first.click()  # a model may contain itself
        expect(thing.locator("details .field", has_text="inside").first).to_be_visible()
        make.get_by_text("With curl").click()
        origin = url.removesuffix("/api/docs")
        expect(make.locator("pre")).to_contain_text(f"curl -X POST '{origin}/api/things'")
        expect(make.locator("pre")).to_contain_text('{"displayName":"…"}')
        expect(page.locator("#getThing .open")).to_have_text("public")
        assert page.evaluate("window.hacked") is None


def test_the_filter_narrows_both_lists(url: str, open_page: OpenPage) -> None:
    with open_page(url) as page:
        page.get_by_label("Filter the routes").fill("get thing")
        expect(page.locator(".operation:visible")).to_have_count(1)
        expect(page.locator("nav li:visible")).to_have_count(1)
        page.get_by_label("Filter the routes").fill("")
        expect(page.locator(".operation:visible")).to_have_count(2)


def test_an_address_leads_to_its_route_also_on_a_phone(url: str, open_page: OpenPage) -> None:
    with open_page(f"{url}#getThing", width=360, height=640, touch=True, dark=True) as page:
        expect(page.locator("#getThing")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_description_that_cannot_be_read_is_said_so(serve: Serve, open_page: OpenPage) -> None:
    def answer(asked: Asked) -> Answered:
        if asked.path.endswith("openapi.json"):
            return Answered(503, b"{}")
        path = PAGE / (asked.path.removeprefix("/docs").lstrip("/") or "docs.html")
        return Answered(200, path.read_bytes(), {"Content-Type": TYPES[path.suffix]})

    with open_page(f"{serve(answer)}/docs") as page:
        expect(page.get_by_role("alert")).to_contain_text("The service answered 503.")


def test_the_page_takes_nothing_from_elsewhere() -> None:
    for path in PAGE.iterdir():
        text = path.read_text()
        for forbidden in ("innerHTML", "eval(", "document.write", "style="):
            assert forbidden not in text, path.name
        assert "https://" not in text, path.name
