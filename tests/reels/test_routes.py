"""The routes of requests and reels, as a caller sees them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared.errors import RetryableError

REELS = "/events/city-run/reels"


def test_a_request_is_accepted_and_starts_the_machine_once(world: Any, api: Any) -> None:
    key = {"Idempotency-Key": "once"}
    body = {"bibs": ["7", "0008"], "aspects": ["1:1", "1:1", "9:16"], "preview": True}

    first = api("POST", REELS, body, key)
    again = api("POST", REELS, body, key)

    assert first.status_code == 202
    assert again.json_body["requestId"] == first.json_body["requestId"]
    path = f"/events/city-run/reel-requests/{first.json_body['requestId']}"
    assert first.headers["Location"] == path
    (started,) = world.deps.workflows.executions
    assert started.input["bibs"] == ["7", "0008"]
    assert started.input["aspects"] == ["1:1", "9:16"]
    assert api("GET", path).json_body["state"] == "RUNNING"
    other = {**body, "bibs": ["9"]}
    api.problem(api("POST", REELS, other, key), 409, "idempotency_key_reused")


def test_a_request_whose_machine_did_not_start_is_started_by_its_repeat(
    world: Any, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any) -> str:
        raise RetryableError("aws_busy", "Not now.")

    with monkeypatch.context() as patched:
        patched.setattr(world.deps.workflows, "start", busy)
        api.problem(api("POST", REELS, {}, {"Idempotency-Key": "k"}), 503, "aws_busy")
    assert api("POST", REELS, {}, {"Idempotency-Key": "k"}).json_body["state"] == "RUNNING"
    assert len(world.deps.workflows.executions) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"bibs": []},
        {"bibs": ["x"]},
        {"bibs": ["1234567"]},
        {"aspects": []},
        {"aspects": ["2:3"]},
        {"templateId": "../x"},
        {"more": 1},
    ],
)
def test_a_body_that_is_not_one_is_refused(api: Any, body: Any) -> None:
    api.problem(api("POST", REELS, body), 400, "invalid_body")


def test_unknown_events_templates_and_requests_are_told(api: Any) -> None:
    api.problem(api("POST", "/events/nobody/reels", {}), 404, "event_not_found")
    api.problem(api("POST", "/events/No%2FBody/reels", {}), 404, "event_not_found")
    api.problem(api("POST", REELS, {"templateId": "gone"}), 404, "template_not_found")
    path = "/events/city-run/reel-requests/nobody"
    api.problem(api("GET", path), 404, "request_not_found")


def test_without_event_images_the_answer_says_so(
    world: Any, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(*_: Any, **__: Any) -> Any:
        error = {"Error": {"Code": "ResourceNotFoundException", "Message": "no table"}}
        raise ClientError(error, "GetItem")  # type: ignore[arg-type]

    for table in (world.events, world.images):
        for call in ("get", "get_many", "query", "query_all"):
            monkeypatch.setattr(table, call, absent)
    for method, path in (("POST", REELS), ("GET", "/events")):
        api.problem(api(method, path, {} if method == "POST" else None), 503, "event_images_absent")


def test_events_are_those_of_event_images(world: Any, api: Any) -> None:
    world.add_event("other-run")

    items = api("GET", "/events").json_body["items"]

    assert {item["eventId"] for item in items} == {"city-run", "other-run"}
    assert set(items[0]) == {"eventId", "name", "date"}


def test_a_request_tells_its_counts_and_the_runners_that_failed(world: Any, api: Any) -> None:
    world.photo("7")
    world.photo("8", data=b"damaged")
    world.runner("9")
    world.run("r1")
    world.run("r2")

    found = api("GET", "/events/city-run/reel-requests/r2").json_body

    assert found["counts"] == {
        "listed": 3, "optedOut": 0, "withoutPhotos": 1, "total": 2, "done": 1, "failed": 1,
        "unchanged": 1,
    }  # fmt: skip
    assert [(one["bib"], one["code"]) for one in found["errors"]] == [("8", "truncated_image")]
    listed = api("GET", "/events/city-run/reel-requests").json_body["items"]
    assert [one["requestId"] for one in listed] == ["r2", "r1"]


def test_reels_are_listed_page_by_page_with_signed_addresses(world: Any, api: Any) -> None:
    for bib in ("7", "8", "9"):
        world.photo(bib)
    world.run()

    first = api("GET", f"{REELS}?limit=2").json_body
    second = api("GET", f"{REELS}?limit=2&cursor={first['cursor']}").json_body

    assert [item["bib"] for item in first["items"] + second["items"]] == ["7", "8", "9"]
    video = first["items"][0]["videos"][0]
    assert "reels-media/reels/current/city-run/7/" in video["url"]
    assert "expires=3600" in video["url"]
    assert "attachment" in video["downloadUrl"]
    assert first["items"][0]["expiresAt"]
    api.problem(api("GET", f"{REELS}?preview=maybe"), 400, "bad_preview")
    api.problem(api("GET", f"{REELS}?limit=0"), 400, "bad_limit")


def test_one_reel_is_found_whatever_zeros_lead_the_bib(world: Any, api: Any) -> None:
    image = world.photo("7")
    world.runner("7", name="Ana María")
    world.run()

    found = api("GET", f"{REELS}/007").json_body

    assert (found["bib"], found["name"], found["state"]) == ("7", "Ana María", "DONE")
    assert found["sources"] == [image]
    api.problem(api("GET", f"{REELS}/8"), 404, "reel_not_found")
    api.problem(api("GET", f"{REELS}/x"), 404, "reel_not_found")


def test_a_failed_reel_is_listed_with_its_error(world: Any, api: Any) -> None:
    world.photo("7", data=b"damaged")
    world.run()

    found = api("GET", f"{REELS}/7").json_body

    assert (found["state"], found["videos"]) == ("FAILED", [])
    assert found["error"]["code"] == "truncated_image"
    api.problem(api("POST", f"{REELS}/7/share"), 404, "reel_not_found")


def test_a_preview_whose_day_is_over_is_not_shown(
    world: Any, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.photo("7")
    world.run(preview=True)
    path = f"{REELS}?preview=true"
    assert len(api("GET", path).json_body["items"]) == 1
    assert api("GET", f"{REELS}/7?preview=true").json_body["preview"] is True
    row = world.rows("PREVIEW#")["7"]
    from shared.tables import Put

    world.deps.reels.write(Put({**row, "expiresAt": 1}))

    assert api("GET", path).json_body["items"] == []
    api.problem(api("GET", f"{REELS}/7?preview=true"), 404, "reel_not_found")


def test_health_needs_nothing(api: Any) -> None:
    found = api("GET", "/health").json_body

    assert (found["service"], found["status"]) == ("reels", "ok")
