"""Files that a photographer's folder may hold and no reader can use, each in its own way."""

import struct
import zlib
from pathlib import Path

from medley.demo_photos.bulk import draw_small

HUGE_SIDE = 50_000
OVERSIZE = 61_000_000
PAGE = """<!doctype html>
<html><head><title>404</title></head>
<body><h1>Not found</h1><p>This page was saved under a photo's name.</p></body></html>
"""


def draw_bad_files(out: Path, oversize: int = OVERSIZE) -> dict[str, str]:
    """Write one file of each kind of bad input.

    Their names also carry what breaks careless code: spaces, a plus, accents.

    Args:
        out: The folder, made when absent.
        oversize: Bytes of the file that is too large.

    Returns:
        The code of the error that each file's name must end with.
    """
    out.mkdir(parents=True, exist_ok=True)
    photo = _photo(out)
    (out / "truncated photo.jpg").write_bytes(photo[: len(photo) * 3 // 5])
    (out / "saved+page.jpg").write_text(PAGE, encoding="utf-8")
    (out / "vidé.jpg").write_bytes(b"")
    write_blank_png(out / "huge scan.png", HUGE_SIDE)
    with (out / "oversize.jpg").open("wb") as file:
        file.write(photo)
        file.truncate(max(oversize, len(photo)))
    return {
        "truncated photo.jpg": "truncated_image",
        "saved+page.jpg": "not_an_image",
        "vidé.jpg": "empty_file",
        "huge scan.png": "too_many_pixels",
        "oversize.jpg": "object_too_large",
    }


def _photo(out: Path) -> bytes:
    drawn = out / draw_small(0, out, seed=3).filename
    data = drawn.read_bytes()
    drawn.unlink()
    return data


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_blank_png(path: Path, side: int) -> None:
    """Write a valid, square, one-bit white PNG without ever holding its pixels."""
    row = b"\x00" + b"\xff" * ((side + 7) // 8)
    block = 256
    squeeze = zlib.compressobj(9)
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        file.write(_chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)))
        for start in range(0, side, block):
            data = squeeze.compress(row * min(block, side - start))
            if data:
                file.write(_chunk(b"IDAT", data))
        file.write(_chunk(b"IDAT", squeeze.flush()))
        file.write(_chunk(b"IEND", b""))
