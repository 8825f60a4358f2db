"""Retries, dead letters, redrives and jobs that nobody ends: each image counts once."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.media_processing.adapters.memory import Clock
from shared.errors import PermanentError, RetryableError, Unavailable

from .image_jobs import Images


def test_a_message_that_comes_twice_changes_nothing(images: Images) -> None:
    job_id = images.start(images.put(), images.put())
    first = images.take()
    images.queue.hide(first, 0)
    again = images.take()
    assert first.message_id == again.message_id
    assert [images.handle(first), images.handle(again)] == ["DONE", "DONE"]
    assert images.job(job_id)["counts"]["done"] == 1
    images.drain()
    assert images.job(job_id)["counts"]["done"] == 2
    assert len(images.detector.seen) == 2


def test_a_job_ends_once_when_its_last_images_meet(images: Images) -> None:
    count = 8
    job_id = images.start(*(images.put() for _ in range(count)))
    messages = images.queue.receive(10, 0, 30)
    together = threading.Barrier(count)
    detect = images.detector.detect

    def meet(image: Any) -> Any:
        together.wait(30)
        return detect(image)

    images.detector.detect = meet  # type: ignore[method-assign]
    threads = [threading.Thread(target=images.handle, args=(one,)) for one in messages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    job = images.job(job_id)
    assert (job["status"], job["counts"]["done"]) == ("COMPLETED", count)
    assert images.reconcile().completed == []


def test_a_worker_that_dies_before_it_could_end_the_job_is_made_up_for(images: Images) -> None:
    """Its message comes again and finds all images done."""
    job_id = images.start(images.put())
    message = images.take()
    complete = images.world.deps.jobs.complete
    images.world.deps.jobs.complete = _dies  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        images.handle(message)
    images.world.deps.jobs.complete = complete  # type: ignore[method-assign]
    assert images.job(job_id)["status"] == "PROCESSING"
    images.queue.time_out()
    assert images.drain() == ["DONE"]
    assert images.job(job_id)["status"] == "COMPLETED"


def _dies(_: str) -> Any:
    raise KeyboardInterrupt


def give_up(images: Images, count: int = 1) -> str:
    """A job with one good image and others that no attempt ended."""
    job_id = images.start(*(images.put() for _ in range(count + 1)))
    images.handle(images.take())
    images.detector.raises = [RetryableError("aws_busy", "Later.")] * (4 * count)
    outcomes = images.drain()
    assert sorted(outcomes) == sorted(["aws_busy"] * 4 * count + ["attempts_exhausted"] * count)
    return job_id


def test_an_image_that_no_attempt_ended_is_failed_and_its_message_kept(images: Images) -> None:
    job_id = give_up(images)
    job = images.job(job_id)
    assert (job["status"], job["counts"]["failed"]) == ("PARTIAL", 1)
    assert job["images"][1]["error"]["code"] == "attempts_exhausted"
    letters = images.api("GET", "/admin/dead-letters").json_body
    assert letters["total"] == 1
    (letter,) = letters["items"]
    assert (letter["jobId"], letter["imageIndex"], letter["deliveries"]) == (job_id, 1, 5)


def test_some_of_the_dead_letters_are_shown_and_all_are_counted(images: Images) -> None:
    give_up(images, count=2)
    shown = images.api("GET", "/admin/dead-letters?limit=1").json_body
    assert (shown["total"], len(shown["items"])) == (2, 1)
    refused = images.api("GET", "/admin/dead-letters?limit=101")
    assert (refused.status_code, refused.json_body["code"]) == (400, "bad_limit")


def test_a_redrive_reopens_the_jobs_and_counts_each_image_once(images: Images) -> None:
    job_id = give_up(images, count=2)
    answer = images.api("POST", "/admin/redrive")
    assert answer.status_code == 202
    assert answer.json_body == {"reopened": 2, "moved": 2, "taskHandle": None}
    job = images.job(job_id)
    assert (job["status"], job["error"], job["completedAt"]) == ("PROCESSING", None, None)
    assert (job["counts"]["done"], job["counts"]["failed"]) == (1, 0)
    assert images.drain() == ["DONE", "DONE"]
    job = images.job(job_id)
    assert (job["status"], job["counts"]["done"], job["counts"]["failed"]) == ("COMPLETED", 3, 0)
    assert images.api("GET", "/admin/dead-letters").json_body == {"total": 0, "items": []}


def test_an_image_is_reopened_by_its_message_where_nobody_did_before(images: Images) -> None:
    """As after a redrive in AWS's console."""
    job_id = give_up(images)
    images.queue.redrive()
    assert images.drain() == ["DONE"]
    assert images.job(job_id)["status"] == "COMPLETED"


