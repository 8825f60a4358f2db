"""Photos: where they come from, what is read in them, and what is shown of them."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from shared.errors import ItemError
from shared.models import Model


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
