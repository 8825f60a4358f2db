"""Runs the graphs of sounds: one ffmpeg each, with a time limit, and what it said."""

import subprocess
from collections.abc import Sequence
from typing import Any

import ffmpeg  # type: ignore[import-untyped]

from shared.errors import PermanentError, RetryableError
from shared.video.ffmpeg import ffmpeg_path

RATE = 48_000
"""Samples a second of everything that is heard."""

# Sounds come from strangers. A playlist that calls itself music must not make ffmpeg read other
# files, so only plain containers are opened, and only from files.
FORMATS = "mp3,wav,w64,flac,ogg,aac,mov,matroska,aiff,caf,amr,ac3,eac3,asf,mpegts,au"
_FULL = "No space left on device"
_LEAST_SECONDS = 60.0


def sound_input(path: str, **options: Any) -> Any:
    """A sound file as an input of a graph; ffmpeg's options by their names."""
    return ffmpeg.input(
        path, protocol_whitelist="file", format_whitelist=FORMATS, vn=None, sn=None, dn=None,
        **options,
    )  # fmt: skip


def run_graph(graph: Any, *, seconds: float) -> str:
    """Run a graph of ffmpeg-python; what ffmpeg said.

    Args:
        seconds: How much sound goes through it, from which the time limit follows.

    Raises:
        PermanentError: ffmpeg refuses the sound (`audio_unreadable`).
        RetryableError: it took too long (`audio_timeout`), or the disk is full (`disk_full`).
    """
    head = ["-hide_banner", "-nostdin", "-nostats", "-y"]
    command = ffmpeg.compile(graph, cmd=[str(ffmpeg_path()), *head])
    return _run(command, limit=max(_LEAST_SECONDS, seconds))


def _run(command: Sequence[str], *, limit: float) -> str:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        raise RetryableError("audio_timeout", f"The sound took over {limit:.0f} s.") from None
    said = done.stderr.decode(errors="replace")
    if done.returncode:
        if _FULL in said:
            raise RetryableError("disk_full", "There is no space left for the sound.")
        if done.returncode < 0:
            raise RetryableError("ffmpeg_died", f"ffmpeg was ended by signal {-done.returncode}.")
        raise PermanentError("audio_unreadable", "The sound cannot be read.", said=said[-2000:])
    return said
