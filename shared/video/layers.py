"""Texts and pictures over the scenes, as planes that are blended where and when they are."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shared.errors import PermanentError
from shared.images import ImageLimits
from shared.video.kernel import Kernel, Plane
from shared.video.plan import Overlay, Place, Plan, TextLayer

if TYPE_CHECKING:
    from numpy.typing import NDArray

# How far from the frame's edge an overlay keeps, as a part of the frame's shorter side.
_MARGIN = 0.04
# RGB 0..255 to limited YCbCr of BT.601, which is the JPEG's own.
_TO_YCBCR = np.array(
    [
        [65.481, 128.553, 24.966],
        [-37.797, -74.203, 112.0],
        [112.0, -93.786, -18.214],
    ],
    np.float32,
) / np.float32(255)
_OFFSETS = (16.0, 128.0, 128.0)


@dataclass(frozen=True, eq=False)
class Blend:
    """A picture as planes of colour and of alpha; chroma and its alpha at half the size."""

    x: int
    y: int
    colours: tuple[Plane, Plane, Plane]
    alphas: tuple[Plane, Plane]

    def lay_over(self, kernel: Kernel, frame: tuple[Plane, Plane, Plane], share: int) -> None:
        """Blends into a frame's planes, by `share` of 256."""
        for index, (plane, colour) in enumerate(zip(frame, self.colours, strict=True)):
            half = 1 if index else 0
            alpha = self.alphas[half]
            y, x = self.y >> half, self.x >> half
            under = plane[y : y + alpha.shape[0], x : x + alpha.shape[1]]
            kernel.lay_over(under, colour, alpha, share)


