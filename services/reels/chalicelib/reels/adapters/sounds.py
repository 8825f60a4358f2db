"""Looking into sound files with ffmpeg and the beat finder."""

import tempfile
from pathlib import Path

from chalicelib.reels.models import Sound
from chalicelib.reels.ports import Sounds
from shared.errors import PermanentError


class FfmpegSounds(Sounds):
    """Reads a file in full: what its header says of its length is never believed.

    Args:
        shortest: Seconds that music has at least.
        longest: Seconds that music has at most.
    """

    def __init__(self, *, shortest: float, longest: float) -> None:
        self._shortest = shortest
        self._longest = longest

    def examine(self, data: bytes) -> Sound:
        from shared.video.audio_probe import probe
        from shared.video.beats import beat_grid

        with tempfile.TemporaryDirectory(prefix="sound-") as folder:
            path = Path(folder) / "sound"
            path.write_bytes(data)
            try:
                found = probe(path, most=self._longest + 1)
            except PermanentError as exc:
                if exc.code == "audio_unreadable":
                    raise PermanentError("not_audio", "The file is not audio, or damaged.") from exc
                raise
            if found.seconds > self._longest:
                raise PermanentError(
                    "audio_too_long", f"The music is longer than {self._longest:.0f} seconds."
                )
            if found.seconds < self._shortest:
                raise PermanentError(
                    "audio_too_short", f"The music is shorter than {self._shortest:g} seconds."
                )
            return Sound(seconds=found.seconds, beats=tuple(beat_grid(path).beats))
