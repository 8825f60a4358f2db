"""The graphs of filters that a mix is made by, built with ffmpeg-python."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import ffmpeg

from shared.video.audio_run import RATE
from shared.video.plan import AudioTrack

# Speech at -16 LUFS lies some 10 dB over this threshold, and music falls by 10 to 12 dB: quickly
# enough for a first syllable, and slowly back, so that it does not pump between words.
_DUCKING = {
    "threshold": 0.035, "ratio": 3.5, "attack": 25, "release": 650, "knee": 4, "detection": "rms",
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """What is heard of a track: an input, for how many seconds, with what gain in decibels."""

    track: AudioTrack
    source: Any
    seconds: float
    gain: float


def silence(samples: int) -> Any:
    """Exactly that many samples of nothing."""
    source = ffmpeg.input(f"anullsrc=r={RATE}:cl=stereo", f="lavfi", t=samples / RATE + 1)
    return _exactly(source.audio, samples)


def bus(parts: Sequence[Part], samples: int) -> Any:
    """All parts together, exactly `samples` long, music ducked under narration."""
    music = [_strip(part) for part in parts if part.track.role == "music"]
    voices = [_strip(part) for part in parts if part.track.role == "narration"]
    if not music or not voices:
        return _exactly(_sum(music or voices), samples)
    voice = _exactly(_sum(voices), samples).filter_multi_output("asplit")
    bed = _exactly(_sum(music), samples)
    ducked = ffmpeg.filter([bed, voice[1]], "sidechaincompress", **_DUCKING)
    return _exactly(_sum([voice[0], ducked]), samples)


def limited(graph: Any, gain: float, ceiling: float) -> Any:
    """The graph turned by `gain` with its true peaks below `ceiling`, both in decibels.

    Between two samples a wave can be higher than either, so it is limited at four times the rate.
    """
    return (
        graph.filter("volume", f"{gain:.4f}dB")
        .filter("aresample", 4 * RATE)
        .filter(
            "alimiter", limit=f"{10 ** ((ceiling - 0.1) / 20):.6f}",
            attack=4, release=60, level="false", latency="true",
        )
        .filter("aresample", RATE)
    )  # fmt: skip


def measured(graph: Any, *, peaks: bool = True) -> Any:
    """The graph with its loudness, true peak and samples printed at the end.

    Without `peaks` it is several times as fast: they are sought between the samples.
    """
    found = {"peak": "true"} if peaks else {}
    return graph.filter("ebur128", framelog="quiet", **found).filter(
        "astats", measure_perchannel="none", measure_overall="Number_of_samples"
    )


def even(source: Any) -> Any:
    """Any sound as 48 kHz in two channels."""
    return source.filter("aresample", RATE).filter(
        "aformat", sample_fmts="fltp", channel_layouts="stereo"
    )


def faded(chain: Any, kind: Literal["in", "out"], start: float, seconds: float) -> Any:
    """Faded in or out from `start` on. In whole samples, of which none would mean a second."""
    first, count = round(start * RATE), max(1, round(seconds * RATE))
    return chain.filter("afade", type=kind, start_sample=first, nb_samples=count)


def _strip(part: Part) -> Any:
    """One track: its gain, its fades, its place in time."""
    track = part.track
    chain = even(part.source.audio).filter("volume", f"{part.gain:.4f}dB")
    if track.fade_in > 0:
        chain = faded(chain, "in", 0.0, min(track.fade_in, part.seconds))
    if track.fade_out > 0:
        fade = min(track.fade_out, part.seconds)
        chain = faded(chain, "out", part.seconds - fade, fade)
    if track.start > 0:
        chain = chain.filter("adelay", f"{round(track.start * RATE)}S", all="true")
    return chain


def _sum(chains: Sequence[Any]) -> Any:
    if len(chains) == 1:
        return chains[0]
    return ffmpeg.filter(
        list(chains), "amix", inputs=len(chains), duration="longest", normalize="false",
        dropout_transition=0,
    )  # fmt: skip


def _exactly(chain: Any, samples: int) -> Any:
    return chain.filter("apad", whole_len=samples).filter("atrim", end_sample=samples)
