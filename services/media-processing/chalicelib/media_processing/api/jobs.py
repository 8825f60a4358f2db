"""``/jobs``: jobs over images, and what was found in them."""

import re

from chalice.app import Request, Response

from chalicelib.media_processing.domain import jobs
from chalicelib.media_processing.domain.uploads import upload_of
from chalicelib.media_processing.models import (
    ImageJobList,
    ImageJobPage,
    ImageJobStatus,
    ImageResult,
    ImageState,
)
from chalicelib.media_processing.ports import Dependencies
from chalicelib.media_processing.steps.image_outcomes import fail
from shared.errors import Conflict, NotFound
from shared.http import answer, page_params, path_param
from shared.jobs import Job

_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?")


def list_jobs(request: Request, deps: Dependencies) -> Response:
    """``GET /jobs?limit&cursor`` -> ImageJobList, newest first."""
    limit, cursor = page_params(request)
    found, after = deps.jobs.list(jobs.OWNER, limit=limit, cursor=cursor)
    rows = deps.media.get_many([jobs.job_key(job.job_id) for job in found])
    by_id = {row["jobId"]: row for row in rows}
    items = [jobs.job_of(job, by_id.get(job.job_id)) for job in found]
    return answer(ImageJobList(items=items, cursor=after))


def get_job(request: Request, deps: Dependencies) -> Response:
    """``GET /jobs/{jobId}?limit&cursor`` -> ImageJobPage: the job and a page of its images."""
    return answer(_page(request, _job(request, deps), deps))


def cancel_job(request: Request, deps: Dependencies) -> Response:
    """``DELETE /jobs/{jobId}`` -> ImageJobPage; what is looked at this moment is still recorded.

    Raises:
        Conflict: ``job_ended``, and not by being cancelled.
    """
    job = fail(_job(request, deps).job_id, jobs.CANCELLED, deps)
    if jobs.status_of(job) != ImageJobStatus.CANCELLED:
        raise Conflict("job_ended", f"The job has ended: it is {jobs.status_of(job)}.")
    return answer(_page(request, job, deps))


def _job(request: Request, deps: Dependencies) -> Job:
    missing = NotFound("job_not_found", "There is no such job.")
    job_id = path_param(request, "jobId")
    # What cannot be an id is not looked for: it might be too long for a key.
    if not _ID.fullmatch(job_id):
        raise missing
    job = deps.jobs.get(job_id)
    # A listing's runs lie in the same table.
    if job.kind != jobs.KIND:
        raise missing
    return job


def _page(request: Request, job: Job, deps: Dependencies) -> ImageJobPage:
    limit, cursor = page_params(request, default=100, most=200)
    found = deps.media.query(
        jobs.partition(job.job_id), begins=jobs.IMAGE, limit=limit, cursor=cursor
    )
    row = deps.media.get(jobs.job_key(job.job_id))
    page = jobs.page_of(job, row, found.items, found.cursor)
    return page.model_copy(update={"images": tuple(_signed(one, deps) for one in page.images)})


def _signed(image: ImageResult, deps: Dependencies) -> ImageResult:
    settings = deps.settings
    if image.state != ImageState.DONE:
        return image
    key = upload_of(image.image_url, settings.s3_bucket)
    url = deps.storage.presign_get(settings.s3_bucket, key, expires=settings.url_seconds)
    return image.model_copy(update={"view_url": url})
