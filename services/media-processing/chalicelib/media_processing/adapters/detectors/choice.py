"""The detectors, by their names."""

import importlib.util
from typing import TYPE_CHECKING

from chalicelib.media_processing.ports import Detector
from chalicelib.media_processing.settings import Settings
from shared.errors import MedleyError, NotFound, PermanentError, Unavailable
from shared.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_rekognition import RekognitionClient

MOST_MODEL_BYTES = 400_000_000


def engine(config: Settings) -> str:
    """The detector that the settings ask for, or the default of the stage."""
    if config.detector:
        return config.detector
    if not config.is_local:
        return "rekognition"
    return "opencv" if importlib.util.find_spec("cv2") else "text"


def make_detector(
    config: Settings, storage: Storage, rekognition: "Callable[[], RekognitionClient]"
) -> Detector:
    """The detector of the settings.

    Raises:
        Unavailable: ``no_model``, ``bad_model``, ``no_opencv``.
        RetryableError: the model could not be fetched just now.
    """
    # Imported here: each brings packages that the others do without.
    match engine(config):
        case "rekognition":
            from chalicelib.media_processing.adapters.detectors.rekognition import (
                RekognitionDetector,
            )

            return RekognitionDetector(rekognition(), config.detector_min_confidence)
        case "yolo":
            from chalicelib.media_processing.adapters.detectors.yolo import YoloDetector

            model = _model(config.detector_model_s3_uri or "", storage)
            return YoloDetector(model, config.detector_min_confidence)
        case "opencv":
            from chalicelib.media_processing.adapters.detectors.opencv import OpenCvDetector

            return OpenCvDetector()
        case _:
            from chalicelib.media_processing.adapters.detectors.text_regions import (
                TextRegionDetector,
            )

            return TextRegionDetector(config.detector_models_dir)


def _model(uri: str, storage: Storage) -> bytes:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not (uri.startswith("s3://") and bucket and key):
        raise Unavailable("no_model", "DETECTOR_MODEL_S3_URI is not s3://bucket/key.onnx.")
    try:
        return storage.get(bucket, key, max_bytes=MOST_MODEL_BYTES)
    except (NotFound, PermanentError) as exc:
        reason: MedleyError = exc
        raise Unavailable("no_model", f"The detector's model: {reason.message}") from exc
