"""What the routes take and give."""

import datetime as dt
from typing import Annotated

from pydantic import Field, StringConstraints

from chalicelib.event_images.models.people import NearBib
from chalicelib.event_images.models.photos import Photo
from chalicelib.event_images.models.sources import Source, UploadsSource
from shared.errors import ItemError
from shared.jobs import JobCounts, JobState
from shared.models import Model

# Lower case and no dots or slashes: an id is a folder in S3 and a part of a URL.
EventId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]

MAX_UPLOADS_AT_ONCE = 100


RetentionDays = Annotated[int, Field(ge=1, le=3650)]


class CreateEvent(Model):
    """Body of ``POST /events``. Without ``eventId`` one is made from the name.

    ``retentionDays`` after the race (or the event's creation, if that is later) everything of it
    is removed; without them it is kept. With ``deleteOriginals`` an opt-out also deletes uploaded
    originals that show nobody else who is tagged. With ``nearbyEvidence`` photos that one camera
    took seconds apart support each other's doubtful readings.
    """

    name: Name
    date: dt.date | None = None
    event_id: EventId | None = None
    retention_days: RetentionDays | None = None
    delete_originals: bool = False
    nearby_evidence: bool = False


class UpdateEvent(Model):
    """Body of ``PATCH /events/{eventId}``: what is in it changes; null takes a value away."""

    name: Name | None = None
    date: dt.date | None = None
    retention_days: RetentionDays | None = None
    delete_originals: bool | None = None
    nearby_evidence: bool | None = None


class EventCounts(Model):
    """Photos of an event by state; their sum is the number of its photos."""

    pending: int = 0
    done: int = 0
    failed: int = 0


class Event(Model):
    """A race, or anything else that photos are taken of. ``review`` counts uncertain readings."""

    event_id: str
    name: str
    date: str | None
    created_at: dt.datetime
    counts: EventCounts
    review: int = 0
    retention_days: int | None = None
    expires_on: dt.date | None = None
    delete_originals: bool = False
    nearby_evidence: bool = False


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


class EventList(Model):
    """Newest first."""

    items: list[Event]
    cursor: str | None


class RequestList(Model):
    """Newest first, without the per-photo errors."""

    items: list[Request]
    cursor: str | None


class PhotoList(Model):
    """In the order of the image ids. ``near`` is only filled when a bib has no photos."""

    items: list[Photo]
    cursor: str | None
    near: tuple[NearBib, ...] = ()
