"""The beats of a music file, so that cuts can fall on them.

Onsets by spectral flux, the tempo by autocorrelation, the beats by dynamic programming, after
D. Ellis, "Beat Tracking by Dynamic Programming" (2007). librosa has it too, but brings numba,
scikit-learn and SciPy along: over 300 MB, which no Lambda has room for beside the rest.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from shared.errors import PermanentError
from shared.models import Model
from shared.video.audio_probe import check
from shared.video.audio_run import decode

# A change here that finds other beats needs another edition, or caches would keep the old ones.
EDITION = 1
MOST_SECONDS = 20 * 60.0
_RATE = 22_050
_HOP = 256
_WINDOW = 1024
_BANDS = 40
_LOW = 4  # the bands up to some 250 Hz
_FRAMES = _RATE / _HOP  # a second
_SLOWEST, _FASTEST, _USUAL = 55.0, 210.0, 118.0
# How much a beat may lie off the tempo: Ellis's alpha.
_TIGHT = 100.0
_CHUNK = 2048
# The flux is largest when an onset is just inside the window, this much before its middle.
_EARLY = 0.25 * _WINDOW / _RATE

Floats = NDArray[np.float64]


class BeatGrid(Model):
    """Where the beats are.

    Attributes:
        bpm: Beats a minute; 0 where there is no beat, as in silence.
        beats: Seconds from the file's beginning, rising.
        clarity: From 0 to 1: how plainly there is one tempo. Speech has some 0.2, a drum 0.6.
    """

    bpm: float
    beats: tuple[float, ...]
    clarity: float = 0.0

    def to_json(self) -> str:
        """What `model_validate_json` takes back."""
        return self.model_dump_json(by_alias=True)

    def snapped(self, times: Sequence[float], *, within: float = 0.5) -> tuple[float, ...]:
        """Each time moved to its nearest beat, unless that is over `within` seconds away.

        Two times never come to lie on one beat: the later one takes the next.
        """
        found: list[float] = []
        for time in times:
            place = bisect_left(self.beats, time)
            near = [
                (abs(beat - time), beat)
                for beat in self.beats[max(place - 1, 0) : place + 2]
                if abs(beat - time) <= within and (not found or beat > found[-1])
            ]
            found.append(min(near)[1] if near else time)
        return tuple(found)


def beat_grid(path: Path, *, cache: Path | None = None) -> BeatGrid:
    """Find the beats of a music file, in its first twenty minutes.

    The same bytes give the same grid, so it is kept in the folder `cache` under their hash.

    Raises:
        PermanentError: `audio_missing`, `audio_empty`, `audio_too_large`, `audio_unreadable`.
    """
    check(path)
    kept = cache / f"{_digest(path)}.beats-{EDITION}.json" if cache else None
    if kept and kept.is_file():
        try:
            return BeatGrid.model_validate_json(kept.read_bytes())
        except ValueError:
            kept.unlink(missing_ok=True)  # a half file of a machine that lost its power
    samples = np.frombuffer(decode(path, rate=_RATE, seconds=MOST_SECONDS), dtype="<i2")
    if not len(samples):
        raise PermanentError("audio_empty", "There is nothing to hear in the sound file.")
    grid = find_beats(samples)
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        beside = kept.with_suffix(".new")
        beside.write_text(grid.to_json())
        beside.replace(kept)
    return grid


def find_beats(samples: NDArray[np.int16]) -> BeatGrid:
    """The beats of samples of one channel at 22,050 Hz."""
    if len(samples) < 2 * _RATE:
        return BeatGrid(bpm=0, beats=())
    onsets = _onsets(samples)
    if onsets.max() <= 0:
        return BeatGrid(bpm=0, beats=())
    period, clarity = _period(onsets)
    frames = _track(onsets, period)
    times = (np.array([_peak(onsets, frame) for frame in frames]) / _FRAMES) + _EARLY
    times = times[(times >= 0) & (times <= len(samples) / _RATE)]
    bpm = 60 * _FRAMES / period
    if len(times) > 2:  # finer than a frame: the slope over all beats
        steps = np.rint(np.diff(times) * bpm / 60)
        counts = np.concatenate(([0], np.cumsum(np.maximum(steps, 1))))
        bpm = 60 / float(np.polyfit(counts, times, 1)[0])
    return BeatGrid(
        bpm=round(bpm, 3), beats=tuple(round(float(t), 4) for t in times), clarity=clarity
    )


def _onsets(samples: NDArray[np.int16]) -> Floats:
    """How much begins at each frame: what is added in each band of a logarithmic spectrum."""
    padded = np.pad(samples, (_WINDOW // 2, _WINDOW))
    frames = sliding_window_view(padded, _WINDOW)[::_HOP]
    window = np.hanning(_WINDOW).astype(np.float32) / 32768
    bands = _mel_bands()
    parts = []
    last: NDArray[np.float32] | None = None
    for start in range(0, len(frames), _CHUNK):
        spectrum = np.abs(np.fft.rfft(frames[start : start + _CHUNK] * window, axis=1))
        levels = np.log1p(100 * (spectrum.astype(np.float32) @ bands))
        if last is None:  # a beat at 0 s rises from what is quiet here, not from nothing
            last = np.percentile(levels, 20, axis=0, keepdims=True).astype(np.float32)
        rise = np.maximum(np.diff(levels, axis=0, prepend=last), 0)
        parts.append(np.stack([rise.sum(axis=1), rise[:, :_LOW].sum(axis=1)]))
        last = levels[-1:]
    whole, low = np.concatenate(parts, axis=1).astype(np.float64)
    # Drums and bass tell the beat from what is played between two.
    return _outstanding(whole) + _outstanding(low)


def _outstanding(flux: Floats) -> Floats:
    """An onset curve in units of its spread, zero where nothing stands out."""
    # Against the loudness around it, so that quiet verses have beats too.
    near = np.convolve(flux, np.hanning(int(_FRAMES)) / (np.hanning(int(_FRAMES)).sum()), "same")
    flux = np.maximum(flux - near, 0)
    spread = flux.std()
    return flux / spread if spread > 1e-6 else np.zeros_like(flux)


def _mel_bands() -> NDArray[np.float32]:
    """Triangles that are evenly spaced to the ear: frequencies x bands."""
    edges = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 8000 / 700), _BANDS + 2) / 2595) - 1)
    frequencies = np.fft.rfftfreq(_WINDOW, 1 / _RATE)[:, None]
    left, middle, right = edges[:-2], edges[1:-1], edges[2:]
    up = (frequencies - left) / (middle - left)
    down = (right - frequencies) / (right - middle)
    return np.maximum(0, np.minimum(up, down)).astype(np.float32)


def _period(onsets: Floats) -> tuple[float, float]:
    """Frames between two beats, and how plain that is."""
    smooth = np.convolve(onsets, np.hanning(7) / np.hanning(7).sum(), "same")
    smooth = smooth - smooth.mean()
    size = 1 << (2 * len(smooth) - 1).bit_length()
    power = np.abs(np.fft.rfft(smooth, size)) ** 2
    correlation = np.fft.irfft(power)[: len(smooth)]
    correlation /= correlation[0]
    lags = np.arange(int(60 * _FRAMES / _FASTEST), int(60 * _FRAMES / _SLOWEST) + 1)
    lags = lags[2 * lags + 2 < len(correlation)]
    if not len(lags):
        return 60 * _FRAMES / _USUAL, 0.0
    # A tempo that is right has its double period too; people tap near 120.
    usual = np.exp(-0.5 * (np.log2(60 * _FRAMES / lags / _USUAL) / 1.0) ** 2)
    double = np.maximum.reduce([correlation[2 * lags + off] for off in (-1, 0, 1)])
    score = (correlation[lags] + 0.5 * double) * usual
    best = int(lags[int(np.argmax(score))])
    left, middle, right = correlation[best - 1 : best + 2]
    bend = left - 2 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    return best + float(np.clip(shift, -0.5, 0.5)), float(np.clip(middle, 0, 1))


def _track(onsets: Floats, period: float) -> list[int]:
    """The beats' frames: the chain that joins strong onsets at even steps best."""
    width = np.arange(-round(period / 2), round(period / 2) + 1)
    local = np.convolve(onsets, np.exp(-0.5 * (width * 32 / period) ** 2), "same")
    steps = np.arange(-round(2 * period), -round(period / 2) + 1)
    cost = -_TIGHT * np.log(-steps / period) ** 2
    total = local.copy()
    link = np.full(len(local), -1)
    for frame in range(len(local)):
        places = frame + steps
        first = int(np.searchsorted(places, 0))
        if first == len(steps):
            continue
        options = total[places[first:]] + cost[first:]
        choice = int(np.argmax(options))
        if options[choice] > 0:  # otherwise the chain had better begin here
            total[frame] = local[frame] + options[choice]
            link[frame] = places[first + choice]
    # The last beat is the best of the last period; a fade-out's weak end is left to it.
    end = max(0, len(total) - round(period))
    frame = end + int(np.argmax(total[end:]))
    found = []
    while frame >= 0:
        found.append(frame)
        frame = int(link[frame])
    return _trimmed(found[::-1], local, period)


def _trimmed(frames: list[int], local: Floats, period: float) -> list[int]:
    """Without beats before the music begins and after it ends, nor a first noise out of step."""
    strength = local[frames]
    strong = np.flatnonzero(strength >= 0.2 * np.median(strength))
    kept = frames[int(strong[0]) : int(strong[-1]) + 1] if len(strong) else []
    while len(kept) > 2 and abs(kept[1] - kept[0] - period) > 0.1 * period:
        kept = kept[1:]
    while len(kept) > 2 and abs(kept[-1] - kept[-2] - period) > 0.1 * period:
        kept = kept[:-1]
    return kept


def _peak(onsets: Floats, frame: int) -> float:
    """The frame of the strongest onset right beside, between frames too."""
    low, high = max(frame - 2, 1), min(frame + 3, len(onsets) - 1)
    if high <= low:
        return float(frame)
    best = low + int(np.argmax(onsets[low:high]))
    left, middle, right = onsets[best - 1 : best + 2]
    bend = left - 2 * middle + right
    if middle <= 0 or bend >= 0:
        return float(frame)
    return best + float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
