"""Bursts: photos of one moment that look alike, so that a page can show the best of each.

A photographer holds the button down and takes five photos of one stride. To a runner these are
one picture, and four that are less sharp.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.images.likeness import distance
from shared.tables import Item

# From one photo of a burst to the next. Cameras note whole seconds, so this is 2 to 4 of them.
NEXT_WITHIN = timedelta(seconds=3)
# Bits of 64 in which the next one may differ. A view that moves by 2 % changes 4 to 17 of them,
# another scene 22 and more. Both photos show one runner within seconds, so a pair that is taken
# for a burst in error costs a tap, and no photo.
ALIKE = 18
# However long the button is held down: what is half a minute later is worth its own picture.
LONGEST = timedelta(seconds=12)


@dataclass
class _Burst:
    began: datetime
    rows: list[Item] = field(default_factory=list)

    def distance(self, row: Item, taken: datetime) -> int | None:
        """How far ``row`` is from the last photo; None if it cannot be of this burst."""
        last = self.rows[-1]
        late = taken - _taken(last) > NEXT_WITHIN or taken - self.began > LONGEST
        return None if late else distance(last["perceptualHash"], row["perceptualHash"])


def bursts(rows: Iterable[Item]) -> list[list[Item]]:
    """Photos' rows by burst: bursts in the order they were taken, each with its sharpest first.

    A photo joins the burst whose last photo it is most like, so two cameras at one place do not
    mix. One without a time or a hash stands alone; those without a time come last.
    """
    ordered = sorted(rows, key=_place)
    groups: list[list[Item]] = []
    open_bursts: list[_Burst] = []
    for row in ordered:
        if not (row.get("takenAt") and row.get("perceptualHash")):
            groups.append([row])
            continue
        taken = _taken(row)
        near = [(far, b) for b in open_bursts if (far := b.distance(row, taken)) is not None]
        best = min(near, key=lambda found: found[0], default=None)
        if best is None or best[0] > ALIKE:
            burst = _Burst(taken, [row])
            groups.append(burst.rows)
        else:
            burst = best[1]
            burst.rows.append(row)
        open_bursts = [b for _, b in near]
        if burst not in open_bursts:
            open_bursts.append(burst)
    return [sorted(group, key=_blur) for group in groups]


def _taken(row: Item) -> datetime:
    # A camera's clock has no zone; one that notes a zone is taken at its own word.
    return datetime.fromisoformat(row["takenAt"]).replace(tzinfo=None)


def _place(row: Item) -> tuple[bool, str, str]:
    taken = _taken(row).isoformat() if row.get("takenAt") else ""
    return (not taken, taken, row["imageId"])


def _blur(row: Item) -> tuple[float, str, str]:
    return (-(row.get("sharpness") or 0), str(row.get("takenAt")), row["imageId"])
