"""Makes sounds that belong to nobody: a music bed with a steady beat, and something like speech.

Both come from a seed, so that demos and tests hear the same each time. No sample and no melody is
taken from anywhere.
"""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
Wave = NDArray[np.float64]
"""Samples from -1 to 1: of one channel, or rows of two."""

_A = 220.0
# Degrees of a major scale in halftones, and four chords that go round.
_SCALE = (0, 2, 4, 5, 7, 9, 11)
_CHORDS = ((0, 4, 7, 11), (-3, 0, 4, 7), (-7, -3, 0, 4), (-5, -1, 2, 5))


def music(seconds: float, *, bpm: float = 112.0, seed: int = 1) -> Wave:
    """A bed in four-four time: kick, clap, hats, bass, chords, a few bells. Two channels.

    The first beat is at 0 s, and the others follow every 60 / `bpm` seconds.
    """
    rng = np.random.default_rng(seed)
    count = max(1, round(seconds * RATE))
    beat = 60 / bpm
    left, right = np.zeros(count), np.zeros(count)
    kick, clap, hat = _kick(), _clap(rng), _hat(rng)
    key = float(rng.integers(-3, 4))
    beats = int(seconds / beat) + 1
    for number in range(beats):
        at = number * beat
        chord = _CHORDS[number // 4 % 4]
        _add(left, right, kick, at, 0.85)
        if number % 4 in (1, 3):
            _add(left, right, clap, at, 0.32)
        for half in range(2):
            swing = 0.28 if half else 0.14
            _add(left, right, hat, at + half * beat / 2, swing, pan=0.25 if half else -0.2)
        for half, degree in ((0, 0), (1, 0) if number % 2 else (1, 2)):
            tone = _pluck(_A / 4 * _up(chord[degree] + key), beat * 0.48, bright=3)
            _add(left, right, tone, at + half * beat / 2, 0.34)
        if number % 4 == 0:
            for voice, note in enumerate(chord):
                tone = _pad(_A * _up(note + key), beat * 4.2)
                _add(left, right, tone, at, 0.085, pan=(voice - 1.5) / 2)
        if rng.random() < 0.55:
            note = chord[int(rng.integers(4))] + 12
            tone = _pluck(_A * 2 * _up(note - 12 + key), beat * 1.5, bright=5)
            _add(left, right, tone, at + beat / 2 * int(rng.integers(2)), 0.10,
                 pan=float(rng.uniform(-0.6, 0.6)))  # fmt: skip
    mixed = np.tanh(np.stack([left, right], axis=1) * 0.9)
    edge = min(count // 2, RATE // 20)
    mixed[count - edge :] *= np.linspace(1, 0, edge)[:, None]
    return mixed * 0.8


def speech(seconds: float, *, seed: int = 1) -> Wave:
    """What is like a voice: syllables with vowels' formants, words, pauses. One channel.

    It says nothing, and stands for narration where loudness and ducking matter.
    """
    rng = np.random.default_rng(seed)
    count = max(1, round(seconds * RATE))
    out = np.zeros(count)
    vowels = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480))
    at, pitch = 0.15, 118.0
    while at < seconds - 0.3:
        for _ in range(int(rng.integers(2, 6))):
            length = float(rng.uniform(0.12, 0.24))
            pitch = float(np.clip(pitch + rng.normal(0, 7), 92, 150))
            sound = _vowel(pitch, length, vowels[int(rng.integers(len(vowels)))])
            if rng.random() < 0.5:
                hiss = rng.normal(0, 1, round(0.05 * RATE)) * np.hanning(round(0.05 * RATE))
                _add_one(out, np.diff(hiss, append=0.0) * 0.12, at - 0.04)
            _add_one(out, sound, at)
            at += length * 0.92
        at += float(rng.choice([0.08, 0.12, 0.5]))
    peak = np.abs(out).max() or 1.0
    return out / peak * 0.7


