"""Rows of digits in a photo, cut out and cleaned, for an engine that reads scanned pages.

Digits are marks darker or lighter than what is around them, of like height, side by side. Each
row is drawn anew, black on white and level, without the cloth, logos and shadows around it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

from chalicelib.event_images.adapters import text_geometry as geometry
from chalicelib.event_images.domain.sightings import Box, overlap


@dataclass(frozen=True)
class RowSettings:
    """What counts as a row of digits. Lengths are in pixels of the image that is searched."""

    side: int = 1400  # the longer side of that image
    largest_zoom: float = 2.5
    # Radius of what is "around" a pixel, for small and for large digits.
    radii: tuple[int, ...] = (12, 40)
    # Of 255, over what is around: faint digits, and dark ones that touch something faint.
    contrasts: tuple[int, ...] = (14, 26)
    lowest: int = 11
    highest: int = 240
    thinnest: float = 0.12  # width over height of a digit
    widest: float = 1.0
    emptiest: float = 0.2  # share of a digit's box that is ink
    fullest: float = 0.92
    most_marks: int = 1500
    fewest_in_row: int = 2
    most_in_row: int = 7
    most_rows: int = 120
    most_alike: int = 2  # a second look at the same row is a second opinion; a third tells little
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
    """Rows of marks that may be digits, some of them twice; those of three or more first."""
    zoom = min(settings.side / max(image.size), settings.largest_zoom)
    size = (max(1, round(image.width * zoom)), max(1, round(image.height * zoom)))
    grey = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0).convert("L")
    scale = np.array([image.width / size[0], image.height / size[1]])
    pixels = np.asarray(grey, dtype=np.int16)
    found: list[Row] = []
    for radius in settings.radii:
        around = np.asarray(grey.filter(ImageFilter.BoxBlur(radius)), dtype=np.int16)
        for ink in (around - pixels, pixels - around):
            for contrast in settings.contrasts:
                marks = find_marks(ink > contrast, settings)
                found += [_row(ink, row, scale, settings) for row in rows_of(marks, settings)]
    return _selected(found, settings)


def _row(
    ink: NDArray[np.int16], marks: geometry.Ints, scale: geometry.Points, settings: RowSettings
) -> Row:
    x0, y0 = (marks[:, :2].min(0) * scale).round(1).tolist()
    x1, y1 = (marks[:, 2:].max(0) * scale).round(1).tolist()
    height = float((marks[:, 3] - marks[:, 1]).max() * scale[1])
    return Row((x0, y0, x1, y1), height, len(marks), draw(ink, marks, settings))


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
    edge = 2  # strokes fade beyond the threshold
    limits = np.array([ink.shape[1], ink.shape[0]] * 2)
    boxes = np.clip(row + np.array([-edge, -edge, edge, edge]), 0, limits)
    left, top = boxes[:, :2].min(0).tolist()
    right, bottom = boxes[:, 2:].max(0).tolist()
    canvas = np.zeros((bottom - top, right - left), dtype=np.int16)
    # What is between two marks belongs to it: the points of a clock tell it from a bib.
    between = np.concatenate([boxes, _gaps(boxes)])
    for x0, y0, x1, y1 in between.tolist():
        place = canvas[y0 - top : y1 - top, x0 - left : x1 - left]
        np.maximum(place, ink[y0:y1, x0:x1], out=place)
    darkest = max(float(np.percentile(canvas[canvas > 0], 85)), 1.0)
    drawn = Image.fromarray(np.clip(canvas * (255 / darkest), 0, 255).astype(np.uint8))
    if len(row) > 1:
        x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
        slope = np.degrees(np.arctan(np.polyfit(x, y, 1)[0]))
        if abs(slope) > 2:
            drawn = drawn.rotate(slope, Image.Resampling.BICUBIC, expand=True)
            drawn = drawn.crop(drawn.point(lambda v: 255 * (v > 60)).getbbox())
    zoom = settings.drawn_height / drawn.height
    size = (max(1, round(drawn.width * zoom)), settings.drawn_height)
    return ImageOps.invert(drawn.resize(size, Image.Resampling.BICUBIC))


def _gaps(row: geometry.Ints) -> geometry.Ints:
    """The boxes between neighbours."""
    left, right = row[:-1], row[1:]
    edges = [left[:, 2], np.minimum(left[:, 1], right[:, 1]), right[:, 0]]
    gaps = np.stack([*edges, np.maximum(left[:, 3], right[:, 3])], axis=1)
    return gaps[gaps[:, 2] > gaps[:, 0]]


def _selected(rows: list[Row], settings: RowSettings) -> list[Row]:
    """The likeliest rows, without more looks at one of them than are worth it."""
    kept: list[Row] = []
    for row in sorted(rows, key=lambda r: (-min(r.marks, 3), -r.height)):
        if sum(_alike(row.box, other.box) for other in kept) < settings.most_alike:
            kept.append(row)
    return kept[: settings.most_rows]


def _alike(a: Box, b: Box) -> bool:
    longer = (a[2] - a[0]) / (b[2] - b[0])
    return 0.9 < longer < 1.1 and overlap(a, b) > 0.9
