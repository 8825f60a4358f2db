"""ExecutionStopped: an execution that was stopped or ran out of time runs no step of its own."""

from chalicelib.event_images.models import ExecutionStoppedInput, ExecutionStoppedOutput
from chalicelib.event_images.ports import Dependencies
from shared.errors import ItemError, NotFound

REASONS = {
    "ABORTED": ItemError(
        code="stopped",
        message="The request was stopped. Process the event again to do what is left.",
    ),
    "TIMED_OUT": ItemError(
        code="timeout",
        message="The request took longer than it may. Process the event again to do what is left.",
    ),
}


def execution_stopped(step: ExecutionStoppedInput, deps: Dependencies) -> ExecutionStoppedOutput:
    """End the execution's request as FAILED, unless it has ended.

    The machine writes its own failures down before it fails, so what comes here as FAILED is
    either written already, or is what it could not write. An execution that somebody started by
    hand belongs to no request, and is left alone.
    """
    detail = step.detail
    error = REASONS.get(detail.status) or ItemError.of_cause(
        detail.error or "Unknown", detail.cause or ""
    )
    try:
        job = deps.jobs.fail(detail.name, error)
    except NotFound:
        return ExecutionStoppedOutput(request_id=None, state=None)
    return ExecutionStoppedOutput(request_id=job.job_id, state=job.state)
