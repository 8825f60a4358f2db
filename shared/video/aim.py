"""Where the frame goes on stills of which a plan does not say it, decided once for all pieces.

A caller's detector tells what must stay in the frame. Without one, or where it finds nothing,
saliency guesses where a viewer looks, which moves the crop and never forbids it.
"""

import threading
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from shared.video.motion import choose_fit, inside, largest, plan_towards, usual_top
from shared.video.plan import Box, Motion, Rect, Scene
from shared.video.saliency import SIDE, find_salient
from shared.video.stills import Size, load_ycbcr, still_size
from shared.video.timeline import Timeline

if TYPE_CHECKING:
    from PIL.Image import Image

# The longer side of what a detector is given: enough for a face in a group.
DETECTED_SIDE = 1280
# A crop that shows all that stands out has to keep this part of the still, which is less than a
# blind one has to: 16:9 may fill an upright frame.
_LEAST_KEPT = 0.3
# Clothes and numbers stand out more than the heads above them: air above, as a part of the height.
# Where all does not fit into the crop there is less, so that more of what is below is seen.
_HEADROOM, _LESS_HEADROOM = 0.35, 0.22
# Between what stands out and the crop's upper and lower edges, as a part of its height.
_AIR = 0.03


class FindFocus(Protocol):
    """A detector of faces, persons or whatever must stay in the frame.

    It is called once for each still whose scene has neither a focus nor a motion, before any
    process is forked, from one thread at a time, and in no certain order. The same picture has to
    give the same boxes, or the same plan gives another video.
    """

    def __call__(self, picture: "Image") -> Sequence[Box]:
        """What it finds on an upright RGB picture, in the picture's own pixels.

        The picture is the still, reduced to about `DETECTED_SIDE` where it is larger. No box
        leaves the choice to saliency. What it raises ends the rendering.
        """
        ...


def aimed(
    timeline: Timeline,
    frame: tuple[int, int],
    *,
    find_focus: FindFocus | None = None,
    threads: int = 1,
    slots: Collection[int] | None = None,
) -> Timeline:
    """The timeline with motions, fits or focuses for the scenes that leave them open.

    Each still is looked at once, reduced, however many scenes show it.

    Args:
        timeline: What is shown when.
        frame: Width and height of the video, in pixels.
        find_focus: The caller's detector, if there is one.
        threads: That look at stills at the same time.
        slots: Numbers of the slots that are wanted; all by default.

    Raises:
        PermanentError: A still cannot be read.
    """
    wanted = range(len(timeline.slots)) if slots is None else slots
    scenes = {at: timeline.slots[at].scene for at in wanted if _open(timeline.slots[at].scene)}
    sources = sorted({str(scene.source) for scene in scenes.values()})
    looks = dict(zip(sources, _look_at_all(sources, find_focus, threads), strict=True))
    return replace(
        timeline,
        slots=tuple(
            replace(slot, scene=looks[str(scenes[at].source)].aim(scenes[at], frame))
            if at in scenes
            else slot
            for at, slot in enumerate(timeline.slots)
        ),
    )


def _open(scene: Scene) -> bool:
    """Whether a look at the still could change what is shown."""
    return (
        scene.source is not None
        and scene.motion is None
        and not scene.focus
        and scene.fit != "blur"
    )


def _look_at_all(
    sources: Sequence[str], find_focus: FindFocus | None, threads: int
) -> "list[_Look]":
    lock = threading.Lock()

    def look(source: str) -> _Look:
        return _look_at(Path(source), find_focus, lock)

    if min(threads, len(sources)) <= 1:
        return [look(source) for source in sources]
    # Decoders let go of the interpreter. All threads have ended before anything is forked.
    with ThreadPoolExecutor(min(threads, len(sources))) as pool:
        return list(pool.map(look, sources))


