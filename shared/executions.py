"""The end of a job whose execution was stopped, or ran out of time.

Such an execution runs no step any more, not even the one that writes its failure down. EventBridge
tells of it, at least once; a function of the service listens and ends the job.
"""

from collections.abc import Mapping
from typing import Any

from shared.environment import stage
from shared.errors import ItemError, NotFound
from shared.jobs import Jobs, JobState
from shared.models import Model
from shared.steps import StepInput


class ExecutionDetail(StepInput):
    """What EventBridge tells of an execution; its name is the job's id."""

    name: str
    status: str
    error: str | None = None
    cause: str | None = None


class ExecutionStoppedInput(StepInput):
    """EventBridge's event of an execution that did not succeed."""

    detail: ExecutionDetail


class ExecutionStoppedOutput(Model):
    """The job as it is afterwards; nothing, if the execution belongs to none."""

    job_id: str | None = None
    state: JobState | None = None


def stopped_executions(
    service: str, machine: str, env: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """EventBridge's pattern of the executions that did not succeed.

    By the end of the machine's ARN, since account and region are not known where functions are
    deployed from.

    Args:
        service: The service's name.
        machine: What its machine is called behind service and stage.
        env: The environment, which names the stage; the process's own without it.
    """
    name = f":stateMachine:{service}-{stage(env)}-{machine}"
    return {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {
            "status": ["ABORTED", "FAILED", "TIMED_OUT"],
            "stateMachineArn": [{"suffix": name}],
        },
    }


def why_stopped(detail: ExecutionDetail, again: str) -> ItemError:
    """What is written on the job: `stopped`, `timeout`, or the error of a machine that failed.

    Args:
        detail: The execution.
        again: A sentence that says how what is left can be done.
    """
    if detail.status == "ABORTED":
        return ItemError(code="stopped", message=f"It was stopped. {again}")
    if detail.status == "TIMED_OUT":
        return ItemError(code="timeout", message=f"It took longer than it may. {again}")
    return ItemError.of_cause(detail.error or "Unknown", detail.cause or "")


def end_stopped_job(
    step: ExecutionStoppedInput, jobs: Jobs, *, again: str
) -> ExecutionStoppedOutput:
    """End the execution's job as FAILED, unless it has ended.

    A machine writes its own failures down before it fails, so what comes here as FAILED is either
    written already, or is what it could not write. An execution that somebody started by hand
    belongs to no job, and is left alone.

    Args:
        step: What EventBridge told.
        jobs: The service's jobs.
        again: A sentence that says how what is left can be done.
    """
    try:
        job = jobs.fail(step.detail.name, why_stopped(step.detail, again))
    except NotFound:
        return ExecutionStoppedOutput()
    return ExecutionStoppedOutput(job_id=job.job_id, state=job.state)
