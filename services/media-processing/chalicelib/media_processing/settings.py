"""The service's environment variables, each with its default and what it is for."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from shared.settings import AwsSettings


class Settings(AwsSettings):
    """The field ``max_image_bytes`` is the variable ``MAX_IMAGE_BYTES``, and so on."""

    service: str = "media-processing"
    # What the stack made.
    jobs_table_name: str
    media_table: str
    s3_bucket: str  # `incoming`; the name is that of the system before
    media_bucket: str
    state_machine_arn: str
    # Limits of one file, in bytes, pixels, pixels a side, and seconds that ffmpeg may take.
    max_image_bytes: int = Field(default=60_000_000, gt=0)
    max_image_pixels: int = Field(default=100_000_000, gt=0)
    max_image_side: int = Field(default=30_000, gt=0)
    max_video_bytes: int = Field(default=2_000_000_000, gt=0)
    poster_seconds: int = Field(default=60, gt=0)
    # Of the thumbnails, 1 to 100.
    jpeg_quality: int = Field(default=85, ge=1, le=100)
    # How long signed URLs are valid, in seconds.
    url_seconds: int = Field(default=3600, gt=0)
    # The secret that callbacks are signed with; how often one is tried, and its waits in seconds.
    callback_secret: str | None = None
    callback_tries: int = Field(default=8, ge=1, le=50)
    callback_first_wait: float = Field(default=5, gt=0)
    callback_most_wait: float = Field(default=3600, gt=0)
    callback_timeout: float = Field(default=10, gt=0, le=60)
    # Receivers on this machine and in private networks, and without TLS: for stage `local` only.
    callback_allow_private: bool = False
    # The queue with one message an image, by the name of the system before; its dead letters.
    sqs_queue_url: str
    images_dead_letters_url: str
    # What looks at images: by default rekognition, and in stage `local` opencv where it is
    # installed, else text. A model of the YOLO family is an object, s3://bucket/key.onnx; the
    # models for text are by default in the rapidocr wheel.
    detector: Literal["rekognition", "yolo", "opencv", "text"] | None = None
    detector_model_s3_uri: str | None = None
    detector_models_dir: Path | None = None
    detector_min_confidence: float = Field(default=0.4, ge=0, le=1)
    # The longest side at which an image is looked at, in pixels.
    detector_side: int = Field(default=2048, ge=64, le=8192)
    # A job of which nothing has come for so many seconds is failed.
    stuck_seconds: int = Field(default=1800, gt=0)
    # The worker: images at once; seconds that it waits for a message, which must be fewer than a
    # call to SQS may take; seconds that a message is hidden while it is worked on.
    worker_threads: int = Field(default=2, ge=1, le=64)
    worker_wait_seconds: int = Field(default=8, ge=0, le=8)
    worker_visibility_seconds: int = Field(default=120, ge=2, le=43_200)
