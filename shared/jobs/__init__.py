"""Jobs: create once, count progress, keep errors by item, end exactly once."""

from shared.jobs.models import Job, JobCounts, JobItemError, JobState
from shared.jobs.store import Jobs

__all__ = ["Job", "JobCounts", "JobItemError", "JobState", "Jobs"]
