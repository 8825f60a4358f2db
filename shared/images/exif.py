"""What of EXIF matters here: which way is up, when the photo was taken, and by which camera.

A reader of its own, since it cannot be made to copy or loop: it looks at a bounded number of
entries, follows few offsets, and takes short texts.
"""

import struct
from dataclasses import dataclass
from datetime import datetime

_ORIENTATION, _EXIF_IFD, _TAKEN_AT = 0x0112, 0x8769, 0x9003
_MAKE, _MODEL, _SERIAL = 0x010F, 0x0110, 0xA431
_ASCII, _SHORT, _LONG = 2, 3, 4
_MOST_ENTRIES = 1000
_MOST_LETTERS = 64


@dataclass(frozen=True)
class Exif:
    """`orientation` is 1 to 8; `taken_at` is the camera's own time, without a zone.

    `camera` tells cameras apart as far as they write it: `make/model/serial`, of which any may
    be empty, each at most 64 printable ASCII letters; None when all are.
    """

    orientation: int = 1
    taken_at: datetime | None = None
    camera: str | None = None


def read(data: bytes) -> Exif:
    """Reads raw EXIF; nonsense in it reads as if it were not there."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None or len(data) < 8:
        return Exif()
    first = _entries(data, order, struct.unpack_from(order + "I", data, 4)[0])
    orientation = _number(first.get(_ORIENTATION), order)
    second = _entries(data, order, _number(first.get(_EXIF_IFD), order))
    return Exif(
        orientation=orientation if 1 <= orientation <= 8 else 1,
        taken_at=_moment(_text(data, second.get(_TAKEN_AT), order)),
        camera=_camera(
            _words(data, first.get(_MAKE), order),
            _words(data, first.get(_MODEL), order),
            _words(data, second.get(_SERIAL), order),
        ),
    )


# An entry: its type, how many values, and the four bytes that are or point to them.
type _Entry = tuple[int, int, bytes]


def _entries(data: bytes, order: str, at: int) -> dict[int, _Entry]:
    if not 8 <= at <= len(data) - 2:
        return {}
    (count,) = struct.unpack_from(order + "H", data, at)
    fitting = (len(data) - at - 2) // 12
    found: dict[int, _Entry] = {}
    for index in range(min(count, fitting, _MOST_ENTRIES)):
        tag, *entry = struct.unpack_from(order + "HHI4s", data, at + 2 + 12 * index)
        found.setdefault(tag, (entry[0], entry[1], entry[2]))
    return found


def _number(entry: _Entry | None, order: str) -> int:
    match entry:
        case (kind, 1, raw) if kind == _SHORT:
            return int(struct.unpack_from(order + "H", raw)[0])
        case (kind, 1, raw) if kind == _LONG:
            return int(struct.unpack(order + "I", raw)[0])
    return 0


def _text(data: bytes, entry: _Entry | None, order: str) -> str:
    match entry:
        case (kind, count, raw) if kind == _ASCII and 19 <= count <= 32:
            (at,) = struct.unpack(order + "I", raw)
            return data[at : at + 19].decode("ascii", errors="replace")
    return ""


def _words(data: bytes, entry: _Entry | None, order: str) -> str:
    """A text of any length, cut off; what is no printable ASCII is left out."""
    match entry:
        case (kind, count, raw) if kind == _ASCII:
            # Up to four letters stand in the entry itself.
            at = 0 if count <= len(raw) else int(struct.unpack(order + "I", raw)[0])
            place = raw if count <= len(raw) else data
            text = place[at : at + min(count, _MOST_LETTERS)].split(b"\0")[0]
            return "".join(chr(code) for code in text if 32 <= code < 127).strip()
    return ""


def _camera(*parts: str) -> str | None:
    # A slash within a part would make two cameras alike.
    return "/".join(part.replace("/", "-") for part in parts) if any(parts) else None


def _moment(text: str) -> datetime | None:
    try:
        # Cameras do not write a zone.
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None
