"""ExecutionStopped: an execution that was stopped or ran out of time runs no step of its own."""

from chalicelib.media_processing.domain.batch_rows import batch_key
from chalicelib.media_processing.models import (
    BatchStatus,
    CallbackInput,
    ExecutionStoppedInput,
    ExecutionStoppedOutput,
)
from chalicelib.media_processing.ports import Dependencies
from chalicelib.media_processing.steps.callback import tell
from shared.errors import NotFound
from shared.executions import end_stopped_job
from shared.tables import ConditionFailed, Equals, Update

AGAIN = "Run the batch again to do what is left."


def execution_stopped(step: ExecutionStoppedInput, deps: Dependencies) -> ExecutionStoppedOutput:
    """End the execution's run as FAILED, unless it has ended, and tell its receiver.

    The receiver is told by one try, the callback's last, since no machine is left to wait for
    another. A batch that has gone on to its next run tells of that one.
    """
    run = _run_of(step.detail.name, deps)
    if run is None:
        return ExecutionStoppedOutput()
    status = _end_batch(run, deps)
    if status in {None, BatchStatus.FAILED}:
        ended = end_stopped_job(step, deps.jobs, again=AGAIN)
    else:
        # It was stopped after Consolidate, which may not have come to the run's own row.
        state = deps.jobs.complete(run.job_id).state
        ended = ExecutionStoppedOutput(job_id=run.job_id, state=state)
    if status is not None:
        tell(run, deps, last=True)
    return ended


def _run_of(job_id: str, deps: Dependencies) -> CallbackInput | None:
    try:
        of = deps.jobs.get(job_id).input
    except NotFound:
        return None
    # The table has jobs of other kinds, too.
    if not {"listingId", "batchId"} <= of.keys():
        return None
    return CallbackInput(job_id=job_id, listing_id=of["listingId"], batch_id=of["batchId"])


def _end_batch(run: CallbackInput, deps: Dependencies) -> BatchStatus | None:
    """How the run's batch came out: FAILED, unless it has ended; None if another run has it."""
    key = batch_key(run.listing_id, run.batch_id)
    open_still = Equals({"jobId": run.job_id, "status": BatchStatus.PENDING.value})
    try:
        deps.media.write(Update(key, set={"status": BatchStatus.FAILED.value}, when=open_still))
    except ConditionFailed:
        row = deps.media.get(key)
        if row is None or row["jobId"] != run.job_id:
            return None
        return BatchStatus(row["status"])
    return BatchStatus.FAILED
