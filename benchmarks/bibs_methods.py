"""The ways to read a photo that are compared, each as a function from an image to readings.

Beside the two engines of the product there are the ways that one tries first:

- ``tesseract-whole``: Tesseract on the whole photo, digits only.
- ``tesseract-cards``: light areas with the shape of a bib, cut out, each a line for Tesseract.
- ``rapidocr-defaults``: the models of the rapidocr wheel as it uses them out of the box. Its code
  needs OpenCV, which the project does not have; so this is its pipeline with its default sizes
  and thresholds on the project's own geometry, for upright text, and not the package itself.

These have no features that could be weighed: what they are sure of is taken, the rest is not.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
ENGINES = ("ppocr", "tesseract")
PLAIN_CONFIDENCE = 0.95  # what rapidocr has to say; the best for it on one half of RBNR
TESSERACT_CONFIDENCE = 60  # of 100


@dataclass(frozen=True)
class Reading:
    """A number, how sure the method is (0 to 1), where it is, and its features, if any."""

    bib: str
    confidence: float
    box: tuple[float, float, float, float]
    features: tuple[float, ...] = ()


type Method = Callable[[Image.Image], list[Reading]]


def service(module: str) -> Any:
    """A module of event-images, which is no package of this environment."""
    for folder in (str(ROOT), str(ROOT / "services" / "event-images")):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    return import_module(f"chalicelib.event_images.{module}")


def engine(name: str) -> Method:
    """An engine of the product, on one thread."""
    reader = service("adapters.bib_readers").make_reader(name, threads=1)
    bibs = service("domain.bibs")
    weights = bibs.PP_OCR if name == "ppocr" else service("adapters.tesseract").WEIGHTS

    def read(image: Image.Image) -> list[Reading]:
        # As `read` does, with the features kept.
        return [
            Reading(
                candidate.bib,
                bibs.confidence(candidate.features, weights),
                candidate.box,
                tuple(float(value) for value in astuple(candidate.features)),
            )
            for candidate in bibs.candidates(reader.sightings(image), image.size)
        ]

    return read


def tesseract_whole() -> Method:
    """Tesseract on the whole photo."""

    def read(image: Image.Image) -> list[Reading]:
        return [
            Reading(bib, sure, (x, y, x + width, y + height))
            for _, bib, sure, (x, y, width, height) in _tesseract([image], 11)
        ]

    return read


def tesseract_cards() -> Method:
    """Light areas of a bib's shape, enlarged, each a line for Tesseract."""
    geometry = service("adapters.text_geometry")

    def read(image: Image.Image) -> list[Reading]:
        zoom = min(1.0, 1000 / max(image.size))
        small = image.resize((round(image.width * zoom), round(image.height * zoom))).convert("L")
        pixels = np.asarray(small)
        light = pixels > (int(pixels.min()) + int(pixels.max())) * 0.6
        boxes = [
            (x0 / zoom, y0 / zoom, x1 / zoom, y1 / zoom)
            for x0, y0, x1, y1, area in geometry.component_boxes(light).tolist()
            if 20 <= x1 - x0 <= 400
            and 0.6 <= (x1 - x0) / (y1 - y0) <= 3
            and area > 0.4 * (x1 - x0) * (y1 - y0)
        ]
        cards = [image.crop([round(edge) for edge in box]) for box in boxes]
        lines = [card.resize((round(120 * card.width / card.height), 120)) for card in cards]
        return [Reading(bib, sure, boxes[page]) for page, bib, sure, _ in _tesseract(lines, 7)]

    return read


def _tesseract(
    pages: Sequence[Image.Image], mode: int
) -> list[tuple[int, str, float, tuple[float, float, float, float]]]:
    """The numbers that the program is sure of: page, digits, sureness, x, y, width, height."""
    if not pages:
        return []
    command = ["tesseract", "stdin", "stdout", "--dpi", "100", "--psm", str(mode)]
    command += ["-c", "tessedit_char_whitelist=0123456789", "tsv"]
    data = BytesIO()
    pages[0].save(data, "TIFF", save_all=True, append_images=pages[1:])
    done = subprocess.run(
        command,
        input=data.getvalue(),
        capture_output=True,
        check=False,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )
    found = []
    for line in done.stdout.decode().splitlines()[1:]:
        cells = line.split("\t")
        if len(cells) == 12 and re.fullmatch(r"[0-9]{2,6}", cells[11].strip()):
            sure, (x, y, width, height) = float(cells[10]), map(float, cells[6:10])
            if sure >= TESSERACT_CONFIDENCE:
                place = (x, y, width, height)
                found.append((int(cells[1]) - 1, cells[11].strip(), sure / 100, place))
    return found


def rapidocr_defaults() -> Method:
    """The wheel's models at the wheel's settings: 736 pixels for the shorter side, one look."""
    detect, recognise = service("adapters.pp_ocr_detect"), service("adapters.pp_ocr_recognise")
    models = service("adapters.pp_ocr_models")
    folder = models.find_models()
    settings = detect.DetectorSettings(
        thresholds=(0.3,), box_threshold=0.5, grow_ratio=1.6, lowest=3.0, flattest=60.0,
        steepest=0.05, most_boxes=1000,
    )  # fmt: skip
    detector = models.Model(folder / models.DETECTOR, 1)

    class Plain(recognise.Recogniser):  # type: ignore[misc, name-defined]
        """The text and the mean probability of its characters."""

        def _line(self, scores: Any) -> Any:
            best, sure = scores.argmax(axis=1), scores.max(axis=1)
            first = (best > 0) & (np.diff(best, prepend=0) != 0)
            text = "".join(self._characters[i] for i in best[first])
            return text, float(sure[first].mean()) if first.any() else 0.0

    recogniser = Plain(models.Model(folder / models.RECOGNISER, 1))

    def read(image: Image.Image) -> list[Reading]:
        zoom = min(max(1.0, 736 / min(image.size)), 2000 / max(image.size))
        size = tuple(max(32, round(side * zoom / 32) * 32) for side in image.size)
        seen = detector(detect.to_tensor(image.resize(size))[np.newaxis])[0, 0]
        boxes = detect.boxes_of(seen, (0.0, 0.0, *map(float, image.size)), settings)
        lines = recogniser.read([recognise.crop(image, box.corners) for box in boxes])
        return [
            Reading(text, sure, (*box.corners.min(0).tolist(), *box.corners.max(0).tolist()))
            for box, (text, sure) in zip(boxes, lines, strict=True)
            if re.fullmatch(r"[0-9]{1,6}", text) and sure >= PLAIN_CONFIDENCE
        ]

    return read


METHODS: dict[str, Callable[[], Method]] = {
    "ppocr": lambda: engine("ppocr"),
    "tesseract": lambda: engine("tesseract"),
    "rapidocr-defaults": rapidocr_defaults,
    "tesseract-cards": tesseract_cards,
    "tesseract-whole": tesseract_whole,
}
