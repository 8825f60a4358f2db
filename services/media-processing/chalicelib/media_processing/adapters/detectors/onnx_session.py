"""One onnxruntime session, as every model here is run."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.errors import Unavailable


class OnnxSession:
    """A model with one picture in and one array out. Safe to share between threads.

    Args:
        model: The model, or the file that it lies in.

    Raises:
        Unavailable: ``bad_model``, it is none, or takes no picture.
    """

    def __init__(self, model: bytes | Path) -> None:
        import onnxruntime  # 0.3 s, and only detectors with models need it

        options = onnxruntime.SessionOptions()
        # A worker looks at several images at once; one of them has no need of all processors.
        options.intra_op_num_threads = 2
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        source = str(model) if isinstance(model, Path) else model
        try:
            self._session = onnxruntime.InferenceSession(
                source, options, providers=_providers(onnxruntime.get_available_providers())
            )
        except Exception as exc:  # onnxruntime has errors of its own for each way to be wrong
            raise Unavailable("bad_model", "The detector's model cannot be loaded.") from exc
        given = self._session.get_inputs()
        if len(given) != 1 or len(given[0].shape) != 4:
            raise Unavailable("bad_model", "The detector's model takes no picture.")
        self._input = given[0]

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        half = self._input.type == "tensor(float16)"
        given = batch.astype(np.float16) if half else batch
        output: NDArray[np.float32] = self._session.run(None, {self._input.name: given})[0]
        return output.astype(np.float32)

    @property
    def sides(self) -> tuple[int | None, int | None]:
        """Height and width of the picture that it takes; None: any."""
        height, width = self._input.shape[2:]
        return _number(height), _number(width)

    @property
    def metadata(self) -> dict[str, str]:
        """What the model's file says of itself."""
        pairs: Any = self._session.get_modelmeta().custom_metadata_map
        return dict(pairs)


def _providers(available: list[str]) -> list[str]:
    """A GPU where the installed onnxruntime can use one, and the processor."""
    return [one for one in ("CUDAExecutionProvider", "CPUExecutionProvider") if one in available]


def _number(side: object) -> int | None:
    return side if isinstance(side, int) and side > 0 else None
