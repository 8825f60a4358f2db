"""Which characters a font has, read from its `cmap` table.

FreeType draws an empty box for what a font lacks, and tells nobody. To choose a font for each
character one has to know beforehand, and Pillow does not say.
"""

import struct
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_LAST = 0x110000
_TTC = b"ttcf"
# (platform, encoding) of the tables that hold Unicode, the most complete first.
_UNICODE = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0))


class Coverage:
    """The code points that a face has a glyph for: ``ord("a") in coverage``."""

    def __init__(self, found: NDArray[np.bool_]) -> None:
        # Where it changes between having and lacking: some hundred numbers instead of a megabyte.
        padded = np.concatenate(([False], found, [False]))
        self._changes: list[int] = np.flatnonzero(padded[1:] != padded[:-1]).tolist()

    def __contains__(self, code_point: int) -> bool:
        return bisect_right(self._changes, code_point) % 2 == 1

    def __bool__(self) -> bool:
        return bool(self._changes)


@lru_cache(maxsize=128)
def coverage(path: Path, index: int = 0) -> Coverage:
    """What a face covers; a file that is no font, or has no table of Unicode, covers nothing."""
    found = np.zeros(_LAST, dtype=np.bool_)
    try:
        _read(_cmap(path, index), found)
    except (struct.error, ValueError, IndexError, OSError):
        found[:] = False
    return Coverage(found)


def _cmap(path: Path, index: int) -> bytes:
    """The bytes of the face's `cmap` table; fonts are up to 20 MB, and the table 100 kB."""
    with path.open("rb") as font:
        start = 0
        if font.read(4) == _TTC:
            font.seek(12 + 4 * index)
            (start,) = struct.unpack(">I", font.read(4))
        font.seek(start + 4)
        (tables,) = struct.unpack(">H", font.read(2))
        font.seek(start + 12)
        for _ in range(tables):
            tag, _sum, offset, length = struct.unpack(">4sIII", font.read(16))
            if tag == b"cmap":
                font.seek(offset)
                return font.read(length)
    raise ValueError("no cmap")


def _read(cmap: bytes, found: NDArray[np.bool_]) -> None:
    (count,) = struct.unpack_from(">H", cmap, 2)
    offsets = {}
    for number in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", cmap, 4 + 8 * number)
        offsets[platform, encoding] = offset
    for key in _UNICODE:
        if key in offsets and _read_table(cmap[offsets[key] :], found):
            return
    raise ValueError("no table of Unicode")


def _read_table(table: bytes, found: NDArray[np.bool_]) -> bool:
    (kind,) = struct.unpack_from(">H", table)
    if kind == 4:
        _read_segments(table, found)
    elif kind == 12:
        (groups,) = struct.unpack_from(">I", table, 12)
        for first, last, _glyph in struct.iter_unpack(">III", table[16 : 16 + 12 * groups]):
            found[first : last + 1] = True
    else:
        return False
    return True


def _read_segments(table: bytes, found: NDArray[np.bool_]) -> None:
    """Format 4: segments of the first 65,536 code points, some with holes."""
    (doubled,) = struct.unpack_from(">H", table, 6)
    words = np.frombuffer(table, dtype=">u2", count=len(table) // 2).astype(np.int64)
    count = doubled // 2
    ends = words[7 : 7 + count]
    starts = words[8 + count : 8 + 2 * count]
    deltas = words[8 + 2 * count : 8 + 3 * count]
    ranges = 8 + 3 * count
    for number in range(count):
        first, last = int(starts[number]), min(int(ends[number]), 0xFFFE)
        if last < first:
            continue
        codes = np.arange(first, last + 1)
        offset = int(words[ranges + number])
        if offset == 0:
            glyphs = (codes + deltas[number]) & 0xFFFF
        else:
            places = ranges + number + offset // 2 + (codes - first)
            glyphs = words[np.minimum(places, len(words) - 1)]
        found[codes] = glyphs != 0
