"""Sets a text into a box: breaks lines, shrinks what is too long, cuts off what is longer still."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from PIL import features

from shared.video import fonts
from shared.video.text_bidi import base_level
from shared.video.text_runs import Run, clean, clusters, is_picture, language_of, line_runs

ELLIPSIS = "…"
# An emoji beside letters of one em, as wide as Noto's own designs make it.
PICTURE_WIDTH = 1.2
SMALLEST = 6
_STEP = 0.95
_FOR_A_WORD = 0.7
# Signs that may not begin a line, and those that may not end one, beside Han and kana (JIS X 4051).
_NOT_FIRST = frozenset(
    "、。，．・：；？！゛゜ヽヾゝゞ々ー’”）〕］｝〉》」』】〙〗〟％‰℃ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ…‥!?,.:;)]}%"
)
_NOT_LAST = frozenset("‘“（〔［｛〈《「『【〘〖〝￥＄([{")


@dataclass(frozen=True)
class Line:
    """A line as it is seen: runs from left to right, and its width in pixels."""

    text: str
    runs: tuple[Run, ...]
    width: float


@dataclass(frozen=True)
class Block:
    """Lines of one size, in pixels an em; `rtl` is the paragraph's direction."""

    lines: tuple[Line, ...]
    size: int
    bold: bool
    rtl: bool

    @property
    def width(self) -> float:
        """Of the widest line, in pixels."""
        return max((line.width for line in self.lines), default=0.0)


@lru_cache(maxsize=1)
def shapes() -> bool:
    """Whether Pillow can shape Arabic and Indic scripts: its wheel needs the system's FriBidi."""
    return bool(features.check("raqm"))


@lru_cache(maxsize=8192)
def run_width(run: Run, size: int) -> float:
    """How far a run goes, in pixels."""
    if run.picture:
        return size * PICTURE_WIDTH
    font = fonts.load(run.face, size)
    if not shapes():
        return float(font.getlength(run.text))
    return float(font.getlength(run.text, direction="rtl" if run.rtl else "ltr"))


def fit(
    text: str,
    *,
    size: int,
    width: float,
    most_lines: int,
    smallest: float = 0.6,
    bold: bool = False,
    balanced: bool = False,
) -> Block:
    """Set a text into at most `most_lines` lines of `width` pixels.

    Too long a text is set smaller, down to `smallest` of `size`; after that it loses its end, and
    an ellipsis says so. A word that is wider than a line is set smaller still, then split. Line
    breaks in the text are kept.

    Args:
        balanced: Make the lines about equally long, as a title wants it.
    """
    text = clean(text)
    setter = _Setter(bold, language_of(text), base_level(text))
    least = max(SMALLEST, round(size * smallest))
    # One long word, such as a hashtag, looks better small than split.
    floor = max(SMALLEST, round(least * _FOR_A_WORD))
    now = max(size, SMALLEST)
    while True:
        lines = setter.wrap(text, now, width, split_words=now <= floor)
        if lines is not None and len(lines) <= most_lines:
            break
        if lines is not None and now <= least:
            lines = setter.shorten(lines, now, width, most_lines)
            break
        now = max(floor, min(now - 1, round(now * _STEP)))
    if balanced and len(lines) > 1 and "\n" not in text:
        lines = setter.balance(text, now, width, lines)
    return Block(tuple(setter.line(line, now) for line in lines), now, bold, rtl=setter.base == 1)


def pieces(line: str) -> list[str]:
    """The parts of a line between which it may be broken; spaces are at their ends."""
    found: list[str] = []
    open_part = ""
    parts = clusters(line)
    for number, part in enumerate(parts):
        open_part += part
        following = parts[number + 1] if number + 1 < len(parts) else ""
        if following and _may_break(part, following):
            found.append(open_part)
            open_part = ""
    return [*found, open_part] if open_part else found


def _may_break(before: str, after: str) -> bool:
    if before == " ":
        return after != " "
    if after == " " or after[0] in _NOT_FIRST or before[0] in _NOT_LAST:
        return False
    if before in "-–—/" and after[0].isalpha():
        return True
    return _is_wide(before) or _is_wide(after)


def _is_wide(part: str) -> bool:
    """Han, kana, and what else may be broken between any two of it."""
    code = ord(part[0])
    return (
        0x2E80 <= code <= 0x9FFF
        or 0xF900 <= code <= 0xFAFF
        or 0xFF00 <= code <= 0xFFEF
        or 0x20000 <= code <= 0x3FFFF
        or is_picture(part)
    )


class _Setter:
    def __init__(self, bold: bool, language: str, base: int) -> None:
        self.bold, self.language, self.base = bold, language, base

    def line(self, text: str, size: int) -> Line:
        runs = line_runs(text, bold=self.bold, language=self.language, base=self.base)
        return Line(text, tuple(runs), sum(run_width(run, size) for run in runs))

    def wrap(self, text: str, size: int, width: float, *, split_words: bool) -> list[str] | None:
        """Lines no wider than `width`; None if a word is, and may not be split."""
        lines: list[str] = []
        for paragraph in text.split("\n"):
            line = ""
            for piece in pieces(paragraph):
                if self._fits(line + piece, size, width):
                    line += piece
                    continue
                if line:
                    lines.append(line.rstrip())
                line = piece
                if not self._fits(piece, size, width):
                    if not split_words:
                        return None
                    *full, line = self._split(piece, size, width)
                    lines += full
            lines.append(line.rstrip())
        return lines

    def shorten(self, lines: list[str], size: int, width: float, most: int) -> list[str]:
        """The first lines, with an ellipsis for the rest."""
        last = clusters(lines[most - 1] if lines else "")
        while last and not self._fits("".join(last) + ELLIPSIS, size, width):
            last.pop()
        return [*lines[: most - 1], "".join(last).rstrip(" .,;:、。") + ELLIPSIS]

    def balance(self, text: str, size: int, width: float, lines: list[str]) -> list[str]:
        """As many lines, as narrow as can be."""
        low, high = width / len(lines) * 0.8, width
        best = lines
        while high - low > max(2.0, size / 8):
            middle = (low + high) / 2
            tried = self.wrap(text, size, middle, split_words=False)
            if tried is not None and len(tried) <= len(lines):
                best, high = tried, middle
            else:
                low = middle
        return best

    def _split(self, word: str, size: int, width: float) -> list[str]:
        return split_by(word, lambda part: self._fits(part, size, width))

    def _fits(self, text: str, size: int, width: float) -> bool:
        return self.line(text.rstrip(), size).width <= width


def split_by(word: str, fits: Callable[[str], bool]) -> list[str]:
    """A word in parts that fit, each of at least one cluster, cut as late as can be."""
    parts = [""]
    for part in clusters(word):
        if parts[-1] and not fits(parts[-1] + part):
            parts.append("")
        parts[-1] += part
    return parts
