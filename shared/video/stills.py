"""From a still's file to planes of luma and chroma that are ready to be drawn many times.

A still stays in YCbCr from the JPEG on: half the data of RGB, and no change of colours a frame.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shared.errors import MedleyError, PermanentError
from shared.images import ImageLimits, decode
from shared.images.containers import Container, inspect
from shared.images.exif import read as read_exif
from shared.video.kernel import Kernel, Plane, Window
from shared.video.plan import Rect

if TYPE_CHECKING:
    from PIL.Image import Image

# Pixels for each of the frame's that a still is shrunk to. With 1.15, the two filters in a row
# took 3 % of the finest contrast; with 1.3 none that can be measured, for a hundredth of the time.
_KEPT, _KEPT_CHROMA = 1.3, 1.1
_REACH = 3  # pixels to each side that the Lanczos filter looks at
# From JPEG's full range to video's limited one: 0..255 becomes 16..235, chroma 16..240.
LUMA_GAIN, LUMA_OFFSET = 219 / 255, 16.0
CHROMA_GAIN, CHROMA_OFFSET = 224 / 255, 128 - 128 * 224 / 255
# A JPEG is decoded at an eighth of its size, or less of a reduction, so bigger ones still fit.
_LIMITS = ImageLimits(max_pixels=150_000_000)
_MOST_DECODED = 64_000_000


@dataclass(frozen=True)
class Size:
    """Of an upright still, in pixels."""

    width: int
    height: int


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LIMITS.max_bytes + 1)
    except FileNotFoundError as exc:
        raise PermanentError("still_missing", f"The still {path.name} is not there.") from exc
    except OSError as exc:
        raise PermanentError(
            "still_unreadable", f"The still {path.name} cannot be read: {exc.strerror}."
        ) from exc


def still_size(path: Path) -> Size:
    """The size of the upright still, from its header.

    Raises:
        PermanentError: `still_missing`, or what `shared.images.decode` would say of the file.
    """
    data = _read(path)
    if len(data) > _LIMITS.max_bytes:
        raise PermanentError("too_large", f"{path.name} is over {_LIMITS.max_bytes} bytes.")
    container = inspect(data)
    _check(container, path)
    turned = read_exif(container.exif).orientation >= 5
    width, height = container.width, container.height
    return Size(height, width) if turned else Size(width, height)


def _check(container: Container, path: Path) -> None:
    w, h = container.width, container.height
    if max(w, h) > _LIMITS.max_side or w * h > _LIMITS.max_pixels:
        raise PermanentError("too_many_pixels", f"The still {path.name} is {w} x {h}.")
    if min(w, h) < _LIMITS.min_side:
        raise PermanentError("too_small", f"The still {path.name} is {w} x {h}.")


def load_ycbcr(path: Path, least: float) -> tuple["Image", float]:
    """A still in YCbCr, upright; and how many of its pixels one of the result's is long.

    Args:
        path: A JPEG, or what else `shared.images.decode` reads.
        least: By how much the still may be reduced at most; a JPEG is decoded at 1/2, 1/4 or 1/8
            of its size where that is no more.

    Raises:
        PermanentError: The file is missing, damaged, or too large.
    """
    data = _read(path)
    try:
        if len(data) > _LIMITS.max_bytes:
            raise PermanentError("too_large", f"It is over {_LIMITS.max_bytes} bytes.")
        container = inspect(data)
        _check(container, path)
        picture = _jpeg(container, least) if container.format == "JPEG" else None
        if picture is None:
            if container.width * container.height > _MOST_DECODED * least * least:
                raise PermanentError("too_many_pixels", "It would not fit into memory.")
            return _any(data, least)
    except PermanentError as exc:
        raise PermanentError(exc.code, f"The still {path.name}: {exc.message}") from exc
    scale = container.width / picture.width
    return _upright(picture, read_exif(container.exif).orientation), scale


def _jpeg(container: Container, least: float) -> "Image | None":
    """A JPEG of the usual kind, decoded without the way over RGB; None for any other."""
    import io

    from PIL.JpegImagePlugin import JpegImageFile

    try:
        picture = JpegImageFile(io.BytesIO(container.content))
        if picture.mode != "RGB" or picture.size != (container.width, container.height):
            return None
        if _wide_gamut(picture.info.get("icc_profile")):
            return None
        reduce = max(d for d in (1, 2, 4, 8) if d <= max(1.0, least))
        wide, high = (math.ceil(side / reduce) for side in picture.size)
        if wide * high > _MOST_DECODED:
            raise PermanentError("too_many_pixels", "It would not fit into memory.")
        picture.draft("YCbCr", (picture.width // reduce, picture.height // reduce))
        if picture.mode != "YCbCr":
            return None
        picture.load()
    except MedleyError:
        raise
    except MemoryError as exc:
        raise PermanentError("too_many_pixels", "It does not fit into memory.") from exc
    except Exception as exc:
        # Decoders raise whatever they stumble over.
        raise PermanentError("truncated_image", "It is cut off or damaged.") from exc
    return picture


def _wide_gamut(profile: bytes | None) -> bool:
    """Whether colours have to be changed to be right without their profile."""
    if not profile:
        return False
    return b"sRGB" not in profile and "sRGB".encode("utf-16-be") not in profile


def _any(data: bytes, least: float) -> tuple["Image", float]:
    from shared.images.derivatives import as_srgb

    side = None
    if least >= 2:
        probe = inspect(data)
        side = math.ceil(max(probe.width, probe.height) / least)
    decoded = decode(data, _LIMITS, use_side=side)
    picture = as_srgb(decoded.image, decoded.image.info.get("icc_profile"))
    return picture.convert("YCbCr"), decoded.width / decoded.image.width


def _upright(picture: "Image", orientation: int) -> "Image":
    from PIL.Image import Transpose

    turn = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }.get(orientation)
    return picture if turn is None else picture.transpose(turn)


@dataclass(frozen=True)
class Part:
    """A prepared plane, and how the still's pixels become its own: (v - origin) * scale."""

    prepared: Any
    origin: tuple[float, float]
    scale: tuple[float, float]

    def window(self, rect: Rect, shift: float) -> Window:
        """Where a rectangle of the still lies on the plane; `shift` is in the still's pixels."""
        (ox, oy), (sx, sy) = self.origin, self.scale
        return Window(
            (rect.x + shift - ox) * sx,
            (rect.y - oy) * sy,
            (rect.right + shift - ox) * sx,
            (rect.bottom - oy) * sy,
        )


