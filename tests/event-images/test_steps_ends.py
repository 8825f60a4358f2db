"""How photos and requests end: failures that are recorded, completion, and what a rerun does."""

from typing import Any

import pytest

from shared.errors import ItemError, NotFound
from shared.jobs import JobState


def snapshot(world: Any) -> tuple[Any, ...]:
    """All rows, without the times of the last look."""
    partition = "EVENT#city-run"
    return (
        sorted(map(repr, world.deps.images.query_all(partition))),
        repr(world.counts()),
    )


# --- RecordImageFailure, completion, failure ---------------------------------------------------


@pytest.mark.parametrize(
    ("error", "cause", "code"),
    [
        ("Runtime.ExitError", "RequestId: 1 Error: Runtime exited", "worker_died"),
        ("Sandbox.Timedout", "Task timed out after 55.00 seconds", "timeout"),
        ("ValueError", '{"errorMessage": "oops", "errorType": "ValueError"}', "internal_error"),
        ("RetryableError", '{"errorMessage": "aws_busy: Later."}', "aws_busy"),
    ],
)
def test_a_photo_that_the_machine_gave_up_says_why(
    world: Any, error: str, cause: str, code: str
) -> None:
    image_id = world.put("a.jpg", world.jpeg())
    (item,) = world.list_images(world.request())
    world.record_failure(item, error, cause)
    before = snapshot(world)
    world.record_failure(item, error, cause)
    assert snapshot(world) == before
    assert world.photo(image_id)["error"]["code"] == code
    assert world.deps.jobs.get("r1").counts.failed == 1
    world.check()


def test_a_failure_that_comes_after_the_outcome_changes_nothing(world: Any) -> None:
    image_id = world.put("a.jpg", world.jpeg("7"))
    (item,) = world.list_images(world.request())
    world.extract(item)
    world.record_failure(item, "Runtime.ExitError")
    assert world.photo(image_id)["state"] == "DONE"
    counts = world.deps.jobs.get("r1").counts
    assert (counts.done, counts.failed) == (1, 0)
    world.check()


def test_a_lost_worker_of_a_forced_rerun_does_not_take_the_good_outcome(world: Any) -> None:
    image_id = world.put("a.jpg", world.jpeg("7"))
    world.run("r1")
    (item,) = world.list_images(world.request("r2", force=True))
    world.record_failure(item, "Runtime.ExitError")
    assert world.photo(image_id)["state"] == "DONE"
    assert world.complete(item).state == "FAILED"
    assert len(world.rows("TAG#")) == 1
    world.check()


def test_completion_accounts_for_photos_that_nobody_recorded(world: Any) -> None:
    world.put("a.jpg", world.jpeg("7"))
    lost = world.put("b.jpg", world.jpeg("8"))
    machine = world.request()
    world.extract(world.list_images(machine)[0])
    output = world.complete(machine)
    assert (output.state, output.counts.done, output.counts.failed) == ("PARTIAL", 1, 1)
    assert world.photo(lost)["error"]["code"] == "worker_lost"
    assert world.complete(machine) == output
    world.check()


def test_a_request_fails_with_the_machines_error_and_a_later_one_does_the_work(
    world: Any,
) -> None:
    world.put("a.jpg", world.jpeg("7"))
    machine = world.request("r1")
    world.list_images(machine)
    output = world.fail(machine, "NotFound", '{"errorMessage": "bucket_not_found: No bucket x."}')
    assert output.state == "FAILED"
    job = world.deps.jobs.get("r1")
    assert job.error == ItemError(code="bucket_not_found", message="No bucket x.")
    assert world.counts()["pending"] == 1
    assert world.run("r2").state is JobState.SUCCEEDED
    assert world.counts() == {"pending": 0, "done": 1, "failed": 0}


def test_an_unknown_request_is_an_error_of_the_step(world: Any) -> None:
    with pytest.raises(NotFound):
        world.complete({"requestId": "nobody", "eventId": "city-run"})


# --- reruns ----------------------------------------------------------------------------------


def test_a_second_run_does_only_what_is_new_changed_or_failed(world: Any) -> None:
    world.put("same.jpg", world.jpeg("1"))
    changed = world.put("changed.jpg", world.jpeg("2"))
    mended = world.put("mended.jpg", b"not a photo, and long enough to look at it" * 5)
    world.run("r1")
    calls = world.reader.calls
    world.put("changed.jpg", world.jpeg("3"))
    world.put("mended.jpg", world.jpeg("4"))
    world.put("new.jpg", world.jpeg("5"))
    job = world.run("r2")
    assert world.reader.calls == calls + 3
    counts = job.counts
    assert (counts.listed, counts.skipped, counts.total, counts.done) == (4, 1, 3, 3)
    assert job.state is JobState.SUCCEEDED
    assert {tag["bib"] for tag in world.rows("TAG#")} == {"1", "3", "4", "5"}
    assert world.photo(changed)["readings"][0]["bib"] == "3"
    assert world.photo(mended)["error"] is None
    world.check()


def test_force_reads_all_again_and_counts_nothing_twice(world: Any) -> None:
    for number in range(3):
        world.put(f"{number}.jpg", world.jpeg(str(number + 1)))
    world.run("r1")
    job = world.run("r2", force=True)
    assert world.reader.calls == 6
    assert job.counts.done == 3
    assert world.counts() == {"pending": 0, "done": 3, "failed": 0}
    world.check()


def test_a_photo_stays_found_while_its_rerun_is_under_way(world: Any) -> None:
    world.put("a.jpg", world.jpeg("1"))
    world.run("r1")
    world.put("a.jpg", world.jpeg("2"))
    world.list_images(world.request("r2"))
    assert [tag["bib"] for tag in world.rows("TAG#")] == ["1"]
    world.check()
