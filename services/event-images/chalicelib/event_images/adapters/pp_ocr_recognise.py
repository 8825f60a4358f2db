"""What a line of text says: the PP-OCR recogniser, a network with a CTC head."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from chalicelib.event_images.adapters import text_geometry as geometry
from chalicelib.event_images.adapters.pp_ocr_detect import to_tensor
from chalicelib.event_images.adapters.pp_ocr_models import Model

HEIGHT = 48  # pixels of a line, as trained
NARROWEST = 96  # of a batch; lines are filled up with grey
THINNEST, WIDEST = 8, 480
BATCH = 8


@dataclass(frozen=True)
class Line:
    """A line read twice: freely, and with nothing but digits allowed.

    Confidences are probabilities, 0 to 1, one for each character.
    """

    text: str
    confidences: tuple[float, ...]
    digits: str
    digit_confidences: tuple[float, ...]
    # The share of the free reading's probability that digits have where the line is not blank.
    digit_share: float


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
    """Reads lines of text, several at once."""

    def __init__(self, model: Model) -> None:
        self._model = model
        # Line breaks separate the characters; splitlines would split at some of them too.
        characters = model.metadata["character"].split("\n")
        self._characters = ["", *characters, " "]
        self._digits = np.array([self._characters.index(d) for d in "0123456789"])

    def read(self, crops: Sequence[Image.Image]) -> list[Line]:
        """One line for each crop, in their order."""
        lines: dict[int, Line] = {}
        for batch in _batches([crop.width for crop in crops]):
            width = max(NARROWEST, *(crops[i].width for i in batch))
            tensor = np.zeros((len(batch), 3, HEIGHT, width), dtype=np.float32)
            for row, i in enumerate(batch):
                tensor[row, :, :, : crops[i].width] = to_tensor(crops[i])
            for i, scores in zip(batch, self._model(tensor), strict=True):
                lines[i] = self._line(scores)
        return [lines[i] for i in range(len(crops))]

    def _line(self, scores: NDArray[np.float32]) -> Line:
        best = scores.argmax(axis=1)
        text, confidences = decode(best, scores.max(axis=1))
        only = scores[:, np.concatenate([[0], self._digits])]
        written = np.maximum(1 - scores[:, 0], 1e-9)
        share = only[:, 1:].sum(axis=1) / written
        masked = only / np.maximum(only.sum(axis=1, keepdims=True), 1e-9)
        digits, digit_confidences = decode(masked.argmax(axis=1), masked.max(axis=1))
        weight = np.where(best > 0, 1.0, 0.0)
        return Line(
            text="".join(self._characters[i] for i in text),
            confidences=tuple(confidences),
            digits="".join(str(i - 1) for i in digits),
            digit_confidences=tuple(digit_confidences),
            digit_share=float((share * weight).sum() / weight.sum()) if weight.any() else 0.0,
        )


def decode(best: geometry.Ints, probabilities: geometry.Floats) -> tuple[list[int], list[float]]:
    """CTC: repeats are one character, class 0 separates. Classes and their probabilities.

    A character's probability is the highest one of its repeats.
    """
    classes: list[int] = []
    confidences: list[float] = []
    before = 0
    for label, probability in zip(best.tolist(), probabilities.tolist(), strict=True):
        if label and label == before:
            confidences[-1] = max(confidences[-1], probability)
        elif label:
            classes.append(label)
            confidences.append(probability)
        before = label
    return classes, confidences


def _batches(widths: Sequence[int]) -> Iterator[list[int]]:
    """Indexes in groups of similar widths, since a batch is as wide as its widest line."""
    order = sorted(range(len(widths)), key=lambda i: widths[i])
    for start in range(0, len(order), BATCH):
        yield order[start : start + BATCH]
