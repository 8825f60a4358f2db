"""What a line of text says: the PP-OCR recogniser, a network with a CTC head."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from chalicelib.event_images.adapters import pp_ocr_geometry as geometry
from chalicelib.event_images.adapters.pp_ocr_detect import to_tensor
from chalicelib.event_images.adapters.pp_ocr_models import Model

HEIGHT = 48  # pixels of a line, as trained
NARROWEST = 96
WIDEST = 960
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
    """The box's content, upright and ``HEIGHT`` pixels high."""
    width, height = geometry.sides(corners)
    x0, y0 = np.floor(corners.min(0) - 2).astype(int)
    x1, y1 = np.ceil(corners.max(0) + 2).astype(int)
    x0, y0 = max(0, x0), max(0, y0)
    x1, y1 = min(image.width, x1), min(image.height, y1)
    patch = image.crop((x0, y0, x1, y1))
    # Large digits are made small first, with a filter that averages: sampling alone would alias.
    shrink = max(1.0, height / (HEIGHT * 1.5))
    if shrink > 1:
        size = (max(1, round(patch.width / shrink)), max(1, round(patch.height / shrink)))
        scale = np.array([size[0] / patch.width, size[1] / patch.height])
        patch = patch.resize(size, Image.Resampling.BOX, reducing_gap=None)
    else:
        scale = np.ones(2)
    tl, tr, br, bl = (corners - (x0, y0)) * scale
    out = (max(8, min(WIDEST, round(HEIGHT * width / max(height, 1e-6)))), HEIGHT)
    return patch.transform(
        out,
        Image.Transform.QUAD,
        (*tl, *bl, *br, *tr),
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


def decode(
    best: NDArray[np.int64], probabilities: NDArray[np.float32]
) -> tuple[list[int], list[float]]:
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


def geometric_mean(values: Sequence[float]) -> float:
    """The n-th root of the product; 0 for nothing."""
    if not values:
        return 0.0
    return math.exp(sum(math.log(max(value, 1e-9)) for value in values) / len(values))
