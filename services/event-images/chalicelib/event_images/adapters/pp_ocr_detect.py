"""Where text stands in a photo: the PP-OCR detector, a differentiable binarisation network.

Two looks, since bibs are 15 pixels wide or half the photo: the first at the whole photo, made
small; the second, closer, only at the parts where the first one stirred. Those are a fifth of a
race photo, so a close look at them costs a fifth of a close look at all of it, and finds as much.
What is too faint, or drowned in a bright sky, may show at another size; so a photo in which these
two found no number is looked at again at others, which few photos need.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from chalicelib.event_images.adapters import text_geometry as geometry
from chalicelib.event_images.adapters.pp_ocr_models import Model

STRIDE = 32  # the network halves its input five times

Rectangle = tuple[float, float, float, float]
Map = NDArray[np.float32]


@dataclass(frozen=True)
class TextBox:
    """One line of text: its corners in pixels of the photo, and the detector's score, 0 to 1."""

    corners: geometry.Points
    score: float


@dataclass(frozen=True)
class DetectorSettings:
    """How the photo is looked at, and what counts as text.

    The map's thresholds: a box is cut out at each, since in a plain sky or at sea the whole
    surroundings of a text may reach the first one, and only the text the second.
    """

    first_side: int = 800  # the photo's longer side at the first look, in pixels
    closer_side: int = 1600  # and at the second
    other_sides: tuple[int, ...] = (640, 1280)  # and where these two were of no use
    most_pixels: int = 1_200_000  # of one look; what is larger is shrunk
    largest_zoom: float = 4.0  # more only finds noise in a thumbnail
    stirred: float = 0.03  # of the first map, where a closer look pays
    thresholds: tuple[float, ...] = (0.3, 0.7)
    box_threshold: float = 0.4
    grow_ratio: float = 1.6
    grow_more: float = 0.25  # for each further threshold, as it cuts closer
    smallest_side: float = 3.0  # pixels of the map
    lowest: float = 7.0  # pixels of the photo; smaller digits cannot be told apart
    flattest: float = 6.0  # width over height; six digits are 4
    steepest: float = 0.3
    most_boxes: int = 200


DEFAULT = DetectorSettings()


def to_tensor(image: Image.Image) -> NDArray[np.float32]:
    """An RGB image as the models take it: ``(3, height, width)``, blue first, -1 to 1."""
    pixels = np.asarray(image, dtype=np.float32)[:, :, ::-1]
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)) / np.float32(127.5) - np.float32(1)


class Detector:
    """Finds lines of text."""

    def __init__(self, model: Model, settings: DetectorSettings = DEFAULT) -> None:
        self._model = model
        self._settings = settings

    def find(self, image: Image.Image) -> list[TextBox]:
        """The lines of text in an RGB image, surest first; a line may come twice."""
        settings = self._settings
        whole = _whole(image)
        first = self._look(image, whole, self._zoom(image, settings.first_side))
        found = boxes_of(first, whole, settings)
        closer = self._zoom(image, settings.closer_side)
        for part in stirred_parts(first, whole, settings.stirred):
            found += boxes_of(self._look(image, part, closer), part, settings)
        return self._surest(found)

    def find_again(self, image: Image.Image) -> list[TextBox]:
        """The same at other sizes of the whole image, for one in which nothing was read."""
        whole = _whole(image)
        found: list[TextBox] = []
        for side in self._settings.other_sides:
            seen = self._look(image, whole, self._zoom(image, side))
            found += boxes_of(seen, whole, self._settings)
        return self._surest(found)

    def _zoom(self, image: Image.Image, side: int) -> float:
        return min(side / max(image.size), self._settings.largest_zoom)

    def _surest(self, found: list[TextBox]) -> list[TextBox]:
        return sorted(found, key=lambda box: -box.score)[: self._settings.most_boxes]

    def _look(self, image: Image.Image, part: Rectangle, zoom: float) -> Map:
        """The text map of a part of the image, ``zoom`` pixels for one of the image's, or less."""
        zoom = min(zoom, (self._settings.most_pixels / _area(part)) ** 0.5)
        size = (_multiple((part[2] - part[0]) * zoom), _multiple((part[3] - part[1]) * zoom))
        seen = image.resize(size, Image.Resampling.BILINEAR, box=part, reducing_gap=2.0)
        found: Map = self._model(to_tensor(seen)[np.newaxis])[0, 0]
        return found


