"""Requests, answers, each step's input and output. JSON is camelCase, Python snake_case.

Two families: what the API takes and gives, and what travels through the state machine.
A table row is not a model of its own; ``domain/rows.py`` maps rows to these and back.
"""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from shared.errors import ItemError
from shared.jobs import JobCounts, JobState
from shared.models import Model

# Lower case and no dots or slashes: an id is a folder in S3 and a part of a URL.
EventId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$")]
Bib = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]

MAX_UPLOADS_AT_ONCE = 100


class PhotoState(StrEnum):
    """PENDING: known, not read yet. DONE and FAILED are outcomes; a rerun may change both."""

    PENDING = "PENDING"
    DONE = "DONE"
    FAILED = "FAILED"


class BibReading(Model):
    """One bib number seen in a photo.

    ``box`` is ``(x0, y0, x1, y1)`` in pixels of the upright image.
    """

    bib: str = Field(pattern=r"^[0-9]{1,6}$")
    confidence: float = Field(ge=0, le=1)
    box: tuple[float, float, float, float]


class PhotoReading(BibReading):
    """A reading as it is stored. Only accepted ones become tags, which a search finds."""

    accepted: bool


# --- sources ---------------------------------------------------------------------------------


class UploadsSource(Model):
    """What was uploaded for the event: all that lies under ``{eventId}/`` of ``incoming``."""

    kind: Literal["uploads"] = "uploads"


class S3Source(Model):
    """A prefix of a bucket; without a bucket, of the ``incoming`` one."""

    kind: Literal["s3"]
    bucket: str | None = Field(default=None, min_length=3, max_length=63)
    prefix: str = Field(max_length=1024)


Source = Annotated[UploadsSource | S3Source, Field(discriminator="kind")]


class SourceObject(Model):
    """One photo where it lies. ``etag`` changes with the bytes; ``size`` is in bytes."""

    bucket: str
    key: str
    size: int
    etag: str
    filename: str
    last_modified: dt.datetime


# --- the API ---------------------------------------------------------------------------------


class CreateEvent(Model):
    """Body of ``POST /events``. Without ``eventId`` one is made from the name."""

    name: Name
    date: dt.date | None = None
    event_id: EventId | None = None


class EventCounts(Model):
    """Photos of an event by state; their sum is the number of its photos."""

    pending: int = 0
    done: int = 0
    failed: int = 0


class Event(Model):
    """A race, or anything else that photos are taken of."""

    event_id: str
    name: str
    date: str | None
    created_at: dt.datetime
    counts: EventCounts


class UploadFile(Model):
    """One file that a browser wants to upload."""

    filename: str = Field(min_length=1, max_length=1024)
    size: int = Field(ge=0)
    content_type: str = Field(max_length=255)


class CreateUploads(Model):
    """Body of ``POST /events/{eventId}/uploads``."""

    files: list[UploadFile] = Field(min_length=1, max_length=MAX_UPLOADS_AT_ONCE)


class Upload(Model):
    """A form to POST as multipart to ``url``: all ``fields`` first, then ``file``."""

    filename: str
    image_id: str
    key: str
    url: str
    fields: dict[str, str]
    expires_at: dt.datetime


class Uploads(Model):
    """Answer to ``POST /events/{eventId}/uploads``, in the order of the files."""

    uploads: list[Upload]


class ProcessEvent(Model):
    """Body of ``POST /events/{eventId}/process``. ``force`` reads photos again that are DONE."""

    source: Source = UploadsSource()
    force: bool = False


class RequestError(Model):
    """A photo that the request could not finish, and why."""

    image_id: str
    name: str
    code: str
    message: str


class Request(Model):
    """One run over an event's photos, as it can be followed.

    ``listed = total + skipped``; at the end ``done + failed = total``. ``ignored`` objects
    are not photos by their names and are in no other count.
    """

    request_id: str
    event_id: str
    state: JobState
    source: Source
    force: bool
    counts: JobCounts
    error: ItemError | None
    errors: tuple[RequestError, ...] = ()
    errors_cursor: str | None = None
    created_at: dt.datetime
    started_at: dt.datetime | None
    completed_at: dt.datetime | None


