"""Reels: what they are made from, and what is made."""

import datetime as dt
from enum import StrEnum

from pydantic import Field

from chalicelib.reels.models.templates import Aspect
from shared.errors import ItemError
from shared.models import Model


class ReelState(StrEnum):
    """DONE: there is a current reel. FAILED: there is none, and ``error`` says why."""

    DONE = "DONE"
    FAILED = "FAILED"


class RaceEvent(Model):
    """The race, as far as a reel tells of it. ``date`` is a calendar day, ``2026-05-17``."""

    event_id: str
    name: str
    date: str | None = None


class Shot(Model):
    """One photo that shows the runner.

    ``box`` is their bib in pixels of the upright photo, ``width`` and ``height`` are that photo's.
    ``etag`` changes with the photo's bytes, ``hash64`` is 16 hexadecimal digits that are alike for
    photos that look alike; higher ``sharpness`` is sharper.
    """

    image_id: str
    etag: str
    box: tuple[float, float, float, float]
    confidence: float
    width: int
    height: int
    taken_at: dt.datetime | None = None
    sharpness: float | None = None
    hash64: str | None = Field(default=None, pattern=r"^[0-9a-f]{16}$")


class Picture(Model):
    """A photo's file as it was fetched for a reel, with its own size in pixels."""

    width: int
    height: int


class Rendered(Model):
    """One video and its poster, as files' bytes; ``width`` and ``height`` are in pixels."""

    video: bytes = Field(repr=False)
    poster: bytes = Field(repr=False)
    width: int
    height: int
    seconds: float
    fps: int
    frames: int


class VideoFile(Model):
    """One video of a reel where it lies in the media bucket; ``size`` is in bytes."""

    aspect: Aspect
    key: str
    poster_key: str
    width: int
    height: int
    seconds: float
    size: int


class ReelWarning(Model):
    """A photo that could not be used; another one stands in its place."""

    image_id: str
    code: str
    message: str


class Video(Model):
    """One video as the API shows it. The URLs are signed and valid until ``expiresAt``."""

    aspect: Aspect
    width: int
    height: int
    seconds: float
    size: int
    url: str
    download_url: str
    poster_url: str


class Reel(Model):
    """A runner's reel: the current one, or why there is none.

    ``error`` beside videos says that a later attempt failed: the earlier reel stays.
    ``sources`` are the photos in the order in which they are seen.
    """

    event_id: str
    bib: str
    name: str | None
    state: ReelState
    preview: bool
    version: int
    videos: tuple[Video, ...] = ()
    seconds: float | None = None
    sources: tuple[str, ...] = ()
    warnings: tuple[ReelWarning, ...] = ()
    template_id: str | None = None
    template_version: int | None = None
    error: ItemError | None = None
    rendered_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None


class ReelList(Model):
    """By bib."""

    items: list[Reel]
    cursor: str | None
