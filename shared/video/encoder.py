"""How frames become H.264: the encoder's settings, and an ffmpeg that takes frames as they come."""

import contextlib
import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal, Self

from shared.errors import RetryableError
from shared.video.ffmpeg import command, failure
from shared.video.kernel import Plane

type Profile = Literal["quality", "fast", "preview"]

# Over a still all blocks move alike, so frames of type B are not searched for smaller parts.
_WHOLE_B = "partitions=i8x8,i4x4,p8x8"
# What x264 does beyond a preset, by profile. Motion over a still is so regular that the small
# diamond finds what the hexagon does, for less; see docs/decisions/0010-the-video-engine.md.
_X264 = {
    "quality": {"preset": "veryfast", "crf": 20, "x264-params": f"me=dia:{_WHOLE_B}"},
    "fast": {"preset": "veryfast", "crf": 20, "x264-params": f"me=dia:subme=1:{_WHOLE_B}"},
    "preview": {"preset": "superfast", "crf": 28},
}
# A JPEG's colours are those of BT.601, and stay so; the transfer is sRGB's.
_COLOURS = {
    "color_range": "tv",
    "colorspace": "smpte170m",
    "color_primaries": "bt709",
    "color_trc": "iec61966-2-1",
}
_PIPE = 1 << 20


class Encoder:
    """An ffmpeg that takes frames of yuv420p on its input, and writes one file of video.

    Use it as a context: leaving it by an error stops ffmpeg.

    Args:
        path: The file; its suffix decides the container.
        size: Width and height.
        fps: Frames a second.
        profile: Which settings.
        threads: x264's own; 0 lets it choose.
        faststart: Whether the index goes to the front.

    Raises:
        RetryableError: `encoder_died`, ffmpeg cannot be started.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: int,
        profile: Profile,
        *,
        threads: int = 1,
        faststart: bool = False,
    ) -> None:
        arguments = command(_graph(path, size, fps, profile, threads, faststart=faststart))
        # Into a file: a pipe that nobody empties would stop ffmpeg.
        self._said: Any = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by leaving
        try:
            self._process = subprocess.Popen(  # noqa: S603 -- a list, and never a shell
                [argument for argument in arguments if argument != "-nostdin"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                bufsize=0,
            )
        except OSError as exc:
            self._said.close()
            raise RetryableError(
                "encoder_died", f"ffmpeg cannot be started: {exc.strerror}."
            ) from exc
        self._input = self._process.stdin
        if self._input is not None and sys.platform == "linux":
            # Fewer changes between the two processes; some systems allow less.
            with contextlib.suppress(OSError):
                fcntl.fcntl(self._input, fcntl.F_SETPIPE_SZ, _PIPE)

    def write(self, frame: Plane) -> None:
        """Gives ffmpeg one frame.

        Raises:
            MedleyError: ffmpeg has ended; what it said tells which error.
        """
        if self._input is None:
            raise RetryableError("encoder_died", "ffmpeg has no input.")
        view, descriptor = memoryview(frame), self._input.fileno()
        try:
            while view:
                view = view[os.write(descriptor, view) :]
        except OSError:
            self._end()
            raise RetryableError("encoder_died", "ffmpeg ended before its time.") from None

    def finish(self) -> None:
        """Tells ffmpeg that there are no more frames, and waits until the file is whole.

        Raises:
            MedleyError: It failed.
        """
        self._end()

    def _end(self) -> None:
        if self._input is not None:
            with contextlib.suppress(OSError):
                self._input.close()
            self._input = None
        returncode = self._process.wait()
        if returncode:
            self._said.seek(0)
            raise failure(returncode, self._said.read())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._input is not None:
            with contextlib.suppress(OSError):
                self._input.close()
        self._said.close()


def _graph(
    path: Path, size: tuple[int, int], fps: int, profile: Profile, threads: int, *, faststart: bool
) -> Any:
    import ffmpeg

    frames = ffmpeg.input(
        "pipe:0", format="rawvideo", pix_fmt="yuv420p", s=f"{size[0]}x{size[1]}", framerate=fps
    )
    options: dict[str, Any] = {
        "vcodec": "libx264",
        "pix_fmt": "yuv420p",
        "threads": threads,
        **_X264[profile],
        **_COLOURS,
        # One clock for all pieces, that every usual rate divides.
        "video_track_timescale": fps * 512,
    }
    if faststart:
        options["movflags"] = "+faststart"
    return frames.output(str(path), **options)