class Photo(Model):
    """One photo of an event. The URLs are signed, for an hour, and only there once it is DONE.

    ``takenAt`` is the camera's local time, which has no zone. ``bibs`` have no leading zeros;
    ``readings`` keep what is printed.
    """

    image_id: str
    event_id: str
    source: Literal["uploads", "s3"]
    bucket: str
    key: str
    filename: str
    size: int
    width: int | None = None
    height: int | None = None
    taken_at: str | None = None
    md5: str | None = None
    state: PhotoState
    bibs: tuple[str, ...] = ()
    readings: tuple[PhotoReading, ...] = ()
    engine: str | None = None
    error: ItemError | None = None
    thumb_url: str | None = None
    web_url: str | None = None
    processed_at: dt.datetime | None = None


class EventList(Model):
    """Newest first."""

    items: list[Event]
    cursor: str | None


class RequestList(Model):
    """Newest first, without the per-photo errors."""

    items: list[Request]
    cursor: str | None


class PhotoList(Model):
    """In the order of the image ids."""

    items: list[Photo]
    cursor: str | None


class Health(Model):
    """That the service answers, and as what."""

    service: str
    stage: str
    status: Literal["ok"] = "ok"


# --- the state machine -----------------------------------------------------------------------


class StepInput(Model):
    """What a step takes. The machine's state may carry more than a step needs."""

    model_config = ConfigDict(extra="ignore")


class MachineError(StepInput):
    """What a Catch of the machine puts at ``$.error``; these two names are Amazon's."""

    error: str = Field(default="Unknown", alias="Error")
    cause: str = Field(default="", alias="Cause")


class ListImagesInput(StepInput):
    """The machine's own input."""

    request_id: str
    event_id: str
    source: Source
    force: bool = False


class ItemList(Model):
    """A JSON array of ``ListedPhoto`` in S3, which the Map reads."""

    bucket: str
    key: str


class ListImagesOutput(Model):
    """The list of what is to be done; ``total`` is its length."""

    request_id: str
    event_id: str
    items: ItemList
    total: int


class ListedPhoto(SourceObject):
    """An item of the Map. ``version`` is the one of the photo's row when it was listed; an
    outcome of a later version is one that somebody wrote since."""

    image_id: str
    version: int


class ExtractBibNumberInput(StepInput):
    """One item of the Map."""

    request_id: str
    event_id: str
    photo: ListedPhoto


class ExtractBibNumberOutput(Model):
    """Small, since the Map carries one for each photo."""

    image_id: str
    state: PhotoState
    bibs: list[str]


class RecordImageFailureInput(ExtractBibNumberInput):
    """An item of the Map whose step did not end, with the machine's error."""

    error: MachineError = MachineError()


class RecordImageFailureOutput(ExtractBibNumberOutput):
    """The photo as it is afterwards."""


class ImageProcessingCompletionInput(StepInput):
    """The request whose Map has ended."""

    request_id: str
    event_id: str


class ImageProcessingCompletionOutput(Model):
    """How the request ended."""

    request_id: str
    state: JobState
    counts: JobCounts


class ImageProcessingFailureInput(StepInput):
    """A request whose machine cannot go on."""

    request_id: str
    event_id: str
    error: MachineError = MachineError()


class ImageProcessingFailureOutput(ImageProcessingCompletionOutput):
    """How the request ended."""


class MessageAttributes(StepInput):
    """What SQS adds to a message; the name is Amazon's."""

    deliveries: int = Field(default=1, alias="ApproximateReceiveCount")


class ProcessUploadInput(StepInput):
    """One message of the uploads queue, as SQS gives it to a Lambda."""

    body: str
    attributes: MessageAttributes = MessageAttributes()


class ProcessUploadOutput(Model):
    """The photos that the message was about."""

    photos: list[ExtractBibNumberOutput]
