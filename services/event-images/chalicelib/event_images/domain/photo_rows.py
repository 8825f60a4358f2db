"""The rows of photos and tags, and what is written when a photo gets its outcome.

A photo's row carries ``version``, which each write raises and checks, so that two runs which
meet on one photo cannot overwrite each other unseen. A photo keeps its last outcome, tags and
all, until it has a new one: a rerun takes nothing away while it works.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from chalicelib.event_images.domain import events
from chalicelib.event_images.domain.photos import Outcome, identify, normal_bib, state_of, tags
from chalicelib.event_images.models import Photo, PhotoReading, PhotoState, SourceObject
from shared.contracts import BibTag, event_partition, tag_prefix
from shared.errors import ItemError
from shared.tables import Absent, Delete, Equals, Item, Key, Put, Update

type Write = Put | Update | Delete


def photo_key(event_id: str, image_id: str) -> Key:
    """Where a photo's row is in the images table."""
    return (event_partition(event_id), f"PHOTO#{image_id}")


def tag_key(event_id: str, bib: str, image_id: str) -> Key:
    """Where the row is that lets a search by bib find the photo."""
    return (event_partition(event_id), f"{tag_prefix(bib)}{image_id}")


def state_partition(event_id: str, state: PhotoState) -> str:
    """The index partition of an event's photos in one state."""
    return f"EVENT#{event_id}#{state}"


def new_row(event_id: str, photo: SourceObject, now: datetime) -> Item:
    """The row of a photo that was not known before."""
    image_id = identify(photo)
    pk, sk = photo_key(event_id, image_id)
    return {
        "pk": pk,
        "sk": sk,
        "gsi1pk": state_partition(event_id, PhotoState.PENDING),
        "gsi1sk": image_id,
        "eventId": event_id,
        "imageId": image_id,
        "state": PhotoState.PENDING.value,
        "version": 1,
        "createdAt": now.isoformat(),
        **_object_attributes(photo),
    }


def _object_attributes(photo: SourceObject) -> Item:
    # Of a ListedPhoto too, whose version is of the past.
    own = set(SourceObject.model_fields)
    values: Item = photo.model_dump(by_alias=True, mode="json", include=own)
    return values


def readings_of(row: Item) -> list[PhotoReading]:
    """The readings that a row holds."""
    return [PhotoReading.model_validate(reading) for reading in row.get("readings", [])]


def error_of(row: Item) -> ItemError | None:
    """Why a photo failed; None if it did not."""
    error = row.get("error")
    return ItemError.model_validate(error) if error else None


def photo_of(row: Item, *, incoming: str, urls: dict[str, str | None] | None = None) -> Photo:
    """A row as the API shows it. ``incoming`` is the bucket that uploads go to."""
    source: Literal["uploads", "s3"] = "uploads" if row["bucket"] == incoming else "s3"
    readings = readings_of(row)
    shown: dict[str, Any] = {
        name: row.get(name)
        for name in ("width", "height", "takenAt", "md5", "engine", "processedAt", "error")
    }
    same = {name: row[name] for name in ("imageId", "eventId", "bucket", "key", "filename")}
    return Photo.model_validate(
        {
            **same,
            **shown,
            **(urls or {}),
            "size": row["size"],
            "state": row["state"],
            "source": source,
            "bibs": list(tags(readings)),
            "readings": readings,
        }
    )


def tags_of_bib(bib: str) -> str:
    """How the sort keys of a bib's tags begin."""
    return tag_prefix(normal_bib(bib))


def registration(
    event_id: str, photos: Sequence[SourceObject], now: datetime
) -> tuple[list[Put], Update]:
    """The rows of new photos, and the counter; to be written in one transaction (<= 99 photos)."""
    rows = [Put(new_row(event_id, photo, now), when=Absent()) for photo in photos]
    return rows, events.count(event_id, pending=len(rows))


def decide(row: Item, outcome: Outcome, now: datetime) -> tuple[list[Write], list[Update]]:
    """What gives a photo its outcome, as writes to the images and to the requests table.

    The photo's row replaces the one that was read, if that is still there; tags that the new
    readings no longer hold go, and the event's counters follow the state.
    """
    event_id, image_id = row["eventId"], row["imageId"]
    after: Item = {
        **row,
        **_object_attributes(outcome.photo),
        "gsi1pk": state_partition(event_id, outcome.state),
        "state": outcome.state.value,
        "version": row["version"] + 1,
        "width": outcome.width,
        "height": outcome.height,
        "takenAt": outcome.taken_at,
        "md5": outcome.md5,
        "readings": [_plain(reading) for reading in outcome.readings],
        "engine": outcome.engine,
        "error": outcome.error.model_dump(by_alias=True) if outcome.error else None,
        "processedAt": now.isoformat(),
    }
    images: list[Write] = [Put(after, when=Equals({"version": row["version"]}))]
    new = tags(outcome.readings)
    images += [
        Delete(tag_key(event_id, bib, image_id)) for bib in tags(readings_of(row)) if bib not in new
    ]
    images += [
        Put(_tag_row(event_id, image_id, bib, reading, outcome.taken_at))
        for bib, reading in new.items()
    ]
    return images, _recount(event_id, state_of(row), outcome.state)


def _recount(event_id: str, before: PhotoState, after: PhotoState) -> list[Update]:
    if before is after:
        return []
    return [events.count(event_id, **{events.COUNTERS[before]: -1, events.COUNTERS[after]: 1})]


def _tag_row(
    event_id: str, image_id: str, bib: str, reading: PhotoReading, taken_at: str | None
) -> Item:
    tag = BibTag(
        event_id=event_id,
        bib=bib,
        image_id=image_id,
        confidence=reading.confidence,
        box=reading.box,
        taken_at=datetime.fromisoformat(taken_at) if taken_at else None,
    )
    return tag.row()


def _plain(reading: PhotoReading) -> Item:
    values: Item = reading.model_dump(by_alias=True, mode="json")
    return values
