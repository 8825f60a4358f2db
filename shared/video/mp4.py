"""What an MP4's index says: how many frames there are, and how long each track is.

Read by hand, since ffmpeg's own answers are texts for people; a file without its index, which is
half a file, is found out here.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from shared.errors import PermanentError

_MOST_INDEX = 200_000_000


@dataclass(frozen=True)
class Track:
    """One track: its kind (`vide`, `soun`), its samples, and its length.

    `samples` are frames of a video, and packets of a sound. `seconds` is of the media, and
    `shown` what of it is to be played.
    """

    kind: str
    samples: int
    seconds: float
    shown: float


def tracks(path: Path) -> list[Track]:
    """The tracks of an MP4.

    Raises:
        PermanentError: `not_an_mp4`, the file is none, or is cut off.
    """
    try:
        with path.open("rb") as file:
            moov = _read_moov(file, path.stat().st_size)
        return _tracks(moov)
    except (struct.error, IndexError, ValueError, ZeroDivisionError, OSError) as exc:
        raise PermanentError("not_an_mp4", f"{path.name} is no whole MP4.") from exc


def video_frames(path: Path) -> int:
    """How many frames an MP4 shows; 0 without pictures."""
    return sum(track.samples for track in tracks(path) if track.kind == "vide")


def _read_moov(file: BinaryIO, end: int) -> bytes:
    """The index of a file of `end` bytes, all of whose boxes are whole."""
    moov, at = b"", 0
    while at < end:
        file.seek(at)
        size, name = struct.unpack(">I4s", file.read(8))
        used = 8
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
            used = 16
        if not used <= size <= end - at:
            raise ValueError("a box that is cut off")
        if name == b"moov":
            if size > _MOST_INDEX:
                raise ValueError("an index of that size")
            moov = file.read(size - used)
        at += size
    if not moov:
        raise ValueError("no index")
    return moov


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        if size < 8:
            raise ValueError("a box without an end")
        yield name, data[at + 8 : at + size]
        at += size


def _child(data: bytes, *names: bytes) -> bytes:
    for wanted in names:
        data = next((body for name, body in _boxes(data) if name == wanted), b"")
    return data


def _tracks(moov: bytes) -> list[Track]:
    scale, _ = _times(_child(moov, b"mvhd"))
    found = []
    for name, trak in _boxes(moov):
        if name != b"trak":
            continue
        media_scale, duration = _times(_child(trak, b"mdia", b"mdhd"))
        kind = _child(trak, b"mdia", b"hdlr")[8:12].decode("ascii", "replace")
        sizes = _child(trak, b"mdia", b"minf", b"stbl", b"stsz")
        (samples,) = struct.unpack_from(">I", sizes, 8)
        seconds = duration / media_scale
        found.append(Track(kind, samples, seconds, _shown(trak, scale, seconds)))
    return found


def _times(header: bytes) -> tuple[int, int]:
    """Ticks a second, and the length in ticks."""
    if header[0] == 1:
        scale, duration = struct.unpack_from(">IQ", header, 20)
    else:
        scale, duration = struct.unpack_from(">II", header, 12)
    return int(scale), int(duration)


def _shown(trak: bytes, scale: int, seconds: float) -> float:
    edits = _child(trak, b"edts", b"elst")
    if not edits:
        return seconds
    (count,) = struct.unpack_from(">I", edits, 4)
    shape, size = (">QqI", 20) if edits[0] == 1 else (">IiI", 12)
    total = 0
    for index in range(count):
        length, start, _ = struct.unpack_from(shape, edits, 8 + index * size)
        total += length if start >= 0 else 0
    return float(total / scale)