def blend_of(pixels: "NDArray[np.uint8]", x: int, y: int, frame: tuple[int, int]) -> Blend | None:
    """Premultiplied RGBA as planes, at an even place in the frame; None when nothing is inside.

    Args:
        pixels: Rows x columns x 4.
        x: Where its left edge is in the frame; may be odd or outside, and so may `y`.
        frame: Width and height.
    """
    left, top = x & ~1, y & ~1
    right = min(frame[0], (x + pixels.shape[1] + 1) & ~1)
    bottom = min(frame[1], (y + pixels.shape[0] + 1) & ~1)
    x0, y0 = max(0, left), max(0, top)
    if right <= x0 or bottom <= y0:
        return None
    canvas = np.zeros((bottom - y0, right - x0, 4), np.float32)
    seen = pixels[max(0, y0 - y) : bottom - y, max(0, x0 - x) : right - x]
    at_y, at_x = max(0, y - y0), max(0, x - x0)
    canvas[at_y : at_y + seen.shape[0], at_x : at_x + seen.shape[1]] = seen
    rows, cols = canvas.shape[:2]
    small = canvas.reshape(rows // 2, 2, cols // 2, 2, 4).mean(axis=(1, 3), dtype=np.float32)
    luma = _plane(canvas, 0)
    blue, red = _plane(small, 1), _plane(small, 2)
    alphas = (_bytes(canvas[..., 3]), _bytes(small[..., 3]))
    return Blend(x0, y0, (luma, blue, red), alphas)


def _plane(premultiplied: "NDArray[np.float32]", index: int) -> Plane:
    alpha = np.maximum(premultiplied[..., 3], 1e-3) / np.float32(255)
    weights = _TO_YCBCR[index]
    value = premultiplied[..., 0] * weights[0]
    value += premultiplied[..., 1] * weights[1]
    value += premultiplied[..., 2] * weights[2]
    return _bytes(value / alpha + np.float32(_OFFSETS[index]))


def _bytes(values: "NDArray[np.float32]") -> Plane:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


@dataclass(eq=False)
class Layer:
    """Something over the scenes for some frames, drawn when it is first seen, dropped after."""

    first: int
    end: int
    make: Callable[[], Blend | None]
    opacity: Callable[[float], float]
    _made: Blend | None = None
    _is_made: bool = False

    def draw(
        self, kernel: Kernel, frame: tuple[Plane, Plane, Plane], number: int, fps: int
    ) -> None:
        """Draws into the frame of that number, if it is the layer's time."""
        if not self.first <= number < self.end:
            if number >= self.end:
                self._made, self._is_made = None, False
            return
        if not self._is_made:
            self._made, self._is_made = self.make(), True
        if self._made is not None:
            # The middle of the time that the frame is shown.
            share = round(256 * self.opacity((number + 0.5) / fps))
            if share > 0:
                self._made.lay_over(kernel, frame, min(256, share))


def layers_of(plan: Plan, frames: int) -> list[Layer]:
    """A plan's overlays, then its texts, in the order in which they are drawn."""
    return [
        *(_overlay_layer(overlay, plan, frames) for overlay in plan.overlays),
        *(_text_layer(text, plan) for text in plan.texts),
    ]


def _text_layer(text: TextLayer, plan: Plan) -> Layer:
    # Most videos of photos have no text, and what draws it takes a while to import.
    from shared.video.text import draw_text, opacity

    frame = (plan.width, plan.height)

    def make() -> Blend | None:
        image = draw_text(text, frame)
        return None if image is None else blend_of(image.pixels, image.x, image.y, frame)

    first, end = round(text.start * plan.fps), round(text.end * plan.fps)
    return Layer(first, max(first + 1, end), make, lambda seconds: opacity(text, seconds))


def _overlay_layer(overlay: Overlay, plan: Plan, frames: int) -> Layer:
    last = frames / plan.fps if overlay.end is None else overlay.end

    def opacity(seconds: float) -> float:
        near = min(seconds - overlay.start, last - seconds)
        faded = 1.0 if overlay.fade <= 0 else min(1.0, max(0.0, near / overlay.fade))
        return overlay.opacity * faded

    first, end = round(overlay.start * plan.fps), round(last * plan.fps)
    return Layer(first, end, lambda: _overlay_blend(overlay, plan), opacity)


def _overlay_blend(overlay: Overlay, plan: Plan) -> Blend | None:
    from PIL import Image

    path = Path(overlay.source)
    limits = ImageLimits()
    try:
        with Image.open(path, formats=("PNG", "JPEG", "WEBP")) as opened:
            if opened.width * opened.height > limits.max_pixels // 4:
                raise PermanentError("too_many_pixels", f"The overlay {path.name} is too large.")
            picture = opened.convert("RGBA")
    except FileNotFoundError as exc:
        raise PermanentError("overlay_missing", f"The overlay {path.name} is not there.") from exc
    except (OSError, ValueError, SyntaxError) as exc:
        raise PermanentError(
            "not_an_image", f"The overlay {path.name} is no picture that can be read."
        ) from exc
    width = max(2, round(plan.width * overlay.width))
    height = max(2, round(picture.height * width / picture.width))
    if height > plan.height:
        width, height = max(2, round(width * plan.height / height)), plan.height
    # Pillow resizes RGBA premultiplied, and gives it back straight.
    small = np.asarray(picture.resize((width, height), Image.Resampling.LANCZOS))
    alpha = small[..., 3:].astype(np.uint16)
    colour = (small[..., :3] * alpha + 127) // 255
    pixels = np.concatenate([colour, alpha], axis=2).astype(np.uint8)
    x, y = _placed(overlay.position, width, height, plan)
    return blend_of(pixels, x, y, (plan.width, plan.height))


def _placed(place: Place, width: int, height: int, plan: Plan) -> tuple[int, int]:
    margin = round(_MARGIN * min(plan.width, plan.height))
    left, top = (plan.width - width) // 2, (plan.height - height) // 2
    if "left" in place:
        left = min(margin, left)
    elif "right" in place:
        left = max(plan.width - width - margin, left)
    if "top" in place:
        top = min(margin, top)
    elif "bottom" in place:
        top = max(plan.height - height - margin, top)
    return left, top


def level_of(colour: str) -> tuple[int, int, int]:
    """The luma and chroma levels of ``#rrggbb``."""
    rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], np.float32)
    levels = _TO_YCBCR @ rgb + np.array(_OFFSETS, np.float32)
    y, u, v = (round(float(level)) for level in levels)
    return y, u, v
