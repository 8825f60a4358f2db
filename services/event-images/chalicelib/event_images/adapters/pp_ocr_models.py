"""The PP-OCR models: where they are, and one onnxruntime session for each."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.errors import PermanentError

DETECTOR = "PP-OCRv6_det_small.onnx"
RECOGNISER = "PP-OCRv6_rec_small.onnx"


def find_models(models_dir: Path | None = None) -> Path:
    """The folder with the models: the one given, or the one in the ``rapidocr`` wheel.

    Raises:
        PermanentError: ``models_missing``, neither has them.
    """
    folders = [models_dir] if models_dir else _wheel_folders()
    for folder in folders:
        if (folder / DETECTOR).is_file() and (folder / RECOGNISER).is_file():
            return folder
    raise PermanentError(
        "models_missing",
        f"No {DETECTOR} and {RECOGNISER} in {models_dir or 'an installed rapidocr wheel'}.",
    )


def _wheel_folders() -> list[Path]:
    # Only the wheel's place is wanted: importing rapidocr would need OpenCV.
    spec = importlib.util.find_spec("rapidocr")
    places = spec.submodule_search_locations if spec else None
    return [Path(place) / "models" for place in places or ()]


class Model:
    """An ONNX model with one image batch in and one map out. Safe to share between threads."""

    def __init__(self, path: Path, threads: int) -> None:
        import onnxruntime  # 0.3 s, and only readers need it

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # onnxruntime's arena stays on: it keeps some 100 MB from photo to photo, since a look is
        # never larger than `most_pixels`, and saves a fifth of the detector's time.
        # Spinning threads burn a core that the next photo, or the next Lambda step, could use.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        output: NDArray[np.float32] = self._session.run(None, {self._input: batch})[0]
        return output

    @property
    def metadata(self) -> dict[str, str]:
        """The key-value pairs that the model's file carries."""
        pairs: Any = self._session.get_modelmeta().custom_metadata_map
        return dict(pairs)
