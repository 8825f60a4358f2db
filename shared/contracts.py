"""What one service may read of another: the models, and where the rows are."""

import hashlib
import hmac
from datetime import datetime
from typing import Any, Self

from shared.models import Model


def event_partition(event_id: str) -> str:
    """The partition of an event's photos and tags in the table of event-images."""
    return f"EVENT#{event_id}"


def tag_prefix(bib: str | None = None) -> str:
    """What the sort keys of tags begin with: all of an event's, or those of one bib."""
    return "TAG#" if bib is None else f"TAG#{bib}#"


class BibTag(Model):
    """One bib number seen on one photo: a row of event-images' images table, which owns it.

    `box` is x0, y0, x1, y1 in pixels of the upright photo, `confidence` is 0 to 1, and
    `taken_at` is the camera's own time, without a zone.
    """

    event_id: str
    bib: str
    image_id: str
    confidence: float
    box: tuple[float, float, float, float]
    taken_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The row's `pk` and `sk`."""
        return event_partition(self.event_id), f"{tag_prefix(self.bib)}{self.image_id}"

    def row(self) -> dict[str, Any]:
        """The row as it is stored."""
        pk, sk = self.key
        return {"pk": pk, "sk": sk, **self.model_dump(mode="json", by_alias=True)}

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> Self:
        """The tag that a row holds; attributes that this model does not know are left out."""
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return cls.model_validate({name: value for name, value in row.items() if name in known})


class RunnerOptedOut(Model):
    """A runner of an event must not be found or shown any more: a message of event-images.

    Published to its topic `event-images-{stage}-opt-outs`, maybe more than once. `bib` has no
    leading zeros.
    """

    event_id: str
    bib: str
    opted_out_at: datetime


class EventRemoved(Model):
    """An event and all that was made of it must not be kept any more: a message of event-images.

    Published to the same topic as `RunnerOptedOut`, which has a `bib`: when the removal begins,
    and again when it has settled, for what was being made meanwhile. By then the event's row is
    gone, and its id is never given again.
    """

    event_id: str
    removed_at: datetime


def event_key(event_id: str) -> tuple[str, str]:
    """Where an event's row is in the requests table of event-images."""
    return event_partition(event_id), "EVENT"


def photo_key(event_id: str, image_id: str) -> tuple[str, str]:
    """Where a photo's row is in the images table of event-images."""
    return event_partition(event_id), f"PHOTO#{image_id}"


def start_list_key(event_id: str) -> tuple[str, str]:
    """Where the row is whose `version` says which start list holds; absent without a list."""
    return event_partition(event_id), "STARTLIST"


def runner_key(event_id: str, version: str, bib: str) -> tuple[str, str]:
    """Where a runner of a version of the start list is; with an empty bib, how all begin."""
    number = f"{bib.lstrip('0') or '0':0>6}" if bib else ""
    return event_partition(event_id), f"RUNNER#{version}#{number}"


def opt_out_partition(event_id: str) -> str:
    """The partition of an event's opt-outs, which every photo that is read asks for: of its own,
    so that the question costs the same whatever else the event has."""
    return f"EVENT#{event_id}#OPTOUTS"


def opt_out_secret_key(event_id: str) -> tuple[str, str]:
    """Where the row is whose `secret` stands between a bib and its opt-out; absent before the
    first opt-out of the event."""
    return opt_out_partition(event_id), "OPTOUTS"


def opt_out_key(event_id: str, secret: str, bib: str) -> tuple[str, str]:
    """Where a row is when the runner has opted out. It holds no bib, but an HMAC of it."""
    number = (bib.lstrip("0") or "0").encode()
    digest = hmac.new(bytes.fromhex(secret), number, hashlib.sha256).hexdigest()[:40]
    return opt_out_partition(event_id), f"OPTOUT#{digest}"


def web_picture_key(event_id: str, image_id: str) -> str:
    """The picture of a photo, without metadata, in the media bucket of event-images."""
    return f"{event_id}/photos/{image_id}/web.jpg"


class ReadModel(Model):
    """A row of another service, as far as others may rely on it."""

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> Self:
        """What a row holds; attributes that this model does not know are left out."""
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return cls.model_validate({name: value for name, value in row.items() if name in known})


class RaceEntry(ReadModel):
    """An event of event-images: a row of its requests table. `date` is `2026-05-17` or None."""

    event_id: str
    name: str
    date: str | None = None


class RunnerEntry(ReadModel):
    """A runner on an event's start list: a row of event-images' images table."""

    bib: str
    name: str | None = None
    category: str | None = None
    team: str | None = None
    finish_time: str | None = None


class PhotoEntry(ReadModel):
    """A photo that was read: a row of event-images' images table whose state is DONE.

    `etag` changes with the bytes, `width` and `height` are of the upright photo in pixels,
    `perceptual_hash` is 16 hexadecimal digits that are alike for photos that look alike, and a
    higher `sharpness` is sharper; the last two are absent of photos that were read long ago.
    """

    image_id: str
    state: str
    etag: str
    width: int | None = None
    height: int | None = None
    taken_at: datetime | None = None
    sharpness: float | None = None
    perceptual_hash: str | None = None
