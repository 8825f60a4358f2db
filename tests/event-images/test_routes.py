"""The routes, called as API Gateway calls them."""

import base64
import json
from typing import Any

import pytest

from shared.errors import RetryableError

EVENTS = "/events"
RUN = "/events/city-run"


def problem(answer: Any, status: int, code: str) -> Any:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json_body
    assert body["status"] == status
    assert body["code"] == code
    assert {"type", "title", "detail", "instance"} <= set(body)
    return body


# --- events ----------------------------------------------------------------------------------


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
    problem(api("POST", EVENTS, body), 409, "event_exists")


def test_a_repeated_request_for_an_event_makes_one(api: Any) -> None:
    once = {"Idempotency-Key": "k1"}
    first = api("POST", EVENTS, {"name": "Run"}, once)
    again = api("POST", EVENTS, {"name": "Run"}, once)
    assert (again.status_code, again.json_body) == (201, first.json_body)
    assert api("POST", EVENTS, {"name": "Run"}).json_body["eventId"] != first.json_body["eventId"]
    body = {"name": "Other", "eventId": first.json_body["eventId"]}
    problem(api("POST", EVENTS, body, once), 409, "idempotency_key_reused")


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
    found = problem(api("POST", EVENTS, body), 400, "invalid_body")
    assert [error["field"] for error in found["errors"]] == [field]


def test_a_body_that_is_not_json_is_refused(api: Any) -> None:
    problem(api("POST", EVENTS, b'{"name": '), 400, "invalid_json")
    text = {"Content-Type": "text/plain"}
    problem(api("POST", EVENTS, b'{"name": "x"}', text), 415, "unsupported_media_type")


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
    problem(api("GET", f"{EVENTS}?{query}"), 400, "bad_limit")


@pytest.mark.parametrize("path", [EVENTS, f"{RUN}/photos", f"{RUN}/requests"])
def test_a_cursor_that_was_made_up_is_refused(api: Any, path: str) -> None:
    problem(api("GET", f"{path}?cursor=nonsense"), 400, "bad_cursor")
    forged = base64.urlsafe_b64encode(json.dumps({"pk": "EVENT#other"}).encode()).decode()
    problem(api("GET", f"{path}?cursor={forged}"), 400, "bad_cursor")


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
    problem(api(method, path, {} if method == "POST" else None), 404, "event_not_found")


# --- uploads ---------------------------------------------------------------------------------


def test_a_form_takes_this_photo_and_no_other(api: Any, world: Any) -> None:
    photo = world.jpeg("7")
    files = [
        {"filename": "IMG 1+ä.jpg", "size": len(photo), "contentType": "image/jpeg"},
        {"filename": "IMG 1+ä.jpg", "size": 5, "contentType": "image/JPEG"},
    ]
    answer = api("POST", f"{RUN}/uploads", {"files": files})
    assert answer.status_code == 200
    first, second = answer.json_body["uploads"]
    assert first["key"].startswith("city-run/uploads/")
    assert first["key"].endswith("/IMG 1+ä.jpg")
    assert first["key"] != second["key"]
    assert first["fields"]["key"] == first["key"]
    assert first["fields"]["Content-Type"] == second["fields"]["Content-Type"] == "image/jpeg"
    policy = json.loads(base64.b64decode(first["fields"]["policy"]))
    most = world.deps.settings.max_photo_bytes
    assert ["content-length-range", 1, most] in policy["conditions"]
    # What the browser then uploads is the photo with the id that was promised.
    world.put(first["key"], photo, bucket="incoming")
    (read,) = world.uploaded(first["key"]).photos
    assert read.image_id == first["imageId"]


def test_a_repeat_with_a_key_gives_the_same_places(api: Any) -> None:
    body = {"files": [{"filename": "a.jpg", "size": 5, "contentType": "image/jpeg"}]}

    def keys(headers: dict[str, str]) -> list[str]:
        uploads = api("POST", f"{RUN}/uploads", body, headers).json_body["uploads"]
        return [upload["key"] for upload in uploads]

    once = {"Idempotency-Key": "batch-1"}
    assert keys(once) == keys(once)
    assert keys({}) != keys({})


@pytest.mark.parametrize(
    ("file", "field", "code"),
    [
        ({"size": 0}, "files.0.size", "empty_file"),
        ({"size": 60_000_001}, "files.0.size", "too_large"),
        ({"contentType": "text/html"}, "files.0.contentType", "unsupported_type"),
        ({"contentType": "image/svg+xml"}, "files.0.contentType", "unsupported_type"),
        ({"filename": "a.exe"}, "files.0.filename", "not_an_image_name"),
        ({"filename": "../.jpg"}, "files.0.filename", "not_an_image_name"),
    ],
)
def test_a_file_that_cannot_be_a_photo_is_refused_by_name(
    api: Any, file: dict[str, Any], field: str, code: str
) -> None:
    asked = {"filename": "a.jpg", "size": 5, "contentType": "image/jpeg", **file}
    body = problem(api("POST", f"{RUN}/uploads", {"files": [asked]}), 422, "bad_upload")
    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]


@pytest.mark.parametrize("count", [0, 101])
def test_uploads_are_asked_for_by_the_hundred_at_most(api: Any, count: int) -> None:
    files = [{"filename": "a.jpg", "size": 5, "contentType": "image/jpeg"}] * count
    problem(api("POST", f"{RUN}/uploads", {"files": files}), 400, "invalid_body")