def clicks(seconds: float, *, bpm: float, first: float = 0.0, seed: int = 1) -> Wave:
    """Short clicks on each beat over faint noise. One channel."""
    rng = np.random.default_rng(seed)
    out = rng.normal(0, 0.003, max(1, round(seconds * RATE)))
    time = np.arange(round(0.03 * RATE)) / RATE
    click = np.sin(2 * np.pi * 1500 * time) * np.exp(-time * 180)
    for number in range(int((seconds - first) * bpm / 60) + 1):
        _add_one(out, click * 0.7, first + number * 60 / bpm)
    return out


def write_wav(path: Path, samples: Wave, rate: int = RATE) -> Path:
    """Write samples (a column a channel) as 16 bits."""
    rows = samples if samples.ndim == 2 else samples[:, None]
    with wave.open(str(path), "wb") as out:
        out.setnchannels(rows.shape[1])
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.rint(np.clip(rows, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def _up(halftones: float) -> float:
    return float(2.0 ** (halftones / 12))


def _add(left: Wave, right: Wave, sound: Wave, at: float, gain: float, pan: float = 0.0) -> None:
    angle = (pan + 1) * np.pi / 4
    _add_one(left, sound * (gain * np.cos(angle) * np.sqrt(2)), at)
    _add_one(right, sound * (gain * np.sin(angle) * np.sqrt(2)), at)


def _add_one(out: Wave, sound: Wave, at: float) -> None:
    start = max(0, round(at * RATE))
    part = sound[: max(0, len(out) - start)]
    out[start : start + len(part)] += part


def _kick() -> Wave:
    time = np.arange(round(0.3 * RATE)) / RATE
    sweep = 48 * time + 90 * (1 - np.exp(-time * 34)) / 34
    return np.sin(2 * np.pi * sweep) * np.exp(-time * 11) * np.minimum(1, time * 900)


def _clap(rng: np.random.Generator) -> Wave:
    time = np.arange(round(0.18 * RATE)) / RATE
    noise = np.diff(rng.normal(0, 1, len(time)), append=0.0)
    return noise * np.exp(-time * 32) * np.minimum(1, time * 1500) * 0.5


def _hat(rng: np.random.Generator) -> Wave:
    time = np.arange(round(0.06 * RATE)) / RATE
    noise = np.diff(rng.normal(0, 1, len(time)), n=2, append=[0.0, 0.0])
    return noise * np.exp(-time * 85) * 0.25


def _pluck(frequency: float, seconds: float, bright: int) -> Wave:
    time = np.arange(round(seconds * RATE)) / RATE
    tone = np.zeros(len(time))
    for partial in range(1, bright + 1):
        tone += (
            np.sin(2 * np.pi * frequency * partial * time)
            * np.exp(-time * 3.2 * partial)
            / (partial * partial)
        )
    fade = np.minimum(1, time * 250) * np.clip((seconds - time) * 60, 0, 1)
    return tone * fade


def _pad(frequency: float, seconds: float) -> Wave:
    time = np.arange(round(seconds * RATE)) / RATE
    tone = sum(
        np.sin(2 * np.pi * frequency * detune * time + phase)
        + 0.25 * np.sin(4 * np.pi * frequency * detune * time)
        for detune, phase in ((0.997, 0.0), (1.0, 1.0), (1.003, 2.0))
    )
    swell = np.clip(time / 0.25, 0, 1) * np.clip((seconds - time) / 0.3, 0, 1)
    return np.asarray(tone * swell)


def _vowel(pitch: float, seconds: float, formants: tuple[int, int, int]) -> Wave:
    time = np.arange(round(seconds * RATE)) / RATE
    glide = pitch * (1 + 0.05 * np.sin(np.pi * time / seconds))
    phase = 2 * np.pi * np.cumsum(glide) / RATE
    tone = np.zeros(len(time))
    for partial in range(1, int(3600 / pitch)):
        frequency = partial * pitch
        near = sum(
            weight / (1 + ((frequency - formant) / width) ** 2)
            for formant, weight, width in zip(formants, (1, 0.6, 0.25), (90, 120, 170), strict=True)
        )
        tone += np.sin(partial * phase) * (near + 0.02) / partial**0.3
    return tone * np.hanning(len(time)) ** 0.6
