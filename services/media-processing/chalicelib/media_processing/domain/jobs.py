"""Rows of image jobs: what lies where, and what the API makes of it."""

from datetime import datetime
from typing import Any

from chalicelib.media_processing.models import (
    Detection,
    DetectorModel,
    ImageDetections,
    ImageJob,
    ImageJobPage,
    ImageJobStatus,
    ImageResult,
    ImageState,
)
from shared.errors import ItemError
from shared.jobs import Job, JobState
from shared.tables import Equals, Item, Key, Update

# No listing can be called so: jobs of images and of listings lie in one table.
OWNER = "#images"
KIND = "process-images"
IMAGE = "IMAGE#"
OPEN = "IMAGE-JOBS#OPEN"
CANCELLED = ItemError(code="cancelled", message="The job was cancelled.")
STUCK = ItemError(code="stuck", message="Nothing has come of the job's images for too long.")
GIVEN_UP = ItemError(
    code="attempts_exhausted",
    message="No attempt came to an end. A redrive of the dead letters tries again.",
)
_STATUS = {
    JobState.PENDING: ImageJobStatus.PENDING,
    JobState.RUNNING: ImageJobStatus.PROCESSING,
    JobState.SUCCEEDED: ImageJobStatus.COMPLETED,
    JobState.PARTIAL: ImageJobStatus.PARTIAL,
    JobState.FAILED: ImageJobStatus.FAILED,
}


def partition(job_id: str) -> str:
    """The partition of a job's images."""
    return f"JOB#{job_id}"


def job_key(job_id: str) -> Key:
    """The row with what only image jobs have; the rest is in ``shared.jobs``."""
    return partition(job_id), "JOB"


def item_id(index: int) -> str:
    """What names an image within its job; its order is that of the images."""
    return f"{index:05d}"


def image_key(job_id: str, index: int) -> Key:
    """An image's row."""
    return partition(job_id), f"{IMAGE}{item_id(index)}"


def new_job_row(job_id: str, now: datetime) -> Item:
    """The row of a job that nobody has put into the queue; open ones are in the index."""
    pk, sk = job_key(job_id)
    return {
        "pk": pk,
        "sk": sk,
        "gsi1pk": OPEN,
        "gsi1sk": f"{now.isoformat()}#{job_id}",
        "jobId": job_id,
        "updatedAt": now.isoformat(),
    }


def new_image_row(job_id: str, index: int, url: str) -> Item:
    """The row of an image that waits."""
    pk, sk = image_key(job_id, index)
    return {
        "pk": pk,
        "sk": sk,
        "imageUrl": url,
        "imageIndex": index,
        "state": ImageState.PENDING.value,
    }


def touched(job_id: str, now: datetime, *, ended: bool = False, **more: Any) -> Update:
    """Something came of the job; one that has ended leaves the index of the open ones."""
    remove = ("gsi1pk", "gsi1sk") if ended else ()
    return Update(job_key(job_id), set={"updatedAt": now.isoformat(), **more}, remove=remove)


def reopened(job_id: str, now: datetime) -> Update:
    """The job is among the open ones again."""
    index = {"gsi1pk": OPEN, "gsi1sk": f"{now.isoformat()}#{job_id}"}
    return Update(job_key(job_id), set={"updatedAt": now.isoformat(), **index})


def done(
    row: Item, found: tuple[Detection, ...], model: DetectorModel, size: tuple[int, int]
) -> Update:
    """An image that was looked at."""
    return _ended(
        row,
        ImageState.DONE,
        detections=[one.model_dump(mode="json", by_alias=True) for one in found],
        model=model.model_dump(by_alias=True),
        width=size[0],
        height=size[1],
    )


def failed(row: Item, error: ItemError, now: datetime) -> Update:
    """An image that nothing can be found in."""
    return _ended(
        row,
        ImageState.FAILED,
        error=error.model_dump(by_alias=True),
        failedAt=now.isoformat(),
    )


def _ended(row: Item, state: ImageState, **change: Any) -> Update:
    return Update(
        (row["pk"], row["sk"]),
        set={"state": state.value, **change},
        when=Equals({"state": ImageState.PENDING.value}),
    )


def status_of(job: Job) -> ImageJobStatus:
    """How a job stands, in the words of the API."""
    if job.state is JobState.FAILED and job.error and job.error.code == CANCELLED.code:
        return ImageJobStatus.CANCELLED
    return _STATUS[job.state]


def job_of(job: Job, row: Item | None) -> ImageJob:
    """A job as lists show it."""
    return ImageJob(**_fields(job, row))


def page_of(job: Job, row: Item | None, images: list[Item], cursor: str | None) -> ImageJobPage:
    """A job with a page of its images."""
    return ImageJobPage(
        **_fields(job, row),
        detections=tuple(_detections(one) for one in images if one["state"] == ImageState.DONE),
        images=tuple(_image(one) for one in images),
        cursor=cursor,
    )


def _fields(job: Job, row: Item | None) -> dict[str, Any]:
    times = [job.completed_at, job.started_at, job.created_at]
    if row:
        times.append(datetime.fromisoformat(row["updatedAt"]))
    return {
        "job_id": job.job_id,
        "status": status_of(job),
        "image_count": job.input["imageCount"],
        "counts": job.counts,
        "user_id": job.input.get("userId"),
        "metadata": job.input.get("metadata") or {},
        "error": job.error,
        "created_at": job.created_at,
        "updated_at": max(time for time in times if time is not None),
        "completed_at": job.completed_at,
    }


def _detections(row: Item) -> ImageDetections:
    found = tuple(Detection.model_validate(one) for one in row["detections"])
    return ImageDetections(
        image_url=row["imageUrl"],
        image_index=row["imageIndex"],
        detections=found,
        detection_count=len(found),
    )


def _image(row: Item) -> ImageResult:
    return ImageResult(
        image_url=row["imageUrl"],
        image_index=row["imageIndex"],
        state=ImageState(row["state"]),
        error=ItemError.model_validate(row["error"]) if row.get("error") else None,
        model=DetectorModel.model_validate(row["model"]) if row.get("model") else None,
        width=row.get("width"),
        height=row.get("height"),
    )
