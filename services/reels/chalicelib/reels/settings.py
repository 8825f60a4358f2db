"""The service's environment variables, each with its default and what it is for."""

from pydantic import Field

from shared.settings import AwsSettings


class Settings(AwsSettings):
    """The field ``max_reel_photos`` is the variable ``MAX_REEL_PHOTOS``, and so on."""

    service: str = "reels"
    # What the stack made.
    event_reels_table: str
    incoming_bucket: str
    media_bucket: str
    state_machine_arn: str
    # The queue of opt-outs and of removed events: what one message does not finish, the next does.
    opt_outs_queue_url: str
    # What event-images owns, and this service only reads.
    event_requests_table: str
    event_images_table: str
    event_images_media_bucket: str
    # How many of a runner's photos are looked at, best confidence first.
    max_reel_photos: int = Field(default=200, gt=0)
    # Photos whose 64-bit perceptual hashes differ in no more bits than this are one picture.
    near_duplicate_bits: int = Field(default=8, ge=0, le=64)
    # Limits of one picture, in bytes, pixels and pixels a side, and of an uploaded sound or logo.
    max_photo_bytes: int = Field(default=60_000_000, gt=0)
    max_photo_pixels: int = Field(default=150_000_000, gt=0)
    max_photo_side: int = Field(default=30_000, gt=0)
    max_material_bytes: int = Field(default=60_000_000, gt=0)
    # The longest and the shortest music, in seconds.
    max_music_seconds: float = Field(default=1200, gt=0)
    min_music_seconds: float = Field(default=1, gt=0)
    # How long signed URLs and forms are valid.
    url_seconds: int = Field(default=3600, gt=0)
