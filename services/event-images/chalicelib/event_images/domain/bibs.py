"""From what an engine sees in a photo to the bib numbers in it, each with a probability.

All looks at one place are boiled down to a handful of features of its likeliest number. How much
each feature counts was fitted to labelled race photos by logistic regression, so that of the
readings that are said to be 90% sure about 90% are right.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from chalicelib.event_images.domain.sightings import Box, Sighting, area, places
from chalicelib.event_images.models import BibAlternative, BibReading

MOST_DIGITS = 6
# Below this a reading is noise, not a doubtful bib that is worth a person's look.
LEAST_CONFIDENCE = 0.05
LEAST_PROBABILITY = 0.02
MOST_READINGS = 100
MOST_ALTERNATIVES = 4
LEAST_ALTERNATIVE = 0.01

_CLOCK = re.compile(r"\d\s?[:.;'’,]\s?\d")
_YEAR = re.compile(r"19[89]\d|20[0-4]\d")


@dataclass(frozen=True)
class Features:
    """What speaks for a number and against it."""

    probability: float  # log-odds of the look that is surest of it
    pool: float  # its mean probability over all looks, 0 to 1
    support: float  # the same with parts of the number as half a vote, among what was read at all
    looks: float  # how many looks read it, at most 4
    found: float  # how sure the engine is that there is text, 0 to 1
    height: float  # doublings of the line's height over 2% of the photo's longer side
    one_digit: float  # from here on, 0 or 1
    two_digits: float
    clock: float
    year: float
    leading_zero: float
    edge: float  # at the photo's edge, where a bib may be cut off


@dataclass(frozen=True)
class Weights(Features):
    """How the features add up to the log-odds of a right bib.

    Fitted with ``benchmarks/bibs.py --fit``, and rounded. These are of the PP-OCR engine.
    """

    start: float = -5.2
    probability: float = 0.44
    pool: float = 0.68
    support: float = 1.4
    looks: float = 0.29
    found: float = 2.2
    height: float = 0.75
    one_digit: float = -3.2
    two_digits: float = -2.9
    clock: float = -1.9
    year: float = -3.1
    leading_zero: float = -2.7
    edge: float = -2.1


PP_OCR = Weights()


@dataclass(frozen=True)
class Candidate:
    """The likeliest number of one place, with all that is known of it.

    ``rivals`` are other numbers with their shares of what was read there, best first.
    """

    bib: str
    box: Box
    features: Features
    rivals: tuple[tuple[str, float], ...]


def readings(
    sightings: Iterable[Sighting], size: tuple[int, int], weights: Weights = PP_OCR
) -> list[BibReading]:
    """The bibs of a photo: best first, one reading a number.

    Args:
        sightings: All looks of the engine, in any order.
        size: Of the photo: width and height in pixels.
        weights: Of the engine.
    """
    best: dict[str, BibReading] = {}
    for candidate in candidates(sightings, size):
        reading = _reading(candidate, confidence(candidate.features, weights))
        number = reading.bib.lstrip("0") or "0"
        if reading.confidence < LEAST_CONFIDENCE:
            continue
        if number not in best or best[number].confidence < reading.confidence:
            best[number] = reading
    ordered = sorted(best.values(), key=lambda reading: (-reading.confidence, reading.bib))
    return ordered[:MOST_READINGS]


def candidates(sightings: Iterable[Sighting], size: tuple[int, int]) -> list[Candidate]:
    """The likeliest number of each place where there is a plausible one."""
    found = (judge(place, size) for place in places(sightings))
    return [candidate for candidate in found if candidate is not None]


def confidence(features: Features, weights: Weights) -> float:
    """The probability, 0 to 1, that a number with these features is a bib and right."""
    terms = (getattr(features, f.name) * getattr(weights, f.name) for f in fields(Features))
    return 1 / (1 + math.exp(-weights.start - sum(terms)))


def judge(place: Sequence[Sighting], size: tuple[int, int]) -> Candidate | None:
    """The likeliest number of a place, or None where no plausible one stands."""
    numbers = {number for sighting in place for number, _ in sighting.numbers if number}
    if not numbers:
        return None
    # Fragments back the whole, and of two that are backed alike the longer one is the whole.
    bib = max(numbers, key=lambda n: (_support(place, n) * len(n), n))
    if len(bib) > MOST_DIGITS:
        return None
    top = max(place, key=lambda s: (s.chance(bib), s.box))
    if top.chance(bib) < LEAST_PROBABILITY:
        return None
    read = sum(max(sum(chance for _, chance in s.numbers), 0.3) for s in place)
    features = Features(
        probability=_log_odds(top.chance(bib)),
        pool=_pool(place, bib) / len(place),
        support=_support(place, bib) / read,
        looks=min(sum(s.digits == bib for s in place), 4),
        found=top.found,
        height=math.log2(max(top.height, 1) / (0.02 * max(size))),
        one_digit=len(bib) == 1,
        two_digits=len(bib) == 2,
        clock=any(looks_like_clock(s.text) for s in place),
        year=looks_like_year(bib),
        leading_zero=bib.startswith("0"),
        edge=at_edge(place[0].box, size),
    )
    # Of the looks that read it as well, the one that keeps closest to the digits.
    close = [s.box for s in place if s.chance(bib) >= 0.8 * top.chance(bib)]
    total = sum(_pool(place, number) for number in numbers)
    rivals = [
        (number, _pool(place, number) / total)
        for number in numbers - {bib}
        if len(number) <= MOST_DIGITS
    ]
    ordered = tuple(sorted(rivals, key=lambda rival: (-rival[1], rival[0])))
    return Candidate(bib, min(close, key=lambda box: (area(box), box)), features, ordered)


def _reading(candidate: Candidate, sure: float) -> BibReading:
    shares = [(number, (1 - sure) * share) for number, share in candidate.rivals]
    return BibReading(
        bib=candidate.bib,
        confidence=sure,
        box=candidate.box,
        alternatives=tuple(
            BibAlternative(bib=number, confidence=share)
            for number, share in shares[:MOST_ALTERNATIVES]
            if share >= LEAST_ALTERNATIVE
        ),
    )


def _pool(place: Sequence[Sighting], bib: str) -> float:
    return sum(sighting.chance(bib) for sighting in place)


def _support(place: Sequence[Sighting], bib: str) -> float:
    """What the looks give to ``bib``; what they give to a part of it counts half."""
    return sum(
        chance * (1.0 if number == bib else 0.5)
        for sighting in place
        for number, chance in sighting.numbers
        if number == bib or (len(number) > 1 and number in bib)
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


def at_edge(box: Box, size: tuple[int, int]) -> bool:
    """Whether a box comes within 1% of the longer side to the photo's edge."""
    (x0, y0, x1, y1), (width, height) = box, size
    return min(x0, y0, width - x1, height - y1) < 0.01 * max(size)
