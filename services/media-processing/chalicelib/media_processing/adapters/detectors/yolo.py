"""Models of the YOLO family, from S3, by onnxruntime.

Three kinds of heads are told apart by the shape of their answer and the number of labels:
``(4 + labels, n)`` has boxes and a score for each label (v8 and later), ``(n, 5 + labels)`` has
an objectness before them (v5, v7), and ``(n, 6)`` comes ready, with its boxes picked (v10).
"""

import ast
import hashlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from chalicelib.media_processing.adapters.detectors.boxes import (
    Floats,
    Places,
    from_centres,
    strongest,
)
from chalicelib.media_processing.adapters.detectors.onnx_session import OnnxSession
from chalicelib.media_processing.models import Detection
from shared.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

SIDE = 640
GREY = 114
MOST_OVERLAP = 0.45
# The best of so many are compared; a low threshold on a full picture gives thousands.
MOST_CANDIDATES = 3000


class Letterbox(NamedTuple):
    """A picture as the model takes it, ``(1, 3, height, width)`` of 0 to 1; and the way back."""

    tensor: NDArray[np.float32]
    scale: float
    left: int
    top: int


class Candidates(NamedTuple):
    """What a head answers: corners in pixels of its input, scores, numbers of labels."""

    boxes: Floats
    scores: Floats
    kinds: Places
    picked: bool


class YoloDetector:
    """See ``ports.Detector``.

    Args:
        model: The ONNX file.
        least: The confidence, 0 to 1, below which nothing is looked at.

    Raises:
        Unavailable: ``bad_model``.
    """

    name = "yolo"

    def __init__(self, model: bytes, least: float) -> None:
        self._session = OnnxSession(model)
        self._least = least
        self._labels = labels_of(self._session.metadata)
        height, width = self._session.sides
        self._size = (width or SIDE, height or SIDE)
        # A model's own version is often that of the tool that wrote it; its bytes do not lie.
        self.version = hashlib.sha256(model).hexdigest()[:12]

    def detect(self, image: Image.Image) -> list[Detection]:
        """See ``ports.Detector``."""
        box = letterbox(image, self._size)
        answer = self._session(box.tensor)
        found = candidates_of(answer, len(self._labels), self._least)
        places = np.arange(len(found.scores))
        if not found.picked:
            places = strongest(found.boxes, found.scores, found.kinds, MOST_OVERLAP)
        boxes = unboxed(found.boxes[places], box)
        return [
            Detection(
                label=self._labels.get(int(kind), f"class {kind}"),
                confidence=min(max(float(score), 0.0), 1.0),
                bbox=(float(edges[0]), float(edges[1]), float(edges[2]), float(edges[3])),
            )
            for edges, score, kind in zip(
                boxes, found.scores[places], found.kinds[places], strict=True
            )
        ]


def labels_of(metadata: "Mapping[str, str]") -> dict[int, str]:
    """The labels by their numbers, from what the exporters write as ``names``; else none."""
    try:
        names = ast.literal_eval(metadata.get("names", "{}"))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return {}
    if isinstance(names, (list, tuple)):
        names = dict(enumerate(names))
    if not isinstance(names, dict) or not all(isinstance(number, int) for number in names):
        return {}
    return {number: str(name) for number, name in names.items()}


def letterbox(image: Image.Image, size: tuple[int, int]) -> Letterbox:
    """The picture, in its own proportions, in the middle of a grey one of ``width, height``."""
    scale = min(size[0] / image.width, size[1] / image.height)
    width, height = (max(1, round(side * scale)) for side in image.size)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    sheet = Image.new("RGB", size, (GREY, GREY, GREY))
    sheet.paste(image.resize((width, height), Image.Resampling.BILINEAR), (left, top))
    pixels = np.asarray(sheet, dtype=np.float32) / np.float32(255)
    return Letterbox(np.ascontiguousarray(pixels.transpose(2, 0, 1))[np.newaxis], scale, left, top)


def unboxed(boxes: Floats, box: Letterbox) -> Floats:
    """Corners in a letterbox as corners in the picture."""
    shift = np.array([box.left, box.top, box.left, box.top], dtype=np.float32)
    return (boxes - shift) / np.float32(box.scale)


def candidates_of(answer: Floats, labels: int, least: float) -> Candidates:
    """What a head's answer says, above a confidence.

    Args:
        answer: ``(1, a, b)``.
        labels: How many the model knows; 0 when it does not say.
        least: 0 to 1.

    Raises:
        Unavailable: ``bad_model``, it is no head that is known here.
    """
    if answer.ndim != 3 or answer.shape[0] != 1:
        raise _unknown(answer)
    rows = answer[0]
    first, second = rows.shape
    # Six numbers are also an objectness and one label, or two labels.
    if second == 6 and labels not in {1, 2} and first != 4 + labels:
        picked = rows[rows[:, 4] >= least]
        return Candidates(picked[:, :4], picked[:, 4], picked[:, 5].astype(np.int64), picked=True)
    if labels:
        if first == 4 + labels and second != 5 + labels:
            return _scored(rows.T[:, :4], rows.T[:, 4:], least)
        if second == 5 + labels:
            return _scored(rows[:, :4], rows[:, 5:] * rows[:, 4:5], least)
        if second == 4 + labels:
            return _scored(rows[:, :4], rows[:, 4:], least)
        raise _unknown(answer)
    # Without labels: there are far more boxes than numbers of one box.
    if 4 < first < second:
        return _scored(rows.T[:, :4], rows.T[:, 4:], least)
    if 5 < second < first:
        return _scored(rows[:, :4], rows[:, 5:] * rows[:, 4:5], least)
    raise _unknown(answer)


def _scored(boxes: Floats, scores: Floats, least: float) -> Candidates:
    kinds = scores.argmax(axis=1)
    best = scores.max(axis=1)
    places = np.flatnonzero(best >= least)
    if len(places) > MOST_CANDIDATES:
        places = places[np.argsort(-best[places], kind="stable")[:MOST_CANDIDATES]]
    return Candidates(
        from_centres(boxes[places]), best[places], kinds[places].astype(np.int64), picked=False
    )


def _unknown(answer: Floats) -> Unavailable:
    return Unavailable(
        "bad_model", f"The detector's model answers {answer.shape}, which no known head does."
    )
