"""Judging photos anew by what is known now of the runners, without looking at a pixel."""

from dataclasses import dataclass

from chalicelib.event_images.domain import decisions
from chalicelib.event_images.domain.photo_rows import changes, judged, photo_key, readings_of
from chalicelib.event_images.domain.photos import state_of
from chalicelib.event_images.domain.tagging import Judge
from chalicelib.event_images.models import PhotoState
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.hide_pictures import hide_later
from chalicelib.event_images.steps.judging import judge_of
from shared.contracts import event_partition
from shared.errors import RetryableError
from shared.tables import ConditionFailed, Item, Put, TransactWrite

# How many rows one call looks at. Each changed photo is a transaction, some 20 ms.
ROWS_AT_ONCE = 200
TRIES = 6
_PHOTOS, _AUDIT = "PHOTO#", "AUDIT#"


@dataclass(frozen=True)
class Retagged:
    """How far it came: the cursor to go on from (None: done), and how many photos changed."""

    cursor: str | None
    changed: int


def retag_event(
    event_id: str, deps: Dependencies, cursor: str | None = None, *, rows: int = ROWS_AT_ONCE
) -> Retagged:
    """Judge some of an event's photos by the start list and the opt-outs of now.

    To be called until the cursor is None: after a start list came, changed or went, and after an
    opt-out. Photos first, then the record of decisions, from which those who opted out are
    removed. A photo that comes out as it was is not written. A repeat changes nothing.

    Args:
        event_id: The event.
        deps: The dependencies.
        cursor: Where the last call ended.
        rows: The most rows to look at in this call.

    Raises:
        RetryableError: others write the same photo all the time, or the table does not answer.
        BadRequest: ``bad_cursor``.
    """
    begins, _, inner = (cursor or f"{_PHOTOS}:").partition(":")
    page = deps.images.query(
        event_partition(event_id), begins=begins, limit=rows, cursor=inner or None
    )
    judge = judge_of(event_id, deps)
    changed = 0
    if begins == _AUDIT:
        for row in page.items:
            if (clean := decisions.forgotten(row, judge.opted_out)) is not None:
                deps.images.write(Put(clean))
    else:
        for row in page.items:
            after = retag_photo(row, judge, deps)
            changed += after is not None
            hide_later(after or row, deps)
    if page.cursor is not None:
        return Retagged(f"{begins}:{page.cursor}", changed)
    return Retagged(f"{_AUDIT}:" if begins == _PHOTOS else None, changed)


def retag_photo(row: Item, judge: Judge, deps: Dependencies) -> Item | None:
    """Judge one photo anew; its row afterwards, None if nothing changed. RetryableError."""
    key = photo_key(row["eventId"], row["imageId"])
    for _ in range(TRIES):
        if state_of(row) is not PhotoState.DONE:
            return None
        after = judged(row, judge)
        if _same(row, after):
            return None
        images, requests = changes(row, after, judge)
        writes: list[tuple[str, TransactWrite]] = [(deps.images.name, write) for write in images]
        writes += [(deps.requests.name, write) for write in requests]
        try:
            deps.tables.transact(writes)
        except ConditionFailed:
            fresh = deps.images.get(key)
            if fresh is None:
                return None
            row = fresh
        else:
            return {**after, "version": row["version"] + 1}
    raise RetryableError("busy", "Others change the same photo.")


def _same(row: Item, after: Item) -> bool:
    if readings_of(row) != readings_of(after):
        return False
    if any(bool(row.get(name)) != after[name] for name in ("hides", "withheld")):
        return False
    if row.get("nearby", []) != after.get("nearby", []):
        return False
    return all(row.get(name, []) == after[name] for name in ("seen", "decisions"))
