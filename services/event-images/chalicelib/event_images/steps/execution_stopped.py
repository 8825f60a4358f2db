"""ExecutionStopped: an execution that was stopped or ran out of time runs no step of its own."""

from chalicelib.event_images.models import ExecutionStoppedInput, ExecutionStoppedOutput
from chalicelib.event_images.ports import Dependencies
from shared.executions import end_stopped_job

AGAIN = "Process the event again to do what is left."


def execution_stopped(step: ExecutionStoppedInput, deps: Dependencies) -> ExecutionStoppedOutput:
    """End the execution's request as FAILED, unless it has ended."""
    return end_stopped_job(step, deps.jobs, again=AGAIN)
