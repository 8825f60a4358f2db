"""What a sound file holds: its length and its loudness, read in full, never believed."""

import math
import re
from dataclasses import dataclass
from pathlib import Path

from shared.errors import PermanentError
from shared.video.audio_graph import even, measured
from shared.video.audio_run import RATE, run_graph, sound_input

MOST_SECONDS = 6 * 3600.0
MOST_BYTES = 2 << 30
# Where EBU R128 puts what is not heard at all.
SILENT = -70.0
_LENGTH = re.compile(r"Duration: (\d+):(\d+):(\d+(?:\.\d+)?)")
_SAMPLES = re.compile(r"Number of samples: (\d+)")
_INTEGRATED = re.compile(r"I:\s+(-?[\d.]+|-inf|nan) LUFS")
_PEAK = re.compile(r"Peak:\s+(-?[\d.]+|-inf|nan) dBFS")


@dataclass(frozen=True)
class Sound:
    """A sound, or the part of it that is used.

    Attributes:
        seconds: Its length, counted in samples.
        loudness: Integrated, by EBU R128, in LUFS; `SILENT` for what is not heard.
        peak: The true peak, in decibels of full scale; `SILENT` where it was not measured.
    """

    seconds: float
    loudness: float
    peak: float

    @property
    def silent(self) -> bool:
        """Whether nothing is heard."""
        return self.loudness <= SILENT


def check(path: Path) -> None:
    """Refuse what cannot be a sound to use, before it is read.

    Raises:
        PermanentError: `audio_missing`, `audio_empty`, `audio_too_large`.
    """
    if not path.is_file():
        raise PermanentError("audio_missing", "The sound file is not there.")
    size = path.stat().st_size
    if size == 0:
        raise PermanentError("audio_empty", "The sound file is empty.")
    if size > MOST_BYTES:
        raise PermanentError("audio_too_large", f"The sound file has over {MOST_BYTES >> 30} GB.")


def probe(path: Path, *, skip: float = 0.0, most: float | None = None) -> Sound:
    """Read a sound file: its length and loudness, but not its peaks.

    Args:
        skip: Seconds at the beginning that are left out.
        most: Seconds after that which are of interest; without it, all are.

    Raises:
        PermanentError: `audio_missing`, `audio_unreadable` (it is not audio, or damaged),
            `audio_empty` (nothing to hear, as when `skip` is longer than it), `audio_too_large`,
            `audio_too_long` (over six hours).
        RetryableError: `audio_timeout`.
    """
    check(path)
    limit = min(most, MOST_SECONDS + 1) if most is not None else MOST_SECONDS + 1
    source = sound_input(str(path), ss=skip, t=limit)
    graph = measured(even(source.audio), peaks=False).output("-", format="null")
    said = run_graph(graph, seconds=limit / 10)
    if (declared := _LENGTH.search(said)) and _seconds(declared) > MOST_SECONDS:
        raise PermanentError("audio_too_long", "The sound is longer than six hours.")
    sound = read_measures(said)
    if sound.seconds == 0:
        raise PermanentError("audio_empty", "There is nothing to hear in the sound file.")
    if sound.seconds > MOST_SECONDS:
        raise PermanentError("audio_too_long", "The sound is longer than six hours.")
    return sound


def read_measures(said: str) -> Sound:
    """What the filters of `audio_graph.measured` printed."""
    counted = _SAMPLES.findall(said)
    samples = int(counted[-1]) if counted else 0
    return Sound(samples / RATE, _last(_INTEGRATED, said), _last(_PEAK, said))


def _seconds(match: re.Match[str]) -> float:
    return int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3])


def _last(pattern: re.Pattern[str], said: str) -> float:
    """The number in the summary at the end, `SILENT` at least."""
    found = pattern.findall(said)
    value = float(found[-1]) if found else SILENT
    return max(value, SILENT) if math.isfinite(value) else SILENT
