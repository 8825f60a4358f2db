"""Photos: what a run has to do with one, which readings count, and what an outcome is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.event_images.domain import names
from chalicelib.event_images.models import BibReading, PhotoReading, PhotoState, SourceObject
from shared.errors import ItemError
from shared.tables import Item

# A transaction takes 100 writes; tags may be put and removed in the same one, beside four
# other rows.
MAX_TAGS = 40
MAX_READINGS = 100


@dataclass(frozen=True)
class Outcome:
    """What came of one photo: DONE with what the engine saw, or FAILED with ``error``."""

    photo: SourceObject
    error: ItemError | None = None
    width: int | None = None
    height: int | None = None
    taken_at: str | None = None
    # What tells the photographers' cameras apart, for domain.nearby_evidence; never shown.
    camera: str | None = None
    md5: str | None = None
    seen: tuple[BibReading, ...] = ()
    engine: str | None = None
    # Of the whole photo, as shared.images.likeness makes them: what groups and orders a burst.
    perceptual_hash: str | None = None
    sharpness: float | None = None

    @property
    def state(self) -> PhotoState:
        """DONE or FAILED."""
        return PhotoState.FAILED if self.error else PhotoState.DONE


def identify(photo: SourceObject) -> str:
    """The image id of an object."""
    # No bucket of S3 has a colon in its name, so no object of one shares an id with a file.
    bucket = photo.bucket if photo.store == "s3" else f"{photo.store}:"
    return names.image_id(bucket, photo.key)


def normal_bib(bib: str) -> str:
    """The number that a bib means: ``0042`` and ``42`` are one runner."""
    return bib.lstrip("0") or "0"


def tags(readings: Iterable[PhotoReading]) -> dict[str, PhotoReading]:
    """Bib -> its surest accepted reading, in the order of the readings."""
    found: dict[str, PhotoReading] = {}
    for reading in readings:
        if reading.accepted:
            found.setdefault(normal_bib(reading.bib), reading)
    return found


def state_of(row: Item) -> PhotoState:
    """The state that a row is in."""
    return PhotoState(row["state"])


def same_bytes(row: Item, photo: SourceObject) -> bool:
    """Whether the row is about these bytes of the object, and not earlier or later ones."""
    return bool(row["etag"] == photo.etag and row["size"] == photo.size)


def needs_work(row: Item | None, photo: SourceObject, *, force: bool) -> bool:
    """Whether a run takes this photo on, or, with ``force``, any.

    It is new, changed, not DONE yet, or its pictures were deleted while it was withheld and
    somebody is tagged on it now.
    """
    if force or row is None or state_of(row) is not PhotoState.DONE:
        return True
    lacks_pictures = bool(row.get("picturesGone")) and not row.get("withheld")
    return lacks_pictures or not same_bytes(row, photo)


def settled(row: Item, photo: SourceObject, *, since: int) -> bool:
    """Whether the row holds an outcome that work on ``photo`` must leave alone.

    That is an outcome of the same bytes that was written after version ``since``: by the same
    call, which was repeated, or by another run that was faster. Or one of newer bytes; of two
    contents of a file in Drive nobody knows which is newer, since whoever uploads sets the time.
    """
    if state_of(row) is PhotoState.PENDING:
        return False
    newer = datetime.fromisoformat(row["lastModified"]) > photo.last_modified
    if newer and photo.store == "s3":
        return True
    return same_bytes(row, photo) and row["version"] > since


def outlives_failure(row: Item, photo: SourceObject) -> bool:
    """Whether a photo's good outcome stands although a worker was lost on the same bytes."""
    return state_of(row) is PhotoState.DONE and same_bytes(row, photo)
