"""Where text stands in a photo: the PP-OCR detector, a differentiable binarisation network."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from . import pp_ocr_geometry as geometry
from .pp_ocr_models import Model

STRIDE = 32  # the network halves its input five times
# A small photo is blown up to find small bibs, but more than this only finds noise.
LARGEST_ZOOM = 3.5


@dataclass(frozen=True)
class TextBox:
    """One line of text: its corners in pixels of the photo, and the detector's score, 0 to 1."""

    corners: geometry.Points
    score: float


@dataclass(frozen=True)
class DetectorSettings:
    """What the model was trained and is commonly run with."""

    map_threshold: float = 0.3
    box_threshold: float = 0.5
    grow_ratio: float = 1.6
    smallest_side: float = 3.0  # pixels of the map
    most_boxes: int = 300


def input_size(width: int, height: int, long_side: int) -> tuple[int, int]:
    """The size at which the network sees a photo: multiples of 32, the longer side as asked."""
    zoom = min(long_side / max(width, height), LARGEST_ZOOM)
    return tuple(max(STRIDE, round(side * zoom / STRIDE) * STRIDE) for side in (width, height))  # type: ignore[return-value]


def to_tensor(image: Image.Image) -> NDArray[np.float32]:
    """An RGB image as the models take it: ``(3, height, width)``, blue first, -1 to 1."""
    pixels = np.asarray(image, dtype=np.float32)[:, :, ::-1]
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)) / np.float32(127.5) - np.float32(1)


class Detector:
    """Finds lines of text."""

    def __init__(self, model: Model, settings: DetectorSettings | None = None) -> None:
        self._model = model
        self._settings = settings or DetectorSettings()

    def find(self, image: Image.Image, long_side: int) -> list[TextBox]:
        """The lines of text in an RGB image, looked at with the given length of its longer side."""
        size = input_size(*image.size, long_side)
        resized = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
        probability = self._model(to_tensor(resized)[np.newaxis])[0, 0]
        scale = np.array([image.width / size[0], image.height / size[1]])
        return boxes_of(probability, scale, self._settings)


def boxes_of(
    probability: NDArray[np.float32], scale: geometry.Points, settings: DetectorSettings
) -> list[TextBox]:
    """Boxes around the regions of a text map, ``scale`` (x, y) from its pixels to the photo's."""
    mask = probability > settings.map_threshold
    # Thin strokes of the map may break; one pixel to the right and below joins them again.
    joined = mask.copy()
    joined[:, 1:] |= mask[:, :-1]
    joined[1:] |= joined[:-1].copy()
    found = []
    for points in geometry.components(joined):
        box = geometry.tight_box(points)
        if min(geometry.sides(box)) < settings.smallest_side:
            continue
        score = geometry.mean_inside(probability, box)
        if score >= settings.box_threshold:
            found.append(TextBox(geometry.grow(box, settings.grow_ratio) * scale, score))
    found.sort(key=lambda box: -box.score)
    return found[: settings.most_boxes]
