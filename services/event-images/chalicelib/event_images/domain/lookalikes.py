"""Bibs that are much like another one: by a typing slip, or because digits look alike."""

from collections.abc import Iterator

from chalicelib.event_images.domain.photos import normal_bib

MOST_DIGITS = 6
EDIT = 1.0
LOOKALIKE = 0.4
TRANSPOSED = 0.7

_ALIKE = ("17", "08", "56", "38", "68", "06", "89", "49", "27", "14", "35", "09")
_PAIRS = frozenset(set(_ALIKE) | {pair[::-1] for pair in _ALIKE})


def one_edit(bib: str) -> dict[str, float]:
    """Every bib that one edit makes of this one, with what the edit costs.

    An edit substitutes, inserts or removes a digit, or swaps two neighbours. Digits that look
    alike in print cost least.
    """
    number = normal_bib(bib)
    costs: dict[str, float] = {}
    for other, cost in _edits(number):
        candidate = normal_bib(other)
        if other and len(candidate) <= MOST_DIGITS and candidate != number:
            costs[candidate] = min(cost, costs.get(candidate, cost))
    return costs


def near(bib: str, most: float) -> dict[str, float]:
    """Every bib within two edits that cost at most ``most``, nearest first."""
    number = normal_bib(bib)
    first = one_edit(number)
    costs = dict(first)
    for middle, spent in first.items():
        if spent + LOOKALIKE > most:
            continue
        for other, cost in one_edit(middle).items():
            if other != number:
                costs[other] = min(spent + cost, costs.get(other, spent + cost))
    within = ((other, round(cost, 3)) for other, cost in costs.items() if cost <= most + 1e-9)
    return dict(sorted(within, key=lambda pair: (pair[1], len(pair[0]), pair[0])))


def reach(bib: str) -> float:
    """How far a search for ``bib`` may go: two edits turn any short number into any other."""
    digits = len(normal_bib(bib))
    return 2.0 if digits >= 4 else 1.4 if digits == 3 else 1.0


def score(cost: float) -> float:
    """How alike, 0 to 1: look-alike digits 0.87, one edit 0.67, two edits 0.33."""
    return round(max(0.0, 1 - cost / 3), 2)


def _edits(number: str) -> Iterator[tuple[str, float]]:
    for at, digit in enumerate(number):
        head, tail = number[:at], number[at + 1 :]
        yield head + tail, EDIT
        for other in "0123456789":
            if other != digit:
                yield head + other + tail, LOOKALIKE if digit + other in _PAIRS else EDIT
        if tail and tail[0] != digit:
            yield head + tail[0] + digit + tail[1:], TRANSPOSED
    for at in range(len(number) + 1):
        for other in "0123456789":
            yield number[:at] + other + number[at:], EDIT
