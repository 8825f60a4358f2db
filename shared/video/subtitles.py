"""Subtitles: how texts become cues, and the SRT and WebVTT files beside a video."""

import itertools
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from shared.models import Model
from shared.video.plan import Seconds, TextLayer
from shared.video.text_layout import pieces
from shared.video.text_runs import clean

MOST_COLUMNS = 42
MOST_LINES = 2
UPRIGHT_COLUMNS = 28
# Where a line had better end, over where it is merely possible.
_PAUSES = frozenset(",.;:!?…)、。，；：！？」』）")


class Cue(Model):
    """What is said from `start` until `end`, in seconds of the video."""

    start: Seconds
    end: Seconds
    text: str = Field(max_length=2000)

    @model_validator(mode="after")
    def _takes_time(self) -> Self:
        if self.end <= self.start:
            raise ValueError("a cue ends before it begins")
        return self


def cues_of(layers: Iterable[TextLayer]) -> list[Cue]:
    """The cues of a plan's layers of kind "subtitle"."""
    return [
        Cue(start=layer.start, end=layer.end, text=layer.text)
        for layer in layers
        if layer.kind == "subtitle"
    ]


def layers_of(cues: Iterable[Cue], frame_size: tuple[int, int]) -> list[TextLayer]:
    """Layers that show the cues in a plan of that frame, emoji in colour; two lines at a time."""
    return [
        TextLayer(kind="subtitle", text=cue.text, start=cue.start, end=cue.end)
        for cue in arranged(list(cues), columns_in(frame_size))
    ]


def columns_in(frame_size: tuple[int, int]) -> int:
    """How many columns a line of a subtitle has: fewer in an upright frame."""
    width, height = frame_size
    return UPRIGHT_COLUMNS if height > width * 1.2 else MOST_COLUMNS


def columns(text: str) -> int:
    """How wide a text is, in columns of a letter: Han, kana, Hangul and emoji take two."""
    return sum(
        0 if unicodedata.category(c)[0] in "MC" else 2 if unicodedata.east_asian_width(c) in "WF"
        else 1 for c in text
    )  # fmt: skip


def break_lines(text: str, most: int = MOST_COLUMNS) -> list[str]:
    """Lines of at most `most` columns, where readers expect breaks, about equally long.

    As many lines as it takes; a word that is wider than a line is cut.
    """
    lines: list[str] = []
    for paragraph in clean(text).split("\n"):
        if columns(paragraph) <= most:
            lines += [paragraph] if paragraph else []
            continue
        parts = [cut for part in pieces(paragraph) for cut in _cut(part, most)]
        lines += _balanced(parts, most)
    return lines


def arranged(cues: Sequence[Cue], most: int = MOST_COLUMNS) -> list[Cue]:
    """Cues as they are shown: in order, two lines each, never two at a time.

    A text of more lines becomes several cues, each with its share of the time; one that is still
    shown when the next begins ends there; one without text is dropped.
    """
    found: list[Cue] = []
    for cue in sorted(cues, key=lambda cue: (cue.start, cue.end)):
        lines = break_lines(cue.text, most)
        groups = ["\n".join(group) for group in itertools.batched(lines, MOST_LINES, strict=False)]
        weights = [max(1, columns(group)) for group in groups]
        ends = [total / sum(weights) for total in itertools.accumulate(weights)]
        start = cue.start
        for group, share in zip(groups, ends, strict=True):
            end = round(cue.start + (cue.end - cue.start) * share, 3)
            if end > start:
                found.append(Cue(start=start, end=end, text=group))
            start = end
    shown: list[Cue] = []
    for cue in sorted(found, key=lambda cue: cue.start):
        if shown and shown[-1].end > cue.start:
            before = shown.pop()
            if cue.start > before.start:
                shown.append(before.model_copy(update={"end": cue.start}))
        shown.append(cue)
    return shown


def to_srt(cues: Sequence[Cue]) -> str:
    """A SubRip file; write it as UTF-8."""
    blocks = [
        f"{number}\n{_time(cue.start, ',')} --> {_time(cue.end, ',')}\n"
        + cue.text.replace("-->", "→")
        for number, cue in enumerate(arranged(cues), 1)
    ]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def to_vtt(cues: Sequence[Cue]) -> str:
    """A WebVTT file; write it as UTF-8."""
    blocks = [
        f"{_time(cue.start, '.')} --> {_time(cue.end, '.')}\n"
        + cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for cue in arranged(cues)
    ]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def write_side_files(cues: Sequence[Cue], video: Path) -> tuple[Path, Path]:
    """Write both beside the video under its name; the paths of the SRT and the WebVTT file."""
    srt, vtt = video.with_suffix(".srt"), video.with_suffix(".vtt")
    for path, text in ((srt, to_srt(cues)), (vtt, to_vtt(cues))):
        beside = path.with_name(f".{path.name}.new")
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    return srt, vtt


def _cut(part: str, most: int) -> list[str]:
    """A piece in parts of at most `most` columns."""
    if columns(part.rstrip()) <= most:
        return [part]
    found = [""]
    for character in part:
        if columns(found[-1] + character) > most:
            found.append("")
        found[-1] += character
    return found


def _balanced(parts: Sequence[str], most: int) -> list[str]:
    """The lines whose lengths differ least, of as few lines as can be; better ends cost less."""
    widths = [columns(part) for part in parts]
    trimmed = [columns(part.rstrip()) for part in parts]
    count = len(parts)
    # (lines, cost, where the last line begins) of the best way to set the first n parts.
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)] + [(count + 1, 0.0, 0)] * count
    for end in range(1, count + 1):
        for start in range(end - 1, -1, -1):
            wide = sum(widths[start : end - 1]) + trimmed[end - 1]
            if wide > most and start < end - 1:
                break
            lines, cost, _ = best[start]
            pause = end == count or parts[end - 1].rstrip()[-1:] in _PAUSES
            price = cost + ((most - wide) / most) ** 2 + (0.0 if pause else 0.08)
            best[end] = min(best[end], (lines + 1, price, start))
    found: list[str] = []
    end = count
    while end:
        start = best[end][2]
        found.append("".join(parts[start:end]).strip())
        end = start
    return found[::-1]


def _time(seconds: float, point: str) -> str:
    whole = round(seconds * 1000)
    minutes, rest = divmod(whole, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"
