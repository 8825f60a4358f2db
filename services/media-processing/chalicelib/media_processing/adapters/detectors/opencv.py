"""OpenCV's built-in detectors: people, faces and licence plates, with no weights to fetch.

They are the default on a laptop and in a container. They need OpenCV 4, since version 5 has left
them out, and they are too large for a Lambda's package. What they answer are margins of
classifiers; the confidence here is a logistic of them, good for an order and not a probability.
"""

import importlib
from threading import local
from typing import TYPE_CHECKING, Any

import numpy as np

from chalicelib.media_processing.adapters.detectors.boxes import logistic, strongest
from chalicelib.media_processing.models import Detection
from shared.errors import Unavailable

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_OVERLAP = 0.4
# The file of each cascade, its label, its least neighbours, and the margin that means 0.5.
CASCADES = (
    ("haarcascade_frontalface_alt2.xml", "face", 4, 55.0),
    ("haarcascade_profileface.xml", "face", 6, 1.5),
    ("haarcascade_russian_plate_number.xml", "licence plate", 5, 1.0),
)
PERSON = "person"
# A person's window is 64 x 128; the margin that means 0.5.
PERSON_WINDOW, PERSON_MARGIN = (64, 128), 0.3
LONGEST_SIDE = 1280


class OpenCvDetector:
    """See ``ports.Detector``.

    Raises:
        Unavailable: ``no_opencv``, it is not installed, or is one without these detectors.
    """

    name = "opencv"

    def __init__(self) -> None:
        try:
            cv2: Any = importlib.import_module("cv2")
        except ImportError as exc:
            raise Unavailable("no_opencv", "OpenCV is not installed.") from exc
        if not hasattr(cv2, "HOGDescriptor") or not hasattr(cv2, "CascadeClassifier"):
            raise Unavailable("no_opencv", "OpenCV 5 has none of these detectors; version 4 has.")
        self._cv = cv2
        # They keep state of the picture in hand, so each thread has its own.
        self._own = local()
        self.version = str(cv2.__version__)

    def detect(self, image: "Image") -> list[Detection]:
        """See ``ports.Detector``."""
        scale = min(1.0, LONGEST_SIDE / max(image.size))
        sides = [max(1, round(side * scale)) for side in image.size]
        seen = image if scale == 1 else image.resize((sides[0], sides[1]), reducing_gap=2.0)
        grey = self._cv.cvtColor(np.asarray(seen), self._cv.COLOR_RGB2GRAY)
        found = [*self._people(grey), *self._cascades(grey)]
        labels = sorted({label for label, _, _ in found})
        if not found:
            return []
        boxes = np.array([box for _, box, _ in found], dtype=np.float32)
        scores = np.array([score for _, _, score in found], dtype=np.float32)
        kinds = np.array([labels.index(label) for label, _, _ in found], dtype=np.int64)
        return [
            Detection(
                label=found[at][0],
                confidence=found[at][2],
                bbox=tuple(edge / scale for edge in found[at][1]),
            )
            for at in strongest(boxes, scores, kinds, MOST_OVERLAP)
        ]

    def _people(self, grey: Any) -> list[tuple[str, list[float], float]]:
        height, width = grey.shape
        if width < PERSON_WINDOW[0] or height < PERSON_WINDOW[1]:
            return []
        rectangles, margins = self._hog().detectMultiScale(
            grey, winStride=(8, 8), padding=(8, 8), scale=1.05
        )
        return [
            (PERSON, _corners(rectangle), logistic(3 * (float(margin) - PERSON_MARGIN)))
            for rectangle, margin in zip(rectangles, np.ravel(margins), strict=True)
        ]

    def _cascades(self, grey: Any) -> list[tuple[str, list[float], float]]:
        even = self._cv.equalizeHist(grey)
        found = []
        for name, label, neighbours, middle in CASCADES:
            rectangles, _, margins = self._cascade(name).detectMultiScale3(
                even, scaleFactor=1.1, minNeighbors=neighbours, outputRejectLevels=True
            )
            found += [
                (label, _corners(rectangle), logistic(float(margin) - middle))
                for rectangle, margin in zip(rectangles, np.ravel(margins), strict=True)
            ]
        return found

    def _hog(self) -> Any:
        if not hasattr(self._own, "hog"):
            self._own.hog = self._cv.HOGDescriptor()
            people = self._cv.HOGDescriptor_getDefaultPeopleDetector()
            self._own.hog.setSVMDetector(people)
        return self._own.hog

    def _cascade(self, name: str) -> Any:
        known = self._own.__dict__.setdefault("cascades", {})
        if name not in known:
            known[name] = self._cv.CascadeClassifier(f"{self._cv.data.haarcascades}{name}")
            if known[name].empty():
                raise Unavailable("no_opencv", f"OpenCV comes without {name}.")
        return known[name]


def _corners(rectangle: Any) -> list[float]:
    x, y, width, height = (float(one) for one in rectangle)
    return [x, y, x + width, y + height]
