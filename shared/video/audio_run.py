"""Runs the graphs of sounds: one ffmpeg each, with a time limit, and what it said."""

import subprocess
from pathlib import Path
from typing import Any

import ffmpeg

from shared.errors import PermanentError
from shared.video.ffmpeg import ffmpeg_path, run_command

RATE = 48_000
"""Samples a second of everything that is heard."""

# Sounds come from strangers. A playlist that calls itself music must not make ffmpeg read other
# files, so only plain containers are opened, and only from files.
_FORMATS = "mp3,wav,w64,flac,ogg,aac,mov,matroska,aiff,caf,amr,ac3,eac3,asf,mpegts,au"
# Mixing is a hundred times faster than listening; a minute is for a machine that is very busy.
_LEAST_LIMIT = 60.0


def sound_input(path: str, **options: Any) -> Any:
    """A sound file as an input of a graph, with ffmpeg's options by their names."""
    safe = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}
    # ffmpeg does not read the 1e-05 that Python writes.
    plain = {
        name: f"{value:.6f}" if isinstance(value, float) else value
        for name, value in options.items()
    }
    # Covers are pictures, and are not wanted.
    return ffmpeg.input(path, vn=None, sn=None, dn=None, **safe, **plain)


def run_graph(graph: Any, *, seconds: float) -> str:
    """Run a graph of ffmpeg-python; what ffmpeg said, measures among it.

    Args:
        seconds: How much sound goes through it, from which the time limit follows.

    Raises:
        PermanentError: ffmpeg refuses the sound (`audio_unreadable`).
        RetryableError: as `ffmpeg.run_command`.
    """
    return _run(graph, seconds).stderr.decode(errors="replace")


def decode(path: Path, *, rate: int, seconds: float) -> bytes:
    """The beginning of a sound file as samples of one channel: int16, little-endian.

    Raises:
        PermanentError: `audio_unreadable`.
        RetryableError: as `ffmpeg.run_command`.
    """
    source = sound_input(str(path), t=seconds)
    graph = source.audio.output("pipe:", f="s16le", ac=1, ar=rate)
    return _run(graph, seconds).stdout


def _run(graph: Any, seconds: float) -> subprocess.CompletedProcess[bytes]:
    head = [ffmpeg_path(), "-hide_banner", "-nostdin", "-nostats", "-y"]
    try:
        return run_command(ffmpeg.compile(graph, cmd=head), timeout=max(_LEAST_LIMIT, seconds))
    except PermanentError as error:
        raise PermanentError(
            "audio_unreadable", "The sound cannot be read.", said=error.message
        ) from error
