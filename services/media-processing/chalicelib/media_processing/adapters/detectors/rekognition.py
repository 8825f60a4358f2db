"""Amazon Rekognition's DetectLabels: the default on AWS, and nothing to keep up to date."""

import io
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.media_processing.models import Detection
from shared.aws_errors import aws_errors, error_code
from shared.errors import PermanentError

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from PIL.Image import Image

# What Rekognition takes in a call, and how much smaller a picture is made that is over it.
MOST_BYTES = 5 * 1024 * 1024
MOST_LABELS = 100
QUALITY = 90
SMALLER = 0.75
_REFUSED = frozenset(
    {"ImageTooLargeException", "InvalidImageFormatException", "InvalidParameterException"}
)


class RekognitionDetector:
    """See ``ports.Detector``. Labels of a whole scene, which have no place in it, are left out.

    Args:
        client: Rekognition.
        least: The confidence, 0 to 1, below which it answers nothing.
    """

    name = "rekognition"

    def __init__(self, client: "RekognitionClient", least: float) -> None:
        self._client = client
        self._least = least
        # Said by each answer; until then, the operation's own name.
        self.version = "DetectLabels"

    def detect(self, image: "Image") -> list[Detection]:
        """See ``ports.Detector``. PermanentError ``refused_by_rekognition``."""
        data = encoded(image)
        try:
            with aws_errors("ask Rekognition"):
                answer: Any = self._client.detect_labels(
                    Image={"Bytes": data},
                    MaxLabels=MOST_LABELS,
                    MinConfidence=self._least * 100,
                )
        except ClientError as exc:
            if error_code(exc) in _REFUSED:
                raise PermanentError(
                    "refused_by_rekognition", f"Rekognition does not take it: {error_code(exc)}."
                ) from exc
            raise
        self.version = str(answer.get("LabelModelVersion") or self.version)
        return detections_of(answer, image.size)


def encoded(image: "Image", most: int = MOST_BYTES) -> bytes:
    """A JPEG of at most so many bytes; what is larger is made smaller, which boxes in ratios
    do not feel."""
    while True:
        data = io.BytesIO()
        image.save(data, "JPEG", quality=QUALITY)
        if data.tell() <= most or min(image.size) <= 1:
            return data.getvalue()
        sides = [max(1, int(side * SMALLER)) for side in image.size]
        image = image.resize((sides[0], sides[1]), reducing_gap=2.0)


def detections_of(answer: dict[str, Any], size: tuple[int, int]) -> list[Detection]:
    """An answer's percents and ratios as confidences of 0 to 1 and boxes in pixels."""
    width, height = size
    found = []
    for label in answer.get("Labels") or ():
        for one in label.get("Instances") or ():
            box = one["BoundingBox"]
            x0, y0 = box["Left"] * width, box["Top"] * height
            edges = (x0, y0, x0 + box["Width"] * width, y0 + box["Height"] * height)
            confidence = min(max(one["Confidence"] / 100, 0.0), 1.0)
            found.append(Detection(label=label["Name"], confidence=confidence, bbox=edges))
    return found
