"""Draws text layers: titles, captions, lower thirds, bib badges, subtitles.

A layer becomes one picture with transparency, which the renderer lays over the frames from
`start` to `end`; how much of it is seen at a time is `opacity`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.video.plan import TextLayer
from shared.video.text_layout import Block, fit
from shared.video.text_paint import LEADING, Canvas, Letters, as_mask
from shared.video.text_styles import Look, look_of, origin

# In ems of the text: around the letters of a panel, and for a shadow to end in.
_PAD_X, _PAD_Y, _ROOM = 0.62, 0.34, 0.6
_LINE = 0.055
_BAR = 0.16  # of a lower third
_BAND = 0.26  # of a badge
_GAP = 0.16  # between text and subtext


@dataclass(frozen=True, eq=False)
class TextImage:
    """A drawn text.

    Attributes:
        pixels: uint8, rows x columns x 4: red, green, blue and alpha, premultiplied, in sRGB.
            Read-only. Both sides are even, so that it lies on whole chroma samples.
        x: The left edge in the frame; even, and so is `y`. The picture lies within the frame.
    """

    pixels: NDArray[np.uint8]
    x: int
    y: int

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])


def draw_text(layer: TextLayer, frame_size: tuple[int, int]) -> TextImage | None:
    """Draw a layer for a frame of that width and height.

    Text that is too long is set smaller, then cut with an ellipsis. Any text is drawn: emoji in
    colour, both directions, whatever scripts the fonts have. None when nothing is left to see.

    Raises:
        Unavailable: there are no fonts on this machine (`fonts_missing`).
    """
    look = look_of(layer)
    blocks = _set(layer, look, frame_size)
    if not blocks:
        return None
    return _paint(layer, look, blocks, frame_size)


def opacity(layer: TextLayer, seconds: float) -> float:
    """How much of a layer is seen at a time of the video: 0 outside it, 1 between its fades.

    The fades ease in and out; in a layer that is shorter than two of them they meet in its middle.
    """
    if not layer.start <= seconds < layer.end:
        return 0.0
    fade = min(layer.fade, (layer.end - layer.start) / 2)
    if fade <= 0:
        return 1.0
    part = min(seconds - layer.start, layer.end - seconds) / fade
    part = min(max(part, 0.0), 1.0)
    return part * part * (3 - 2 * part)


def _set(layer: TextLayer, look: Look, frame: tuple[int, int]) -> list[Block]:
    """The text and the subtext, each set into the width that the look allows."""
    em = round(min(frame) * look.size)
    width = frame[0] * look.width
    if look.panel:
        width -= 2 * _PAD_X * em
    width = max(width, 2.0)
    subsize = max(round(em * look.sub), round(min(frame) * 0.026))
    found = []
    for text, size, bold, lines in (
        (layer.text, em, look.bold, look.most_lines),
        (layer.subtext or "", subsize, False, 2 if look.most_lines > 1 else 1),
    ):
        block = fit(
            text, size=size, width=width, most_lines=lines, bold=bold, balanced=look.balanced
        )
        if block.lines and any(line.text for line in block.lines):
            found.append(block)
    return found


def _paint(
    layer: TextLayer, look: Look, blocks: list[Block], frame: tuple[int, int]
) -> TextImage | None:
    em = blocks[0].size
    text_width = max(block.width for block in blocks)
    text_height = sum(_height(block) for block in blocks) + _GAP * em * (len(blocks) - 1)
    pad_x, pad_y = (_PAD_X * em, _PAD_Y * em) if look.panel else (0.0, 0.0)
    lead_x = _BAR * em if look.panel and look.line and layer.kind == "lower_third" else 0.0
    lead_y = _BAND * em if look.panel and look.line and layer.kind == "badge" else 0.0
    box = (text_width + 2 * pad_x + lead_x, text_height + 2 * pad_y + lead_y)
    if layer.kind == "badge":  # a bib is never a sliver, however few digits it has
        box = (max(box[0], 1.15 * box[1]), box[1])

    # On whole even pixels, with room around the box for shadows.
    at_x, at_y = origin(look.place, box, frame)
    room = _ROOM * em
    x, y = _even(at_x - room), _even(at_y - room)
    width, height = _even(box[0] + 2 * room) + 4, _even(box[1] + 2 * room) + 4
    left, top = at_x - x, at_y - y

    canvas = Canvas(width, height)
    if look.panel:
        whole = (left, top, left + box[0], top + box[1])
        _paint_panel(canvas, layer, look, whole, em)
    letters = Letters(width, height)
    line_width = 0.0 if look.panel or not look.line else max(1.0, _LINE * em)
    place_y = top + lead_y + pad_y
    for block in blocks:
        align = look.align
        inner = (left + pad_x + lead_x, box[0] - 2 * pad_x - lead_x)
        stroke = line_width * (block.size / em) ** 0.5
        letters.set(block, inner[0], place_y, inner[1], align, stroke)
        place_y += _height(block) + _GAP * em
    _paint_letters(canvas, letters, look, em)
    return _cut(canvas, x, y, frame)


def _height(block: Block) -> float:
    return block.size * (1.2 + LEADING * (len(block.lines) - 1))


def _paint_panel(
    canvas: Canvas,
    layer: TextLayer,
    look: Look,
    box: tuple[float, float, float, float],
    em: int,
) -> None:
    assert look.panel is not None  # noqa: S101 -- the caller asked
    left, top, right, bottom = box
    radius = em * (0.2 if layer.kind == "badge" else 0.14)
    if layer.kind == "badge":
        shade = Letters(*canvas.size).fill
        shade.paste(255, (round(left), round(top), round(right), round(bottom)))
        canvas.shadow(shade, em * 0.12, em * 0.05, 0.35)
    canvas.panel(box, radius, look.panel, look.panel_opacity)
    if look.line and layer.kind == "lower_third":
        canvas.band((left, top, left + _BAR * em, bottom), box, radius, look.line)
    if look.line and layer.kind == "badge":
        canvas.band((left, top, right, top + _BAND * em), box, radius, look.line)


def _paint_letters(canvas: Canvas, letters: Letters, look: Look, em: int) -> None:
    if not look.panel:
        shade = letters.line if look.line else letters.fill
        canvas.shadow(shade, em * 0.11, em * 0.05, 0.55)
    if look.line and not look.panel:
        canvas.over(as_mask(letters.line), look.line, 0.9)
    canvas.over(as_mask(letters.fill), look.colour)
    for picture, x, y in letters.pictures:
        canvas.lay(picture, x, y)


def _cut(canvas: Canvas, x: int, y: int, frame: tuple[int, int]) -> TextImage | None:
    """What lies within the frame, without the empty rows and columns around it."""
    found = np.rint(np.clip(canvas.pixels, 0, 1) * 255).astype(np.uint8)
    seen = found[..., 3] > 0
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not len(rows):
        return None
    left = max(x + int(columns[0]), 0) // 2 * 2
    top = max(y + int(rows[0]), 0) // 2 * 2
    right = min((x + int(columns[-1])) // 2 * 2 + 2, frame[0] // 2 * 2)
    bottom = min((y + int(rows[-1])) // 2 * 2 + 2, frame[1] // 2 * 2)
    if right <= left or bottom <= top:
        return None
    pixels = found[top - y : bottom - y, left - x : right - x].copy()
    pixels.setflags(write=False)
    return TextImage(pixels, left, top)


def _even(length: float) -> int:
    return int(length // 2) * 2
