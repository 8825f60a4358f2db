"""Paints set lines: letters with a line around them and a soft shadow, emoji, panels."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from shared.video import fonts
from shared.video.fonts import Face
from shared.video.text_layout import PICTURE_WIDTH, Block, run_width, shapes
from shared.video.text_runs import Run, clusters
from shared.video.text_styles import Align, Colour

LEADING = 1.26  # from baseline to baseline, in ems: Vietnamese stacks two marks on a capital
# From the upper edge of a line's box to its baseline, so that capitals look centred in it.
BASELINE = 0.97
# Coloured emoji are pictures of one size in the font: Noto's, and Apple's.
_PICTURE_SIZES = (109, 160, 96)
_CORNER_SCALE = 4

Picture = NDArray[np.float32]
"""Rows, columns, and premultiplied red, green, blue and alpha, from 0 to 1."""


class Canvas:
    """What is painted so far, in the coordinates of the text's box."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        self.pixels: Picture = np.zeros((height, width, 4), dtype=np.float32)

    def over(self, mask: NDArray[np.float32], colour: Colour, opacity: float = 1.0) -> None:
        """Lay a colour over it where `mask` (0 to 1) lets it."""
        alpha = (mask * opacity)[..., None]
        self.pixels *= 1 - alpha
        self.pixels[..., :3] += alpha * (np.asarray(colour, dtype=np.float32) / 255)
        self.pixels[..., 3:] += alpha

    def panel(
        self, box: tuple[float, float, float, float], radius: float, colour: Colour, opacity: float
    ) -> None:
        """A rectangle with round corners, from left, upper, right and lower edge."""
        self.over(self._rounded(box, radius), colour, opacity)

    def band(
        self,
        box: tuple[float, float, float, float],
        within: tuple[float, float, float, float],
        radius: float,
        colour: Colour,
    ) -> None:
        """The part of the round panel `within` that lies in `box`."""
        self.over(np.minimum(self._rounded(box, 0), self._rounded(within, radius)), colour)

    def shadow(self, mask: Image.Image, blur: float, down: float, opacity: float) -> None:
        """A soft shadow of a mask, a little below it."""
        moved = mask.transform(mask.size, Image.Transform.AFFINE, (1, 0, 0, 0, 1, -round(down)))
        soft = moved.filter(ImageFilter.GaussianBlur(blur))
        # Blurring thins a narrow stroke out; twice the strength keeps the letters apart from a sky.
        self.over(np.minimum(as_mask(soft) * 1.8, 1), (0, 0, 0), opacity)

    def lay(self, picture: Image.Image, x: int, y: int) -> None:
        """Lay a picture with straight alpha over it."""
        whole = Image.new("RGBA", self.size)
        whole.paste(picture, (x, y))
        found = np.asarray(whole, dtype=np.float32) / 255
        alpha = found[..., 3:]
        self.pixels *= 1 - alpha
        self.pixels[..., :3] += found[..., :3] * alpha
        self.pixels[..., 3:] += alpha

    def _rounded(self, box: tuple[float, float, float, float], radius: float) -> Picture:
        left, top, right, bottom = box
        x0, y0 = max(0, int(left) - 1), max(0, int(top) - 1)
        x1, y1 = min(self.size[0], int(right) + 2), min(self.size[1], int(bottom) + 2)
        mask = np.zeros(self.size[::-1], dtype=np.float32)
        if x1 <= x0 or y1 <= y0:
            return mask
        k = _CORNER_SCALE
        large = Image.new("L", ((x1 - x0) * k, (y1 - y0) * k))
        shape = [round((left - x0) * k), round((top - y0) * k)]
        shape += [round((right - x0) * k) - 1, round((bottom - y0) * k) - 1]
        ImageDraw.Draw(large).rounded_rectangle(shape, radius * k, fill=255)
        mask[y0:y1, x0:x1] = as_mask(large.reduce(k))
        return mask


class Letters:
    """The masks of some blocks of text on one canvas: the letters, and the line around them."""

    def __init__(self, width: int, height: int) -> None:
        self.fill = Image.new("L", (width, height))
        self.line = Image.new("L", (width, height))
        self.pictures: list[tuple[Image.Image, int, int]] = []

    def set(
        self, block: Block, x: float, y: float, width: float, align: Align, line_width: float
    ) -> None:
        """Draw a block whose box begins at `x`, `y` and is `width` pixels wide."""
        for number, line in enumerate(block.lines):
            spare = width - line.width
            at = x + {"left": 0.0, "center": spare / 2, "right": spare}[align]
            baseline = y + block.size * (BASELINE + LEADING * number)
            for run in line.runs:
                self._run(run, block.size, at, baseline, line_width)
                at += run_width(run, block.size)

    def _run(self, run: Run, size: int, x: float, baseline: float, line_width: float) -> None:
        if run.picture:
            picture = emoji(run.text, run.face, size)
            if picture is not None:
                left = x + (size * PICTURE_WIDTH - picture.width) / 2
                top = baseline - size * 0.36 - picture.height / 2
                self.pictures.append((picture, round(left), round(top)))
            return
        font = fonts.load(run.face, size)
        targets = [(self.fill, 0.0)] + ([(self.line, line_width)] if line_width else [])
        for target, stroke in targets:
            _draw(target, font, run, (x, baseline), stroke)


def _draw(
    target: Image.Image,
    font: ImageFont.FreeTypeFont,
    run: Run,
    place: tuple[float, float],
    stroke: float,
) -> None:
    pen = ImageDraw.Draw(target)
    if shapes():
        direction = "rtl" if run.rtl else "ltr"
        pen.text(place, run.text, 255, font, "ls", stroke_width=stroke, direction=direction)
        return
    text = "".join(reversed(clusters(run.text))) if run.rtl else run.text
    pen.text(place, text, 255, font, "ls", stroke_width=stroke)


@lru_cache(maxsize=64)
def emoji(text: str, face: Face, size: int) -> Image.Image | None:
    """A coloured emoji as high as letters of `size`; None if the font cannot draw it."""
    for own in _PICTURE_SIZES:
        try:
            font = fonts.load(face, own)
            drawn = Image.new("RGBA", (own * 4, own * 2))
            ImageDraw.Draw(drawn).text(
                (own / 2, own * 1.5), text, font=font, anchor="ls", embedded_color=True
            )
        except OSError:
            continue  # the font has no pictures of that size
        box = drawn.getbbox()
        if box is None:
            return None
        found = drawn.crop(box)
        # Premultiplied for the resize, or dark edges would come in from transparent pixels.
        scale = min(size * 1.12 / found.height, size * PICTURE_WIDTH * 0.98 / found.width)
        wanted = max(1, round(found.width * scale)), max(1, round(found.height * scale))
        small = found.convert("RGBa").resize(wanted, Image.Resampling.LANCZOS)
        return small.convert("RGBA")
    return None


def as_mask(image: Image.Image) -> NDArray[np.float32]:
    """An image of one channel as numbers from 0 to 1."""
    return np.asarray(image, dtype=np.float32) / np.float32(255)
