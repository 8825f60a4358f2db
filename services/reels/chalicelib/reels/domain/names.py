"""Names: keys of objects and ids. Each follows from what it names, so a repeat of any step writes
to the same places."""

import hashlib
import re

from chalicelib.reels.models import Aspect

_EVENT_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_BIB = re.compile(r"[0-9]{1,6}")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")


def is_event_id(text: str) -> bool:
    """Whether ``text`` can be the id of an event."""
    return _EVENT_ID.fullmatch(text) is not None


def is_bib(text: str) -> bool:
    """Whether ``text`` can be a bib's number."""
    return _BIB.fullmatch(text) is not None


def normal_bib(bib: str) -> str:
    """The number that a bib means, as event-images keeps it: ``0042`` and ``42`` are one runner."""
    return bib.lstrip("0") or "0"


def folders(event_id: str) -> tuple[str, str]:
    """Where all files of an event's reels and previews lie in ``media``; they end in a slash."""
    return f"reels/current/{event_id}/", f"reels/previews/{event_id}/"


def folder(event_id: str, bib: str, *, preview: bool) -> str:
    """Where all files of a runner's reel lie in ``media``; ends in a slash."""
    return f"reels/{'previews' if preview else 'current'}/{event_id}/{bib}/"


def video_key(event_id: str, bib: str, fingerprint: str, aspect: Aspect, *, preview: bool) -> str:
    """One video in ``media``. A reel of other contents has another name, so that whoever watches
    the earlier one is not given half of each."""
    name = f"{fingerprint[:20]}-{aspect.value.replace(':', 'x')}.mp4"
    return folder(event_id, bib, preview=preview) + name


def poster_key(video: str) -> str:
    """The picture that stands for a video until it plays."""
    return video.removesuffix(".mp4") + ".jpg"


def download_name(event_id: str, bib: str, aspect: Aspect) -> str:
    """The name of a video as a download."""
    return f"{event_id}-{bib}-{aspect.value.replace(':', 'x')}.mp4"


def request_folder(request_id: str) -> str:
    """Where the machine's list and results of a request lie in ``media``; ends in a slash."""
    return f"requests/{request_id}/"


def items_key(request_id: str) -> str:
    """The list that the Map reads, in ``media``."""
    return f"{request_folder(request_id)}items.json"


def material_id(seed: str) -> str:
    """20 hexadecimal digits that ``seed`` decides."""
    return hashlib.sha256(seed.encode()).hexdigest()[:20]


def material_upload_key(material: str, filename: str) -> str:
    """Where an uploaded material goes in ``incoming``."""
    found = _SUFFIX.search(filename.lower()[-6:])
    return f"materials/{material}/upload{found[0] if found else ''}"


def material_of_key(key: str) -> str | None:
    """The material that an object of ``incoming`` is; None if it is none."""
    found = re.fullmatch(r"materials/([0-9a-f]{20})/upload(?:\.[a-z0-9]{1,5})?", key)
    return found[1] if found else None


def material_key(material: str, etag: str) -> str:
    """The checked material in ``media``, by its contents."""
    return f"materials/{material}/{etag[:32]}"


def beats_key(material: str, etag: str) -> str:
    """The beats of a music, beside it."""
    return f"materials/{material}/{etag[:32]}.beats.json"
