"""What an engine saw at one place of a photo, and which sightings are of the same place.

An engine looks at a place more than once: larger, wider, freely or for digits only. Each look is
a sighting. Sightings of one place are weighed together (``domain.bibs``), since a number that is
read the same from every look is right far more often than one that changes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Sighting:
    """What one look at one place gave.

    ``text`` was read freely. ``numbers`` are the likeliest numbers with their probabilities, best
    first, or nothing; together they are at most 1. ``found`` is how sure the engine is that there
    is text at all, 0 to 1. ``box`` and ``height`` (of the line, which may be tilted) are in pixels
    of the upright photo.
    """

    text: str
    numbers: tuple[tuple[str, float], ...]
    box: Box
    height: float
    found: float

    @property
    def digits(self) -> str:
        """The likeliest number; empty where there is none."""
        return self.numbers[0][0] if self.numbers else ""

    @property
    def probability(self) -> float:
        """Of the likeliest number."""
        return self.numbers[0][1] if self.numbers else 0.0

    def chance(self, number: str) -> float:
        """The probability of one number."""
        return next((chance for other, chance in self.numbers if other == number), 0.0)


def places(sightings: Iterable[Sighting]) -> list[list[Sighting]]:
    """Sightings by place: those that lie mostly on the strongest one of their group, which is
    the first.

    A fragment of a number lies on the whole number, so it never becomes a reading of its own.
    """
    strongest_first = sorted(
        (sighting for sighting in sightings if sighting.digits),
        # To the last attribute, so that equal looks come out the same in whatever order they came.
        key=lambda s: (
            *(-s.probability * min(len(s.digits), 5), s.box, s.digits),
            *(s.height, s.found, s.text, s.numbers),
        ),
    )
    groups: list[list[Sighting]] = []
    for sighting in strongest_first:
        for group in groups:
            if overlap(sighting.box, group[0].box) > 0.5:
                group.append(sighting)
                break
        else:
            groups.append([sighting])
    return groups


def overlap(a: Box, b: Box) -> float:
    """The share of the smaller box that lies in the other one, 0 to 1."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min(area(a), area(b))


def area(box: Box) -> float:
    """Of a box, in square pixels."""
    return (box[2] - box[0]) * (box[3] - box[1])
