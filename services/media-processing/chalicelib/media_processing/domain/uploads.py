"""Keys of uploaded images, and the URLs by which jobs name them."""

import re
import unicodedata
from datetime import datetime
from pathlib import PurePosixPath

PREFIX = "uploads/"
TYPES = {"image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",), "image/webp": (".webp",)}
MOST_NAME = 80
MOST_KEY_BYTES = 1024


class BadImageUrlError(ValueError):
    """An image's URL that no job takes; ``code`` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def content_type(filename: str, given: str | None) -> str | None:
    """The type that an upload is held to: the one given, else the ending's; None: not taken."""
    if given is not None:
        kind = given.partition(";")[0].strip().lower()
        return (
            {"image/jpg": "image/jpeg"}.get(kind, kind) if kind in {*TYPES, "image/jpg"} else None
        )
    ending = PurePosixPath(filename.lower()).suffix
    return next((kind for kind, endings in TYPES.items() if ending in endings), None)


def upload_key(now: datetime, upload_id: str, filename: str) -> str:
    """``uploads/YYYY/MM/DD/uuid-name``."""
    return f"{PREFIX}{now:%Y/%m/%d}/{upload_id}-{safe_name(filename)}"


def safe_name(filename: str) -> str:
    """A file's name without its folders, in letters that every URL and every log takes."""
    last = filename.replace("\\", "/").rstrip("/").rpartition("/")[2]
    plain = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9._-]+", "-", plain)
    words = re.sub(r"\.{2,}", ".", words).strip("-.")
    stem, dot, ending = words.rpartition(".")
    if dot and 1 <= len(ending) <= 5:
        return f"{stem[: MOST_NAME - 1 - len(ending)].strip('-.') or 'image'}.{ending}"
    return words[:MOST_NAME].strip("-.") or "image"


def upload_of(url: str, bucket: str) -> str:
    """The key of an image's URL.

    Raises:
        BadImageUrlError: ``not_an_s3_url``, also of http and https; ``outside_uploads``;
            ``bad_key``, which no upload has.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() != "s3":
        raise BadImageUrlError(
            "not_an_s3_url", "Must be an s3:// URL: nothing is fetched from elsewhere."
        )
    named, _, key = rest.partition("/")
    if named != bucket or not key.startswith(PREFIX):
        raise BadImageUrlError("outside_uploads", f"Must lie under s3://{bucket}/{PREFIX}.")
    parts = key.split("/")
    control = any(ord(letter) < 32 or ord(letter) == 127 for letter in key)
    if control or len(key.encode()) > MOST_KEY_BYTES or {"", ".", ".."}.intersection(parts):
        raise BadImageUrlError("bad_key", "Is no key that an upload has.")
    return key
