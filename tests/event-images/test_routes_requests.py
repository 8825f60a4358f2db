"""``/events/{eventId}/process`` and ``/requests``: started once, followed to the end."""

from typing import Any

import pytest

from shared.errors import RetryableError

EVENTS = "/events"
RUN = "/events/city-run"


SOURCE = {"source": {"kind": "s3", "bucket": "races", "prefix": "2026/"}}


def test_processing_starts_the_machine_once_and_can_be_followed(api: Any, world: Any) -> None:
    world.put("2026/a.jpg", world.jpeg("7"))
    world.put("2026/bad.jpg", b"")
    once = {"Idempotency-Key": "k"}
    accepted = api("POST", f"{RUN}/process", {**SOURCE, "force": False}, once)
    assert accepted.status_code == 202
    request = accepted.json_body
    path = f"{RUN}/requests/{request['requestId']}"
    assert accepted.headers["Location"] == path
    assert (request["state"], request["source"]) == ("RUNNING", SOURCE["source"])
    assert api("POST", f"{RUN}/process", SOURCE, once).json_body == request
    (execution,) = world.deps.workflows.executions
    assert execution.name == request["requestId"]
    assert execution.input == {
        "requestId": request["requestId"],
        "eventId": "city-run",
        "force": False,
        **SOURCE,
    }
    for item in world.list_images(execution.input):
        world.extract(item)
    world.complete(execution.input)
    ended = api("GET", path).json_body
    assert ended["state"] == "PARTIAL"
    assert ended["counts"] == {
        "listed": 2,
        "ignored": 0,
        "skipped": 0,
        "total": 2,
        "done": 1,
        "failed": 1,
    }
    (error,) = ended["errors"]
    assert (error["name"], error["code"]) == ("bad.jpg", "empty_file")
    assert error["imageId"] == world.put("2026/bad.jpg", b"")
    assert ended["errorsCursor"] is None
    assert ended["completedAt"] > ended["startedAt"] > ended["createdAt"]
    (listed,) = api("GET", f"{RUN}/requests").json_body["items"]
    assert listed == {**ended, "errors": []}


def test_without_a_key_each_request_is_a_new_one(api: Any, world: Any) -> None:
    ids = {api("POST", f"{RUN}/process").json_body["requestId"] for _ in range(3)}
    assert len(ids) == len(world.deps.workflows.executions) == 3


def test_without_a_body_the_uploads_are_processed(api: Any) -> None:
    assert api("POST", f"{RUN}/process").json_body["source"] == {"kind": "uploads"}


def test_a_key_that_comes_with_another_body_is_refused(api: Any) -> None:
    once = {"Idempotency-Key": "k"}
    api("POST", f"{RUN}/process", SOURCE, once)
    api.problem(api("POST", f"{RUN}/process", {}, once), 409, "idempotency_key_reused")


def test_a_repeat_starts_what_the_first_call_could_not(
    api: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflows = world.deps.workflows
    start = workflows.start

    def busy(*args: Any) -> str:
        raise RetryableError("aws_busy", "Later.")

    once = {"Idempotency-Key": "k"}
    monkeypatch.setattr(workflows, "start", busy)
    answer = api("POST", f"{RUN}/process", SOURCE, once)
    api.problem(answer, 503, "aws_busy")
    assert answer.headers["Retry-After"]
    monkeypatch.setattr(workflows, "start", start)
    assert api("POST", f"{RUN}/process", SOURCE, once).json_body["state"] == "RUNNING"
    assert len(workflows.executions) == 1


def test_a_request_that_nobody_can_repeat_fails_when_it_cannot_be_started(
    api: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*args: Any) -> str:
        raise RetryableError("aws_busy", "Later.")

    monkeypatch.setattr(world.deps.workflows, "start", busy)
    api.problem(api("POST", f"{RUN}/process", SOURCE), 503, "aws_busy")
    (request,) = api("GET", f"{RUN}/requests").json_body["items"]
    assert (request["state"], request["error"]["code"]) == ("FAILED", "not_started")


@pytest.mark.parametrize(
    "source",
    [
        {"kind": "s3", "bucket": "media", "prefix": ""},
        {"kind": "s3", "bucket": "other-peoples", "prefix": "x"},
    ],
)
def test_a_bucket_that_no_setting_names_is_refused(api: Any, world: Any, source: Any) -> None:
    api.problem(api("POST", f"{RUN}/process", {"source": source}), 403, "source_not_allowed")
    assert world.deps.workflows.executions == []


@pytest.mark.parametrize(
    "body",
    [
        {"source": {"kind": "ftp"}},
        {"source": {"kind": "s3"}},
        {"source": {"kind": "s3", "prefix": "x" * 1025}},
        {"source": {"kind": "uploads", "prefix": "x"}},
        {"source": "s3"},
        {"force": "please"},
        [],
    ],
)
def test_a_bad_source_is_refused(api: Any, body: Any) -> None:
    api.problem(api("POST", f"{RUN}/process", body), 400, "invalid_body")


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "ümlaut"])
def test_a_bad_idempotency_key_is_refused(api: Any, key: str) -> None:
    for path in (EVENTS, f"{RUN}/process"):
        answer = api("POST", path, {"name": "Run"}, {"Idempotency-Key": key})
        assert answer.status_code == 400


def test_the_request_of_another_event_is_not_found(api: Any, world: Any) -> None:
    request_id = api("POST", f"{RUN}/process").json_body["requestId"]
    world.add_event("other-run")
    api.problem(api("GET", f"/events/other-run/requests/{request_id}"), 404, "request_not_found")
    for unknown in ("0" * 40, "a%23b", "x" * 2000):
        api.problem(api("GET", f"{RUN}/requests/{unknown}"), 404, "request_not_found")


def test_the_errors_of_a_request_are_paged(api: Any, world: Any) -> None:
    for number in range(5):
        world.put(f"{number}.jpg", b"")
    world.run("r1")
    codes: list[str] = []
    cursor = ""
    while True:
        body = api("GET", f"{RUN}/requests/r1?limit=2{cursor}").json_body
        codes += [error["code"] for error in body["errors"]]
        if not body["errorsCursor"]:
            break
        cursor = f"&cursor={body['errorsCursor']}"
    assert codes == ["empty_file"] * 5
