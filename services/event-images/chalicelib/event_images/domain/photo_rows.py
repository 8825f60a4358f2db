"""The rows of photos and tags, and what is written when a photo gets its outcome.

A photo's row carries ``version``, which each write raises and checks, so that two runs which
meet on one photo cannot overwrite each other unseen. A photo keeps its last outcome, tags and
all, until it has a new one: a rerun takes nothing away while it works.
"""

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from chalicelib.event_images.domain import events
from chalicelib.event_images.domain.photos import (
    Outcome,
    identify,
    normal_bib,
    same_bytes,
    state_of,
    tags,
)
from chalicelib.event_images.domain.review import review_key, review_row
from chalicelib.event_images.domain.tagging import Judge, numbers, questions
from chalicelib.event_images.models import (
    BibReading,
    Decision,
    NearbyChange,
    Photo,
    PhotoReading,
    PhotoState,
    SourceObject,
)
from shared.contracts import BibTag, event_partition, tag_prefix
from shared.errors import ItemError
from shared.models import Model
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


def seen_of(row: Item) -> list[BibReading]:
    """What the engine saw, as the row keeps it."""
    if "seen" not in row:
        # One that was read before rows kept it: what was shown is what is known.
        own = set(BibReading.model_fields)
        return [BibReading(**one.model_dump(include=own)) for one in readings_of(row)]
    return [BibReading.model_validate(one) for one in row["seen"]]


def decisions_of(row: Item) -> list[Decision]:
    """What people decided about the photo, in order."""
    return [Decision.model_validate(one) for one in row.get("decisions", [])]


def nearby_of(row: Item) -> list[NearbyChange]:
    """What photos nearby changed about this one's readings."""
    return [NearbyChange.model_validate(one) for one in row.get("nearby", [])]


def error_of(row: Item) -> ItemError | None:
    """Why a photo failed; None if it did not."""
    error = row.get("error")
    return ItemError.model_validate(error) if error else None


def photo_of(row: Item, *, incoming: str, urls: dict[str, str | None] | None = None) -> Photo:
    """A row as the API shows it. ``incoming`` is the bucket that uploads go to."""
    source: Literal["uploads", "s3", "drive"] = row.get("store", "s3")
    if source == "s3" and row["bucket"] == incoming:
        source = "uploads"
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
            "version": row["version"],
            "state": row["state"],
            "source": source,
            "bibs": list(tags(readings)),
            "readings": readings,
            "withheld": bool(row.get("withheld")),
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


def decide(
    row: Item, outcome: Outcome, judge: Judge, now: datetime
) -> tuple[list[Write], list[Update]]:
    """What gives a photo its outcome, as writes to the images and to the requests table.

    What people decided about the same bytes stays and counts; what they decided about other
    bytes was about another picture.
    """
    event_id = row["eventId"]
    same = _same_picture(row, outcome)
    known = row if same else {**row, "hides": False, "readings": [], "nearby": []}
    after: Item = {
        **known,
        **_object_attributes(outcome.photo),
        "gsi1pk": state_partition(event_id, outcome.state),
        "state": outcome.state.value,
        "width": outcome.width,
        "height": outcome.height,
        "takenAt": outcome.taken_at,
        "camera": outcome.camera,
        "md5": outcome.md5,
        "seen": [_plain(reading) for reading in outcome.seen],
        "decisions": row.get("decisions", []) if same else [],
        "engine": outcome.engine,
        "perceptualHash": outcome.perceptual_hash,
        "sharpness": outcome.sharpness,
        "error": outcome.error.model_dump(by_alias=True) if outcome.error else None,
        "processedAt": now.isoformat(),
    }
    after = judged(after, judge)
    if outcome.error is None:
        # They were just written, or are deleted by whoever writes this.
        after["picturesGone"] = after["withheld"]
    return changes(row, after, judge)


