"""A request whose execution was stopped ends, once; one that has ended stays as it is."""

from typing import Any

import pytest

from chalicelib.event_images import steps
from chalicelib.event_images.models import ExecutionStoppedInput


def stopped(world: Any, name: str, status: str, **more: Any) -> Any:
    event = {
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "detail": {"name": name, "status": status, "executionArn": "arn", "input": "{}", **more},
    }
    return steps.execution_stopped(ExecutionStoppedInput.model_validate(event), world.deps)


@pytest.mark.parametrize(
    ("status", "more", "code"),
    [
        ("ABORTED", {"error": None, "cause": None}, "stopped"),
        ("TIMED_OUT", {}, "timeout"),
        ("FAILED", {"error": "NotFound", "cause": "bucket_not_found: gone"}, "bucket_not_found"),
        ("FAILED", {}, "internal_error"),
    ],
)
def test_its_request_ends_as_failed_and_says_why(
    world: Any, status: str, more: dict[str, Any], code: str
) -> None:
    world.request("r1")
    answer = stopped(world, "r1", status, **more)
    assert (answer.job_id, answer.state) == ("r1", "FAILED")
    assert world.deps.jobs.get("r1").error.code == code


def test_a_request_that_has_ended_stays_as_it_is(world: Any) -> None:
    world.put("a.jpg", world.jpeg("1"))
    before = world.run("r1")
    assert stopped(world, "r1", "ABORTED").state == "SUCCEEDED"
    assert world.deps.jobs.get("r1") == before


def test_a_rerun_does_what_was_left(world: Any) -> None:
    for number in (1, 2):
        world.put(f"{number}.jpg", world.jpeg(str(number)))
    first, _ = world.list_images(world.request("r1"))
    world.extract(first)
    stopped(world, "r1", "TIMED_OUT")
    counts = world.run("r2").counts
    assert (counts.skipped, counts.done) == (1, 1)
    world.check()


def test_an_execution_of_nobodys_request_is_left_alone(world: Any) -> None:
    assert stopped(world, "by-hand", "ABORTED").job_id is None
