"""Names in a zip that every system can unpack."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
# Windows opens a device for these, with any suffix.
_DEVICES = re.compile(r"(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")
_LONGEST = 180  # bytes, since some file systems take 255 and unpackers add to it


def safe_names(names: Iterable[str]) -> list[str]:
    """Safe and unique forms of file names, in their order.

    Folders are dropped, since a path may climb out of the folder where it is unpacked. What
    Windows forbids becomes `_`. Of names that differ only in case or accents' coding, later ones
    get a number: `a.jpg`, `A (2).jpg`.
    """
    taken: set[str] = set()
    # Where counting goes on, so that ten thousand equal names are not a hundred million tries.
    counters: dict[str, int] = {}
    safe: list[str] = []
    for name in names:
        base = _clean(name)
        chosen = base
        number = counters.get(base.casefold(), 1)
        while chosen.casefold() in taken:
            number += 1
            path = PurePosixPath(base)
            chosen = f"{path.stem} ({number}){path.suffix}"
        counters[base.casefold()] = number
        taken.add(chosen.casefold())
        safe.append(chosen)
    return safe


def _clean(name: str) -> str:
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    last = last.encode("utf-8", "replace").decode()  # half a surrogate pair has no bytes
    last = _FORBIDDEN.sub("_", last).strip(" ").rstrip(". ")
    if _DEVICES.match(last):
        last = f"_{last}"
    last = _shortened(last)
    return last if last.strip(".") else "file"


def _shortened(name: str) -> str:
    if len(name.encode()) <= _LONGEST:
        return name
    path = PurePosixPath(name)
    suffix = path.suffix if len(path.suffix.encode()) <= 16 else ""
    stem = name.removesuffix(suffix).encode()[: _LONGEST - len(suffix.encode())]
    return stem.decode(errors="ignore").rstrip() + suffix
