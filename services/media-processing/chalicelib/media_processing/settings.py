"""The service's environment variables, each with its default and what it is for."""

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
