"""Share links and the page behind them."""

import re
from typing import Any

import pytest

SHARE = "/events/city-run/reels/7/share"


@pytest.fixture
def shared(world: Any, api: Any) -> dict[str, Any]:
    """A link to a reel of bib 7."""
    world.photo("7")
    world.photo("4711")
    world.runner("7", name='Ana <b>"María"</b>')
    world.run(aspects=["16:9", "9:16"])
    made = api("POST", SHARE)
    assert made.status_code == 201
    link: dict[str, Any] = made.json_body
    return link


def test_a_link_shows_one_runner_and_nobody_else(api: Any, shared: Any) -> None:
    answer = api("GET", shared["url"])
    html = answer.body.decode()

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "playsinline" in html
    assert "1080" in html
    assert "City Run" in html
    assert "17 May 2026" in html
    assert "4711" not in html
    assert "Ana &lt;b&gt;&quot;María" in html
    assert "<b>" not in html


def test_a_watch_page_is_not_to_be_indexed_kept_or_framed(api: Any, shared: Any) -> None:
    headers = api("GET", shared["url"]).headers
    policy = headers["Content-Security-Policy"]

    assert "noindex" in headers["X-Robots-Tag"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "media-src https://memory.invalid;" in policy
    assert "frame-ancestors 'none'" in policy


def test_a_token_is_told_once_and_kept_as_a_hash(world: Any, api: Any, shared: Any) -> None:
    listed = api("GET", SHARE)

    assert [one["linkId"] for one in listed.json_body["items"]] == [shared["linkId"]]
    assert shared["token"] not in listed.body.decode()
    rows = world.deps.tables.table("reels")._rows
    assert shared["token"] not in str(rows)


def test_a_revoked_link_works_no_more_and_others_of_other_runners_do(
    world: Any, api: Any, shared: Any
) -> None:
    other = api("POST", "/events/city-run/reels/4711/share").json_body
    second = api("POST", SHARE).json_body

    assert api("DELETE", SHARE).json_body == {"revoked": 2}

    for link in (shared, second):
        gone = api("GET", link["url"])
        assert gone.status_code == 404
        assert "does not work" in gone.body.decode()
    assert api("GET", other["url"]).status_code == 200
    assert api("GET", SHARE).json_body == {"items": []}
    assert api("DELETE", SHARE).json_body == {"revoked": 0}


@pytest.mark.parametrize("token", ["x", "0" * 43, "..%2F..%2Fetc", "0" * 4000])
def test_any_other_link_is_not_found(api: Any, shared: Any, token: str) -> None:
    answer = api("GET", f"/w/{token}")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_link_shows_the_reel_of_today(world: Any, api: Any, shared: Any) -> None:
    world.photo("7")
    world.run("r2", aspects=["9:16"])
    (current,) = world.rows()["7"]["videos"]

    html = api("GET", shared["url"]).body.decode()

    assert current["key"] in html
    assert len(re.findall("<source", html)) == 1


def test_links_have_an_end(api: Any, shared: Any) -> None:
    for _ in range(19):
        assert api("POST", SHARE).status_code == 201
    api.problem(api("POST", SHARE), 409, "too_many_links")


def test_a_runner_who_opted_out_is_not_watched(world: Any, api: Any, shared: Any) -> None:
    world.opt_out("7")

    assert api("GET", shared["url"]).status_code == 404