def test_a_late_copy_of_a_given_up_message_reopens_nothing(images: Images) -> None:
    job_id = give_up(images)
    (letter,) = images.queue.dead.values()
    letter.deliveries, letter.hidden = 1, False
    images.queue.held[letter.message_id] = letter
    assert images.drain() == ["SKIPPED"]
    assert images.job(job_id)["status"] == "PARTIAL"


def test_a_redrive_leaves_cancelled_jobs_and_strangers_letters_alone(images: Images) -> None:
    job_id = images.start(images.put())
    images.detector.raises = [RetryableError("aws_busy", "Later.")] * 3
    for _ in range(3):
        images.handle(images.take())
    images.api("DELETE", f"/jobs/{job_id}")
    images.queue.put("no message of ours")
    images.queue.put('{"jobId": "gone", "imageIndex": 0}')
    outcomes = images.drain()
    assert outcomes.count("invalid_message") == 5
    assert images.api("POST", "/admin/redrive").json_body["reopened"] == 0
    assert images.job(job_id)["status"] == "CANCELLED"


def test_a_detector_that_cannot_be_had_is_no_images_fault(images: Images) -> None:
    job_id = images.start(images.put())
    images.detector.raises = [Unavailable("no_model", "There is none.")] * 4
    images.drain()
    job = images.job(job_id)
    assert job["images"][0]["error"]["code"] == "attempts_exhausted"
    images.api("POST", "/admin/redrive")
    images.drain()
    assert images.job(job_id)["status"] == "COMPLETED"


def test_a_picture_that_the_detector_refuses_is_failed_at_once(images: Images) -> None:
    job_id = images.start(images.put())
    images.detector.raises = [PermanentError("refused_by_rekognition", "No.")]
    assert images.drain() == ["FAILED"]
    assert images.job(job_id)["images"][0]["error"]["code"] == "refused_by_rekognition"


def later(images: Images, **time: float) -> None:
    clock = images.world.deps.clock
    assert isinstance(clock, Clock)
    clock.now += timedelta(**time)


def test_a_job_of_which_nothing_comes_is_failed_after_half_an_hour(images: Images) -> None:
    job_id = images.start(images.put(), images.put())
    later(images, minutes=20)
    images.handle(images.take())
    later(images, minutes=20)
    assert images.reconcile().stuck == []
    later(images, minutes=11)
    assert images.reconcile().stuck == [job_id]
    job = images.job(job_id)
    assert (job["status"], job["error"]["code"]) == ("FAILED", "stuck")
    assert images.reconcile().stuck == []
    assert images.drain() == ["SKIPPED"]


def test_a_redrive_reopens_a_stuck_job_too(images: Images) -> None:
    """Its messages died before any of them could record a failure."""
    job_id = images.start(images.put())
    for _ in range(5):
        images.take()
        images.queue.time_out()
    assert images.queue.receive(1, 0, 30) == []
    later(images, minutes=31)
    assert images.reconcile().stuck == [job_id]
    assert images.api("POST", "/admin/redrive").json_body["reopened"] == 1
    assert images.job(job_id)["status"] == "PROCESSING"
    assert images.drain() == ["DONE"]
    assert images.job(job_id)["status"] == "COMPLETED"


def test_a_job_that_is_done_and_was_not_ended_is_ended_by_the_clock(images: Images) -> None:
    job_id = images.start(images.put())
    complete = images.world.deps.jobs.complete
    images.world.deps.jobs.complete = _dies  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        images.handle(images.take())
    images.world.deps.jobs.complete = complete  # type: ignore[method-assign]
    output = images.reconcile()
    assert (output.completed, output.stuck) == ([job_id], [])
    assert images.job(job_id)["status"] == "COMPLETED"
