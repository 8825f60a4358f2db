"""What came of an image, counted once; the end of its job; and taking both back."""

from datetime import datetime

from chalicelib.media_processing.domain import jobs
from chalicelib.media_processing.models import ImageState
from chalicelib.media_processing.ports import Dependencies
from shared.errors import ItemError
from shared.jobs import Job, JobState
from shared.jobs.rows import ITEM_PREFIX
from shared.jobs.rows import job_key as counted_key
from shared.tables import (
    ConditionFailed,
    Delete,
    Equals,
    Item,
    OneOf,
    TransactWrite,
    Update,
)

# The errors after which a redrive is of use.
REOPENED_AFTER = frozenset({jobs.STUCK.code, "all_items_failed"})


def load_image(job_id: str, index: int, deps: Dependencies) -> Item | None:
    """An image's row."""
    return deps.media.get(jobs.image_key(job_id, index))


def record(
    job_id: str, row: Item, change: Update, error: ItemError | None, deps: Dependencies
) -> bool:
    """Write an image's outcome and count it, in one transaction; False: it had one already."""
    index: int = row["imageIndex"]
    touch = jobs.touched(job_id, deps.clock())
    try:
        return deps.jobs.record(
            job_id,
            jobs.item_id(index),
            name=row["imageUrl"],
            error=error,
            extra=[(deps.media.name, change), (deps.media.name, touch)],
        )
    except ConditionFailed:
        return False


def finish(job_id: str, deps: Dependencies) -> Job:
    """End a job whose images all have an outcome; it ends once, whoever comes here."""
    job = deps.jobs.get(job_id)
    if not job.state.ended:
        counts = job.counts
        if not counts.total or counts.done + counts.failed < counts.total:
            return job
        job = deps.jobs.complete(job_id)
    deps.media.write(jobs.touched(job_id, deps.clock(), ended=True))
    return job


def fail(job_id: str, error: ItemError, deps: Dependencies) -> Job:
    """End a job that is not done; one that has ended comes back unchanged."""
    job = deps.jobs.fail(job_id, error)
    deps.media.write(jobs.touched(job_id, deps.clock(), ended=True))
    return job


def reopen(job_id: str, index: int, deps: Dependencies, *, sent: datetime | None = None) -> bool:
    """Make a given-up image wait again, and its job go on.

    Args:
        job_id: The job.
        index: The image.
        deps: The dependencies.
        sent: When its message was put into the queue. What was sent before the failure was
            recorded is a late copy, and reopens nothing.

    Returns:
        Whether the image waits now and did not before, or its job goes on and did not.
    """
    job = deps.jobs.get(job_id)
    row = load_image(job_id, index, deps)
    if row is None or not _may_go_on(job):
        return False
    ended = job.completed_at if job.state.ended else None
    if row["state"] == ImageState.PENDING:
        # Its job was failed while the message lay among the dead letters; or ended at the very
        # moment at which the image was reopened.
        newer = ended is not None and ("reopenedAt" in row or _is_newer(sent, ended))
        return newer and _reopen_job(job, deps)
    if row["state"] == ImageState.DONE or row["error"]["code"] != jobs.GIVEN_UP.code:
        return False
    if not _is_newer(sent, datetime.fromisoformat(row["failedAt"])):
        return False
    now = deps.clock()
    partition, _ = counted_key(job_id)
    item = (partition, f"{ITEM_PREFIX}{jobs.item_id(index)}")
    waits = Update(
        (row["pk"], row["sk"]),
        set={"state": ImageState.PENDING.value, "reopenedAt": now.isoformat()},
        remove=("error", "failedAt"),
        when=Equals({"state": ImageState.FAILED.value, "failedAt": row["failedAt"]}),
    )
    writes: list[tuple[str, TransactWrite]] = [
        (deps.settings.jobs_table_name, Delete(item, Equals({"state": "FAILED"}))),
        (deps.settings.jobs_table_name, _going_on(job_id, failed=-1)),
        (deps.media.name, waits),
        (deps.media.name, jobs.reopened(job_id, now)),
    ]
    try:
        deps.tables.transact(writes)
    except ConditionFailed:
        return False
    return True


def _may_go_on(job: Job) -> bool:
    if job.state in {JobState.PENDING, JobState.RUNNING, JobState.PARTIAL}:
        return True
    return job.state is JobState.FAILED and bool(job.error and job.error.code in REOPENED_AFTER)


def _is_newer(sent: datetime | None, ended: datetime) -> bool:
    return sent is None or sent > ended


def _reopen_job(job: Job, deps: Dependencies) -> bool:
    writes: list[tuple[str, TransactWrite]] = [
        (deps.settings.jobs_table_name, _going_on(job.job_id)),
        (deps.media.name, jobs.reopened(job.job_id, deps.clock())),
    ]
    try:
        deps.tables.transact(writes)
    except ConditionFailed:
        return False
    return True


def _going_on(job_id: str, *, failed: int = 0) -> Update:
    return Update(
        counted_key(job_id),
        set={"state": JobState.RUNNING.value, "error": None, "completedAt": None},
        add={"failed": failed} if failed else {},
        # Everything but SUCCEEDED, which has no image that failed.
        when=OneOf(
            "state",
            (JobState.PENDING, JobState.RUNNING, JobState.PARTIAL, JobState.FAILED),
        ),
    )
