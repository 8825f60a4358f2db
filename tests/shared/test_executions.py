"""An execution that was stopped ends its job, once; EventBridge is asked for those alone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.executions import ExecutionStoppedInput, end_stopped_job, stopped_executions
from shared.jobs import Jobs
from shared.tables import MemoryTables

AGAIN = "Ask again."


@pytest.fixture
def jobs() -> Jobs:
    made = Jobs(MemoryTables(), "jobs", lambda: datetime(2026, 5, 1, tzinfo=UTC))
    made.create("r1", owner="o", kind="k", input={})
    made.started("r1", "arn")
    return made


def stopped(jobs: Jobs, name: str, status: str, **more: Any) -> Any:
    event = {
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "detail": {"name": name, "status": status, "executionArn": "arn", "input": "{}", **more},
    }
    return end_stopped_job(ExecutionStoppedInput.model_validate(event), jobs, again=AGAIN)


@pytest.mark.parametrize(
    ("status", "more", "code", "message"),
    [
        ("ABORTED", {"error": None, "cause": None}, "stopped", "It was stopped. Ask again."),
        ("TIMED_OUT", {}, "timeout", "It took longer than it may. Ask again."),
        ("FAILED", {"error": "NotFound", "cause": "no_bucket: gone"}, "no_bucket", "gone"),
        ("FAILED", {}, "internal_error", "Unknown"),
    ],
)
def test_its_job_ends_as_failed_and_says_why(
    jobs: Jobs, status: str, more: dict[str, Any], code: str, message: str
) -> None:
    answer = stopped(jobs, "r1", status, **more)
    assert (answer.job_id, answer.state) == ("r1", "FAILED")
    error = jobs.get("r1").error
    assert error
    assert (error.code, error.message) == (code, message)


def test_a_job_that_has_ended_stays_as_it_is(jobs: Jobs) -> None:
    before = jobs.complete("r1")
    assert stopped(jobs, "r1", "ABORTED").state == "SUCCEEDED"
    assert jobs.get("r1") == before


def test_the_first_reason_stays_when_it_is_told_twice(jobs: Jobs) -> None:
    stopped(jobs, "r1", "TIMED_OUT")
    assert stopped(jobs, "r1", "ABORTED").state == "FAILED"
    error = jobs.get("r1").error
    assert error
    assert error.code == "timeout"


def test_an_execution_of_nobodys_job_is_left_alone(jobs: Jobs) -> None:
    assert stopped(jobs, "by-hand", "ABORTED").job_id is None


@pytest.mark.parametrize(("env", "stage"), [({"STAGE": "dev"}, "dev"), ({}, "local")])
def test_only_the_stages_own_machine_is_listened_to(env: dict[str, str], stage: str) -> None:
    detail = stopped_executions("reels", "generate-event-reels", env)["detail"]
    machine = f":stateMachine:reels-{stage}-generate-event-reels"
    assert detail["stateMachineArn"] == [{"suffix": machine}]
    assert "SUCCEEDED" not in detail["status"]
