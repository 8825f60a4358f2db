"""Photos with the bibs marked that were read in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True)
class Reading:
    """One bib; the box is ``x0, y0, x1, y1`` in pixels of the upright photo."""

    bib: str
    confidence: float
    box: tuple[float, float, float, float]


def drawn_name(name: str) -> str:
    """Where a drawn photo lies below the folder, never outside of it; always a JPEG."""
    inside = [part for part in Path(name).parts if part not in {"..", "/"}]
    path = Path(*inside)
    is_jpeg = path.suffix.lower() in {".jpg", ".jpeg"}
    return str(path if is_jpeg else path.with_name(path.name + ".jpg"))


def drawn(image: "Image", readings: Iterable[Reading]) -> "Image":
    """A copy of a photo with a box around each bib and the number that was read over it."""
    from PIL import ImageDraw, ImageFont

    copy = image.copy()
    pen = ImageDraw.Draw(copy)
    line = max(2, round(max(copy.size) / 400))
    font = ImageFont.load_default(max(14, max(copy.size) / 45))
    for reading in readings:
        x0, y0, x1, y1 = reading.box
        # Bright on dark, so that it stands out of any photo.
        for colour, stroke in (("black", 2 * line), ("#ffe600", line)):
            pen.rectangle((x0 - line, y0 - line, x1 + line, y1 + line), None, colour, stroke)
        label = f"{reading.bib}  {reading.confidence:.0%}"
        left, top, right, bottom = pen.textbbox((0, 0), label, font)
        width, height = right - left + 4 * line, bottom - top + 4 * line
        x = min(max(0.0, x0 - line), max(0.0, copy.width - width))
        above, below = y0 - 2 * line - height, y1 + 2 * line
        y = above if above >= 0 else min(below, copy.height - height)
        pen.rectangle((x, y, x + width, y + height), "black")
        pen.text((x + 2 * line - left, y + 2 * line - top), label, "#ffe600", font)
    return copy
