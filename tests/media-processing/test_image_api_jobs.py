"""Jobs over images, as a caller sees them."""

from typing import Any

import pytest

from shared.errors import RetryableError
from tests.service_app import Api

from .image_jobs import Images


def test_a_job_is_accepted_followed_and_done(images: Images) -> None:
    urls = [images.put(), images.put()]
    body = {"imageUrls": urls, "userId": "user123", "metadata": {"source": "mobile-app"}}
    answer = images.api("POST", "/process", body)
    assert answer.status_code == 202
    accepted = answer.json_body
    job_id = accepted.pop("jobId")
    assert accepted == {
        "success": True,
        "status": "PENDING",
        "message": "Job created for 2 image(s)",
        "imageCount": 2,
    }
    assert answer.headers["Location"] == f"/jobs/{job_id}"
    waiting = images.job(job_id)
    assert (waiting["status"], waiting["imageCount"], waiting["detections"]) == ("PENDING", 2, [])
    assert [image["state"] for image in waiting["images"]] == ["PENDING", "PENDING"]

    images.handle(images.take())
    assert images.job(job_id)["status"] == "PROCESSING"
    images.drain()

    done = images.job(job_id)
    assert (done["status"], done["counts"]["done"]) == ("COMPLETED", 2)
    assert (done["userId"], done["metadata"]) == ("user123", {"source": "mobile-app"})
    assert done["detections"][1] == {
        "imageUrl": urls[1],
        "imageIndex": 1,
        "detections": [{"label": "thing", "confidence": 0.9, "bbox": [160, 120, 320, 240]}],
        "detectionCount": 1,
    }
    image = done["images"][0]
    assert (image["state"], image["width"], image["height"]) == ("DONE", 640, 480)
    assert image["model"] == {"name": "memory", "version": "1"}
    assert done["createdAt"] < waiting["updatedAt"] < done["updatedAt"]


def test_the_same_request_twice_is_one_job(images: Images) -> None:
    url = images.put()
    first, second = (images.start(url, key="k1") for _ in range(2))
    assert first == second
    assert images.drain() == ["DONE"]
    assert images.start(url, key="k1") == first
    assert images.drain() == []
    again = {"imageUrls": [images.put()]}
    images.api.problem(
        images.api("POST", "/process", again, {"Idempotency-Key": "k1"}),
        409,
        "idempotency_key_reused",
    )


def test_a_repeat_finishes_what_a_broken_call_began(images: Images) -> None:
    urls = [images.put() for _ in range(3)]
    images.queue.failing = 1
    body = {"imageUrls": urls}
    key = {"Idempotency-Key": "k1"}
    assert images.api("POST", "/process", body, key).status_code == 503
    # What was sent may be done by now; the repeat takes nothing of it back.
    job_id = images.start(*urls, key="k1")
    images.drain()
    assert images.job(job_id)["counts"]["done"] == 3


def test_a_repeat_does_not_touch_images_that_are_done(images: Images) -> None:
    urls = [images.put(), images.put()]
    job_id = images.start(*urls, key="k1")
    images.handle(images.take())
    # As if the call had died before it noted that all was sent.
    row = images.world.deps.media.get((f"JOB#{job_id}", "JOB"))
    assert row
    del row["queuedAt"]
    images.world.deps.media.put_many([row])
    images.start(*urls, key="k1")
    assert [image["state"] for image in images.job(job_id)["images"]] == ["DONE", "PENDING"]
    assert sorted(images.drain()) == ["DONE", "SKIPPED", "SKIPPED"]
    job = images.job(job_id)
    assert (job["status"], job["counts"]["done"]) == ("COMPLETED", 2)


def test_a_job_that_nobody_can_repeat_fails_where_the_queue_does(images: Images) -> None:
    images.queue.failing = 1
    url = images.put()
    answer = images.api("POST", "/process", {"imageUrls": [url]})
    assert answer.status_code == 503
    (job,) = images.api("GET", "/jobs").json_body["items"]
    assert (job["status"], job["error"]["code"]) == ("FAILED", "not_queued")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"imageUrls": []},
        {"imageUrls": ["s3://incoming/uploads/a.jpg"] * 1001},
        {"imageUrls": ["s3://incoming/uploads/a.jpg"], "metadata": {"a": {"b": 1}}},
        {"imageUrls": ["s3://incoming/uploads/a.jpg"], "metadata": {"a": "x" * 5000}},
        {"imageUrls": ["s3://incoming/uploads/a.jpg"], "metadata": {"a": 2**60}},
        {"imageUrls": ["s3://incoming/uploads/a.jpg"], "userId": ""},
        {"imageUrls": ["s3://incoming/uploads/a.jpg"], "more": 1},
    ],
)
def test_a_body_that_is_none_is_refused(api: Api, body: Any) -> None:
    api.problem(api("POST", "/process", body), 400, "invalid_body")


