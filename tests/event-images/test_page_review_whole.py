"""The review's page in front of the service's own routes: what one says, the other understands."""

import json
import threading
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from tests.browser_fixture import Answered, Asked, OpenPage, Serve
from tests.event_images_review import RUN, put_photo, put_start_list, tagged


def routes(api: Any, serve: Serve) -> str:
    """The service on a port, behind the prefix of a stage."""
    lock = threading.Lock()

    def handler(asked: Asked) -> Answered:
        if not asked.path.startswith("/api/"):
            return Answered(404)
        query = f"?{urlencode(asked.query)}" if asked.query else ""
        path = asked.path.removeprefix("/api") + query
        headers = {
            name: asked.headers[name]
            for name in ("content-type", "idempotency-key")
            if name in asked.headers
        }
        with lock:  # the test client of Chalice is one for all
            found = api(asked.method, path, asked.body or None, headers)
        body = found.body if isinstance(found.body, bytes) else json.dumps(found.body).encode()
        return Answered(found.status_code, body, {"Content-Type": found.headers["Content-Type"]})

    return f"{serve(handler)}/api/"


def asks(page: Page, bib: str) -> None:
    expect(page.locator(".review-question .bib")).to_have_text(bib)


def test_keys_become_tags_names_are_shown_and_undo_takes_back(
    api: Any, world: Any, serve: Serve, open_page: OpenPage
) -> None:
    put_start_list(world, b123="Ada Lovelace", b42="Bo", b55="Di")
    first = put_photo(world, "a.jpg", ("128", 0.6), ("42", 0.95))
    second = put_photo(world, "b.jpg", ("55", 0.2))
    world.run()
    with open_page(f"{routes(api, serve)}#{RUN}") as page:
        page.get_by_role("link", name="2 uncertain readings").click()
        expect(page.locator(".lede")).to_have_text("2 left · 0 done by you")
        order = []
        for number in range(2):
            expect(page.locator(".lede")).to_have_text(f"{2 - number} left · {number} done by you")
            bib = page.locator(".review-question .bib").inner_text()
            order.append(bib)
            if bib == "128":
                expect(page.locator(".review-choice")).to_contain_text("Ada Lovelace")
                page.keyboard.press("1")
            else:
                expect(page.locator(".review-question")).to_have_text("Is this 55 Di?")
                page.keyboard.press("r")
        expect(page.locator(".review-saving [role=status]")).to_have_text("All saved")
        assert sorted(order) == ["128", "55"]
        assert (tagged(world, first), tagged(world, second)) == ({"42", "123"}, set())
        page.get_by_role("button", name="Look again").click()
        end = page.get_by_role("heading", name="Nothing left to review")
        expect(end).to_be_visible()
        page.keyboard.press("r")  # nothing is shown, so nothing is decided
        page.keyboard.press("u")  # but the last decision can be taken back
        asks(page, order[-1])
        page.keyboard.press("1" if order[-1] == "128" else "r")
        expect(end).to_be_visible()
        expect(page.locator(".review-saving [role=status]")).to_have_text("All saved")
        page.get_by_role("link", name="Photos").click()
        page.locator(f"[data-photo='{first}']").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.locator(".readings li").filter(has_text="123")).to_contain_text("corrected")
        dialog.get_by_label("Add a number").fill("55")
        page.keyboard.press("Enter")
        expect(dialog.locator(".readings li").filter(has_text="55")).to_contain_text("by hand")
        assert tagged(world, first) == {"42", "123", "55"}
        dialog.get_by_role("button", name="Undo").click()
        expect(dialog.locator(".readings li").filter(has_text="55")).to_have_count(0)
    assert tagged(world, first) == {"42", "123"}
    world.check()
    record = api("GET", f"{RUN}/photos/{first}/audit").json_body["items"]
    actions = [one["action"] for one in record]
    assert actions in (["correct", "add", "undo"], ["correct", "undo", "correct", "add", "undo"])
