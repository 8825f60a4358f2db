"""Photos: where they come from, what is read in them, and what is shown of them."""

import datetime as dt
from enum import StrEnum
from typing import Literal

from pydantic import Field

from chalicelib.event_images.models.people import Runner
from shared.errors import ItemError
from shared.models import Model


class PhotoState(StrEnum):
    """PENDING: known, not read yet. DONE and FAILED are outcomes; a rerun may change both."""

    PENDING = "PENDING"
    DONE = "DONE"
    FAILED = "FAILED"


class BibAlternative(Model):
    """Another number that may stand where a bib was read, and how probable it is."""

    bib: str = Field(pattern=r"^[0-9]{1,6}$")
    confidence: float = Field(ge=0, le=1)


class BibReading(Model):
    """One bib number seen in a photo.

    ``box`` is ``(x0, y0, x1, y1)`` in pixels of the upright image. ``alternatives`` are other
    numbers that the same place may show, likeliest first; none of them is read.
    """

    bib: str = Field(pattern=r"^[0-9]{1,6}$")
    confidence: float = Field(ge=0, le=1)
    box: tuple[float, float, float, float]
    alternatives: tuple[BibAlternative, ...] = ()


type DecisionAction = Literal["accept", "correct", "reject", "add"]
type Verdict = Literal["accepted", "review", "rejected"]


class PhotoReading(BibReading):
    """A reading as it is stored, weighed and decided. Only accepted ones become tags.

    ``verdict`` is "review" while a person's look is wanted. ``reasons`` are stable codes of how
    the engine's reading was weighed. ``decided`` is what a person said of it, which then counts;
    ``confidence`` is 1 where a person says that the number is there.
    """

    accepted: bool
    verdict: Verdict = "accepted"
    reasons: tuple[str, ...] = ()
    decided: DecisionAction | None = None


class SourceObject(Model):
    """One photo where it lies. ``etag`` changes with the bytes; ``size`` is in bytes.

    In Google Drive, ``bucket`` is ``drive``, ``key`` is the file's id, whatever folder it lies
    in, and ``etag`` is the MD5 of its bytes.
    """

    store: Literal["s3", "drive"] = "s3"
    bucket: str
    key: str
    size: int
    etag: str
    filename: str
    last_modified: dt.datetime


class Photo(Model):
    """One photo of an event. The URLs are signed, for an hour, and only there once it is DONE.

    ``takenAt`` is the camera's local time, which has no zone. ``bibs`` have no leading zeros;
    ``readings`` keep what is printed. Each change raises ``version``. ``runners`` are those of
    the start list. A photo is ``withheld`` when it shows a runner who opted out, and nobody else
    who is tagged; it has no pictures then.
    """

    image_id: str
    event_id: str
    source: Literal["uploads", "s3", "drive"]
    bucket: str
    key: str
    filename: str
    size: int
    width: int | None = None
    height: int | None = None
    taken_at: str | None = None
    md5: str | None = None
    version: int
    state: PhotoState
    bibs: tuple[str, ...] = ()
    runners: tuple[Runner, ...] = ()
    readings: tuple[PhotoReading, ...] = ()
    withheld: bool = False
    engine: str | None = None
    error: ItemError | None = None
    thumb_url: str | None = None
    web_url: str | None = None
    processed_at: dt.datetime | None = None