def _whole(image: Image.Image) -> Rectangle:
    return 0.0, 0.0, float(image.width), float(image.height)


def _multiple(side: float) -> int:
    return max(2 * STRIDE, round(side / STRIDE) * STRIDE)


def stirred_parts(seen: Map, whole: Rectangle, least: float) -> list[Rectangle]:
    """Rectangles of the photo around all that reaches ``least`` in a text map of it."""
    height, width = (side // STRIDE for side in seen.shape)
    blocks = seen.reshape(height, STRIDE, width, STRIDE).max((1, 3)) >= least
    parts = []
    for points in geometry.components(blocks):
        (x0, y0), (x1, y1) = points.min(0), points.max(0)
        parts.append((max(0, x0 - 1), max(0, y0 - 1), min(width, x1 + 2), min(height, y1 + 2)))
    kx, ky = (whole[2] - whole[0]) / width, (whole[3] - whole[1]) / height
    return [(x0 * kx, y0 * ky, x1 * kx, y1 * ky) for x0, y0, x1, y1 in _merged(parts)]


def _merged(parts: list[Rectangle]) -> list[Rectangle]:
    """Fewer rectangles: two become one where that one is not larger than both."""
    parts = list(parts)
    for i, j in _pairs_backwards(parts):
        union = _union(parts[i], parts[j])
        # Each look costs a little beside its area, so up to two blocks more are well spent.
        if _area(union) <= _area(parts[i]) + _area(parts[j]) + 2:
            parts[i] = union
            del parts[j]
            return _merged(parts)
    return parts


def _pairs_backwards(parts: list[Rectangle]) -> Iterator[tuple[int, int]]:
    return ((i, j) for i in range(len(parts)) for j in range(i + 1, len(parts)))


def _union(a: Rectangle, b: Rectangle) -> Rectangle:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _area(part: Rectangle) -> float:
    return (part[2] - part[0]) * (part[3] - part[1])


def boxes_of(seen: Map, part: Rectangle, settings: DetectorSettings = DEFAULT) -> list[TextBox]:
    """Boxes of the photo around the lines in the text map of a part of it."""
    scale = np.array([(part[2] - part[0]) / seen.shape[1], (part[3] - part[1]) / seen.shape[0]])
    found: list[TextBox] = []
    for step, threshold in enumerate(settings.thresholds):
        ratio = settings.grow_ratio + step * settings.grow_more
        for points in geometry.components(_joined(seen > threshold)):
            tight = geometry.tight_box(points)
            if min(geometry.sides(tight)) < settings.smallest_side:
                continue
            score = geometry.mean_inside(seen, tight)
            if score < settings.box_threshold:
                continue
            corners = geometry.grow(tight, ratio) * scale + part[:2]
            width, height = geometry.sides(corners)
            if height < settings.lowest:
                continue
            if not settings.steepest <= width / height <= settings.flattest:
                continue
            if not any(_same(corners, other.corners) for other in found):
                found.append(TextBox(corners, score))
    return found


def _joined(mask: geometry.Mask) -> geometry.Mask:
    """One pixel more to the right and below: the strokes of a thin line may be apart."""
    joined = mask.copy()
    joined[:, 1:] |= mask[:, :-1]
    joined[1:] |= joined[:-1].copy()
    return joined


def _same(a: geometry.Points, b: geometry.Points) -> bool:
    """Whether two boxes are about the same one, so that reading both tells nothing more."""
    a0, a1, b0, b1 = a.min(0), a.max(0), b.min(0), b.max(0)
    common = np.clip(np.minimum(a1, b1) - np.maximum(a0, b0), 0, None).prod()
    union = (a1 - a0).prod() + (b1 - b0).prod() - common
    return bool(common > 0.65 * union)
