"""Draws the frames of a plan, one after the other."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from shared.video.kernel import Kernel, Plane
from shared.video.layers import layers_of, level_of
from shared.video.plan import Plan
from shared.video.shots import Planes, Shot, new_frame, open_shot
from shared.video.timeline import Slot, Timeline

if TYPE_CHECKING:
    from numpy.typing import NDArray

type Progress = Callable[[int, int], None]
"""Told how many frames are done, and of how many."""


class Painter:
    """Draws any frame of a plan; quickest in their order, for it keeps two scenes at most.

    Args:
        plan: What is to be seen.
        timeline: On which frames.
        kernel: Does the arithmetic.
    """

    def __init__(self, plan: Plan, timeline: Timeline, kernel: Kernel) -> None:
        self._plan = plan
        self._timeline = timeline
        self._kernel = kernel
        self._shots: dict[int, Shot] = {}
        self._layers = layers_of(plan, timeline.frames)
        self.data, self.planes = new_frame(plan.width, plan.height)
        self._spare: list[tuple[Plane, Planes]] = []

    def draw(self, number: int) -> Plane:
        """The bytes of a frame, yuv420p of limited range; they are overwritten by the next call.

        Raises:
            PermanentError: A still, a motion, a text or an overlay cannot be drawn.
        """
        at = self._timeline.at(number)
        slot = self._timeline.slots[at]
        mixing = at > 0 and number - slot.first < slot.mixed
        self._forget(at - 1 if mixing else at, at)
        if not mixing:
            self._draw_slot(at, number, self.planes)
        else:
            self._draw_mixed(at, slot, number)
        for layer in self._layers:
            layer.draw(self._kernel, self.planes, number, self._plan.fps)
        return self.data

    def _forget(self, first: int, last: int) -> None:
        for at in [at for at in self._shots if not first <= at <= last]:
            del self._shots[at]

    def _draw_slot(self, at: int, number: int, planes: Planes) -> None:
        slot = self._timeline.slots[at]
        if at not in self._shots:
            self._shots[at] = open_shot(slot.scene, self._plan, self._kernel)
        self._shots[at].draw(planes, slot.progress(number))

    def _draw_mixed(self, at: int, slot: Slot, number: int) -> None:
        while len(self._spare) < 2:
            self._spare.append(new_frame(self._plan.width, self._plan.height))
        (before, before_planes), (after, after_planes) = self._spare
        # The first frame of a transition shows a little of the new scene already.
        part = (number - slot.first + 1) / (slot.mixed + 1)
        kind = slot.scene.transition.kind
        if kind == "dip":
            self._dip(at, number, part)
            return
        self._draw_slot(at - 1, number, before_planes)
        self._draw_slot(at, number, after_planes)
        if kind == "crossfade":
            self._kernel.mix(before, after, self.data, round(256 * part))
            return
        edge = round(part * part * (3 - 2 * part) * self._plan.width / 2) * 2
        move = _slid if kind == "slide" else _wiped
        for index, out in enumerate(self.planes):
            move(before_planes[index], after_planes[index], out, edge >> (1 if index else 0))

    def _dip(self, at: int, number: int, part: float) -> None:
        """First into the background, then out of it: only one scene is seen at a time."""
        (_, planes), (plain, plain_planes) = self._spare
        for plane, level in zip(plain_planes, level_of(self._plan.background), strict=True):
            plane[:] = level
        self._draw_slot(at - 1 if part < 0.5 else at, number, planes)
        share = round(256 * (1 - abs(2 * part - 1)))
        self._kernel.mix(self._spare[0][0], plain, self.data, share)


def _wiped(before: Plane, after: Plane, out: Plane, edge: int) -> None:
    out[:, :edge] = after[:, :edge]
    out[:, edge:] = before[:, edge:]


def _slid(before: Plane, after: Plane, out: Plane, edge: int) -> None:
    rest = out.shape[1] - edge
    out[:, :rest] = before[:, edge:]
    out[:, rest:] = after[:, :edge]


def rgb_of(planes: Planes) -> "NDArray[np.uint8]":
    """A frame as red, green and blue (rows x columns x 3), for a poster."""
    luma, blue, red = (plane.astype(np.float32) for plane in planes)
    b, r = (np.repeat(np.repeat(plane - 128, 2, 0), 2, 1) for plane in (blue, red))
    y = (luma - 16) * np.float32(255 / 219)
    rgb = np.stack([y + 1.596027 * r, y - 0.391762 * b - 0.812968 * r, y + 2.017232 * b], axis=2)
    return np.clip(np.rint(rgb), 0, 255).astype(np.uint8)
