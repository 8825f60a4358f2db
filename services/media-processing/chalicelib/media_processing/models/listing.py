"""Listings' media: what the routes take and give."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, HttpUrl, StringConstraints, model_validator

from shared.errors import ItemError
from shared.jobs import JobCounts, JobState
from shared.models import Model

MOST_ITEMS = 500
MOST_SIZES = 8
# An answer names each with a signed URL of up to 1.7 kB, and a Lambda answers at most 6 MB.
MOST_FILES = 2400

# Each is a folder in S3 and a part of a URL, so none has dots or slashes.
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$")]
MediaType = Annotated[str, StringConstraints(pattern=r"^[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?$")]
SizeName = MediaType
Extension = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{2,5}$")]
FileName = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Checksum = Annotated[
    str, StringConstraints(pattern=r"^(?:[0-9a-f]{32}|[0-9a-f]{64})$", to_lower=True)
]
DEFAULT_SIZES = {"thumbnail": 200, "small": 400, "medium": 800, "large": 1200}


class ItemState(StrEnum):
    """PENDING, VALID after validation, then DONE or FAILED; a rerun may change FAILED."""

    PENDING = "PENDING"
    VALID = "VALID"
    DONE = "DONE"
    FAILED = "FAILED"


class BatchStatus(StrEnum):
    """How a batch ended, in the words of its callback; PENDING and RUNNING before that.

    VALIDATION_FAILED: no item passed. PROCESSING_FAILED: some passed, and none came to its
    end. FAILED: the machine could not go on.
    """

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    PARTIAL = "PARTIAL"
    VALIDATION_FAILED = "VALIDATION_FAILED"
    PROCESSING_FAILED = "PROCESSING_FAILED"
    FAILED = "FAILED"


class Range(Model):
    """What a market takes, both ends included; None is open."""

    least: float | None = Field(default=None, ge=0)
    most: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError("least is over most")
        return self


class Profile(Model):
    """What a market asks of media.

    ``pixels`` are width times height, ``width``, ``height`` in pixels of the upright picture,
    ``aspect`` is width over height, ``bytes`` of the file, ``count`` of a batch's items of each
    media type that is named there.
    """

    pixels: Range = Range()
    width: Range = Range()
    height: Range = Range()
    aspect: Range = Range()
    bytes: Range = Range()
    count: dict[MediaType, Range] = Field(default_factory=dict, max_length=20)


class BatchItem(Model):
    """One file of a batch: ``{listingId}/raw/{mediaType}/{uuid}.{ext}`` of ``incoming``.

    ``checksum`` is the file's MD5 or SHA-256 in hexadecimal; ``filename`` its name in the zip.
    """

    media_type: MediaType
    uuid: Id
    ext: Extension
    checksum: Checksum | None = None
    filename: FileName | None = None


class CreateBatch(Model):
    """Body of ``POST /listings/{listingId}/batches``, and of ``{listingId}/raw/batch.json``.

    ``sizes`` are the longest sides in pixels by their names. ``zipOf`` says what the zip holds:
    the largest size of each picture, the originals, or both.
    """

    items: list[BatchItem] = Field(min_length=1, max_length=MOST_ITEMS)
    batch_id: Id | None = None
    listing_identity_id: str | None = Field(default=None, max_length=128)
    profile: Profile = Profile()
    sizes: dict[SizeName, Annotated[int, Field(ge=16, le=8192)]] = Field(
        default=DEFAULT_SIZES, min_length=1, max_length=MOST_SIZES
    )
    zip_of: Literal["large", "originals", "all"] = "large"
    callback_url: HttpUrl | None = None
    traceparent: str | None = Field(
        default=None, pattern=r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({(item.media_type, item.uuid) for item in self.items}) != len(self.items):
            raise ValueError("an item stands there twice")
        if "zip" in {item.media_type for item in self.items}:
            raise ValueError("zip is no media type")
        if len(self.items) * len(self.sizes) > MOST_FILES:
            raise ValueError(f"items times sizes are at most {MOST_FILES}")
        return self


class UploadFile(Model):
    """One file that a client wants to upload."""

    filename: FileName
    media_type: MediaType = "photo"
    content_type: str = Field(max_length=255)
    size: int = Field(ge=1)


class CreateUploads(Model):
    """Body of ``POST /listings/{listingId}/uploads``."""

    files: list[UploadFile] = Field(min_length=1, max_length=100)


class Upload(Model):
    """A form to POST as multipart to ``url``: all ``fields`` first, then ``file``.

    ``item`` is what a batch names afterwards.
    """

    item: BatchItem
    key: str
    url: str
    fields: dict[str, str]
    expires_at: dt.datetime


class Uploads(Model):
    """In the order of the files."""

    uploads: list[Upload]


class Check(Model):
    """One thing that validation looked at."""

    check: str
    ok: bool
    message: str = ""


class Output(Model):
    """One file that was made; ``size`` is the name of its size, ``url`` is signed."""

    size: str
    key: str
    bytes: int
    width: int | None = None
    height: int | None = None
    url: str | None = None


class Item(Model):
    """One file of a batch, as it stands."""

    item_id: str
    media_type: str
    key: str
    filename: str
    state: ItemState
    format: str | None = None
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    report: tuple[Check, ...] = ()
    outputs: tuple[Output, ...] = ()
    error: ItemError | None = None


class Batch(Model):
    """A batch and its newest run. The URLs are signed."""

    batch_id: str
    listing_id: str
    listing_identity_id: str | None
    job_id: str
    status: BatchStatus
    state: JobState
    counts: JobCounts
    error: ItemError | None
    zip_of: str
    zip_key: str | None
    zip_url: str | None
    zip_bytes: int | None
    manifest_key: str | None
    callback_url: str | None
    items: tuple[Item, ...] = ()
    created_at: dt.datetime
    completed_at: dt.datetime | None


class RefusedUpload(Model):
    """An uploaded ``batch.json`` that was no batch, and why."""

    job_id: str
    error: ItemError
    created_at: dt.datetime


class BatchList(Model):
    """Newest first, without their items; ``refused`` are the last uploads that were no batch."""

    items: list[Batch]
    refused: tuple[RefusedUpload, ...] = ()
    cursor: str | None


class Attempt(Model):
    """One try to deliver a callback."""

    at: dt.datetime
    status: int | None
    error: str | None
    milliseconds: int


class DeliveryState(StrEnum):
    """PENDING while it is tried. DISABLED: the receiver answered 410 once."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
    DISABLED = "DISABLED"


class Delivery(Model):
    """A callback and the tries to deliver it."""

    delivery_id: str
    job_id: str
    url: str
    status: BatchStatus
    state: DeliveryState
    attempts: tuple[Attempt, ...]
    created_at: dt.datetime


class DeliveryList(Model):
    """Newest first."""

    items: list[Delivery]
    cursor: str | None


class EnableEndpoint(Model):
    """Body of ``POST /callback-endpoints/enable``: a receiver that answered 410, and is back."""

    url: HttpUrl


class CallbackBody(Model):
    """What a callback carries."""

    job_id: str
    listing_id: str
    batch_id: str
    listing_identity_id: str | None
    status: BatchStatus
    failure_reason: str | None
    error: ItemError | None
    outputs: list[dict[str, object]]
    traceparent: str | None