def _look_at(path: Path, find_focus: FindFocus | None, lock: threading.Lock) -> "_Look":
    size = still_size(path)
    side = DETECTED_SIDE if find_focus is not None else 2 * SIDE
    # A JPEG is reduced while it is decoded, for a fraction of the time of decoding it in full.
    picture, _ = load_ycbcr(path, max(1.0, max(size.width, size.height) / side))
    if find_focus is not None:
        found = _detected(picture, size, find_focus, lock)
        if found:
            return _Look(size, found, ())
    across, down = size.width / picture.width, size.height / picture.height
    salient = (_on_still(box, across, down, size) for box in find_salient(picture))
    return _Look(size, (), tuple(box for box in salient if box is not None))


def _detected(
    picture: "Image", size: Size, find_focus: FindFocus, lock: threading.Lock
) -> tuple[Box, ...]:
    seen = picture.convert("RGB")
    if max(seen.size) > 2 * DETECTED_SIDE:  # a format that is not reduced while it is decoded
        seen.thumbnail((DETECTED_SIDE, DETECTED_SIDE), reducing_gap=2.0)
    across, down = size.width / seen.width, size.height / seen.height
    with lock:
        found = [_on_still(box, across, down, size) for box in find_focus(seen)]
    return tuple(box for box in found if box is not None)


def _on_still(box: Box, across: float, down: float, size: Size) -> Box | None:
    """A box of a reduced picture in the still's own pixels; None if it is not on the picture."""
    x0, x1 = (min(max(edge * across, 0.0), float(size.width)) for edge in (box.x0, box.x1))
    y0, y1 = (min(max(edge * down, 0.0), float(size.height)) for edge in (box.y0, box.y1))
    if not (x1 > x0 and y1 > y0):
        return None
    return Box(x0=x0, y0=y0, x1=x1, y1=y1, weight=box.weight)


class _Look:
    """What a look at a still found: boxes of a detector, or those that stand out."""

    def __init__(self, size: Size, found: tuple[Box, ...], salient: tuple[Box, ...]) -> None:
        self._size = size
        self._found = found
        self._salient = salient

    def aim(self, scene: Scene, frame: tuple[int, int]) -> Scene:
        """The scene with what follows from the look; as it was where nothing does."""
        if self._found:
            return scene.model_copy(update={"focus": self._found})
        if not self._salient:
            return scene
        width, height = self._size.width, self._size.height
        crop = largest(width, height, frame)
        whole, *cores = self._salient
        fit = scene.fit or choose_fit(width, height, frame, ())
        kept = crop.width * crop.height / (width * height)
        if scene.fit is None and kept >= _LEAST_KEPT and _fits(_with_headroom(whole, crop), crop):
            fit = "crop"
        if fit == "blur":
            return scene
        narrow = (box for box in (whole, *cores) if box.x1 - box.x0 <= crop.width)
        target = next(narrow, cores[-1] if cores else whole)
        far = inside(_placed(crop, target), width, height)
        start, end = plan_towards(far, _with_headroom(target, crop), seed=scene.seed)
        return scene.model_copy(update={"fit": fit, "motion": Motion(start=start, end=end)})


def _fits(box: Box, crop: Rect) -> bool:
    return box.x1 - box.x0 <= crop.width and box.y1 - box.y0 <= crop.height


def _with_headroom(box: Box, crop: Rect, part: float = _HEADROOM) -> Box:
    above = part * min(box.y1 - box.y0, crop.height)
    return box.model_copy(update={"y0": max(0.0, box.y0 - above)})


def _placed(crop: Rect, target: Box) -> Rect:
    """The crop, moved to show what stands out; it may be beyond the picture's edges.

    Across, that goes to the middle. Up and down, the crop moves no more than it needs from where
    it would be without it, and the upper end comes first: a guess is often too low.
    """
    air = _AIR * crop.height
    upper = _with_headroom(target, crop).y0 - air
    lower = target.y1 + air - crop.height
    top = max(usual_top(crop), min(lower, upper))
    if lower > upper:
        upper = _with_headroom(target, crop, _LESS_HEADROOM).y0 - air
    return crop.model_copy(
        update={"x": (target.x0 + target.x1 - crop.width) / 2, "y": min(top, upper)}
    )
