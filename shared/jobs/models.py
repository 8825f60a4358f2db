"""What is known of a job."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.errors import ItemError
from shared.models import Model


class JobState(StrEnum):
    """PENDING, RUNNING, then one of the three ends."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self not in OPEN


OPEN = (JobState.PENDING, JobState.RUNNING)


class JobCounts(Model):
    """How many items: `listed` = `total` + `skipped`; at the end `done` + `failed` = `total`.

    `ignored` were found too, but are not the kind of thing that the job is about.
    """

    listed: int = 0
    ignored: int = 0
    skipped: int = 0
    total: int = 0
    done: int = 0
    failed: int = 0


class Job(Model):
    """One job; all times are in UTC."""

    job_id: str
    owner: str
    kind: str
    state: JobState
    counts: JobCounts
    input: dict[str, Any]
    error: ItemError | None = None
    created_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None
    execution_arn: str | None = None


class JobItemError(Model):
    """Why one item failed; `name` is what people call it, such as a file's name."""

    item_id: str
    name: str
    code: str
    message: str
