"""The PP-OCR engine: detector and recogniser on onnxruntime, without OpenCV."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np
from PIL import Image

from chalicelib.event_images.adapters import text_geometry as geometry
from chalicelib.event_images.adapters.pp_ocr_detect import Detector, TextBox
from chalicelib.event_images.adapters.pp_ocr_models import DETECTOR, RECOGNISER, Model, find_models
from chalicelib.event_images.adapters.pp_ocr_recognise import Line, Recogniser, crop
from chalicelib.event_images.domain.bibs import MOST_DIGITS, readings
from chalicelib.event_images.domain.sightings import Box, Sighting
from chalicelib.event_images.models import BibReading
from chalicelib.event_images.ports import BibReader

# A box may cut a number's ends off. What reads like digits is looked at once more with this
# much more on both sides, in heights of the line.
WIDER = 0.45
LEAST_FOR_ANOTHER_LOOK = 0.2
# A photo without one number of this length and probability is looked at again at other sizes.
SURE, SURE_DIGITS = 0.5, 2


class PpOcrReader(BibReader):
    """Reads bibs with the PP-OCR models. One is enough for all threads of a process.

    Args:
        models_dir: Where the models are; by default in the ``rapidocr`` wheel.
        threads: How many the models use for one photo.

    Raises:
        PermanentError: ``models_missing``.
    """

    def __init__(self, models_dir: Path | None = None, threads: int = 1) -> None:
        self._models = find_models(models_dir)
        self._threads = threads
        self._lock = Lock()
        self._loaded: tuple[Detector, Recogniser] | None = None

    @property
    def name(self) -> str:
        return "ppocr"

    def read(self, image: Image.Image) -> list[BibReading]:
        """What is printed on the bibs of an upright RGB image: best first, one per number."""
        return readings(self.sightings(image), image.size)

    def sightings(self, image: Image.Image) -> list[Sighting]:
        """All that looks a little like a number, before it is weighed."""
        detector, recogniser = self._networks()
        seen = _read(recogniser, image, detector.find(image))
        if not any(s.probability >= SURE and len(s.digits) >= SURE_DIGITS for _, s in seen):
            seen += _read(recogniser, image, detector.find_again(image))
        again = [
            TextBox(wider(box.corners), box.score)
            for box, sighting in seen
            if len(sighting.digits) <= MOST_DIGITS
            and sighting.probability >= LEAST_FOR_ANOTHER_LOOK
        ]
        return [sighting for _, sighting in [*seen, *_read(recogniser, image, again)]]

    def _networks(self) -> tuple[Detector, Recogniser]:
        # Loaded when first needed: it takes half a second and 100 MB.
        with self._lock:
            if self._loaded is None:
                self._loaded = (
                    Detector(Model(self._models / DETECTOR, self._threads)),
                    Recogniser(Model(self._models / RECOGNISER, self._threads)),
                )
            return self._loaded


def _read(
    recogniser: Recogniser, image: Image.Image, boxes: Sequence[TextBox]
) -> list[tuple[TextBox, Sighting]]:
    """The boxes that may hold a number, with what they hold."""
    lines = recogniser.read([crop(image, box.corners) for box in boxes])
    read = [(box, _sighting(box, line, image.size)) for box, line in zip(boxes, lines, strict=True)]
    return [(box, sighting) for box, sighting in read if sighting.numbers]


def wider(corners: geometry.Points) -> geometry.Points:
    """A box with more on its left and right."""
    return geometry.widen(corners, WIDER * geometry.sides(corners)[1])


def _sighting(box: TextBox, line: Line, size: tuple[int, int]) -> Sighting:
    return Sighting(
        text=line.text,
        numbers=tuple(line.numbers),
        box=_around(box.corners, size),
        height=geometry.sides(box.corners)[1],
        found=box.score,
    )


def _around(corners: geometry.Points, size: Sequence[int]) -> Box:
    (x0, y0), (x1, y1) = (np.clip(edge, 0, size) for edge in (corners.min(0), corners.max(0)))
    return round(float(x0), 1), round(float(y0), 1), round(float(x1), 1), round(float(y1), 1)
