"""Finds the fonts that texts are set in: Noto, in whichever place this machine has it.

A Lambda has them in the layer `fonts`, a developer's machine in `.tools/fonts`, where the set-up
puts them, or among the system's fonts. The same faces by the same names are in each.
"""

import os
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

from shared.environment import tools_folder
from shared.errors import Unavailable
from shared.video.font_coverage import coverage

LAYER = Path("/opt/share/fonts")
PROJECT = tools_folder() / "fonts"
SET_UP = "make setup"
SANS = "Noto Sans"
EMOJI = "Noto Color Emoji"
# The variants of Han characters. Chinese as in China is what a text without a hint gets.
CJK = {language: f"Noto Sans CJK {language.upper()}" for language in ("sc", "jp", "kr", "tc", "hk")}
SCRIPTS = (
    *("Arabic", "Hebrew", "Thai", "Devanagari", "Bengali", "Tamil", "Telugu", "Kannada"),
    *("Malayalam", "Gujarati", "Gurmukhi", "Sinhala", "Khmer", "Lao", "Myanmar", "Armenian"),
    *("Georgian", "Ethiopic"),
)
SYMBOLS = ("Noto Sans Symbols", "Noto Sans Symbols2", "Noto Sans Math")
_MOST_FACES = 64
_SUFFIXES = (".ttf", ".otf", ".ttc")


@dataclass(frozen=True)
class Face:
    """One face of a font file; `weight` is set on a file that has all weights in one."""

    path: Path
    family: str
    index: int = 0
    weight: int | None = None

    def covers(self, text: str) -> bool:
        """Whether it has a glyph for each character."""
        has = coverage(self.path, self.index)
        return all(ord(character) in has for character in text)


def find(*, bold: bool = False) -> Face:
    """The face for Latin, Greek, Cyrillic and Vietnamese.

    Raises:
        Unavailable: it is nowhere on this machine (`fonts_missing`).
    """
    face = _find(SANS, bold)
    if face is None:
        raise Unavailable(
            "fonts_missing",
            f"The Noto fonts are not on this machine. `{SET_UP}` brings them; a Lambda needs the "
            "layer `fonts`.",
        )
    return face


@cache
def fallbacks(*, bold: bool = False, language: str = "sc") -> tuple[Face, ...]:
    """The faces to ask in turn for a character: `find`, other scripts, Han, symbols.

    Those that this machine lacks are left out. Emoji are not among them: see `emoji`.

    Args:
        language: Which forms Han characters take: "sc", "tc", "hk", "jp" or "kr".
    """
    names = [*(f"{SANS} {script}" for script in SCRIPTS), CJK[language], *SYMBOLS]
    found = [face for name in names if (face := _find(name, bold))]
    return (find(bold=bold), *found)


def emoji() -> Face | None:
    """The face of coloured emoji, if there is one."""
    return _find(EMOJI, bold=False) or _find("Apple Color Emoji", bold=False)


@lru_cache(maxsize=256)
def load(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """The face for drawing, `size` pixels an em. A font must not be shared between threads."""
    font = ImageFont.truetype(face.path, size, index=face.index)
    if face.weight is not None:
        axes = font.get_variation_axes()
        font.set_variation_by_axes(
            [face.weight if _is_weight(axis["name"]) else axis["default"] or 0 for axis in axes]
        )
    return font


def clear() -> None:
    """Forget what was found: for tests, and after fonts were brought."""
    for cached in (_files, _find, fallbacks):
        cached.cache_clear()


def folders() -> tuple[Path, ...]:
    """Where fonts are looked for, the first first."""
    system = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
    try:
        home = Path.home()
    except RuntimeError:  # a Lambda may have none
        home = None
    if home is not None:
        system += [home / ".local/share/fonts", home / ".fonts", home / "Library/Fonts"]
    return (LAYER, PROJECT, *system, Path("/Library/Fonts"), Path("/System/Library/Fonts"))


@cache
def _files() -> dict[str, Path]:
    """Each Noto file by its name; of several, the one in the first folder."""
    found: dict[str, Path] = {}
    for folder in folders():
        for place, _inner, names in os.walk(folder):
            for name in names:
                if name.endswith(_SUFFIXES) and name.startswith(("Noto", "Apple Color Emoji")):
                    found.setdefault(name, Path(place) / name)
    return found


@cache
def _find(family: str, bold: bool) -> Face | None:
    """The face of that family, or its regular one where there is no bold."""
    files = _files()
    style = None if family.startswith(("Apple", EMOJI)) else "Bold" if bold else "Regular"
    for name, weight in _names(family, bold):
        for path in (files[name],) if name in files else ():
            # A file of all weights calls itself by whichever is its default.
            index = _index(path, family, style if weight is None else None)
            if index is not None:
                return Face(path, family, index, weight)
    return _find(family, False) if bold else None


def _names(family: str, bold: bool) -> list[tuple[str, int | None]]:
    """What a file of the family may be called, and the weight to set in it."""
    stem = family.replace(" ", "")
    style = "Bold" if bold else "Regular"
    weight = 700 if bold else 400
    if family in CJK.values():
        stem = "NotoSansCJK"
        files = [(f"{stem}-{style}.ttc", None), (f"{stem}.ttc", None)]
        return [*files, (f"{stem}-VF.otf.ttc", weight)]
    if family == EMOJI:
        return [(f"{stem}.ttf", None)]
    if family.startswith("Apple"):
        return [(f"{family}.ttc", None)]
    return [
        (f"{stem}-{style}.ttf", None),
        (f"{stem}[wdth,wght].ttf", weight),
        (f"{stem}[wght].ttf", weight),
    ]


def _index(path: Path, family: str, style: str | None) -> int | None:
    """Which face of the file is of that family and style; None for a file that cannot be used."""
    if path.suffix != ".ttc" or family.startswith("Apple"):
        return 0 if _opens(path) else None
    for index in range(_MOST_FACES):
        try:
            named = ImageFont.truetype(path, 16, index=index).getname()
        except OSError:
            return None
        if style is None and (named[0] or "").startswith(family) and "Mono" not in (named[0] or ""):
            return index
        if named == (family, style):
            return index
    return None


def _opens(path: Path) -> bool:
    if coverage(path):
        return True
    warnings.warn(f"{path.name} is not a usable font, and is left out.", stacklevel=2)
    return False


def _is_weight(name: bytes | str | None) -> bool:
    text = name.decode(errors="replace") if isinstance(name, bytes) else name or ""
    return text.lower() == "weight"
