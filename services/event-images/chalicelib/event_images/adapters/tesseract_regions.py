"""Rows of digits in a photo, cut out and cleaned, for an engine that reads scanned pages.

Digits are marks darker or lighter than what is around them, of like height, side by side. Each
row is drawn anew, black on white and level, without the cloth, logos and shadows around it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from chalicelib.event_images.adapters import pp_ocr_geometry as geometry
from chalicelib.event_images.domain.bibs import Box, overlap


@dataclass(frozen=True)
class RowSettings:
    """What counts as a row of digits. Lengths are in pixels of the image that is searched."""

    side: int = 1400  # the longer side of that image
    largest_zoom: float = 2.5
    # Radius of what is "around" a pixel, for small and for large digits.
    radii: tuple[int, ...] = (12, 40)
    contrast: int = 22  # of 255, over what is around
    lowest: int = 11
    highest: int = 240
    thinnest: float = 0.12  # width over height of a digit
    widest: float = 1.0
    emptiest: float = 0.2  # share of a digit's box that is ink
    fullest: float = 0.92
    most_marks: int = 1500
    fewest_in_row: int = 2
    most_in_row: int = 7
    most_rows: int = 48
    drawn_height: int = 36  # of the digits in the clean image


@dataclass(frozen=True)
class Row:
    """Digits, perhaps: where they are in the photo, and a clean image of them."""

    box: Box
    height: float  # of the tallest digit, in pixels of the photo
    marks: int
    image: Image.Image


DEFAULT = RowSettings()


def find_rows(image: Image.Image, settings: RowSettings = DEFAULT) -> list[Row]:
    """Rows of marks that may be digits; those with three marks or more first."""
    zoom = min(settings.side / max(image.size), settings.largest_zoom)
    size = (max(1, round(image.width * zoom)), max(1, round(image.height * zoom)))
    grey = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0).convert("L")
    pixels = np.asarray(grey, dtype=np.int16)
    found: list[Row] = []
    for radius in settings.radii:
        around = np.asarray(grey.filter(ImageFilter.BoxBlur(radius)), dtype=np.int16)
        for ink in (around - pixels, pixels - around):
            marks = find_marks(ink > settings.contrast, settings)
            for row in rows_of(marks, settings):
                x0, y0 = row[:, :2].min(0) / zoom
                x1, y1 = row[:, 2:].max(0) / zoom
                box = (float(x0), float(y0), float(x1), float(y1))
                tallest = float((row[:, 3] - row[:, 1]).max()) / zoom
                found.append(Row(box, tallest, len(row), draw(ink, row, settings)))
    return _distinct(found)[: settings.most_rows]


def find_marks(mask: geometry.Mask, settings: RowSettings = DEFAULT) -> geometry.Ints:
    """Boxes of regions with the shape of a digit, rows of ``x0, y0, x1, y1``, tallest first."""
    boxes = geometry.component_boxes(mask)
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    fill = boxes[:, 4] / np.maximum(width * height, 1)
    good = (height >= settings.lowest) & (height <= settings.highest)
    good &= (width >= settings.thinnest * height) & (width <= settings.widest * height)
    good &= (fill >= settings.emptiest) & (fill <= settings.fullest)
    kept = boxes[good][:, :4]
    order = np.argsort(kept[:, 1] - kept[:, 3], kind="stable")
    return kept[order][: settings.most_marks]


def rows_of(marks: geometry.Ints, settings: RowSettings = DEFAULT) -> list[geometry.Ints]:
    """Marks of like height side by side, each row from left to right."""
    x0, y0, x1, y1 = marks.T
    height = y1 - y0
    taller = np.maximum(height[:, None], height)
    alike = np.minimum(height[:, None], height) > 0.7 * taller
    level = np.abs((y0 + y1)[:, None] - (y0 + y1)) < 0.7 * taller
    gap = x0 - x1[:, None]  # from the right of one to the left of the other
    near = (gap > -0.25 * taller) & (gap < 0.7 * taller) & (x0[:, None] < x0)
    a, b = np.nonzero(alike & level & near)
    labels = geometry.join(len(marks), a, b)
    rows = []
    for label in np.unique(labels[a]):
        row = marks[labels == label]
        if settings.fewest_in_row <= len(row) <= settings.most_in_row:
            rows.append(row[np.argsort(row[:, 0], kind="stable")])
    return rows


def draw(
    ink: NDArray[np.int16], row: geometry.Ints, settings: RowSettings = DEFAULT
) -> Image.Image:
    """A row's marks on white, on one level, however tilted the row is."""
    edge = 2
    height, width = ink.shape
    tallest = int((row[:, 3] - row[:, 1]).max()) + 2 * edge
    left, right = max(0, int(row[0, 0]) - edge), min(width, int(row[:, 2].max()) + edge)
    canvas = np.zeros((tallest, right - left), dtype=np.int16)
    for x0, y0, x1, y1 in row.tolist():
        x0, x1 = max(0, x0 - edge), min(width, x1 + edge)
        y0, y1 = max(0, y0 - edge), min(height, y1 + edge)
        top = (tallest - (y1 - y0)) // 2
        place = canvas[top : top + y1 - y0, x0 - left : x1 - left]
        np.maximum(place, ink[y0:y1, x0:x1][: place.shape[0]], out=place)
    darkest = max(float(np.percentile(canvas[canvas > 0], 85)) if (canvas > 0).any() else 0, 1)
    grey = 255 - np.clip(canvas * (255 / darkest), 0, 255).astype(np.uint8)
    zoom = settings.drawn_height / tallest
    size = (max(1, round(grey.shape[1] * zoom)), settings.drawn_height)
    return Image.fromarray(grey).resize(size, Image.Resampling.BICUBIC)


def _distinct(rows: list[Row]) -> list[Row]:
    """Without those that lie on one with more marks."""
    kept: list[Row] = []
    for row in sorted(rows, key=lambda r: (-min(r.marks, 3), -r.height)):
        if not any(overlap(row.box, k.box) > 0.8 and row.marks <= k.marks for k in kept):
            kept.append(row)
    return kept
