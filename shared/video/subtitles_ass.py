"""Subtitles that libass burns into a film: an ASS file, with the right font at each script."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shared.video import fonts
from shared.video.subtitles import Cue, arranged, columns_in
from shared.video.text_runs import language_of, without_pictures, written_runs
from shared.video.text_styles import SAFE, UPRIGHT_BOTTOM

_EM = 0.046  # of the frame's shorter side
_MOST_WIDTH = 0.88
_AVERAGE = 0.56  # the width of a column in ems, on the wide side


def to_ass(cues: Sequence[Cue], frame_size: tuple[int, int]) -> str:
    """An ASS file for libass, with the right font at each script.

    Emoji are left out: libass cannot draw them in colour. The side files keep them, and a text
    layer of kind "subtitle" draws them.
    """
    width, height = frame_size
    upright = height > width * 1.2
    most = columns_in(frame_size)
    plain = [
        cue.model_copy(update={"text": text})
        for cue in cues
        if (text := without_pictures(cue.text))
    ]
    em = min(min(frame_size) * _EM, width * _MOST_WIDTH / (most * _AVERAGE))
    bottom = round(height * (UPRIGHT_BOTTOM if upright else SAFE))
    side = round(width * SAFE)
    size = f"{_ass_size(fonts.find(), em):.1f}"
    # Colours are alpha, blue, green, red: white letters, a dark line, a shadow half seen through.
    colours = "&H00FFFFFF,&H00FFFFFF,&H00141110,&H80000000"
    edges = f"{em * 0.055:.1f},{em * 0.03:.1f}"
    style = (
        f"Default,{fonts.SANS},{size},{colours},0,0,0,0,100,100,0,0,1,{edges},2,"
        f"{side},{side},{bottom},-1"
    )
    events = [
        f"Dialogue: 0,{_ass_time(cue.start)},{_ass_time(cue.end)},Default,,0,0,0,,"
        + _ass_text(cue, em)
        for cue in arranged(plain, most)
    ]
    return "\n".join(
        [_ASS_HEAD.format(width=width, height=height), f"Style: {style}", _ASS_EVENTS, *events, ""]
    )


def burn_in(video: Any, cues: Sequence[Cue], frame_size: tuple[int, int], folder: Path) -> Any:
    """The stream of a graph of ffmpeg-python with the cues burned in by libass.

    Args:
        folder: Where the ASS file and links to its fonts go. It has to stay until ffmpeg is done.

    Raises:
        Unavailable: there are no fonts on this machine (`fonts_missing`).
    """
    script = folder / "subtitles.ass"
    script.write_text(to_ass(cues, frame_size), encoding="utf-8")
    # libass reads each file of the folder into memory, and all of Noto is 57 MB.
    shelf = folder / "fonts"
    shelf.mkdir(exist_ok=True)
    faces = {fonts.find(), *(face for cue in cues for _, face in _faces(cue.text))}
    for face in faces:
        link = shelf / face.path.name
        if not link.exists():
            link.symlink_to(face.path)
    return video.filter("ass", filename=str(script), fontsdir=str(shelf))


def _faces(text: str) -> list[tuple[str, fonts.Face]]:
    return written_runs(text, bold=False, language=language_of(text))


def _ass_text(cue: Cue, em: float) -> str:
    lines = []
    for line in cue.text.split("\n"):
        runs = written_runs(line, bold=False, language=language_of(cue.text))
        lines.append(
            "".join(
                f"{{\\fn{face.family}\\fs{_ass_size(face, em):.1f}}}{_ass_escaped(text)}"
                for text, face in runs
            )
        )
    return "\\N".join(lines)


def _ass_size(face: fonts.Face, em: float) -> float:
    """What libass calls the size: from the ascent to the descent, which differ with each font."""
    ascent, descent = fonts.load(face, 200).getmetrics()
    return em * (ascent + descent) / 200


def _ass_escaped(text: str) -> str:
    """Without commands for libass: an unseen joiner parts a backslash from what follows."""
    text = text.replace("\\", "\\\u2060")
    return text.replace("{", "\\{").replace("}", "\\}")


def _ass_time(seconds: float) -> str:
    whole = round(seconds * 100)
    minutes, rest = divmod(whole, 6000)
    return f"{minutes // 60}:{minutes % 60:02}:{rest // 100:02}.{rest % 100:02}"


_ASS_HEAD = """\
[Script Info]
ScriptType: v4.00+
PlayResX: {width}
PlayResY: {height}
WrapStyle: 2
ScaledBorderAndShadow: yes
YCbCr Matrix: TV.709

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, \
Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, \
Alignment, MarginL, MarginR, MarginV, Encoding"""
_ASS_EVENTS = """
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"""
