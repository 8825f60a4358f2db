"""Which frame shows what: seconds become whole frames, once and for all scenes together."""

import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from shared.errors import PermanentError
from shared.video.plan import Plan, Scene


@dataclass(frozen=True)
class Slot:
    """A scene's frames: `first` to before `end`; it moves on until `last`, under the next scene.

    `mixed` is how many of its first frames are its transition.
    """

    scene: Scene
    first: int
    end: int
    last: int
    mixed: int

    def progress(self, frame: int) -> float:
        """How much of the scene's motion has gone at a frame: 0 at its first, 1 at its last."""
        span = self.last - self.first - 1
        return (frame - self.first) / span if span > 0 else 0.0


@dataclass(frozen=True)
class Timeline:
    """A plan's scenes in frames. A scene that is shorter than a frame may have none."""

    slots: tuple[Slot, ...]
    fps: int

    @property
    def frames(self) -> int:
        return self.slots[-1].end

    @cached_property
    def _firsts(self) -> list[int]:
        return [slot.first for slot in self.slots]

    def at(self, frame: int) -> int:
        """The number of the slot that a frame belongs to."""
        return bisect_right(self._firsts, frame) - 1

    @property
    def cuts(self) -> list[int]:
        """The frames at which the picture changes at once, where a piece can begin for free."""
        return [slot.first for slot in self.slots if not slot.mixed]


def lay_out(plan: Plan, frames: int | None = None) -> Timeline:
    """Puts a plan's scenes on frames; into exactly `frames` of them, if that is given.

    Edges between scenes are rounded each for itself, so that nothing adds up over many scenes.

    Raises:
        PermanentError: `too_short`, the video has no frame at all.
    """
    total = plan.seconds
    wanted = round(total * plan.fps) if frames is None else frames
    if wanted < 1:
        raise PermanentError("too_short", "The video would be shorter than a frame.")
    stretch = wanted / total
    edges, gone = [0], 0.0
    for scene in plan.scenes:
        gone += scene.duration
        edges.append(min(wanted, round(gone * stretch)))
    edges[-1] = wanted
    mixes = [
        0 if number == 0 or scene.transition.kind == "cut"
        else min(round(scene.transition.seconds * stretch), edges[number + 1] - edges[number])
        for number, scene in enumerate(plan.scenes)
    ]  # fmt: skip
    slots = []
    for number, scene in enumerate(plan.scenes):
        first, end = edges[number], edges[number + 1]
        if end > first:
            under = mixes[number + 1] if number + 1 < len(mixes) else 0
            slots.append(Slot(scene, first, end, end + under, mixes[number]))
    return Timeline(tuple(slots), plan.fps)


def frames_of_audio(samples: int, rate: int, fps: int) -> int:
    """How many frames it takes to show as long as so many samples sound, at least one."""
    return max(1, math.ceil(samples * fps / rate))


def pieces(timeline: Timeline, count: int) -> list[tuple[int, int]]:
    """Divides the frames into at most `count` pieces of about equal time: first and end of each.

    A piece begins with a picture that stands by itself, which a cut needs anyway; so an edge
    moves to a cut that is near.
    """
    total = timeline.frames
    count = max(1, min(count, total))
    near = total / count * 0.02
    cuts = timeline.cuts
    edges = [0]
    for number in range(1, count):
        edge = round(total * number / count)
        close = [cut for cut in cuts if abs(cut - edge) <= near]
        edges.append(min(close, key=lambda cut: abs(cut - edge)) if close else edge)
    edges.append(total)
    return [(a, b) for a, b in pairwise(edges) if b > a]
