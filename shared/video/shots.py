"""What one scene shows: its still by its motion, or a card, frame by frame."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from shared.errors import PermanentError
from shared.video.kernel import Kernel, Plane
from shared.video.layers import level_of
from shared.video.motion import choose_fit, frame_rect, inside, plan_motion
from shared.video.plan import Motion, Plan, Rect, Scene
from shared.video.stills import Size, prepare, still_size

type Planes = tuple[Plane, Plane, Plane]

# A blurred background is drawn from this many pixels in all, and darkened a little.
_BLURRED = 24
_DIM = 0.7
# How far a motion may be outside its still by rounding, as a part of its width.
_SLACK = 1e-3


class Shot(Protocol):
    """A scene that is ready to be drawn."""

    def draw(self, planes: Planes, u: float) -> None:
        """Draws into planes of the frame's size; `u` is how much of the motion has gone."""


def new_frame(width: int, height: int) -> tuple[Plane, Planes]:
    """An empty frame: all its bytes as ffmpeg takes them (yuv420p), and its planes in them."""
    data = np.empty(width * height * 3 // 2, np.uint8)
    luma, chroma = width * height, width * height // 4
    return data, (
        data[:luma].reshape(height, width),
        data[luma : luma + chroma].reshape(height // 2, width // 2),
        data[luma + chroma :].reshape(height // 2, width // 2),
    )


def open_shot(scene: Scene, plan: Plan, kernel: Kernel) -> Shot:
    """Decodes and prepares what a scene shows.

    Raises:
        PermanentError: Its still cannot be read, or its motion is outside it.
    """
    if scene.source is None:
        return Card(scene.background or plan.background)
    path = Path(scene.source)
    size = still_size(path)
    frame = (plan.width, plan.height)
    fit = scene.fit
    if fit is None:
        fit = "crop" if scene.motion else choose_fit(size.width, size.height, frame, scene.focus)
    if fit == "blur":
        return _blurred(scene, size, frame, kernel)
    motion = scene.motion or _planned(scene, size, frame)
    checked = _checked(motion, size, path)
    # Exactly the frame's aspect, so that nothing is stretched by what a caller rounded.
    start, end = (_with_aspect(rect, plan.height / plan.width) for rect in checked)
    exact = motion.model_copy(update={"start": start, "end": end})
    return Moving(kernel, path, exact, frame)


def _planned(scene: Scene, size: Size, frame: tuple[int, int]) -> Motion:
    start, end = plan_motion(size.width, size.height, frame, focus=scene.focus, seed=scene.seed)
    return Motion(start=start, end=end)


def _checked(motion: Motion, size: Size, path: Path) -> tuple[Rect, Rect]:
    rects = []
    for rect in (motion.start, motion.end):
        kept = inside(rect, size.width, size.height)
        off = max(abs(kept.x - rect.x), abs(kept.y - rect.y), abs(kept.width - rect.width))
        if off > max(1.0, _SLACK * rect.width):
            raise PermanentError(
                "motion_outside",
                f"A motion over {path.name} leaves the picture, {size.width} x {size.height}.",
            )
        rects.append(kept)
    return rects[0], rects[1]


def _with_aspect(rect: Rect, aspect: float) -> Rect:
    return rect.model_copy(update={"height": rect.width * aspect})


class Moving:
    """A part of a still that fills the frame, or a window in the frame."""

    def __init__(self, kernel: Kernel, path: Path, motion: Motion, size: tuple[int, int]) -> None:
        self._kernel = kernel
        self._motion = motion
        self._still = prepare(kernel, path, (motion.start, motion.end), size)
        self._is_still = motion.start == motion.end
        self._drawn: Planes | None = None

    def draw(self, planes: Planes, u: float) -> None:
        if self._drawn is not None:
            for plane, drawn in zip(planes, self._drawn, strict=True):
                plane[:] = drawn
            return
        self._still.draw(self._kernel, frame_rect(self._motion, u), planes)
        if self._is_still:
            y, b, r = planes
            self._drawn = (y.copy(), b.copy(), r.copy())


class Card:
    """A frame of one colour."""

    def __init__(self, colour: str) -> None:
        self._levels = level_of(colour)

    def draw(self, planes: Planes, u: float) -> None:  # noqa: ARG002
        for plane, level in zip(planes, self._levels, strict=True):
            plane[:] = level


@dataclass(eq=False)
class Blurred:
    """A still in full, over a blurred copy of itself that fills the frame."""

    behind: Planes
    shot: Moving
    window: tuple[int, int, int, int]

    def draw(self, planes: Planes, u: float) -> None:
        for plane, behind in zip(planes, self.behind, strict=True):
            plane[:] = behind
        x, y, width, height = self.window
        inner = tuple(
            plane[y >> half : (y + height) >> half, x >> half : (x + width) >> half]
            for plane, half in zip(planes, (0, 1, 1), strict=True)
        )
        self.shot.draw((inner[0], inner[1], inner[2]), u)


def _blurred(scene: Scene, size: Size, frame: tuple[int, int], kernel: Kernel) -> Blurred:
    path = Path(str(scene.source))
    motion = scene.motion or _slight_zoom(size, scene.seed)
    start, end = _checked(motion, size, path)
    scale = min(frame[0] / start.width, frame[1] / start.height)
    width, height = (
        min(edge, max(2, round(side * scale / 2) * 2))
        for edge, side in zip(frame, (start.width, start.height), strict=True)
    )
    window = ((frame[0] - width) // 4 * 2, (frame[1] - height) // 4 * 2, width, height)
    aspect = start.height / start.width
    moving = motion.model_copy(update={"start": start, "end": _with_aspect(end, aspect)})
    shot = Moving(kernel, path, moving, (width, height))
    return Blurred(_behind(path, size, frame, kernel), shot, window)


def _slight_zoom(size: Size, seed: int) -> Motion:
    """Barely moving, so that nearly all of the still stays in sight."""
    full = Rect(x=0, y=0, width=size.width, height=size.height)
    part = 0.97
    near = Rect(
        x=size.width * (1 - part) / 2,
        y=size.height * (1 - part) / 2,
        width=size.width * part,
        height=size.height * part,
    )
    return Motion(start=full, end=near) if seed % 2 == 0 else Motion(start=near, end=full)


def _behind(path: Path, size: Size, frame: tuple[int, int], kernel: Kernel) -> Planes:
    """The still's middle, of which only the colours are left, a little darker."""
    from PIL import Image, ImageFilter

    aspect = frame[1] / frame[0]
    width = min(size.width, size.height / aspect)
    rect = Rect(
        x=(size.width - width) / 2,
        y=(size.height - width * aspect) / 2,
        width=width,
        height=width * aspect,
    )
    small = (
        _even(_BLURRED * (frame[0] / frame[1]) ** 0.5),
        _even(_BLURRED / (frame[0] / frame[1]) ** 0.5),
    )
    _, planes = new_frame(*small)
    prepare(kernel, path, (rect,), small).draw(kernel, rect, planes)
    made = []
    for index, plane in enumerate(planes):
        half = 1 if index else 0
        out = (frame[0] >> half, frame[1] >> half)
        soft = Image.fromarray(plane).filter(ImageFilter.GaussianBlur(1.2 if not half else 0.6))
        large = np.asarray(soft.resize(out, Image.Resampling.BICUBIC), np.float32)
        base = 128.0 if half else 16.0
        made.append(np.rint((large - base) * _DIM + base).astype(np.uint8))
    return made[0], made[1], made[2]


def _even(value: float) -> int:
    return max(4, round(value / 2) * 2)
