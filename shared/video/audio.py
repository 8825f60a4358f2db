"""Mixes what a video is heard with: a music bed that makes room for narration, evenly loud.

Runs beside the rendering of the pictures: `mix` needs nothing but the number of frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from shared.errors import PermanentError
from shared.video.audio_graph import Part, bus, faded, limited, measured, silence
from shared.video.audio_probe import Sound, probe, read_measures
from shared.video.audio_run import RATE, run_graph, sound_input
from shared.video.plan import AudioTrack

TARGET = -16.0
"""The loudness of every video, in LUFS, by EBU R128."""
CEILING = -1.5
"""The highest true peak, in decibels of full scale; AAC adds a little to it."""
# Music under narration starts out softer than alone, and is ducked from there.
_BESIDE = -20.0
# What is all but silent stays so: more gain than that lifts noise.
_MOST_GAIN = 30.0
_BITRATE = "192k"
_TRIES, _NEAR = 2, 0.3
_SUFFIXES = (".m4a", ".wav")


@dataclass(frozen=True)
class Mixed:
    """A finished mix.

    Attributes:
        samples: A channel, at 48 kHz; exactly the video's length.
        loudness: In LUFS, before AAC; -70 for silence. Of a limited mix, as last measured.
        limited: Whether peaks had to give way. Without, the mix was only turned up or down.
    """

    path: Path
    samples: int
    loudness: float
    limited: bool


def samples_for(frames: int, fps: int) -> int:
    """How many samples go with that many frames, to the nearest."""
    return (frames * RATE * 2 + fps) // (2 * fps)


def frames_for(seconds: float, fps: int) -> int:
    """How many frames it takes to hold that much sound: the last one may be heard in part."""
    return -(-round(seconds * RATE) * fps // RATE)


def sound_seconds(tracks: Sequence[AudioTrack]) -> float:
    """Until when there is narration, or any sound where there is none; loops count once.

    Raises:
        PermanentError: as `probe`.
    """
    counted = [track for track in tracks if track.role == "narration"] or list(tracks)
    return max(
        (track.start + probe(Path(track.path), skip=track.skip).seconds for track in counted),
        default=0.0,
    )


def mix(tracks: Sequence[AudioTrack], *, frames: int, fps: int, out: Path) -> Mixed:
    """Mix tracks to exactly the length of that many frames, at 48 kHz in two channels.

    Each track is brought to one loudness before its own `gain`; music is ducked while narration
    speaks; the whole is turned to -16 LUFS with true peaks of at most -1.5 dB. Without a track, or
    with silent ones, it is silence.

    Args:
        out: ``.m4a`` for AAC, which a video takes without encoding it again, or ``.wav``. The file
            appears only when it is complete.

    Raises:
        PermanentError: a track cannot be used; as `probe`, `detail["track"]` is its number.
        RetryableError: `audio_timeout`, `disk_full`.
    """
    if out.suffix not in _SUFFIXES:
        raise ValueError(f"{out.suffix} is none of {', '.join(_SUFFIXES)}")
    samples = samples_for(frames, fps)
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=".mixing-") as folder:
        parts = _parts(tracks, samples, Path(folder))
        graph = bus(parts, samples) if parts else silence(samples)
        graph, loudness, did_limit = _master(graph, parts, samples)
        ready = Path(folder) / f"ready{out.suffix}"
        _encode(graph, ready, samples)
        ready.replace(out)
    return Mixed(out, samples, loudness, did_limit)


def _parts(tracks: Sequence[AudioTrack], samples: int, folder: Path) -> list[Part]:
    """What is heard of each track; a track that starts after the end is checked all the same."""
    found = []
    both = len({track.role for track in tracks}) > 1
    for number, track in enumerate(tracks):
        wanted = max(samples - round(track.start * RATE), 0) / RATE
        try:
            sound = probe(Path(track.path), skip=track.skip, most=max(wanted, 1.0))
        except PermanentError as error:
            error.detail["track"] = number
            raise
        if wanted <= 0:
            continue
        reference = _BESIDE if both and track.role == "music" else TARGET
        source = _source(track, sound, wanted, folder / f"{number}.wav")
        heard = wanted if track.loop else min(sound.seconds, wanted)
        found.append(Part(track, source, heard, _gain(sound, reference) + track.gain))
    return found


def _gain(sound: Sound, reference: float) -> float:
    """Decibels that bring a sound to a loudness."""
    if sound.silent:
        return 0.0
    return max(-_MOST_GAIN, min(_MOST_GAIN, reference - sound.loudness))


def _source(track: AudioTrack, sound: Sound, wanted: float, loop: Path) -> Any:
    if not track.loop or sound.seconds >= wanted:
        return sound_input(track.path, ss=track.skip, t=wanted)
    # Only samples repeat without a gap and without a drift; a compressed file has padding at its
    # ends. What is repeated is shorter than the video, so it fits beside it.
    once = (
        sound_input(track.path, ss=track.skip)
        .audio.filter("aresample", RATE)
        .filter("aformat", channel_layouts="stereo")
    )
    edge = min(0.01, sound.seconds / 4)
    once = faded(faded(once, "in", 0.0, edge), "out", sound.seconds - edge, edge)
    run_graph(once.output(str(loop), acodec="pcm_s16le", f="wav"), seconds=sound.seconds)
    return sound_input(str(loop), stream_loop=-1, t=wanted)


def _master(graph: Any, parts: Sequence[Part], samples: int) -> tuple[Any, float, bool]:
    """The graph turned to the target; its loudness; whether peaks were limited.

    As ffmpeg's `loudnorm` does in its linear mode, but without its detour over 192 kHz. Where
    peaks forbid that, `loudnorm` would ride the gain and undo the ducking; a limiter keeps it.
    """
    if not parts:
        return graph, _SILENCE, False
    heard = _measure(graph, samples)
    if heard.silent:
        return graph, _SILENCE, False
    gain = _gain(heard, TARGET)
    if heard.peak + gain <= CEILING:
        return graph.filter("volume", f"{gain:.4f}dB"), heard.loudness + gain, False
    # A limiter takes some loudness with the peaks. Two more measures give back most of it; what
    # still lacks then is all peaks, and would only be squashed further.
    for _ in range(_TRIES):
        again = _measure(limited(graph, gain, CEILING), samples)
        lacking = TARGET - again.loudness
        if lacking < _NEAR:
            break
        gain += min(lacking, 4.0)
    return limited(graph, gain, CEILING), again.loudness, True


_SILENCE = -70.0


def _measure(graph: Any, samples: int) -> Sound:
    said = run_graph(measured(graph).output("-", format="null"), seconds=samples / RATE)
    return read_measures(said)


def _encode(graph: Any, ready: Path, samples: int) -> None:
    exact = graph.filter("apad", whole_len=samples).filter("atrim", end_sample=samples)
    if ready.suffix == ".wav":
        options = {"acodec": "pcm_s16le", "f": "wav"}
    else:
        options = {"acodec": "aac", "b:a": _BITRATE, "f": "ipod", "movflags": "+faststart"}
        # The edit list tells where the encoder's padding begins and ends, in this unit.
        options["movie_timescale"] = str(RATE)
    output = exact.output(str(ready), ar=RATE, ac=2, map_metadata=-1, fflags="+bitexact", **options)
    run_graph(output, seconds=samples / RATE)
