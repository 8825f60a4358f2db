"""How jobs and their items lie in the table."""

from datetime import UTC, datetime
from typing import Any

from shared.errors import ItemError
from shared.jobs.models import Job, JobCounts, JobItemError, JobState
from shared.tables import Item, Key

ITEM_PREFIX = "ITEM#"
_COUNTS = tuple(JobCounts.model_fields)
_FIELDS = {field.alias or name for name, field in Job.model_fields.items() if name != "counts"}


def job_key(job_id: str) -> Key:
    """The key of a job's row."""
    return f"JOB#{job_id}", "JOB"


def owner_partition(owner: str) -> str:
    """The partition of an owner's jobs in the index, which is by time of creation."""
    return f"OWNER#{owner}"


def failed_partition(job_id: str) -> str:
    """The partition of a job's failed items in the index."""
    return f"JOB#{job_id}#FAILED"


def stamp(moment: datetime) -> str:
    """A time as text of one length, so that its order is the order of time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def new_row(job_id: str, owner: str, kind: str, document: dict[str, Any], now: datetime) -> Item:
    """The row of a job that nobody has started."""
    pk, sk = job_key(job_id)
    return {
        "pk": pk,
        "sk": sk,
        "gsi1pk": owner_partition(owner),
        "gsi1sk": f"{stamp(now)}#{job_id}",
        "jobId": job_id,
        "owner": owner,
        "kind": kind,
        "state": JobState.PENDING,
        "input": document,
        "createdAt": stamp(now),
        # Counters are attributes of their own, since ADD reaches no deeper.
        **dict.fromkeys(_COUNTS, 0),
    }


def to_job(row: Item) -> Job:
    """The job of a row."""
    known = {name: value for name, value in row.items() if name in _FIELDS}
    return Job.model_validate(known | {"counts": {name: row.get(name, 0) for name in _COUNTS}})


def item_row(
    job_id: str, item_id: str, name: str, error: ItemError | None, expires_at: datetime
) -> Item:
    """The row that says how an item went; only a failed one is in the index."""
    row: Item = {
        "pk": job_key(job_id)[0],
        "sk": f"{ITEM_PREFIX}{item_id}",
        "itemId": item_id,
        "name": name,
        "state": "DONE",
        "error": None,
        "expiresAt": int(expires_at.timestamp()),
    }
    if error is not None:
        row |= {
            "state": "FAILED",
            "error": error.model_dump(by_alias=True),
            "gsi1pk": failed_partition(job_id),
            "gsi1sk": item_id,
        }
    return row


def to_item_error(row: Item) -> JobItemError:
    """The error of a failed item's row."""
    return JobItemError(item_id=row["itemId"], name=row["name"], **row["error"])
