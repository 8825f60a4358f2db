"""A run whose execution was stopped ends with its batch; its receiver is told; it runs again."""

import json
from typing import Any

import pytest

from chalicelib.media_processing import steps
from chalicelib.media_processing.models import ExecutionStoppedInput
from chalicelib.media_processing.ports import Answer
from shared.tables import Item, Update

from .conftest import LISTING, World, jpeg

URL = "https://receiver.example/hooks"


def stopped(world: World, name: str = "run1", status: str = "ABORTED", **more: Any) -> Any:
    event = {"detail": {"name": name, "status": status, **more}}
    return steps.execution_stopped(ExecutionStoppedInput.model_validate(event), world.deps)


def delivery(world: World, job_id: str = "run1") -> Item | None:
    return world.deps.media.get((f"BATCH#{LISTING}#b1", f"DELIVERY#msg_{job_id}"))


@pytest.mark.parametrize(("status", "code"), [("ABORTED", "stopped"), ("TIMED_OUT", "timeout")])
def test_the_run_and_its_batch_end_as_failed(world: World, status: str, code: str) -> None:
    world.start(world.put(jpeg()))
    answer = stopped(world, status=status)
    assert (answer.job_id, answer.state) == ("run1", "FAILED")
    error = world.deps.jobs.get("run1").error
    assert error
    assert error.code == code
    assert world.batch()["status"] == "FAILED"


def test_the_batch_can_be_run_again_and_does_what_was_left(world: World, api: Any) -> None:
    run = world.start(world.put(jpeg()), world.put(jpeg()))
    first, _ = world.validate(run)
    world.make(first)
    path = f"/listings/{LISTING}/batches/b1/rerun"
    api.problem(api("POST", path), 409, "batch_running")
    stopped(world)
    answer = api("POST", path)
    assert answer.status_code == 202
    again = {**run, "jobId": answer.json_body["jobId"]}
    assert world.run(again)["status"] == "SUCCEEDED"
    counts = world.deps.jobs.get(again["jobId"]).counts
    assert (counts.skipped, counts.done) == (1, 1)


def test_the_receiver_is_told_once_by_a_last_try(world: World) -> None:
    world.start(world.put(jpeg()), callback_url=URL)
    for _ in range(2):
        stopped(world)
    (posted,) = world.receivers.posted
    body = json.loads(posted.body)
    assert (body["status"], body["error"]["code"]) == ("FAILED", "stopped")
    assert body["failureReason"].startswith("It was stopped.")


def test_a_receiver_that_does_not_take_it_is_not_waited_for(world: World) -> None:
    world.start(world.put(jpeg()), callback_url=URL)
    world.receivers.answers = [Answer(503, "120")]
    stopped(world)
    row = delivery(world)
    assert row
    assert (row["state"], len(row["attempts"])) == ("FAILED", 1)


def test_a_run_that_was_stopped_while_it_waited_for_its_receiver_keeps_its_outcome(
    world: World,
) -> None:
    run = world.start(world.put(jpeg()), callback_url=URL)
    world.run(run)
    world.receivers.answers = [Answer(500)]
    assert world.callback(run).next == "AGAIN"
    assert stopped(world).state == "SUCCEEDED"
    assert world.batch()["status"] == "SUCCEEDED"
    assert len({posted.body for posted in world.receivers.posted}) == 1
    row = delivery(world)
    assert row
    assert (row["state"], len(row["attempts"])) == ("DELIVERED", 2)


def test_a_machine_that_failed_and_told_so_changes_nothing(world: World) -> None:
    run = world.start(world.put(jpeg()), callback_url=URL)
    world.fail(run, "NotFound", "bucket_not_found: gone")
    world.callback(run)
    before = world.deps.jobs.get("run1"), world.batch(), delivery(world)
    assert stopped(world, status="FAILED", error="NotFound", cause="x: y").state == "FAILED"
    assert (world.deps.jobs.get("run1"), world.batch(), delivery(world)) == before
    assert len(world.receivers.posted) == 1


def test_a_run_that_died_before_it_wrote_its_own_end_gets_it(world: World) -> None:
    run = world.start(world.put(jpeg()))
    world.run(run)
    # As Consolidate leaves them when it dies between the batch's row and the run's.
    left = {"state": "RUNNING", "completedAt": None}
    world.deps.tables.table("jobs").write(Update(("JOB#run1", "JOB"), set=left))
    assert stopped(world).state == "SUCCEEDED"


def test_a_batch_that_has_gone_on_to_its_next_run_is_left_alone(world: World) -> None:
    run = world.start(world.put(jpeg()), callback_url=URL)
    world.fail(run, "NotFound", "bucket_not_found: gone")
    world.rerun("run2")
    assert stopped(world, status="FAILED").state == "FAILED"
    assert (world.batch()["jobId"], world.batch()["status"]) == ("run2", "PENDING")
    assert world.receivers.posted == []


def test_an_execution_of_nobodys_run_is_left_alone(world: World) -> None:
    world.deps.jobs.create("images", owner="jobs", kind="process-images", input={"count": 1})
    for name in ("by-hand", "images"):
        assert stopped(world, name).job_id is None
    assert world.deps.jobs.get("images").state == "PENDING"
