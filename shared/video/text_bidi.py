"""The order in which a line is seen when scripts of both directions are in it.

The Unicode Bidirectional Algorithm (UAX 9) for plain paragraphs: the explicit embedding and
isolating characters are taken as neutral, and brackets get no treatment of their own. Pillow's
own covers one font only, while a line here has as many as it has scripts.
"""

import unicodedata
from collections.abc import Sequence

_STRONG = {"L", "R", "AL"}
_IGNORED = {"BN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_NEUTRAL = {"B", "S", "WS", "ON"} | _IGNORED


def base_level(text: str) -> int:
    """0 where the text's first strong character goes right, 1 where it goes left."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in _STRONG:
            return 0 if kind == "L" else 1
    return 0


def levels(text: str, base: int) -> list[int]:
    """The embedding level of each character: even ones go right, odd ones left."""
    kinds = [unicodedata.bidirectional(character) or "L" for character in text]
    if all(kind not in {"R", "AL", "AN"} for kind in kinds) and base == 0:
        return [0] * len(text)
    first = "R" if base else "L"
    _resolve_weak(kinds, first)
    _resolve_neutral(kinds, first)
    found = []
    for kind in kinds:
        if kind == "L":
            found.append(base if base % 2 == 0 else base + 1)
        elif kind == "R":
            found.append(base if base % 2 == 1 else base + 1)
        else:  # numbers read to the right, within either
            found.append(base + 2 if base % 2 == 0 else base + 1)
    # Rule L1: spaces at the end of the line stay at its end.
    place = len(text)
    while place and unicodedata.bidirectional(text[place - 1]) in {"WS", "S", "B", *_IGNORED}:
        place -= 1
        found[place] = base
    return found


def visual_order(run_levels: Sequence[int]) -> list[int]:
    """The runs' numbers from left to right, by each run's level (rule L2)."""
    order = list(range(len(run_levels)))
    for level in range(max(run_levels, default=0), 0, -1):
        start = 0
        while start < len(order):
            if run_levels[order[start]] < level:
                start += 1
                continue
            end = start
            while end < len(order) and run_levels[order[end]] >= level:
                end += 1
            order[start:end] = reversed(order[start:end])
            start = end
    return order


def _resolve_weak(kinds: list[str], first: str) -> None:
    """Rules W1 to W7: marks, numbers and what stands between numbers."""
    before, strong = first, first
    for place, kind in enumerate(kinds):
        if kind == "NSM":
            kind = before  # noqa: PLW2901
        if kind == "EN" and strong == "AL":
            kind = "AN"  # noqa: PLW2901
        if kind in _STRONG:
            strong = kind
        kinds[place] = before = kind
    for place in range(1, len(kinds) - 1):
        left, kind, right = kinds[place - 1], kinds[place], kinds[place + 1]
        joins = (kind == "ES" and left == "EN") or (kind == "CS" and left in {"EN", "AN"})
        if joins and left == right:
            kinds[place] = left
    for place in range(len(kinds)):
        if kinds[place] == "ET" and "EN" in (_beside(kinds, place, -1), _beside(kinds, place, 1)):
            kinds[place] = "EN"
    strong = first
    for place, kind in enumerate(kinds):
        if kind in {"ES", "ET", "CS"}:
            kinds[place] = "ON"
        elif kind == "AL":
            kinds[place] = strong = "R"
        elif kind in _STRONG:
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[place] = "L"


def _beside(kinds: list[str], place: int, step: int) -> str:
    """What the row of terminators at ``place`` (such as a percent sign) stands beside."""
    while 0 <= place < len(kinds) and kinds[place] == "ET":
        place += step
    return kinds[place] if 0 <= place < len(kinds) else ""


def _resolve_neutral(kinds: list[str], first: str) -> None:
    """Rules N1 and N2: between two of one direction its own, otherwise the paragraph's."""
    place = 0
    while place < len(kinds):
        if kinds[place] not in _NEUTRAL:
            place += 1
            continue
        end = place
        while end < len(kinds) and kinds[end] in _NEUTRAL:
            end += 1
        before = _side(kinds[place - 1]) if place else first
        after = _side(kinds[end]) if end < len(kinds) else first
        kinds[place:end] = [before if before == after else first] * (end - place)
        place = end


def _side(kind: str) -> str:
    return "L" if kind == "L" else "R"
