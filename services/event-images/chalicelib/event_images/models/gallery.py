"""What the runner's gallery takes and gives, and what the organiser sees of it."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.models import Model

type ReportKind = Literal["wrong_tag", "remove_me"]
type ReportAction = Literal["untag", "dismiss", "opt_out"]
type ReportState = Literal["open", "handled"]

# Lines may break, nothing else may hide in a message.
Message = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, max_length=500, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*$"
    ),
]


class GalleryLink(Model):
    """Whether an event has a gallery link, and since when. The link itself is shown once."""

    active: bool
    link_id: str | None = None
    created_at: dt.datetime | None = None


class NewGalleryLink(Model):
    """A link that was just made. Nobody can look it up again: only a hash is kept.

    ``path`` is the gallery's address on this service's host; ``linkId`` tells later whether
    this is still the link in force.
    """

    link_id: str
    token: str
    path: str
    created_at: dt.datetime


class GalleryEvent(Model):
    """All that a gallery says of its event."""

    name: str
    date: str | None


class GalleryPhoto(Model):
    """A photo as its runner sees it. ``takenAt`` is the camera's time, which has no zone.

    The URLs are signed, for an hour.
    """

    image_id: str
    taken_at: str | None
    width: int | None
    height: int | None
    thumb_url: str
    web_url: str


class GalleryBurst(Model):
    """Photos of one moment, the sharpest first; most bursts have one photo."""

    photos: tuple[GalleryPhoto, ...] = Field(min_length=1)


class GalleryPhotos(Model):
    """The photos of one bib. ``near`` is only filled when there are none: at most three numbers
    one edit away that have photos. ``more``: there are photos beyond those shown."""

    bib: str
    count: int
    bursts: tuple[GalleryBurst, ...]
    near: tuple[str, ...] = ()
    more: bool = False


class CreateReport(Model):
    """Body of ``POST /g/{token}/reports``.

    ``wrong_tag``: this photo does not show the bib; it names a photo. ``remove_me``: the runner
    wants this photo, or without ``imageId`` all photos of the bib, gone.
    """

    kind: ReportKind
    bib: str = Field(pattern=r"^[0-9]{1,6}$")
    image_id: str | None = Field(default=None, pattern=r"^[0-9a-f]{20}$")
    message: Message | None = None


class ReportReceipt(Model):
    """That a report has arrived; the same report gives the same receipt."""

    report_id: str
    kind: ReportKind


class Report(Model):
    """A runner's report, as the organiser sees it. ``bib`` is null once that runner opted out."""

    report_id: str
    event_id: str
    kind: ReportKind
    bib: str | None
    image_id: str | None
    message: str | None
    state: ReportState
    created_at: dt.datetime
    action: ReportAction | None = None
    handled_at: dt.datetime | None = None
    thumb_url: str | None = None
    web_url: str | None = None


class ReportList(Model):
    """Oldest first, so that nobody waits for ever."""

    items: list[Report]
    cursor: str | None


class ResolveReport(Model):
    """Body of ``POST /events/{eventId}/reports/{reportId}/resolve``.

    ``untag`` takes the bib off the photo for good, ``opt_out`` off all photos of the event,
    ``dismiss`` changes nothing but the report.
    """

    action: ReportAction
