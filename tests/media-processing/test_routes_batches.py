"""The listing's routes, as a caller sees them."""

from typing import Any

import pytest

from chalicelib.media_processing.ports import Answer
from tests.service_app import Api

from .conftest import LISTING, jpeg

BATCHES = f"/listings/{LISTING}/batches"


def asked(api: Api, *files: bytes, **more: Any) -> dict[str, Any]:
    items = [api.world.put(data) for data in files or (jpeg(),)]
    return {
        "batchId": "b1",
        "items": [item.model_dump(by_alias=True, exclude_none=True) for item in items],
        **more,
    }


def finish(api: Api, job_id: str) -> None:
    run = {"jobId": job_id, "listingId": LISTING, "batchId": "b1"}
    api.world.run(run)
    api.world.callback(run)


def test_a_batch_is_accepted_followed_and_done(api: Api) -> None:
    answer = api("POST", BATCHES, asked(api))
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"{BATCHES}/b1"
    body = answer.json_body
    assert (body["status"], body["items"][0]["state"]) == ("RUNNING", "PENDING")
    (execution,) = api.world.deps.workflows.executions  # type: ignore[attr-defined]
    assert execution.input == {"jobId": body["jobId"], "listingId": LISTING, "batchId": "b1"}
    finish(api, body["jobId"])
    body = api("GET", f"{BATCHES}/b1").json_body
    assert (body["status"], body["counts"]["done"]) == ("SUCCEEDED", 1)
    assert body["zipUrl"].startswith("http")
    assert {output["size"] for output in body["items"][0]["outputs"]} == {
        "thumbnail", "small", "medium", "large",
    }  # fmt: skip
    assert all(output["url"].startswith("http") for output in body["items"][0]["outputs"])
    listed = api("GET", BATCHES).json_body
    assert [batch["batchId"] for batch in listed["items"]] == ["b1"]


def test_the_same_request_twice_is_one_batch(api: Api) -> None:
    body = asked(api)
    key = {"Idempotency-Key": "k1"}
    first, second = (api("POST", BATCHES, body, key) for _ in range(2))
    assert first.json_body["jobId"] == second.json_body["jobId"]
    assert len(api.world.deps.workflows.executions) == 1  # type: ignore[attr-defined]


def test_the_same_name_for_another_batch_is_a_conflict(api: Api) -> None:
    api("POST", BATCHES, asked(api))
    api.problem(api("POST", BATCHES, asked(api)), 409, "batch_exists")


def test_a_rerun_waits_for_the_run_before_it(api: Api) -> None:
    job_id = api("POST", BATCHES, asked(api, b"bad")).json_body["jobId"]
    api.problem(api("POST", f"{BATCHES}/b1/rerun"), 409, "batch_running")
    finish(api, job_id)
    answer = api("POST", f"{BATCHES}/b1/rerun")
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"{BATCHES}/b1"
    assert answer.json_body["jobId"] != job_id


def test_uploads_are_signed_for_one_key_type_and_size(api: Api) -> None:
    files = [
        {"filename": "a.jpg", "contentType": "image/jpeg", "size": 1000},
        {"filename": "t.mov", "contentType": "video/quicktime", "size": 9, "mediaType": "video"},
    ]
    body = {"files": files}
    answer = api("POST", f"/listings/{LISTING}/uploads", body, {"Idempotency-Key": "u1"})
    first, second = answer.json_body["uploads"]
    assert first["key"] == f"{LISTING}/raw/photo/{first['item']['uuid']}.jpg"
    assert second["item"]["ext"] == "mov"
    again = api("POST", f"/listings/{LISTING}/uploads", body, {"Idempotency-Key": "u1"})
    assert again.json_body["uploads"][0]["key"] == first["key"]


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ({"filename": "a.svg", "contentType": "image/svg+xml", "size": 9}, "unsupported_type"),
        ({"filename": "a.jpg", "contentType": "image/jpeg", "size": 10**9}, "too_large"),
        (
            {"filename": "a", "contentType": "image/png", "size": 1, "mediaType": "zip"},
            "bad_media_type",
        ),
    ],
)
def test_a_file_that_may_not_be_uploaded_says_why(api: Api, file: Any, code: str) -> None:
    answer = api("POST", f"/listings/{LISTING}/uploads", {"files": [file]})
    problem = api.problem(answer, 422, "bad_upload")
    assert problem["errors"][0]["code"] == code


@pytest.mark.parametrize("listing", ["..%2f..", "a b", "-a", "a" * 65, "%00"])
def test_a_listings_id_is_no_path(api: Api, listing: str) -> None:
    api.problem(api("GET", f"/listings/{listing}/batches"), 400, "bad_listing_id")


def test_what_is_not_there_is_404(api: Api) -> None:
    for path in ("none", "..%2fb1", "x" * 300):
        api.problem(api("GET", f"{BATCHES}/{path}"), 404, "batch_not_found")


def test_a_callback_without_tls_is_refused(api: Api) -> None:
    body = asked(api, callbackUrl="http://receiver.example/")
    api.problem(api("POST", BATCHES, body), 400, "bad_callback_url")


def test_deliveries_are_listed_and_replayed(api: Api) -> None:
    body = asked(api, callbackUrl="https://receiver.example/")
    api.world.receivers.answers = [Answer(410)]
    finish(api, api("POST", BATCHES, body).json_body["jobId"])
    (delivery,) = api("GET", f"{BATCHES}/b1/deliveries").json_body["items"]
    assert (delivery["state"], delivery["attempts"][0]["status"]) == ("DISABLED", 410)
    replay = f"{BATCHES}/b1/deliveries/{delivery['deliveryId']}/replay"
    assert api("POST", replay).json_body["state"] == "DISABLED"
    enabled = api("POST", "/callback-endpoints/enable", {"url": "https://receiver.example/"})
    assert enabled.status_code == 204
    again = api("POST", replay).json_body
    assert (again["state"], len(again["attempts"])) == ("DELIVERED", 3)
    first, second = api.world.receivers.posted
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    api.problem(api("POST", f"{BATCHES}/b1/deliveries/none/replay"), 404, "delivery_not_found")


def test_an_uploaded_file_that_was_no_batch_is_shown(api: Api) -> None:
    from .conftest import s3_message

    key = f"{LISTING}/raw/batch.json"
    api.world.deps.storage.put("incoming", key, b"{", content_type="application/json")
    api.world.deliver(s3_message(key))
    (refused,) = api("GET", BATCHES).json_body["refused"]
    assert refused["error"]["code"] == "invalid_batch"


def test_the_service_says_that_it_is_well(api: Api) -> None:
    body = api("GET", "/health").json_body
    assert body == {"service": "media-processing", "stage": "local", "status": "ok"}
