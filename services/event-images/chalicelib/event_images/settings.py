"""The service's environment variables, each with its default and what it is for."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from shared.settings import AwsSettings, CommaList


class Settings(AwsSettings):
    """The field ``max_photo_bytes`` is the variable ``MAX_PHOTO_BYTES``, and so on."""

    service: str = "event-images"
    # What the stack made.
    event_requests_table: str
    event_images_table: str
    incoming_bucket: str
    media_bucket: str
    state_machine_arn: str
    # The queue of what routes leave to be done later, and the topic that tells of opt-outs
    # and of removed events.
    chores_queue_url: str
    opt_outs_topic_arn: str
    # Buckets that requests may read beside `incoming`; `*` is any, for stage `local`.
    source_buckets: CommaList = ()
    # The SSM parameter with the key of the Google service account, and another address of Drive's
    # API, for tests.
    gdrive_sa_ssm_param: str = Field(default="google-service-account", min_length=1)
    gdrive_api_endpoint: str | None = Field(
        default=None, pattern=r"^(https://[^/@\s]+|http://(127\.0\.0\.1|localhost)(:[0-9]+)?)/\S*$"
    )
    # The most photos that one request lists.
    max_listed_photos: int = Field(default=200_000, gt=0)
    # Limits of one photo, in bytes, pixels and pixels a side.
    max_photo_bytes: int = Field(default=60_000_000, gt=0)
    max_photo_pixels: int = Field(default=150_000_000, gt=0)
    max_photo_side: int = Field(default=30_000, gt=0)
    # The engine, where its models are (default: in the rapidocr wheel), and how sure it must be.
    bib_engine: Literal["ppocr", "tesseract"] = "ppocr"
    bib_models_dir: Path | None = None
    bib_min_confidence: float = Field(default=0.5, ge=0, le=1)
    # The longest sides of the derivatives, in pixels, and how long their URLs are valid.
    web_side: int = Field(default=1600, gt=0)
    thumb_side: int = Field(default=480, gt=0)
    url_seconds: int = Field(default=3600, gt=0)
    # The most reports of a kind that runners may send about one event in an hour.
    gallery_reports_per_hour: int = Field(default=200, gt=0)
