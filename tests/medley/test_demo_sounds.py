"""Sounds that the demo and tests use: the same each time, within bounds, as long as asked."""

import wave
from pathlib import Path

import numpy as np
import pytest

from medley.demo_sounds import RATE, clicks, music, speech, write_wav


@pytest.mark.parametrize("make", [music, speech])
def test_a_seed_is_a_sound(make) -> None:  # type: ignore[no-untyped-def]
    assert (make(3.0, seed=4) == make(3.0, seed=4)).all()
    assert (make(3.0, seed=4) != make(3.0, seed=5)).any()


@pytest.mark.parametrize("seconds", [0.001, 0.2, 1.0, 7.3])
def test_each_is_as_long_as_asked_and_never_clips(seconds: float) -> None:
    for sound in (music(seconds), speech(seconds), clicks(seconds, bpm=100)):
        assert len(sound) == max(1, round(seconds * RATE))
        assert np.abs(sound).max() <= 1
        assert np.isfinite(sound).all()


def test_music_has_two_channels_that_differ_and_ends_softly() -> None:
    sound = music(4.0)
    assert sound.shape == (4 * RATE, 2)
    assert (sound[:, 0] != sound[:, 1]).any()
    assert np.abs(sound[-20:]).max() < 0.02


def test_a_file_holds_the_samples(tmp_path: Path) -> None:
    sound = music(0.5)
    with wave.open(str(write_wav(tmp_path / "a.wav", sound))) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, RATE)
        found = np.frombuffer(file.readframes(RATE), "<i2").reshape(-1, 2) / 32767
    assert np.abs(found - sound).max() < 1e-4
