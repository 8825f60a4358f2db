"""A new job over images: its rows, then one message an image."""

import hashlib
from collections.abc import Sequence
from itertools import batched

from chalicelib.media_processing.domain import jobs
from chalicelib.media_processing.models import ImageMessage, ProcessImages
from chalicelib.media_processing.ports import Dependencies
from shared.errors import ItemError, MedleyError
from shared.jobs import Job
from shared.tables import Absent, ConditionFailed, Item, Put, TransactWrite
from shared.tables.ports import MOST_WRITES


def start_images(
    wanted: ProcessImages, job_id: str, deps: Dependencies, *, repeatable: bool
) -> Job:
    """Make a job and put its images into the queue; a repeat finds it and sends nothing anew.

    Args:
        wanted: The job, its URLs checked.
        job_id: The job's id; the same for a repeat.
        deps: The dependencies.
        repeatable: Whether the caller can ask for this very job again.

    Raises:
        Conflict: ``idempotency_key_reused``.
        RetryableError: the queue does not answer.
    """
    urls = wanted.image_urls
    given = {
        "imageCount": len(urls),
        "userId": wanted.user_id,
        "metadata": wanted.metadata,
        # The URLs themselves lie on their rows: a thousand are more than one row can hold.
        "digest": hashlib.sha256("\n".join(urls).encode()).hexdigest(),
    }
    job, _ = deps.jobs.create(job_id, owner=jobs.OWNER, kind=jobs.KIND, input=given)
    row = _job_row(job_id, deps)
    # A repeat whose messages were not all sent goes on: the first call may have died between.
    if job.state.ended or row.get("queuedAt"):
        return job
    try:
        _put_new([jobs.new_image_row(job_id, index, url) for index, url in enumerate(urls)], deps)
        deps.jobs.listed(job_id, listed=len(urls), ignored=0, skipped=0, total=len(urls))
        deps.images.send(
            [ImageMessage(job_id=job_id, image_index=index) for index in range(len(urls))]
        )
    except MedleyError:
        # Nobody can repeat this very job, so it would wait until it counts as stuck.
        if not repeatable:
            text = "The images could not be put into the queue."
            deps.jobs.fail(job_id, ItemError(code="not_queued", message=text))
            deps.media.write(jobs.touched(job_id, deps.clock(), ended=True))
        raise
    now = deps.clock()
    deps.media.write(jobs.touched(job_id, now, queuedAt=now.isoformat()))
    return deps.jobs.get(job_id)


def _job_row(job_id: str, deps: Dependencies) -> Item:
    row = jobs.new_job_row(job_id, deps.clock())
    try:
        deps.media.write(Put(row, Absent()))
    except ConditionFailed:
        return deps.media.get(jobs.job_key(job_id)) or row
    return row


def _put_new(rows: Sequence[Item], deps: Dependencies) -> None:
    """Write rows that are not there: of a repeat, some may have their outcome already."""
    for some in batched(rows, MOST_WRITES, strict=False):
        left = list(some)
        while left:
            writes: list[tuple[str, TransactWrite]] = [
                (deps.media.name, Put(row, Absent())) for row in left
            ]
            try:
                deps.tables.transact(writes)
                break
            except ConditionFailed as exc:
                there = frozenset(exc.failed)
                left = [row for at, row in enumerate(left) if at not in there]
