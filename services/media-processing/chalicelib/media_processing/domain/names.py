"""Keys of objects and ids of items. Each follows from what it names, so a repeat of any step
writes to the same places."""

import re
from pathlib import PurePosixPath

from chalicelib.media_processing.models import BatchItem

_BATCH_UPLOAD = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?)/raw/batch\.json")
IMAGES = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/heif": "heic",
    "image/avif": "avif",
    "image/gif": "gif",
}
VIDEOS = {"video/mp4": "mp4", "video/quicktime": "mov"}
TYPES = IMAGES | VIDEOS


def raw_key(listing_id: str, item: BatchItem) -> str:
    """Where a listing's file lies in ``incoming``."""
    return f"{listing_id}/raw/{item.media_type}/{item.uuid}.{item.ext}"


def item_id(item: BatchItem) -> str:
    """What names a file within its batch."""
    return f"{item.media_type}.{item.uuid}"


def processed_key(listing_id: str, media_type: str, size: str, uuid: str) -> str:
    """Where one size of a file goes, in ``media``."""
    return f"{listing_id}/processed/{media_type}/{size}/{uuid}.jpg"


def zip_key(listing_id: str, batch_id: str) -> str:
    """The batch's zip, in ``media``."""
    return f"{listing_id}/processed/zip/{batch_id}.zip"


def manifest_key(listing_id: str, batch_id: str) -> str:
    """The batch's manifest, in ``media``."""
    return f"{listing_id}/processed/manifest/{batch_id}.json"


def list_key(job_id: str) -> str:
    """The list that the Map of a run reads, in ``media``."""
    return f"runs/{job_id}/items.json"


def callback_key(job_id: str) -> str:
    """The body of a run's callback, in ``media``: a repeat sends the same bytes."""
    return f"runs/{job_id}/callback.json"


def listing_of_batch_upload(key: str) -> str | None:
    """The listing whose ``batch.json`` this key is; None for any other key."""
    found = _BATCH_UPLOAD.fullmatch(key)
    return found.group(1) if found else None


def extension(filename: str, content_type: str) -> str | None:
    """The ending of an upload's key, by its type; None for a type that is not taken."""
    return TYPES.get(content_type.partition(";")[0].strip().lower()) if filename else None


def stem(filename: str) -> str:
    """A file name without its ending."""
    return PurePosixPath(filename.replace("\\", "/")).stem or "file"
