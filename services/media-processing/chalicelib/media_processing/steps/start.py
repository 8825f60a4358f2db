"""A new run over a batch, from a route or from an uploaded ``batch.json``."""

import hashlib

from chalicelib.media_processing.domain.batch_rows import batch_key, new_batch, new_item
from chalicelib.media_processing.models import BatchStatus, CreateBatch
from chalicelib.media_processing.ports import Dependencies
from shared.errors import Conflict, ItemError, MedleyError
from shared.jobs import Job
from shared.tables import Absent, ConditionFailed, Item, Put, Update

KIND = "process-batch"


def start_batch(
    listing_id: str, wanted: CreateBatch, job_id: str, deps: Dependencies, *, repeatable: bool
) -> tuple[Item, Job]:
    """Make a batch, and start its first run; a repeat finds both and starts nothing anew.

    Args:
        listing_id: Whose media it is.
        wanted: The batch.
        job_id: The run's id; the same for a repeat.
        deps: The dependencies.
        repeatable: Whether the caller can ask for this very run again.

    Returns:
        The batch's row and the run.

    Raises:
        Conflict: ``batch_exists``, with other items; ``idempotency_key_reused``.
    """
    batch_id = wanted.batch_id or job_id
    digest = hashlib.sha256(wanted.model_dump_json(by_alias=True).encode()).hexdigest()
    row = new_batch(listing_id, batch_id, job_id, wanted, digest, deps.clock())
    # Items first: a batch that can be seen is a batch that is whole.
    found = deps.media.get(batch_key(listing_id, batch_id))
    if found is None:
        deps.media.put_many(
            new_item(listing_id, batch_id, place, item) for place, item in enumerate(wanted.items)
        )
        try:
            deps.media.write(Put(row, Absent()))
        except ConditionFailed:
            found = deps.media.get(batch_key(listing_id, batch_id))
    if found is not None and (found["digest"] != digest or found["firstJobId"] != job_id):
        raise Conflict("batch_exists", f"The listing has another batch {batch_id}.")
    return row if found is None else found, start_run(
        listing_id, batch_id, job_id, deps, repeatable=repeatable
    )


def start_run(
    listing_id: str, batch_id: str, job_id: str, deps: Dependencies, *, repeatable: bool
) -> Job:
    """Start a run over a batch that is there."""
    run = {"listingId": listing_id, "batchId": batch_id}
    job, new = deps.jobs.create(job_id, owner=f"{listing_id}/{batch_id}", kind=KIND, input=run)
    if new:
        change = {"jobId": job_id, "status": BatchStatus.PENDING.value}
        deps.media.write(Update(batch_key(listing_id, batch_id), set=change))
    # A repeat whose row has no execution yet starts it again: the first call may have died
    # between the two. The execution has the run's id as its name, so there is only one.
    if job.execution_arn is None:
        try:
            arn = deps.workflows.start(
                deps.settings.state_machine_arn, job_id, {"jobId": job_id, **run}
            )
        except MedleyError:
            # Nobody can repeat this very run, so its row would wait for ever.
            if not repeatable:
                text = "The state machine could not be started."
                deps.jobs.fail(job_id, ItemError(code="not_started", message=text))
            raise
        deps.jobs.started(job_id, arn)
        job = deps.jobs.get(job_id)
    return job