# --- requests --------------------------------------------------------------------------------

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
    problem(api("POST", f"{RUN}/process", {}, once), 409, "idempotency_key_reused")


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
    problem(answer, 503, "aws_busy")
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
    problem(api("POST", f"{RUN}/process", SOURCE), 503, "aws_busy")
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
    problem(api("POST", f"{RUN}/process", {"source": source}), 403, "source_not_allowed")
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
    problem(api("POST", f"{RUN}/process", body), 400, "invalid_body")


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "ümlaut"])
def test_a_bad_idempotency_key_is_refused(api: Any, key: str) -> None:
    for path in (EVENTS, f"{RUN}/process"):
        answer = api("POST", path, {"name": "Run"}, {"Idempotency-Key": key})
        assert answer.status_code == 400


def test_the_request_of_another_event_is_not_found(api: Any, world: Any) -> None:
    request_id = api("POST", f"{RUN}/process").json_body["requestId"]
    world.add_event("other-run")
    problem(api("GET", f"/events/other-run/requests/{request_id}"), 404, "request_not_found")
    for unknown in ("0" * 40, "a%23b", "x" * 2000):
        problem(api("GET", f"{RUN}/requests/{unknown}"), 404, "request_not_found")


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


# --- photos ----------------------------------------------------------------------------------


@pytest.fixture
def photos(world: Any) -> dict[str, str]:
    ids = {
        "both": world.put("both.jpg", world.jpeg("0042", "7")),
        "seven": world.put("seven.jpg", world.jpeg("7")),
        "none": world.put("none.jpg", world.jpeg()),
        "bad": world.put("bad.jpg", b""),
    }
    world.run()
    ids["pending"] = world.put("city-run/late.jpg", world.jpeg("9"), bucket="incoming")
    world.list_images(world.request("r2", source={"kind": "uploads"}))
    return ids


def found(answer: Any, photos: dict[str, str]) -> set[str]:
    names = {image_id: name for name, image_id in photos.items()}
    assert answer.status_code == 200
    return {names[photo["imageId"]] for photo in answer.json_body["items"]}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"both", "seven", "none", "bad", "pending"}),
        ("?bib=7", {"both", "seven"}),
        ("?bib=42", {"both"}),
        ("?bib=00042", {"both"}),
        ("?bib=4", set()),
        ("?bib=9", set()),
        ("?state=DONE", {"both", "seven", "none"}),
        ("?state=failed", {"bad"}),
        ("?state=PENDING", {"pending"}),
        ("?bib=7&state=DONE", {"both", "seven"}),
        ("?bib=7&state=FAILED", set()),
        ("?bib=&state=", {"both", "seven", "none", "bad", "pending"}),
    ],
)
def test_photos_are_found_by_bib_and_by_state(
    api: Any, photos: dict[str, str], query: str, names: set[str]
) -> None:
    assert found(api("GET", f"{RUN}/photos{query}"), photos) == names


@pytest.mark.parametrize("query", ["", "&bib=7", "&state=DONE"])
def test_photos_are_paged(api: Any, photos: dict[str, str], query: str) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = api("GET", f"{RUN}/photos?limit=1{query}{cursor}").json_body
        seen += [photo["imageId"] for photo in page["items"]]
        if not page["cursor"]:
            break
        cursor = f"&cursor={page['cursor']}"
    assert len(seen) == len(set(seen)) == {"": 5, "&bib=7": 2, "&state=DONE": 3}[query]


def test_a_photo_shows_what_was_read_and_where_it_is(api: Any, photos: dict[str, str]) -> None:
    photo = api("GET", f"{RUN}/photos/{photos['both']}").json_body
    assert photo["bibs"] == ["42", "7"]
    assert photo["readings"][0] == {
        "bib": "0042",
        "confidence": 0.9,
        "box": [1, 2, 30.5, 20],
        "accepted": True,
    }
    assert (photo["source"], photo["bucket"], photo["key"]) == ("s3", "races", "both.jpg")
    assert (photo["state"], photo["error"], photo["engine"]) == ("DONE", None, "memory")
    for name, file in (("webUrl", "web"), ("thumbUrl", "thumb")):
        assert f"/media/city-run/photos/{photos['both']}/{file}.jpg?" in photo[name]


@pytest.mark.parametrize(("name", "source"), [("bad", "s3"), ("pending", "uploads")])
def test_only_photos_that_are_done_have_pictures(
    api: Any, photos: dict[str, str], name: str, source: str
) -> None:
    photo = api("GET", f"{RUN}/photos/{photos[name]}").json_body
    assert (photo["webUrl"], photo["thumbUrl"], photo["source"]) == (None, None, source)
    assert (photo["error"] or {}).get("code") == {"bad": "empty_file", "pending": None}[name]


@pytest.mark.parametrize("image_id", ["0" * 20, "x", "..%2F..", "G" * 20, "0" * 3000])
def test_an_unknown_photo_is_not_found(api: Any, image_id: str) -> None:
    problem(api("GET", f"{RUN}/photos/{image_id}"), 404, "photo_not_found")


@pytest.mark.parametrize("bib", ["x", "12a", "1234567", "-1", "1.5", "%D9%A3", "TAG"])
def test_a_bib_that_is_no_number_is_refused(api: Any, bib: str) -> None:
    problem(api("GET", f"{RUN}/photos?bib={bib}"), 400, "bad_bib")


def test_a_state_that_does_not_exist_is_refused(api: Any) -> None:
    problem(api("GET", f"{RUN}/photos?state=LOST"), 400, "bad_state")
