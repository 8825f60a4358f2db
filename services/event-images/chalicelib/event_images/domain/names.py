"""Names: ids, keys of objects, names of files. Each follows from what it names, so a repeat
of any step writes to the same places."""

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath

# What people hand in as photos. Some of these cannot be decoded; the photo then fails with
# `unsupported_format`, which says more than being left out without a word. Camera raw files are
# left out: they lie beside the JPEG of the same picture.
IMAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp"}
    | {".heic", ".heif", ".avif", ".tif", ".tiff", ".gif", ".bmp"}
)
# Folders that operating systems and file servers put beside the real ones.
SHADOW_FOLDERS = frozenset({"__MACOSX", "@eaDir"})
MAX_FILENAME_BYTES = 150

_EVENT_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


def image_id(bucket: str, key: str) -> str:
    """20 hex digits that name one object for good, whatever its bytes become."""
    return hashlib.sha256(f"{bucket}/{key}".encode()).hexdigest()[:20]


def is_image_name(key: str, prefix: str = "") -> bool:
    """Whether a key names a photo: by its suffix, and not in a hidden or shadow folder.

    Folders of ``prefix`` are not looked at: somebody asked for those by name.
    """
    inside = PurePosixPath(key[prefix.rfind("/") + 1 :])
    if key.endswith("/") or not inside.parts:
        return False
    if any(part.startswith(".") or part in SHADOW_FOLDERS for part in inside.parts):
        return False
    return inside.suffix.lower() in IMAGE_SUFFIXES


def filename(key: str) -> str:
    """The last part of a key."""
    return key.rsplit("/", 1)[-1]


def safe_filename(name: str) -> str:
    """``name`` as the end of a key: no folders, no control characters, at most 150 bytes.

    Spaces, ``+`` and accents stay. The same name always gives the same result, and a safe name
    gives itself.
    """
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(c if c.isprintable() else "" for c in last)
    # Composed, so that one name typed on two systems is one key.
    path = PurePosixPath(unicodedata.normalize("NFC", kept).strip(" .") or "photo")
    suffix = path.suffix if len(path.suffix.encode()) <= 10 else ""
    stem = path.name.removesuffix(suffix) if suffix else path.name
    room = MAX_FILENAME_BYTES - len(suffix.encode())
    short = stem.encode()[:room].decode(errors="ignore").strip(" .") or "photo"
    return short + suffix


def is_event_id(text: str) -> bool:
    """Whether ``text`` can be the id of an event."""
    return _EVENT_ID.fullmatch(text) is not None


def event_of_key(key: str) -> str | None:
    """The event that an object of the ``incoming`` bucket belongs to; None if to none."""
    event_id, slash, rest = key.partition("/")
    return event_id if slash and rest and is_event_id(event_id) else None


def uploads_prefix(event_id: str) -> str:
    """Where an event's uploads lie in ``incoming``."""
    return f"{event_id}/"


def upload_key(event_id: str, upload_id: str, name: str) -> str:
    """Where one uploaded file goes; each has a folder, since cameras reuse names."""
    return f"{event_id}/uploads/{upload_id}/{safe_filename(name)}"


def web_key(event_id: str, photo: str) -> str:
    """The picture for a page, in ``media``."""
    return f"{event_id}/photos/{photo}/web.jpg"


def thumb_key(event_id: str, photo: str) -> str:
    """The picture for a grid, in ``media``."""
    return f"{event_id}/photos/{photo}/thumb.jpg"


def items_key(request_id: str) -> str:
    """The list that the Map reads, in ``media``."""
    return f"requests/{request_id}/items.json"


def results_prefix(request_id: str) -> str:
    """Where the Map's ResultWriter writes, in ``media``."""
    return f"requests/{request_id}/results"
