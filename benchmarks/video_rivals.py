"""The renderers that are compared: each is a command that writes the case's video."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from video_scene import FPS, HEIGHT, MOTIONS, STILL, WIDTH, Case

from medley.layers.errors import LayerError
from medley.layers.wheels import find_uv
from shared.video.ffmpeg import ffmpeg_path

X264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p")
MOVIEPY = "moviepy==2.2.1"


@dataclass(frozen=True)
class Rival:
    """A renderer; `missing` says why it cannot be measured here."""

    name: str
    command: Callable[[Case, Path], list[str]]
    missing: str | None = None


def rivals() -> list[Rival]:
    """The limit first, then this engine, then the others."""
    return [
        Rival("J: encoding ideal frames", _limit),
        Rival("medley, quality", lambda case, out: _medley(case, out, "quality")),
        Rival("medley, fast", lambda case, out: _medley(case, out, "fast")),
        Rival("ffmpeg zoompan", _zoompan),
        Rival("MoviePy 2", _moviepy, _moviepy_missing()),
    ]


def _ffmpeg(*arguments: str) -> list[str]:
    return [ffmpeg_path(), "-nostdin", "-y", "-v", "error", *arguments]


def _limit(case: Case, out: Path) -> list[str]:
    frames = ("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(FPS))
    return _ffmpeg(*frames, "-i", str(case.ideal), *X264, "-movflags", "+faststart", str(out))


def _medley(case: Case, out: Path, profile: str) -> list[str]:
    program = Path(sys.executable).with_name("medley")
    command = [str(program), "kenburns", "--motion", str(case.motion), "--out", str(out)]
    return [*command, "--profile", profile]


def _zoompan(case: Case, out: Path) -> list[str]:
    """ffmpeg's own filter; it wants stills of the frame's shape."""
    inputs, filters = [], []
    top = (STILL[1] - STILL[0] * HEIGHT // WIDTH) // 2
    last = case.frames - 1
    for number, (path, ((xa, ya, wa), (xb, yb, wb))) in enumerate(
        zip(case.stills, MOTIONS, strict=True)
    ):
        inputs += ["-i", str(path)]
        u = f"on/{last}"
        filters.append(
            f"[{number}:v]crop=iw:iw*{HEIGHT}/{WIDTH},"
            f"zoompan=z='iw/({wa}+({wb - wa})*{u})':x='{xa}+({xb - xa})*{u}'"
            f":y='{ya - top}+({yb - ya})*{u}':d={case.frames}"
            f":s={WIDTH}x{HEIGHT}:fps={FPS}[v{number}]"
        )
    joined = "".join(f"[v{number}]" for number in range(len(MOTIONS)))
    graph = ";".join([*filters, f"{joined}concat=n={len(MOTIONS)}[v]"])
    return _ffmpeg(
        *inputs, "-filter_complex", graph, "-map", "[v]", *X264, "-movflags", "+faststart", str(out)
    )


_SCRIPT = """
import json, sys
from moviepy import CompositeVideoClip, ImageClip, concatenate_videoclips

document = json.load(open(sys.argv[1]))
size, fps = (document["width"], document["height"]), document["fps"]
seconds = document["frames"] / fps
clips = []
for still in document["stills"]:
    (xa, ya, wa), (xb, yb, wb) = still["r0"], still["r1"]

    def at(t, a, b, last=(document["frames"] - 1) / fps):
        return a + (b - a) * min(1, t / last)

    def zoom(t, wa=wa, wb=wb):
        return size[0] / at(t, wa, wb)

    def place(t, a=(xa, ya), b=(xb, yb), zoom=zoom):
        return -at(t, a[0], b[0]) * zoom(t), -at(t, a[1], b[1]) * zoom(t)

    picture = ImageClip(still["path"]).with_duration(seconds).resized(zoom).with_position(place)
    clips.append(CompositeVideoClip([picture], size=size).with_duration(seconds))
concatenate_videoclips(clips).write_videofile(
    sys.argv[2], fps=fps, codec="libx264", preset="veryfast", audio=False, logger=None,
    ffmpeg_params=["-crf", "20", "-movflags", "+faststart"],
)
"""


def _uv_run() -> list[str]:
    command = [find_uv(), "run", "--quiet", "--no-project", "--python", sys.executable]
    return [*command, "--with", MOVIEPY, "python"]


def _moviepy(case: Case, out: Path) -> list[str]:
    script = case.folder / "moviepy_kenburns.py"
    script.write_text(_SCRIPT)
    return [*_uv_run(), str(script), str(case.motion), str(out)]


def _moviepy_missing() -> str | None:
    """Tried once, so that its download is not measured."""
    import subprocess

    try:
        command = [*_uv_run(), "-c", "import moviepy"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    except (LayerError, subprocess.TimeoutExpired) as exc:
        return str(exc)
    return None if done.returncode == 0 else "uv cannot install it here"