def test_urls_outside_of_uploads_are_refused_each_with_its_reason(api: Api) -> None:
    urls = ["s3://incoming/uploads/a.jpg", "https://example.org/a.jpg", "s3://media/uploads/a.jpg"]
    problem = api.problem(api("POST", "/process", {"imageUrls": urls}), 422, "bad_image_url")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [
        ("imageUrls.1", "not_an_s3_url"),
        ("imageUrls.2", "outside_uploads"),
    ]


def test_a_thousand_images_are_paged(images: Images) -> None:
    job_id = images.start(*[images.put()] * 1000)
    assert len(images.queue.held) == 1000
    indexes: list[int] = []
    cursor = ""
    while True:
        page = images.job(job_id, f"?limit=200{cursor}")
        indexes += [image["imageIndex"] for image in page["images"]]
        if page["cursor"] is None:
            break
        cursor = f"&cursor={page['cursor']}"
    assert indexes == list(range(1000))
    assert page["counts"]["total"] == 1000


def test_jobs_are_listed_newest_first(images: Images) -> None:
    jobs = [images.start(images.put()) for _ in range(3)]
    page = images.api("GET", "/jobs?limit=2").json_body
    assert [job["jobId"] for job in page["items"]] == jobs[:0:-1]
    rest = images.api("GET", f"/jobs?limit=2&cursor={page['cursor']}").json_body
    assert ([job["jobId"] for job in rest["items"]], rest["cursor"]) == ([jobs[0]], None)
    images.api.problem(images.api("GET", "/jobs?cursor=nonsense"), 400, "bad_cursor")


@pytest.mark.parametrize("job_id", ["nobody", "a" * 3000, "..%2f", "%00"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_job_is_a_clear_error(api: Api, method: str, job_id: str) -> None:
    api.problem(api(method, f"/jobs/{job_id}"), 404, "job_not_found")


def test_a_listings_run_is_no_image_job(api: Api) -> None:
    api.world.deps.jobs.create("run1", owner="house-7", kind="process-batch", input={})
    api.problem(api("GET", "/jobs/run1"), 404, "job_not_found")


def test_a_cancelled_job_is_left_alone_by_what_is_in_the_queue(images: Images) -> None:
    job_id = images.start(*(images.put() for _ in range(3)))
    images.handle(images.take())
    cancelled = images.api("DELETE", f"/jobs/{job_id}")
    assert (cancelled.status_code, cancelled.json_body["status"]) == (200, "CANCELLED")
    assert images.api("DELETE", f"/jobs/{job_id}").status_code == 200
    assert images.drain() == ["SKIPPED", "SKIPPED"]
    job = images.job(job_id)
    assert (job["status"], job["counts"]["done"]) == ("CANCELLED", 1)
    assert [image["state"] for image in job["images"]] == ["DONE", "PENDING", "PENDING"]


def test_a_job_that_has_ended_cannot_be_cancelled(images: Images) -> None:
    job_id = images.start(images.put())
    images.drain()
    images.api.problem(images.api("DELETE", f"/jobs/{job_id}"), 409, "job_ended")
    assert images.job(job_id)["status"] == "COMPLETED"


def test_what_is_looked_at_while_a_job_is_cancelled_does_not_revive_it(images: Images) -> None:
    job_id = images.start(images.put(), images.put())
    message = images.take()
    detect = images.detector.detect

    def cancelled_meanwhile(image: Any) -> Any:
        images.api("DELETE", f"/jobs/{job_id}")
        return detect(image)

    images.detector.detect = cancelled_meanwhile  # type: ignore[method-assign]
    assert images.handle(message) == "DONE"
    images.drain()
    assert images.job(job_id)["status"] == "CANCELLED"


def test_a_detector_that_does_not_answer_is_asked_again(images: Images) -> None:
    job_id = images.start(images.put())
    images.detector.raises = [RetryableError("aws_busy", "Later.")]
    assert images.drain() == ["aws_busy", "DONE"]
    assert images.job(job_id)["status"] == "COMPLETED"
