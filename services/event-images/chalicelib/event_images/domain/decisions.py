"""People's decisions about the numbers in a photo: what they add up to, undone and forgotten.

A photo's row keeps the decisions that stand, in order; later ones win. What the photo shows is
always worked out anew from the readings and all of them, so an undone decision leaves no trace,
and a rerun, which has other readings, loses none.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.event_images.domain.photos import normal_bib
from chalicelib.event_images.models import (
    AuditEntry,
    Decision,
    DecisionAction,
    NewDecision,
    PhotoReading,
)
from shared.contracts import event_partition
from shared.errors import BadRequest, Conflict
from shared.tables import Item, Put

# A row has 400 kB; this many decisions are a fraction of it, and far more than a photo needs.
MOST_DECISIONS = 200

type Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Said:
    """What people say of one number: whether it is there, since which decision, and where."""

    there: bool
    action: DecisionAction
    bib: str
    box: Box


def stand(decisions: Iterable[Decision]) -> dict[str, Said]:
    """Number (without zeros in front) -> what people say of it. A later decision wins."""
    said: dict[str, Said] = {}
    for one in decisions:
        if one.action == "correct" and one.to is not None:
            said[normal_bib(one.bib)] = Said(False, "correct", one.bib, one.box)
            said[normal_bib(one.to)] = Said(True, "correct", one.to, one.box)
        else:
            there = one.action in ("accept", "add")
            said[normal_bib(one.bib)] = Said(there, one.action, one.bib, one.box)
    return said


def made(
    wanted: Sequence[NewDecision],
    readings: Sequence[PhotoReading],
    *,
    size: tuple[int, int],
    ids: Sequence[str],
    at: datetime,
    by: str | None,
) -> list[Decision]:
    """The wanted decisions, each with the place that it is about.

    Args:
        wanted: In the order in which they count.
        readings: Of the photo as it is.
        size: Of the upright photo, in pixels; an added number without a box is all over it.
        ids: One for each.
        at: When.
        by: Who.

    Raises:
        Conflict: ``reading_not_found``, the number is not, or no longer, one of the photo's.
        BadRequest: ``bad_box``, one that is not in the photo.
    """
    boxes: dict[str, Box] = {}
    for reading in readings:
        boxes.setdefault(normal_bib(reading.bib), reading.box)
    found = []
    for one, decision_id in zip(wanted, ids, strict=True):
        bib = normal_bib(one.bib)
        if one.action == "add":
            box = boxes.get(bib) if one.box is None else _inside(one.box, size)
            box = box or (0.0, 0.0, float(size[0]), float(size[1]))
        elif bib in boxes:
            box = boxes[bib]
        else:
            raise Conflict("reading_not_found", f"The photo has no reading {one.bib}.")
        boxes[normal_bib(one.to or one.bib)] = box
        found.append(
            Decision(
                id=decision_id, action=one.action, bib=one.bib, to=one.to, box=box, at=at, by=by
            )
        )
    return found


def _inside(box: Box, size: tuple[int, int]) -> Box:
    x0, y0, x1, y1 = box
    if not (0 <= x0 < x1 <= size[0] and 0 <= y0 < y1 <= size[1]):
        raise BadRequest("bad_box", "A box is x0, y0, x1, y1 in pixels, inside of the photo.")
    return box


def with_new(decisions: Sequence[Decision], new: Sequence[Decision]) -> list[Decision]:
    """The decisions that stand after the new ones. Conflict ``too_many_decisions``."""
    if len(decisions) + len(new) > MOST_DECISIONS:
        raise Conflict(
            "too_many_decisions",
            f"A photo keeps at most {MOST_DECISIONS} decisions. Undo some of them first.",
        )
    return [*decisions, *new]


def without(decisions: Sequence[Decision], decision_id: str) -> list[Decision]:
    """The decisions that stand once this one is undone; all of them if it does not stand."""
    return [one for one in decisions if one.id != decision_id]


def forget(decisions: Iterable[Decision], opted_out: Container[str]) -> list[Decision]:
    """The decisions without a number of anybody who opted out.

    What a correction says of the other number stays: 128 is not there, or 128 is.
    """
    return [kept for one in decisions if (kept := _forget(one, opted_out)) is not None]


def _forget(one: Decision, opted_out: Container[str]) -> Decision | None:
    bib_out = normal_bib(one.bib) in opted_out
    to_out = one.to is not None and normal_bib(one.to) in opted_out
    if not (bib_out or to_out):
        return one
    if one.to is None or (bib_out and to_out):
        return None
    if to_out:
        return one.model_copy(update={"action": "reject", "to": None})
    return one.model_copy(update={"action": "add", "bib": one.to, "to": None})


def refuse_opted_out(wanted: Iterable[NewDecision], opted_out: Container[str]) -> None:
    """Raises Conflict ``opted_out`` when a decision names a runner who opted out."""
    for one in wanted:
        if any(normal_bib(bib) in opted_out for bib in (one.bib, one.to) if bib is not None):
            raise Conflict("opted_out", "This runner wants no photos; the number stays untagged.")


# --- the record ------------------------------------------------------------------------------


def audit_prefix(image_id: str) -> str:
    """What the sort keys of a photo's record begin with."""
    return f"AUDIT#{image_id}#"


def audit_row(event_id: str, entry: AuditEntry) -> Put:
    """The row of one entry; its key has the time first, so that a query gives them in order."""
    stamp = entry.at.isoformat(timespec="microseconds")
    values = entry.model_dump(by_alias=True, mode="json")
    return Put(
        {
            "pk": event_partition(event_id),
            "sk": f"{audit_prefix(entry.image_id)}{stamp}#{entry.audit_id}",
            "eventId": event_id,
            **values,
        }
    )


def audit_of(row: Item) -> AuditEntry:
    """A row of the record as the API shows it."""
    known = {field.alias or name for name, field in AuditEntry.model_fields.items()}
    return AuditEntry.model_validate({name: row[name] for name in known if name in row})


def forgotten(row: Item, opted_out: Container[str]) -> Item | None:
    """A row of the record without the numbers of those who opted out; None if it names none."""
    entry = audit_of(row)

    def keep(bibs: Iterable[str]) -> list[str]:
        return [bib for bib in bibs if normal_bib(bib) not in opted_out]

    clean: Item = {
        **row,
        "bib": next(iter(keep(filter(None, [entry.bib]))), None),
        "to": next(iter(keep(filter(None, [entry.to]))), None),
        "before": keep(entry.before),
        "after": keep(entry.after),
    }
    if entry.nearby is not None and normal_bib(entry.nearby.bib) in opted_out:
        clean["nearby"] = None
    return None if clean == row else clean