def judged(row: Item, judge: Judge) -> Item:
    """The row with its readings worked out from what was seen and decided, by ``judge``.

    ``hides`` says, without saying whom, that a runner who opted out is on the photo: it is
    withheld whenever nobody else is tagged on it, now or later.
    """
    seen, decisions = judge.seen(seen_of(row)), judge.decisions(decisions_of(row))
    nearby = judge.nearby(nearby_of(row))
    failed = state_of(row) is not PhotoState.DONE
    readings = () if failed else judge.readings(seen, decisions, nearby)
    known = bool(row.get("hides")) and bool(judge.opted_out)
    was_tagged = any(bib in judge.opted_out for bib in tags(readings_of(row)))
    hides = known or was_tagged or judge.hides(seen_of(row))
    kept = {name: value for name, value in row.items() if name != "nearby"}
    return {
        **kept,
        **({"nearby": [_plain(one) for one in nearby]} if nearby else {}),
        "seen": [_plain(one) for one in seen],
        "decisions": [_plain(one) for one in decisions],
        "readings": [_plain(one) for one in readings],
        "hides": hides,
        "withheld": hides and not tags(readings),
    }


def changes(before: Item, after: Item, judge: Judge) -> tuple[list[Write], list[Update]]:
    """What turns one row of a photo into the other: writes to the images and requests tables.

    The row replaces the one that was read, if that is still there. Tags that the readings no
    longer hold go; the photo's place in the review, and the event's counters, follow.
    """
    event_id, image_id = before["eventId"], before["imageId"]
    after = {**after, "version": before["version"] + 1}
    images: list[Write] = [Put(after, when=Equals({"version": before["version"]}))]
    old, new = tags(readings_of(before)), tags(readings_of(after))
    images += [Delete(tag_key(event_id, bib, image_id)) for bib in old if bib not in new]
    images += [
        Put(_tag_row(event_id, image_id, bib, reading, after.get("takenAt")))
        for bib, reading in new.items()
    ]
    asked, was_asked = asked_of(after), asked_of(before)
    if (row := review_row(event_id, image_id, asked, judge.listed)) is not None:
        images.append(Put(row))
    elif was_asked:
        images.append(Delete(review_key(event_id, image_id)))
    count = Counter(review=len(asked) - len(was_asked))
    count[events.COUNTERS[state_of(before)]] -= 1
    count[events.COUNTERS[state_of(after)]] += 1
    moved = {name: by for name, by in count.items() if by}
    return images, [events.count(event_id, **moved)] if moved else []


def asked_of(row: Item) -> list[PhotoReading]:
    """What a person is asked about a photo: nothing while there is no picture to look at."""
    return [] if row.get("withheld") else questions(readings_of(row))


def has_pictures(row: Item) -> bool:
    """Whether a photo has pictures that may be shown."""
    done = state_of(row) is PhotoState.DONE
    return done and not row.get("withheld") and not row.get("picturesGone")


def names_any(row: Item, opted_out: Container[str]) -> bool:
    """Whether a photo's row names anybody who opted out."""
    named = numbers(seen_of(row), readings_of(row), decisions_of(row))
    named |= {normal_bib(one.bib) for one in nearby_of(row)}
    return any(bib in opted_out for bib in named)


def withholds(writes: Iterable[Write]) -> bool:
    """Whether a photo's writes leave it withheld, so that its pictures must go."""
    return any(isinstance(one, Put) and one.item.get("withheld") for one in writes)


def removal(row: Item) -> tuple[list[Write], list[Update]]:
    """What takes a photo away with its tags, its place in the review, and out of the counters."""
    event_id, image_id = row["eventId"], row["imageId"]
    version = Equals({"version": row["version"]})
    images: list[Write] = [Delete(photo_key(event_id, image_id), when=version)]
    images += [Delete(tag_key(event_id, bib, image_id)) for bib in tags(readings_of(row))]
    images.append(Delete(review_key(event_id, image_id)))
    count = {events.COUNTERS[state_of(row)]: -1}
    if asked := len(asked_of(row)):
        count["review"] = -asked
    return images, [events.count(event_id, **count)]


def _same_picture(row: Item, outcome: Outcome) -> bool:
    if same_bytes(row, outcome.photo):
        return True
    return outcome.md5 is not None and row.get("md5") == outcome.md5


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


def _plain(model: Model) -> Item:
    values: Item = model.model_dump(by_alias=True, mode="json", exclude_defaults=True)
    return values
