"""Detections in pictures: what the routes and the worker take and give."""

import datetime as dt
import json
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator

from shared.errors import ItemError
from shared.jobs import JobCounts
from shared.models import Model
from shared.steps import MessageAttributes, StepInput

MOST_IMAGES = 1000
MOST_METADATA_BYTES = 4096
MOST_METADATA_NAMES = 20

type Scalar = str | bool | int | float | None
MetadataName = Annotated[str, StringConstraints(min_length=1, max_length=64)]
# S3 takes keys of 1024 bytes, and a bucket's name has 63 at most.
ImageUrl = Annotated[str, StringConstraints(min_length=1, max_length=1100)]
UserId = Annotated[
    str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")
]


class ImageJobStatus(StrEnum):
    """How a job stands. PARTIAL: some images failed; FAILED: all did, or it came to no end."""

    PENDING = "PENDING"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class ImageState(StrEnum):
    """PENDING, then DONE or FAILED; only a redrive takes FAILED back."""

    PENDING = "PENDING"
    DONE = "DONE"
    FAILED = "FAILED"


class PresignUpload(Model):
    """Body of ``POST /uploads/presign``; ``size`` is in bytes.

    Without ``contentType`` the file name's ending says it.
    """

    filename: str = Field(min_length=1, max_length=255)
    content_type: str | None = Field(default=None, max_length=255)
    size: int | None = Field(default=None, ge=1)


class PutForm(Model):
    """A PUT of the bare bytes to ``url``, with all ``headers``.

    With a size in the request, the URL takes exactly so many bytes.
    """

    url: str
    headers: dict[str, str]
    expires_at: dt.datetime


class PostForm(Model):
    """A multipart POST to ``url``: all ``fields`` first, then ``file``."""

    url: str
    fields: dict[str, str]
    expires_at: dt.datetime


class PresignedUpload(Model):
    """Two ways to put one file; ``url`` is that of ``put``, ``imageUrl`` what a job names."""

    url: str
    key: str
    bucket: str
    image_url: str
    max_bytes: int
    put: PutForm
    post: PostForm


class ProcessImages(Model):
    """Body of ``POST /process``; ``imageUrls`` are ``s3://`` URLs of uploads."""

    image_urls: list[ImageUrl] = Field(min_length=1, max_length=MOST_IMAGES)
    user_id: UserId | None = None
    metadata: dict[MetadataName, Scalar] = Field(
        default_factory=dict, max_length=MOST_METADATA_NAMES
    )

    @field_validator("metadata")
    @classmethod
    def _small(cls, value: dict[str, Scalar]) -> dict[str, Scalar]:
        if len(json.dumps(value, ensure_ascii=False).encode()) > MOST_METADATA_BYTES:
            raise ValueError(f"metadata is over {MOST_METADATA_BYTES} bytes")
        if any(isinstance(one, int) and abs(one) > 2**53 for one in value.values()):
            raise ValueError("a number is over 2^53")
        return value


class AcceptedImages(Model):
    """A job that waits for its turn."""

    success: Literal[True] = True
    job_id: str
    status: ImageJobStatus
    message: str
    image_count: int


class Detection(Model):
    """One thing in a picture.

    ``confidence`` is 0 to 1; ``bbox`` is ``x0, y0, x1, y1`` in pixels of the upright picture.
    """

    label: str
    confidence: float = Field(ge=0, le=1)
    bbox: tuple[float, float, float, float]


class DetectorModel(Model):
    """What found it."""

    name: str
    version: str


class ImageDetections(Model):
    """What was found in one image."""

    image_url: str
    image_index: int
    detections: tuple[Detection, ...]
    detection_count: int


class ImageResult(Model):
    """One image of a job; ``width`` and ``height`` are of the upright picture.

    ``viewUrl`` is signed, to look at an image that is DONE.
    """

    image_url: str
    image_index: int
    state: ImageState
    error: ItemError | None = None
    model: DetectorModel | None = None
    width: int | None = None
    height: int | None = None
    view_url: str | None = None


class ImageJob(Model):
    """A job, without its images."""

    job_id: str
    status: ImageJobStatus
    image_count: int
    counts: JobCounts
    user_id: str | None
    metadata: dict[str, Scalar]
    error: ItemError | None
    created_at: dt.datetime
    updated_at: dt.datetime
    completed_at: dt.datetime | None


class ImageJobPage(ImageJob):
    """A job with a page of its images, in their order; ``detections`` are of those DONE."""

    detections: tuple[ImageDetections, ...]
    images: tuple[ImageResult, ...]
    cursor: str | None


class ImageJobList(Model):
    """Newest first."""

    items: list[ImageJob]
    cursor: str | None


class ImageMessage(Model):
    """One message of the images queue."""

    job_id: str = Field(min_length=1, max_length=64)
    image_index: int = Field(ge=0, lt=MOST_IMAGES)


class DeadLetter(Model):
    """A message that was given up; without ``jobId`` it is not one of ours."""

    message_id: str
    job_id: str | None
    image_index: int | None
    sent_at: dt.datetime | None
    deliveries: int
    body: str


class DeadLetters(Model):
    """Some of the dead letters, and about how many there are."""

    total: int
    items: list[DeadLetter]


class Redriven(Model):
    """A redrive: ``moved`` messages, or None where SQS moves them by itself, as ``taskHandle``."""

    reopened: int
    moved: int | None
    task_handle: str | None


class QueueAttributes(MessageAttributes):
    """What SQS adds to a message, with the time; the names are Amazon's."""

    sent: int = Field(default=0, alias="SentTimestamp")

    @property
    def sent_at(self) -> dt.datetime:
        """When it was put into the queue, first or by a redrive."""
        return dt.datetime.fromtimestamp(self.sent / 1000, dt.UTC)


class ProcessImageInput(StepInput):
    """One message of the images queue, as SQS gives it to a Lambda."""

    body: str
    attributes: QueueAttributes = QueueAttributes()


class ProcessImageOutput(Model):
    """What came of the image; SKIPPED: its job has ended, or is gone."""

    state: Literal["DONE", "FAILED", "SKIPPED"]


class ReconcileInput(StepInput):
    """The clock struck."""


class ReconcileOutput(Model):
    """The jobs that were ended: because they were stuck, or because nobody had noticed."""

    stuck: list[str]
    completed: list[str]


def as_json(model: Model) -> dict[str, Any]:
    """A model as a table's row holds it."""
    return model.model_dump(mode="json", by_alias=True)
