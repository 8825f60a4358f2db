"""Reconcile: jobs that nobody ends are ended by the clock."""

from datetime import datetime, timedelta

from chalicelib.media_processing.domain import jobs
from chalicelib.media_processing.models import ReconcileInput, ReconcileOutput
from chalicelib.media_processing.ports import Dependencies
from chalicelib.media_processing.steps.image_outcomes import fail, finish
from shared.errors import NotFound
from shared.jobs import Job
from shared.observability import logger

log = logger("media-processing")


def reconcile(_: ReconcileInput, deps: Dependencies) -> ReconcileOutput:
    """Fail open jobs of which nothing has come for too long, and end those that are done.

    Images that a redrive brings back later reopen their job.
    """
    before = deps.clock() - timedelta(seconds=deps.settings.stuck_seconds)
    stuck, completed = [], []
    for row in list(deps.media.query_all(jobs.OPEN, index="gsi1")):
        job_id: str = row["jobId"]
        try:
            job = finish(job_id, deps)
        except NotFound:
            continue
        if job.state.ended:
            completed.append(job_id)
        elif _last_sign(job_id, job, deps) < before:
            job = fail(job_id, jobs.STUCK, deps)
            stuck.append(job_id)
            log.error("job failed: it was stuck", extra={"job_id": job_id})
    return ReconcileOutput(stuck=stuck, completed=completed)


def _last_sign(job_id: str, job: Job, deps: Dependencies) -> datetime:
    # From the table itself: the index lags behind.
    row = deps.media.get(jobs.job_key(job_id))
    return datetime.fromisoformat(row["updatedAt"]) if row else job.created_at
