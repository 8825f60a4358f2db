"""ExecutionStopped: an execution that was stopped or ran out of time runs no step of its own."""

from chalicelib.reels.models import ExecutionStoppedInput, ExecutionStoppedOutput
from chalicelib.reels.ports import Dependencies
from shared.executions import end_stopped_job

AGAIN = "Ask for the reels again to make what is left."


def execution_stopped(step: ExecutionStoppedInput, deps: Dependencies) -> ExecutionStoppedOutput:
    """End the execution's request as FAILED, unless it has ended; reels that were made stay."""
    return end_stopped_job(step, deps.jobs, again=AGAIN)
