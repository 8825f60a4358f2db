"""``/events/{eventId}/uploads``: forms for photos, and for nothing else."""

import base64
import json
from typing import Any

import pytest

RUN = "/events/city-run"


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
    body = api.problem(api("POST", f"{RUN}/uploads", {"files": [asked]}), 422, "bad_upload")
    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]


@pytest.mark.parametrize("count", [0, 101])
def test_uploads_are_asked_for_by_the_hundred_at_most(api: Any, count: int) -> None:
    files = [{"filename": "a.jpg", "size": 5, "contentType": "image/jpeg"}] * count
    api.problem(api("POST", f"{RUN}/uploads", {"files": files}), 400, "invalid_body")
