"""From what an engine sees in a photo to the bib numbers in it.

An engine looks at a place more than once: larger, wider, freely or for digits only. Each look
is a sighting. Sightings of one place are weighed together, since a number that is read the same
from every look is right far more often than one that changes.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chalicelib.event_images.models import BibReading

Box = tuple[float, float, float, float]

MOST_DIGITS = 6
# Below this a reading is noise, not a doubtful bib that is worth a person's look.
LEAST_CONFIDENCE = 0.05
MOST_READINGS = 100

_CLOCK = re.compile(r"\d\s?[:.;'’,]\s?\d")
_YEAR = re.compile(r"19[89]\d|20[0-4]\d")


@dataclass(frozen=True)
class Sighting:
    """What one look at one place gave.

    ``text`` was read freely, ``digits`` with nothing but digits allowed; ``probability`` is that
    all digits are right, and ``found`` that there is text at all, as the engine sees it. ``box``
    and ``height`` (of the line, which may be tilted) are in pixels of the upright photo.
    """

    text: str
    digits: str
    probability: float
    box: Box
    height: float
    found: float


@dataclass(frozen=True)
class Weights:
    """How evidence adds up to the log-odds of a right bib.

    Fitted by logistic regression to labelled race photos, and rounded.
    """

    start: float = -6.4
    probability: float = 0.7  # log-odds of the engine's own probability
    agreement: float = 1.0  # share of the looks that say the same, 0 to 1
    looks: float = 0.6  # how many looks say the same, at most 4
    found: float = 1.5
    height: float = 0.9  # doublings of the line's height over 2% of the photo's longer side
    one_digit: float = -4.5
    two_digits: float = -3.0
    clock: float = -3.0
    year: float = -2.5
    leading_zero: float = -2.5


def readings(
    sightings: Iterable[Sighting], longer_side: int, weights: Weights | None = None
) -> list[BibReading]:
    """The bibs of a photo: best first, one reading a number.

    Args:
        sightings: All looks of the engine, in any order.
        longer_side: Of the photo, in pixels.
        weights: Of the engine.
    """
    weights = weights or Weights()
    best: dict[str, BibReading] = {}
    for place in places(sightings):
        reading = judge(place, longer_side, weights)
        if reading is None or reading.confidence < LEAST_CONFIDENCE:
            continue
        number = reading.bib.lstrip("0") or "0"
        if number not in best or best[number].confidence < reading.confidence:
            best[number] = reading
    ordered = sorted(best.values(), key=lambda reading: (-reading.confidence, reading.bib))
    return ordered[:MOST_READINGS]


def places(sightings: Iterable[Sighting]) -> list[list[Sighting]]:
    """Sightings by place: those that lie mostly on the strongest one of their group.

    A fragment of a number lies on the whole number, so it never becomes a reading of its own.
    """
    strongest_first = sorted(
        (sighting for sighting in sightings if sighting.digits),
        key=lambda s: (-s.probability * min(len(s.digits), 5), s.box),
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


def judge(place: Sequence[Sighting], longer_side: int, weights: Weights) -> BibReading | None:
    """The likeliest number of a place, or None where no plausible one stands."""
    bib = max({s.digits for s in place}, key=lambda c: (_votes(place, c) * len(c), c))
    if not 1 <= len(bib) <= MOST_DIGITS:
        return None
    same = [sighting for sighting in place if sighting.digits == bib]
    top = max(same, key=lambda s: s.probability)
    evidence = (
        weights.start
        + weights.probability * _log_odds(top.probability)
        + weights.agreement * _votes(place, bib) / sum(max(s.probability, 0.3) for s in place)
        + weights.looks * min(len(same), 4)
        + weights.found * top.found
        + weights.height * math.log2(max(top.height, 1) / (0.02 * longer_side))
        + {1: weights.one_digit, 2: weights.two_digits}.get(len(bib), 0.0)
        + weights.clock * any(looks_like_clock(s.text) for s in place)
        + weights.year * looks_like_year(bib)
        + weights.leading_zero * bib.startswith("0")
    )
    # Of the looks that read it as well, the one that keeps closest to the digits.
    box = min((s.box for s in same if s.probability >= 0.8 * top.probability), key=_area)
    return BibReading(bib=bib, confidence=1 / (1 + math.exp(-evidence)), box=box)


def _votes(place: Sequence[Sighting], bib: str) -> float:
    """Looks that say ``bib``; those that say a part of it are half a vote."""
    return sum(
        sighting.probability * (1.0 if sighting.digits == bib else 0.5)
        for sighting in place
        if sighting.digits == bib or (len(sighting.digits) > 1 and sighting.digits in bib)
    )


def _log_odds(probability: float) -> float:
    # Networks say 1.0 when they mean 0.998.
    return math.log(max(probability, 0.001) / max(1 - probability, 0.002))


def looks_like_clock(text: str) -> bool:
    """Digits with a separator between them: 1:23:45, 35.40."""
    return _CLOCK.search(text) is not None


def looks_like_year(bib: str) -> bool:
    """A year, as banners and sponsors' slogans carry it. Some bibs look the same."""
    return _YEAR.fullmatch(bib) is not None


def overlap(a: Box, b: Box) -> float:
    """The share of the smaller box that lies in the other one, 0 to 1."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min(_area(a), _area(b))


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
