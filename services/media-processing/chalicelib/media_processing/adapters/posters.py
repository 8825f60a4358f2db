"""Pictures out of videos, by ffmpeg."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import ffmpeg

from shared.errors import PermanentError

# A frame that stands for the video: `thumbnail` picks the one closest to the mean of a hundred,
# which leaves out black beginnings and single odd frames.
_FRAMES = 100
_LONGEST_SIDE = 4096


class FfmpegPosters:
    """See ``ports.Posters``.

    Args:
        program: Gives ffmpeg's path; called when it is first needed.
        seconds: How long one video may take.
    """

    def __init__(self, program: Callable[[], Path | str], seconds: float) -> None:
        self._program = program
        self._seconds = seconds

    def poster(self, video: Path) -> bytes:
        stream = (
            # A playlist inside a file may name any other file or address: only this file is read,
            # and only as what it was found to be.
            ffmpeg.input(str(video), f="mov", protocol_whitelist="file")
            .filter("thumbnail", _FRAMES)
            .filter(
                "scale",
                w=f"min({_LONGEST_SIDE},iw)",
                h=f"min({_LONGEST_SIDE},ih)",
                force_original_aspect_ratio="decrease",
            )
            .output("pipe:", vframes=1, format="image2pipe", vcodec="mjpeg", **{"q:v": 2})
            .global_args("-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "2")
        )
        command = [str(self._program()), *stream.get_args()]
        try:
            done = subprocess.run(  # noqa: S603 -- the arguments are ours, the file is checked
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self._seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise PermanentError(
                "took_too_long", f"The video's picture took over {self._seconds:g} seconds."
            ) from None
        if done.returncode:
            raise PermanentError("not_a_video", "The video is cut off or damaged.")
        if not done.stdout:
            raise PermanentError("no_picture", "The video has no picture.")
        return done.stdout
