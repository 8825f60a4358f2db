"""What GIF, HEIC and AVIF files say of themselves, beside those that `containers` reads.

Listings bring these; race photos do not. Sizes are read from the header by hand, so that limits
are held before any library sees the file.
"""

import struct

from shared.errors import PermanentError
from shared.images.containers import Container, inspect

_AVIF = frozenset({b"avif", b"avis"})
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
# A file's own description of its pictures lies at its beginning.
_MOST_HEADER = 1 << 20


def inspect_more(data: bytes) -> Container:
    """As `inspect`, and GIF, HEIC and AVIF too. Of these three the content is the file itself.

    Raises:
        PermanentError: `empty_file`, `unsupported_format`, `not_an_image`, `truncated_image`.
    """
    if data.startswith((b"GIF87a", b"GIF89a")):
        return _gif(data)
    if data[4:8] == b"ftyp" and (name := _brand(data)):
        return _heif(data, name)
    return inspect(data)


def _gif(data: bytes) -> Container:
    if len(data) < 13:
        raise PermanentError("truncated_image", "The file ends within its header.")
    width, height = struct.unpack_from("<HH", data, 6)
    if not (width and height):
        raise PermanentError("not_an_image", "The file says that it has no pixels.")
    return Container("GIF", width, height, b"", data)


def _brand(data: bytes) -> str | None:
    (length,) = struct.unpack_from(">I", data)
    brands = {data[at : at + 4] for at in (8, *range(16, min(length, 256, len(data)), 4))}
    if brands & _AVIF:
        return "AVIF"
    return "HEIC" if brands & _HEIC else None


def _heif(data: bytes, name: str) -> Container:
    # Each picture in the file, thumbnail and tile has an `ispe` with its size; the whole picture
    # is the largest.
    head = data[:_MOST_HEADER]
    sizes: list[tuple[int, int]] = []
    at = head.find(b"ispe")
    while at >= 0:
        if at + 16 > len(head):
            raise PermanentError("truncated_image", "The file ends within its header.")
        sizes.append(struct.unpack_from(">II", head, at + 8))
        at = head.find(b"ispe", at + 4)
    if not sizes:
        raise PermanentError("not_an_image", f"The file begins like {name}, and has no picture.")
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    return Container(name, width, height, b"", data)
