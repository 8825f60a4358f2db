"""Where the frame is on a still, from its first to its last moment.

Every rectangle lies between the first and the last one, so a motion that starts and ends within
the picture never leaves it.
"""

import math
import random
from collections.abc import Sequence

from shared.video.plan import Box, Easing, Fit, Law, Motion, Rect

# How much smaller the frame's part of the still is at the near end.
_LEAST_ZOOM, _MOST_ZOOM = 1.06, 1.16
# The frame is filled by a crop only if it shows this much of what matters.
_MUST_SHOW = 0.92
# Air around what matters, as a part of its longer side.
_AIR = 0.12


def eased(u: float, easing: Easing) -> float:
    """How far the motion is when `u` of its time has gone, both from 0 to 1."""
    return u * u * (3 - 2 * u) if easing == "smoothstep" else u


def way(u: float, start: float, end: float, law: Law) -> float:
    """How far between two rectangles of these widths the frame is when `u` of the way has gone.

    The width alone decides: it goes evenly ("width"), its inverse does ("zoom"), or its
    logarithm does ("log").
    """
    ratio = end / start
    if law == "width" or abs(ratio - 1) < 1e-12:
        return u
    if law == "zoom":
        return u / ((1 - u) * ratio + u)
    return math.expm1(u * math.log(ratio)) / (ratio - 1)


def frame_rect(motion: Motion, u: float) -> Rect:
    """The rectangle that fills the frame when `u` (0 to 1) of the scene's time has gone.

    Under the laws "width" and "log" edges move with the width, so that one point of the picture
    rests. Under "zoom", the centre moves evenly instead.
    """
    u = eased(min(1.0, max(0.0, u)), motion.easing)
    a, b = motion.start, motion.end
    s = way(u, a.width, b.width, motion.law)
    width, height = _between(a.width, b.width, s), _between(a.height, b.height, s)
    if motion.law == "zoom":
        (xa, ya), (xb, yb) = a.centre, b.centre
        x, y = _between(xa, xb, u) - width / 2, _between(ya, yb, u) - height / 2
    else:
        x, y = _between(a.x, b.x, s), _between(a.y, b.y, s)
    return Rect.model_construct(x=x, y=y, width=width, height=height)


def _between(a: float, b: float, part: float) -> float:
    return a + (b - a) * part


def inside(rect: Rect, width: float, height: float) -> Rect:
    """The rectangle moved, and made smaller only if it must be, to lie within a picture."""
    scale = min(1.0, width / rect.width, height / rect.height)
    w, h = rect.width * scale, rect.height * scale
    x = min(max(rect.x + (rect.width - w) / 2, 0.0), width - w)
    y = min(max(rect.y + (rect.height - h) / 2, 0.0), height - h)
    return Rect(x=x, y=y, width=w, height=h)


def choose_fit(width: float, height: float, out_size: tuple[int, int], focus: Sequence[Box]) -> Fit:
    """Whether a still of this size can fill the frame without cutting what matters.

    Without focus boxes, a still is cropped unless more than six tenths of it would be lost.
    """
    crop = largest(width, height, out_size)
    if not focus:
        return "crop" if crop.width * crop.height >= 0.4 * width * height else "blur"
    return "crop" if _shown(_around(crop, width, height, focus), focus) >= _MUST_SHOW else "blur"


def plan_motion(
    width: float, height: float, out_size: tuple[int, int], *, focus: Sequence[Box] = (), seed: int
) -> tuple[Rect, Rect]:
    """Chooses a slow zoom or a drift over a still that fills the frame.

    What is in `focus` stays in the frame throughout, where the frame's shape allows it, and the
    motion goes to or from it. The same arguments give the same motion.

    Args:
        width: Of the upright still, in pixels; so is `height`.
        out_size: The frame's width and height.
        focus: What matters on the still.
        seed: Decides direction and strength.

    Returns:
        The first and the last rectangle, both within the still and of the frame's aspect.
    """
    chance = random.Random(f"{seed}:{width:g}x{height:g}")
    far = _around(largest(width, height, out_size), width, height, focus)
    zoom = chance.uniform(_LEAST_ZOOM, _MOST_ZOOM)
    must = _hull(focus, width, height)
    if must is not None:
        # Never nearer than what shows all that matters, with air around it.
        air = _AIR * max(must.width, must.height)
        zoom = min(
            zoom,
            far.width / max(1.0, min(far.width, must.width + air)),
            far.height / max(1.0, min(far.height, must.height + air)),
        )
    near_w, near_h = far.width / zoom, far.height / zoom
    if must is None:
        x = far.x + (far.width - near_w) * chance.uniform(0.2, 0.8)
        y = far.y + (far.height - near_h) * chance.uniform(0.2, 0.7)
        near = Rect(x=x, y=y, width=near_w, height=near_h)
    else:
        cx, cy = must.centre
        wanted = Rect(x=cx - near_w / 2, y=cy - near_h / 2, width=near_w, height=near_h)
        near = _within(wanted, far)
    return (far, near) if chance.random() < 0.6 else (near, far)


