"""``/events``: made once, listed, and 404 where there is none."""

import base64
import json
from typing import Any

import pytest

EVENTS = "/events"
RUN = "/events/city-run"


def test_an_event_is_made_and_found(api: Any) -> None:
    made = api("POST", EVENTS, {"name": "  Zürich Run ", "date": "2026-05-10"})
    assert made.status_code == 201
    event = made.json_body
    assert event["eventId"].startswith("zurich-run-")
    assert (event["name"], event["date"]) == ("Zürich Run", "2026-05-10")
    assert event["counts"] == {"pending": 0, "done": 0, "failed": 0}
    assert made.headers["Location"] == f"/events/{event['eventId']}"
    assert api("GET", made.headers["Location"]).json_body == event
    listed = api("GET", EVENTS).json_body
    assert [one["eventId"] for one in listed["items"]] == [event["eventId"], "city-run"]
    assert listed["cursor"] is None


def test_an_event_may_have_an_id_of_the_callers_choice_once(api: Any) -> None:
    body = {"name": "Run", "eventId": "my-run-2026"}
    assert api("POST", EVENTS, body).json_body["eventId"] == "my-run-2026"
    api.problem(api("POST", EVENTS, body), 409, "event_exists")


def test_a_repeated_request_for_an_event_makes_one(api: Any) -> None:
    once = {"Idempotency-Key": "k1"}
    first = api("POST", EVENTS, {"name": "Run"}, once)
    again = api("POST", EVENTS, {"name": "Run"}, once)
    assert (again.status_code, again.json_body) == (201, first.json_body)
    assert api("POST", EVENTS, {"name": "Run"}).json_body["eventId"] != first.json_body["eventId"]
    body = {"name": "Other", "eventId": first.json_body["eventId"]}
    api.problem(api("POST", EVENTS, body, once), 409, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": 7}, "name"),
        ({"name": "Run", "date": "10.5.2026"}, "date"),
        ({"name": "Run", "eventId": "Has Space"}, "eventId"),
        ({"name": "Run", "eventId": "../up"}, "eventId"),
        ({"name": "Run", "eventId": "a\n"}, "eventId"),
        ({"name": "Run", "eventId": "x" * 65}, "eventId"),
        ({"name": "Run", "colour": "red"}, "colour"),
    ],
)
def test_a_bad_event_is_refused_field_by_field(api: Any, body: Any, field: str) -> None:
    found = api.problem(api("POST", EVENTS, body), 400, "invalid_body")
    assert [error["field"] for error in found["errors"]] == [field]


def test_a_body_that_is_not_json_is_refused(api: Any) -> None:
    api.problem(api("POST", EVENTS, b'{"name": '), 400, "invalid_json")
    text = {"Content-Type": "text/plain"}
    api.problem(api("POST", EVENTS, b'{"name": "x"}', text), 415, "unsupported_media_type")


def test_events_are_paged_newest_first(api: Any) -> None:
    for number in range(5):
        api("POST", EVENTS, {"name": f"Run {number}"})
    names: list[str] = []
    cursor = ""
    while True:
        page = api("GET", f"{EVENTS}?limit=2{cursor}").json_body
        assert len(page["items"]) <= 2
        names += [event["name"] for event in page["items"]]
        if not page["cursor"]:
            break
        cursor = f"&cursor={page['cursor']}"
    assert names == ["Run 4", "Run 3", "Run 2", "Run 1", "Run 0", "city-run"]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "limit=-1", "limit=1.5"])
def test_a_bad_limit_is_refused(api: Any, query: str) -> None:
    api.problem(api("GET", f"{EVENTS}?{query}"), 400, "bad_limit")


@pytest.mark.parametrize("path", [EVENTS, f"{RUN}/photos", f"{RUN}/requests"])
def test_a_cursor_that_was_made_up_is_refused(api: Any, path: str) -> None:
    api.problem(api("GET", f"{path}?cursor=nonsense"), 400, "bad_cursor")
    forged = base64.urlsafe_b64encode(json.dumps({"pk": "EVENT#other"}).encode()).decode()
    api.problem(api("GET", f"{path}?cursor={forged}"), 400, "bad_cursor")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/events/nobody"),
        ("GET", "/events/Not%20An%20Id"),
        ("GET", "/events/nobody/photos"),
        ("GET", "/events/nobody/photos/00000000000000000000"),
        ("GET", "/events/nobody/requests"),
        ("GET", "/events/nobody/requests/1"),
        ("POST", "/events/nobody/process"),
        ("POST", "/events/nobody/uploads"),
    ],
)
def test_an_unknown_event_is_a_404_everywhere(api: Any, method: str, path: str) -> None:
    api.problem(api(method, path, {} if method == "POST" else None), 404, "event_not_found")
