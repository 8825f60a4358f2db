"""Where text stands: PP-OCR's detection model, which comes in the rapidocr wheel.

The model gives a map of how sure it is of text at each pixel. Connected regions of that map are
lines of text, shrunk as the model was trained; here each is grown back, and its upright rectangle
is the finding.
"""

import hashlib
import importlib.util
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from chalicelib.media_processing.adapters.detectors.boxes import Floats
from chalicelib.media_processing.adapters.detectors.onnx_session import OnnxSession
from chalicelib.media_processing.models import Detection
from shared.errors import Unavailable

MODEL = "PP-OCRv6_det_small.onnx"
LABEL = "text"
# The network halves its input five times.
STRIDE = 32
SIDE = 1280
# Of the map: what belongs to a region, what counts as one, and how far it is grown back, in
# areas over perimeters.
INSIDE, SURE, GROW = 0.3, 0.5, 1.6
SMALLEST = 3


class TextRegionDetector:
    """See ``ports.Detector``.

    Args:
        models_dir: Where the model is; by default in the ``rapidocr`` wheel.

    Raises:
        Unavailable: ``no_model``.
    """

    name = "pp-ocr-text"

    def __init__(self, models_dir: Path | None = None) -> None:
        self._path = find_model(models_dir)
        self._session: OnnxSession | None = None
        self._lock = Lock()
        self.version = f"{self._path.stem}-{_digest(self._path)}"

    def detect(self, image: Image.Image) -> list[Detection]:
        """See ``ports.Detector``."""
        seen = self._look(tensor(image))[0, 0]
        x_scale, y_scale = image.width / seen.shape[1], image.height / seen.shape[0]
        return [
            Detection(
                label=LABEL,
                confidence=min(score, 1.0),
                bbox=(box[0] * x_scale, box[1] * y_scale, box[2] * x_scale, box[3] * y_scale),
            )
            for box, score in regions(seen)
        ]

    def _look(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        # Loaded when first needed: it takes half a second and 60 MB.
        with self._lock:
            self._session = self._session or OnnxSession(self._path)
        return self._session(batch)


def find_model(models_dir: Path | None) -> Path:
    """The model's file. Unavailable ``no_model``."""
    folders = [models_dir] if models_dir else []
    if not folders:
        # Only the wheel's place is wanted: importing rapidocr would need OpenCV.
        spec = importlib.util.find_spec("rapidocr")
        places = spec.submodule_search_locations if spec else None
        folders = [Path(place) / "models" for place in places or ()]
    for folder in folders:
        if (folder / MODEL).is_file():
            return folder / MODEL
    raise Unavailable("no_model", f"No {MODEL} in {models_dir or 'an installed rapidocr wheel'}.")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def tensor(image: Image.Image, side: int = SIDE) -> NDArray[np.float32]:
    """A picture as the model takes it: ``(1, 3, height, width)``, blue first, -1 to 1."""
    zoom = min(side / max(image.size), 4.0)
    width, height = (max(2 * STRIDE, round(one * zoom / STRIDE) * STRIDE) for one in image.size)
    seen = image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
    pixels = np.asarray(seen, dtype=np.float32)[:, :, ::-1] / np.float32(127.5) - np.float32(1)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))[np.newaxis]


def regions(seen: Floats) -> list[tuple[tuple[float, float, float, float], float]]:
    """The text regions of a map, as ``x0, y0, x1, y1`` in its pixels, with their mean."""
    found = []
    for runs in connected(seen >= INSIDE):
        y0, y1 = runs[0][0], runs[-1][0] + 1
        x0, x1 = min(run[1] for run in runs), max(run[2] for run in runs)
        width, height = x1 - x0, y1 - y0
        if min(width, height) < SMALLEST:
            continue
        pixels = sum(end - start for _, start, end in runs)
        total = sum(float(seen[row, start:end].sum()) for row, start, end in runs)
        if total / pixels < SURE:
            continue
        out = GROW * pixels / (2 * (width + height))
        found.append(((x0 - out, y0 - out, x1 + out, y1 + out), total / pixels))
    return found


def connected(mask: NDArray[np.bool_]) -> list[list[tuple[int, int, int]]]:
    """The regions of a mask, corners touching too, as runs of ``row, start, end`` by their rows."""
    steps = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(steps == 1)
    ends = np.nonzero(steps == -1)[1]
    runs = list(zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True))
    parent = list(range(len(runs)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    above = 0
    for at, (row, start, end) in enumerate(runs):
        # Runs come row by row; those above that end before this one begins touch none after it.
        while above < at and (
            runs[above][0] < row - 1 or (runs[above][0] == row - 1 and runs[above][2] < start)
        ):
            above += 1
        other = above
        while other < at and runs[other][0] == row - 1 and runs[other][1] <= end:
            parent[root(other)] = root(at)
            other += 1
    found: dict[int, list[tuple[int, int, int]]] = {}
    for at, run in enumerate(runs):
        found.setdefault(root(at), []).append(run)
    return list(found.values())