def plan_towards(far: Rect, goal: Box, *, seed: int) -> tuple[Rect, Rect]:
    """Chooses a slow zoom from a rectangle to a goal in it, or back; it always moves.

    Args:
        far: What fills the frame at one end, in pixels of the still.
        goal: What the other end shows, or the upper part of it if it is higher. It may be cut.
        seed: Decides direction and strength.

    Returns:
        The first and the last rectangle, both within `far` and of its aspect.
    """
    chance = random.Random(f"{seed}:{far.width:g}x{far.height:g}")
    wide, high = (max(1e-6, side) for side in (goal.x1 - goal.x0, goal.y1 - goal.y0))
    zoom = min(chance.uniform(_LEAST_ZOOM, _MOST_ZOOM), far.width / wide, far.height / high)
    zoom = max(_LEAST_ZOOM, zoom)
    near_w, near_h = far.width / zoom, far.height / zoom
    x = (goal.x0 + goal.x1 - near_w) / 2
    y = goal.y0 if high > near_h else (goal.y0 + goal.y1 - near_h) / 2
    near = _within(Rect(x=x, y=y, width=near_w, height=near_h), far)
    return (far, near) if chance.random() < 0.6 else (near, far)


def largest(width: float, height: float, out_size: tuple[int, int]) -> Rect:
    """The largest rectangle of the frame's aspect, in the middle of the picture."""
    aspect = out_size[0] / out_size[1]
    w = min(width, height * aspect)
    h = w / aspect
    return Rect(x=(width - w) / 2, y=(height - h) / 2, width=w, height=h)


def usual_top(crop: Rect) -> float:
    """Where a crop begins of which nothing is known: heads are more often in the upper half."""
    return crop.y * 0.8


def _around(rect: Rect, width: float, height: float, focus: Sequence[Box]) -> Rect:
    """The rectangle moved within the picture to show as much as it can of what matters."""
    must = _hull(focus, width, height)
    if must is None:
        return rect.model_copy(update={"y": usual_top(rect)})
    if must.width <= rect.width and must.height <= rect.height:
        cx, cy = must.centre
    else:
        weights = [box.weight for box in focus]
        total = sum(weights) or 1.0
        share = [weight / total if sum(weights) else 1 / len(focus) for weight in weights]
        cx = sum(part * (b.x0 + b.x1) / 2 for part, b in zip(share, focus, strict=True))
        cy = sum(part * (b.y0 + b.y1) / 2 for part, b in zip(share, focus, strict=True))
    moved = rect.model_copy(update={"x": cx - rect.width / 2, "y": cy - rect.height / 2})
    return inside(moved, width, height)


def _within(rect: Rect, outer: Rect) -> Rect:
    moved = rect.model_copy(update={"x": rect.x - outer.x, "y": rect.y - outer.y})
    kept = inside(moved, outer.width, outer.height)
    return kept.model_copy(update={"x": kept.x + outer.x, "y": kept.y + outer.y})


def _hull(focus: Sequence[Box], width: float, height: float) -> Rect | None:
    """What encloses all boxes that are on the picture."""
    seen = [
        box for box in focus if box.x1 > 0 and box.y1 > 0 and box.x0 < width and box.y0 < height
    ]
    if not seen:
        return None
    x0 = max(0.0, min(box.x0 for box in seen))
    y0 = max(0.0, min(box.y0 for box in seen))
    x1 = min(width, max(box.x1 for box in seen))
    y1 = min(height, max(box.y1 for box in seen))
    return Rect(x=x0, y=y0, width=max(x1 - x0, 1e-6), height=max(y1 - y0, 1e-6))


def _shown(rect: Rect, focus: Sequence[Box]) -> float:
    """The least part that any box shows."""
    least = 1.0
    for box in focus:
        area = (box.x1 - box.x0) * (box.y1 - box.y0)
        wide = min(rect.right, box.x1) - max(rect.x, box.x0)
        high = min(rect.bottom, box.y1) - max(rect.y, box.y0)
        if area > 0 and box.weight > 0:
            least = min(least, max(0.0, wide) * max(0.0, high) / area)
    return least
