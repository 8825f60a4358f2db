"""What a line of text says: the PP-OCR recogniser, a network with a CTC head."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from chalicelib.event_images.adapters import text_geometry as geometry
from chalicelib.event_images.adapters.pp_ocr_ctc import Steps, numbers
from chalicelib.event_images.adapters.pp_ocr_detect import to_tensor
from chalicelib.event_images.adapters.pp_ocr_models import Model

HEIGHT = 48  # pixels of a line, as trained
NARROWEST = 96
WIDTH_STEP = 32
THINNEST, WIDEST = 8, 480
BATCH = 8

# Letters that some fonts draw as they draw a digit, and the share of their probability that the
# digit gets: 33I is likelier a 331 than a word.
LOOKALIKES = {"O": 0, "o": 0, "D": 0, "Q": 0, "I": 1, "l": 1, "i": 1, "|": 1, "!": 1, "Z": 2,
              "z": 2, "S": 5, "s": 5, "G": 6, "b": 6, "B": 8, "g": 9, "q": 9}  # fmt: skip
ALIKE = 0.5


@dataclass(frozen=True)
class Line:
    """A line of text: as it is read freely, and what it may say in digits, step by step."""

    text: str
    steps: Steps

    @cached_property
    def numbers(self) -> list[tuple[str, float]]:
        """The likeliest numbers with their probabilities, 0 to 1, best first; often none."""
        return numbers(self.steps)


def crop(image: Image.Image, corners: geometry.Points) -> Image.Image:
    """What a box of an image holds, turned upright and made ``HEIGHT`` pixels high."""
    width, height = geometry.sides(corners)
    # A part of the image first: large digits are made small below, and nothing else should be.
    edges = (*np.floor(corners.min(0) - 2).astype(int), *np.ceil(corners.max(0) + 2).astype(int))
    limits = (image.width, image.height)
    x0, y0 = (min(max(0, edge), limit - 1) for edge, limit in zip(edges[:2], limits, strict=True))
    x1, y1 = (min(max(1, edge), limit) for edge, limit in zip(edges[2:], limits, strict=True))
    part = image.crop((x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)))
    shrink = height / (1.5 * HEIGHT)
    scale = np.ones(2)
    if shrink > 1:
        # With a filter that averages; sampling alone, as below, would alias.
        size = (max(1, round(part.width / shrink)), max(1, round(part.height / shrink)))
        scale = np.array([size[0] / part.width, size[1] / part.height])
        part = part.resize(size, Image.Resampling.BOX)
    top_left, top_right, bottom_right, bottom_left = (corners - (x0, y0)) * scale
    length = round(HEIGHT * width / max(height, 1))
    return part.transform(
        (min(max(length, THINNEST), WIDEST), HEIGHT),
        Image.Transform.QUAD,
        (*top_left, *bottom_left, *bottom_right, *top_right),
        Image.Resampling.BICUBIC,
    )


class Recogniser:
    """Reads lines of text, several at once. No line has a say in how another one is read."""

    def __init__(self, model: Model) -> None:
        self._model = model
        # Line breaks separate the characters; splitlines would split at some of them too.
        characters = model.metadata["character"].split("\n")
        self._characters = ["", *characters, " "]
        self._digits = [self._characters.index(d) for d in "0123456789"]
        self._alike = [
            (self._characters.index(letter), int(digit))
            for letter, digit in LOOKALIKES.items()
            if letter in self._characters
        ]

    def read(self, crops: Sequence[Image.Image]) -> list[Line]:
        """One line for each crop, in their order."""
        lines: dict[int, Line] = {}
        for width, batch in _batches([padded(crop.width) for crop in crops]):
            tensor = np.zeros((len(batch), 3, HEIGHT, width), dtype=np.float32)
            for row, i in enumerate(batch):
                tensor[row, :, :, : crops[i].width] = to_tensor(crops[i])
            for i, scores in zip(batch, self._model(tensor), strict=True):
                lines[i] = self._line(scores)
        return [lines[i] for i in range(len(crops))]

    def _line(self, scores: NDArray[np.float32]) -> Line:
        text = "".join(self._characters[i] for i in decode(scores.argmax(axis=1)))
        steps = scores[:, [0, *self._digits]].astype(np.float64)
        for letter, digit in self._alike:
            steps[:, 1 + digit] += ALIKE * scores[:, letter]
        return Line(text, steps)


def decode(best: geometry.Ints) -> list[int]:
    """The classes of a line from the best one of each step (repeats are one, 0 separates)."""
    before = [0, *best.tolist()[:-1]]
    return [now for now, then in zip(best.tolist(), before, strict=True) if now and now != then]


def padded(width: int) -> int:
    """The width at which a line is read, filled up with grey: one of few, so that many can be
    read at once, and the same whatever else is read with it.
    """
    return max(NARROWEST, -(-width // WIDTH_STEP) * WIDTH_STEP)


def _batches(widths: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """Indexes of the same width, ``BATCH`` at most."""
    for width in sorted(set(widths)):
        alike = [i for i, other in enumerate(widths) if other == width]
        for start in range(0, len(alike), BATCH):
            yield width, alike[start : start + BATCH]
