"""Cuts a text into what one font can draw: clusters, then runs of one face and one direction."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from shared.video import fonts
from shared.video.fonts import Face
from shared.video.text_bidi import levels, visual_order

_JOINER = "\u200d"
_TEXT_STYLE, _PICTURE_STYLE = "\ufe0e", "\ufe0f"
_KEYCAP = "\u20e3"
# Control characters that shape what stands beside them, and have no picture of their own.
_SHAPERS = {_JOINER, "\u200c", "\u200e", "\u200f", "\u061c"}
# Where coloured emoji begin; what lies before is text unless a selector says otherwise.
_PICTURES = 0x1F000
_NARROW_PICTURES = frozenset("⌚⌛⏩⏪⏫⏬⏰⏳⚡⚽⚾⛄⛅⛔⛪⛳⛵⛺✅✨❌❓❗➕➖➗⬛⬜⭐⭕")


@dataclass(frozen=True)
class Run:
    """A part of a line that one face draws in one direction; an emoji is a run of its own."""

    text: str
    face: Face
    rtl: bool = False
    picture: bool = False


def clean(text: str) -> str:
    """The text without what cannot be seen: control characters, lone surrogates, extra spaces.

    Line breaks stay; spaces around them go.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = []
    for line in text.replace("\u2028", "\n").replace("\u2029", "\n").split("\n"):
        kept = "".join(" " if c.isspace() and c != "\u00a0" else c for c in line if _shown(c))
        lines.append(" ".join(part for part in kept.split(" ") if part))
    return "\n".join(lines).strip("\n")


def _shown(character: str) -> bool:
    if character in _SHAPERS or 0xE0020 <= ord(character) <= 0xE007F:
        return True
    category = unicodedata.category(character)
    return category not in {"Cc", "Cf", "Cs", "Co", "Cn"} or character == "\t"


def clusters(text: str) -> list[str]:
    """What a reader takes for one character: a letter with its marks, a family, a flag."""
    found: list[str] = []
    for character in text:
        if found and _joins(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def _joins(before: str, character: str) -> bool:
    code = ord(character)
    if character in _SHAPERS or 0xFE00 <= code <= 0xFE0F or 0x1F3FB <= code <= 0x1F3FF:
        return True
    if unicodedata.category(character).startswith("M") or 0xE0020 <= code <= 0xE007F:
        return True
    if before[-1] == _JOINER:
        return code >= 0x2190 or unicodedata.category(before[0]).startswith("L")
    flag = 0x1F1E6 <= code <= 0x1F1FF
    return flag and len(before) == 1 and 0x1F1E6 <= ord(before) <= 0x1F1FF


def is_picture(cluster: str) -> bool:
    """Whether the cluster is an emoji that is shown in colour."""
    if _TEXT_STYLE in cluster:
        return False
    first = cluster[0]
    if _PICTURE_STYLE in cluster or _KEYCAP in cluster or first in _NARROW_PICTURES:
        return True
    # What the fonts for text have too, such as the ideographs of U+20000 on, is a letter.
    return ord(first) >= _PICTURES and unicodedata.category(first) in {"So", "Sk"}


def language_of(text: str) -> str:
    """Which forms Han characters take, by what stands beside them: kana, Hangul, Bopomofo."""
    for character in text:
        code = ord(character)
        if 0x3040 <= code <= 0x30FF or 0xFF66 <= code <= 0xFF9D:
            return "jp"
        if 0xAC00 <= code <= 0xD7AF or 0x1100 <= code <= 0x11FF or 0x3130 <= code <= 0x318F:
            return "kr"
        if 0x3100 <= code <= 0x312F:
            return "tc"
    return "sc"


@lru_cache(maxsize=4096)
def face_of(cluster: str, bold: bool, language: str) -> tuple[Face, bool]:
    """The face that draws a cluster, and whether it is an emoji; the first face if none can."""
    bare = "".join(c for c in cluster if c not in _SHAPERS and not 0xFE00 <= ord(c) <= 0xFE0F)
    faces = fonts.fallbacks(bold=bold, language=language)
    pictures = fonts.emoji()
    if pictures and is_picture(cluster) and pictures.covers(bare[:1]):
        return pictures, True
    for face in faces:
        if face.covers(bare):
            return face, False
    # No face has all of it, such as a letter with a strange mark: the letter matters most.
    for face in faces:
        if bare and face.covers(bare[0]):
            return face, False
    if pictures and bare and pictures.covers(bare[0]):
        return pictures, True
    return faces[0], False


def line_runs(line: str, *, bold: bool, language: str, base: int) -> list[Run]:
    """The runs of one line as they are seen, from left to right.

    Args:
        base: The paragraph's level: 0 goes right, 1 goes left; see `text_bidi.base_level`.
    """
    level_of = levels(line, base)
    marked = []
    place = 0
    for number, (part, face, picture) in enumerate(_faced(line, bold, language)):
        # Each emoji is drawn by itself, so it is its own group.
        marked.append((part, face, level_of[place], number if picture else None))
        place += len(part)
    runs, run_levels = [], []
    for (face, level, picture_number), group in groupby(marked, key=lambda m: m[1:]):
        text = "".join(part for part, *_ in group)
        runs.append(Run(text, face, rtl=level % 2 == 1, picture=picture_number is not None))
        run_levels.append(level)
    return [runs[number] for number in visual_order(run_levels)]


def written_runs(text: str, *, bold: bool, language: str) -> list[tuple[str, Face]]:
    """The runs of one face each in the order in which they are written, not as they are seen."""
    parts = _faced(text, bold, language)
    return [
        ("".join(part for part, *_ in group), face)
        for face, group in groupby(parts, key=lambda part: part[1])
    ]


def _faced(line: str, bold: bool, language: str) -> list[tuple[str, Face, bool]]:
    """Each cluster with its face, and whether it is an emoji."""
    found = []
    previous: Face | None = None
    for part in clusters(line):
        face, picture = _steady(part, bold, language, previous)
        found.append((part, face, picture))
        previous = None if picture else face
    return found


def _steady(part: str, bold: bool, language: str, previous: Face | None) -> tuple[Face, bool]:
    """As `face_of`, but spaces and signs stay in the face before them, if it has them."""
    neutral = unicodedata.category(part[0])[0] in "PZ"
    if neutral and previous is not None and previous.covers(part):
        return previous, False
    return face_of(part, bold, language)


def without_pictures(text: str) -> str:
    """The text without emoji in colour, for what cannot draw them."""
    return clean("".join(part for part in clusters(text) if not is_picture(part)))
