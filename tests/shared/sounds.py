"""Sounds for tests, and what their files hold, read without the code that wrote them."""

import re
import struct
import subprocess
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medley.demo_sounds import RATE, music, speech, write_wav
from shared.video.ffmpeg import ffmpeg_path


def bed(folder: Path, seconds: float = 4.0) -> Path:
    """A music file."""
    return write_wav(folder / "bed.wav", music(seconds))


def voice(folder: Path, seconds: float = 3.0) -> Path:
    """A narration file."""
    return write_wav(folder / "voice.wav", speech(seconds))


def tone(
    folder: Path, seconds: float, *, frequency: float = 300.0, level: float = 0.5,
    name: str = "tone.wav",
) -> Path:  # fmt: skip
    """A steady tone."""
    time = np.arange(round(seconds * RATE)) / RATE
    return write_wav(folder / name, np.sin(2 * np.pi * frequency * time) * level)


def samples(path: Path) -> NDArray[np.float64]:
    """A wave file of 16 bits: rows, a column a channel, from -1 to 1."""
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getsampwidth()) == (RATE, 2)
        found = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return found.reshape(-1, file.getnchannels()) / 32768


def level_of(part: NDArray[np.float64], frequency: float) -> float:
    """How strong one frequency is in a part of one channel, in decibels."""
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)))) / len(part) * 4
    place = round(frequency * len(part) / RATE)
    return float(20 * np.log10(max(spectrum[place - 2 : place + 3].max(), 1e-9)))


def loudness(path: Path) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBFS, as ffmpeg's meter prints them."""
    meter = "ebur128=peak=true:framelog=quiet"
    command = [ffmpeg_path(), "-hide_banner", "-nostats", "-nostdin", "-i", str(path)]
    said = subprocess.run(  # noqa: S603
        [*command, "-af", meter, "-f", "null", "-"], capture_output=True, text=True, check=True
    ).stderr
    integrated, peak = re.findall(r"(?:I|Peak):\s+(\S+)", said)[-2:]
    return float(integrated), float(peak)


def shown_samples(path: Path) -> tuple[int, int]:
    """How many samples a player is told to play of an M4A file, by track and by edit list.

    The first is the track's length without what comes before the edit; both at 48 kHz.
    """
    data = path.read_bytes()
    media = data.index(b"mdhd") + 4
    scale, length = struct.unpack_from(">II", data, media + 12)
    movie = data.index(b"mvhd") + 4
    (movie_scale,) = struct.unpack_from(">I", data, movie + 12)
    edit = data.index(b"elst") + 4
    _flags, count, duration, begins = struct.unpack_from(">IIIi", data, edit)
    assert (scale, count) == (RATE, 1)
    return length - begins, round(duration * RATE / movie_scale)
