"""What JPEG, PNG and WebP files say of themselves, read by hand before any library sees them.

A file's header is enough to refuse 2.5 gigapixels in microseconds. The metadata is taken out
here as well and never reaches Pillow: Pillow reads EXIF when it opens a JPEG, and a few
megabytes of crossed EXIF entries make it copy gigabytes.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from shared.errors import PermanentError

# Cameras write some 50 kB at most.
_MOST_EXIF = 1 << 20
_MOST_PROFILE = 1 << 22

_PNG = b"\x89PNG\r\n\x1a\n"
# What a picture needs; APNG's frames, texts and the rest are left out.
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"gAMA", b"cHRM", b"sRGB"})
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}

_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF or a camera's raw format"),
    (b"MM\0*", "TIFF or a camera's raw format"),
    (b"8BPS", "Photoshop"),
    (b"%PDF", "PDF"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"FUJIFILM", "a camera's raw format"),
)


@dataclass(frozen=True)
class Container:
    """A file's format and size, its raw EXIF, and the bytes that Pillow may see."""

    format: str
    width: int
    height: int
    exif: bytes
    content: bytes


def inspect(data: bytes) -> Container:
    """Reads a file's header.

    Raises:
        PermanentError: `empty_file`, `unsupported_format`, or `not_an_image`.
    """
    if not data:
        raise PermanentError("empty_file", "The file is empty.")
    reader = _reader(data)
    if reader is None:
        raise _unknown(data)
    try:
        container = reader(data)
    except (struct.error, IndexError) as exc:
        raise PermanentError("truncated_image", "The file ends within its header.") from exc
    if container.width < 1 or container.height < 1:
        raise PermanentError("not_an_image", "The file says that it has no pixels.")
    return container


def _reader(data: bytes) -> Callable[[bytes], Container] | None:
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg
    if data.startswith(_PNG):
        return _png
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp
    return None


def _unknown(data: bytes) -> PermanentError:
    name = next((name for magic, name in _OTHERS if data.startswith(magic)), None)
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        name = {b"avif": "AVIF", b"avis": "AVIF", b"crx ": "a camera's raw format"}.get(
            brand, "HEIC" if brand[:3] in {b"hei", b"hev", b"mif", b"msf"} else "a video"
        )
    if name is None:
        return PermanentError("not_an_image", "The file is not an image.")
    return PermanentError(
        "unsupported_format", f"The file is {name}; JPEG, PNG and WebP can be read."
    )


def _jpeg(data: bytes) -> Container:
    view = memoryview(data)
    kept: list[bytes | memoryview] = [view[:2]]
    size = (0, 0)
    exif = b""
    profile = 0
    at = 2
    while True:
        # Between segments there may be fill bytes, and in some cameras' files plain rubbish.
        at = data.find(b"\xff", at)
        if at < 0 or at + 4 > len(data):
            raise PermanentError("truncated_image", "The file ends before its picture begins.")
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in {0x00, 0x01} or 0xD0 <= marker <= 0xD8:
            at += 2
            continue
        if marker in {0xD9, 0xDA}:
            break
        (length,) = struct.unpack_from(">H", data, at + 2)
        end = at + 2 + max(length, 2)
        body = data[at + 4 : min(end, at + 40)]
        if marker in _SOF:
            size = struct.unpack_from(">xHH", body)
        if marker == 0xE1 and body.startswith(b"Exif\0"):
            exif = exif or data[at + 10 : end]
        elif marker == 0xE2 and body.startswith(b"ICC_PROFILE\0"):
            profile += length
            if profile <= _MOST_PROFILE:
                kept.append(view[at:end])
        elif not (0xE1 <= marker <= 0xED or marker in {0xEF, 0xFE}):
            kept.append(view[at:end])  # APP0 and APP14 say how the colours are coded
        at = end
    kept.append(view[at:])
    return Container("JPEG", size[1], size[0], exif, b"".join(kept))


def _png(data: bytes) -> Container:
    if data[12:16] != b"IHDR":
        raise PermanentError("not_an_image", "The file begins like a PNG, and is none.")
    width, height = struct.unpack_from(">II", data, 16)
    view = memoryview(data)
    kept: list[bytes | memoryview] = [_PNG]
    exif = b""
    at = len(_PNG)
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if kind == b"eXIf" and length <= _MOST_EXIF:
            exif = data[at + 8 : at + 8 + length]
        elif kind in _PNG_KEPT or (kind == b"iCCP" and length <= _MOST_PROFILE):
            kept.append(view[at:end])
        at = end
        if kind == b"IEND":
            break
    return Container("PNG", width, height, exif, b"".join(kept))


def _webp(data: bytes) -> Container:
    kind = data[12:16]
    if kind == b"VP8X":
        # 24 bits each, one less than the size; bytes 20 to 23 are flags.
        width = 1 + int.from_bytes(_exactly(data, 24, 3), "little")
        height = 1 + int.from_bytes(_exactly(data, 27, 3), "little")
    elif kind == b"VP8L":
        bits = int.from_bytes(_exactly(data, 21, 4), "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif kind == b"VP8 ":
        width, height = (v & 0x3FFF for v in struct.unpack_from("<HH", data, 26))
    else:
        raise PermanentError("not_an_image", "The file begins like a WebP, and is none.")
    return Container("WebP", width, height, _webp_exif(data), data)


def _webp_exif(data: bytes) -> bytes:
    at = 12
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind == b"EXIF":
            found = data[at + 8 : at + 8 + min(length, _MOST_EXIF)]
            return found.removeprefix(b"Exif\0\0")
        at += 8 + length + length % 2
    return b""


def _exactly(data: bytes, at: int, count: int) -> bytes:
    if len(data) < at + count:
        raise IndexError
    return data[at : at + count]