@dataclass(frozen=True)
class PreparedStill:
    """The part of a still that a motion shows, shrunk once to little more than it needs."""

    luma: Part
    blue: Part
    red: Part

    def draw(self, kernel: Kernel, rect: Rect, planes: tuple[Plane, Plane, Plane]) -> None:
        """Draws a rectangle of the still into three planes, chroma at half the luma's size."""
        luma, blue, red = planes
        kernel.draw(self.luma.prepared, self.luma.window(rect, 0.0), luma)
        # In video a chroma sample lies on the left one of its two columns of luma, not between
        # them: a quarter of its own width to the left.
        shift = -0.25 * rect.width / blue.shape[1]
        for part, out in ((self.blue, blue), (self.red, red)):
            kernel.draw(part.prepared, part.window(rect, shift), out)


def prepare(
    kernel: Kernel, path: Path, rects: tuple[Rect, ...], out_size: tuple[int, int]
) -> PreparedStill:
    """Decodes a still and prepares what lies between these rectangles for frames of a size.

    Raises:
        PermanentError: The still cannot be read, or a rectangle is outside it.
    """
    need = min(rect.width for rect in rects) / (_KEPT * out_size[0])
    picture, reduced = load_ycbcr(path, need)
    # From here on in the decoded picture's own pixels.
    size = picture.size
    span = _span(rects, reduced, size, out_size)
    parts = []
    for index, name in enumerate(("Y", "Cb", "Cr")):
        # Pillow writes one channel several times quicker than it splits a picture.
        raw = np.frombuffer(picture.tobytes("raw", name), np.uint8)
        plane = raw.reshape(picture.height, picture.width)
        gain, offset = (LUMA_GAIN, LUMA_OFFSET) if index == 0 else (CHROMA_GAIN, CHROMA_OFFSET)
        shrink = max(1.0, need / reduced * (1 if index == 0 else 2 * _KEPT / _KEPT_CHROMA))
        left, top, right, bottom = span
        target = (
            max(1, round((right - left) / shrink)),
            max(1, round((bottom - top) / shrink)),
        )
        prepared = kernel.prepare(plane, span, target, gain, offset)
        scale = (target[0] / (right - left) / reduced, target[1] / (bottom - top) / reduced)
        parts.append(Part(prepared, (left * reduced, top * reduced), scale))
        del plane, raw
    return PreparedStill(*parts)


def _span(
    rects: tuple[Rect, ...], reduced: float, size: tuple[int, int], out_size: tuple[int, int]
) -> Window:
    """Whole pixels around all rectangles, with what the filter looks at beyond their edges."""
    widest = max(rect.width for rect in rects) / out_size[0]
    # Twice, for chroma's samples are twice as far apart.
    air = 2 * (_REACH + 1) * max(widest, reduced) / reduced + 2
    left = max(0, math.floor(min(rect.x for rect in rects) / reduced - air))
    top = max(0, math.floor(min(rect.y for rect in rects) / reduced - air))
    right = min(size[0], math.ceil(max(rect.right for rect in rects) / reduced + air))
    bottom = min(size[1], math.ceil(max(rect.bottom for rect in rects) / reduced + air))
    if right <= left or bottom <= top:
        raise PermanentError("motion_outside", "A motion is outside its still.")
    return Window(left, top, right, bottom)
