"""The bytes of a zip file, by APPNOTE.TXT 6.3.10, for entries that are stored.

CRC and size stand in the local header. A data descriptor behind the bytes would spare knowing
them before, but some readers (Java's ZipInputStream, SharpZipLib) refuse stored entries with one.
Zip64 is used where a number needs it, and nowhere else.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

_32 = 0xFFFFFFFF
_16 = 0xFFFF
_UTF8 = 1 << 11
# 1980-01-01, the first day that the format knows: the same objects give the same bytes.
_DATE = (0 << 9) | (1 << 5) | 1
_UNIX = 3 << 8
_FILE = 0o100644 << 16


@dataclass(frozen=True)
class Member:
    """An entry that was written: where its local header begins, and what it holds."""

    name: str
    size: int
    crc: int
    offset: int


def local_header(name: str, size: int, crc: int) -> bytes:
    """What stands before an entry's bytes."""
    extra = struct.pack("<HHQQ", 1, 16, size, size) if size >= _32 else b""
    encoded = name.encode()
    header = struct.pack(
        "<4s5H3I2H",
        b"PK\3\4",
        45 if extra else 20,
        _UTF8,
        0,  # stored
        0,
        _DATE,
        crc,
        min(size, _32),
        min(size, _32),
        len(encoded),
        len(extra),
    )
    return header + encoded + extra


def header_size(name: str, size: int) -> int:
    """The length of an entry's local header."""
    return 30 + len(name.encode()) + (20 if size >= _32 else 0)


def directory(members: Iterable[Member], offset: int) -> bytes:
    """The central directory, and the records that end the file; it begins at `offset`."""
    records = [_central(member) for member in members]
    size = sum(len(record) for record in records)
    count = len(records)
    end = b""
    if count >= _16 or size >= _32 or offset >= _32:
        end = struct.pack(
            "<4sQHHIIQQQQ", b"PK\6\6", 44, _UNIX | 45, 45, 0, 0, count, count, size, offset
        )
        end += struct.pack("<4sIQI", b"PK\6\7", 0, offset + size, 1)
    end += struct.pack(
        "<4s4H2IH",
        b"PK\5\6",
        0,
        0,
        min(count, _16),
        min(count, _16),
        min(size, _32),
        min(offset, _32),
        0,
    )
    return b"".join(records) + end


def _central(member: Member) -> bytes:
    wide = [member.size, member.size] if member.size >= _32 else []
    wide += [member.offset] if member.offset >= _32 else []
    extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    encoded = member.name.encode()
    record = struct.pack(
        "<4s6H3I5H2I",
        b"PK\1\2",
        _UNIX | (45 if wide else 20),
        45 if wide else 20,
        _UTF8,
        0,
        0,
        _DATE,
        member.crc,
        min(member.size, _32),
        min(member.size, _32),
        len(encoded),
        len(extra),
        0,
        0,
        0,
        _FILE,
        min(member.offset, _32),
    )
    return record + encoded + extra
