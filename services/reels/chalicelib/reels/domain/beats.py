"""Cuts that fall on the beats of the music."""

from collections.abc import Sequence
from itertools import pairwise

# A cut moves by no more than this, in seconds; a beat farther away is not for it.
REACH = 0.4


def on_beats(durations: Sequence[float], beats: Sequence[float], *, least: float) -> list[float]:
    """The durations with every cut but the last moved to the nearest beat within reach.

    The whole keeps its length. No scene gets shorter than ``least`` by it.
    """
    if not beats or len(durations) < 2:
        return list(durations)
    end = sum(durations)
    cuts: list[float] = []
    planned = 0.0
    before = 0.0
    for number, duration in enumerate(durations[:-1]):
        planned += duration
        room = end - least * (len(durations) - 1 - number)
        near = [b for b in beats if abs(b - planned) <= REACH and before + least <= b <= room]
        before = min(near, key=lambda beat: abs(beat - planned), default=max(planned, before))
        cuts.append(before)
    edges = [0.0, *cuts, end]
    return [later - earlier for earlier, later in pairwise(edges)]
