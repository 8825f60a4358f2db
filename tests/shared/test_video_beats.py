"""Beats that are found are the beats that were played."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from medley.demo_sounds import RATE, clicks, music, speech, write_wav
from shared.video import beats
from shared.video.beats import BeatGrid, beat_grid, find_beats


def off(grid: BeatGrid, bpm: float, first: float) -> NDArray[np.float64]:
    """How far each beat found is from the nearest that was played, in seconds."""
    places = (np.array(grid.beats) - first) * bpm / 60
    return np.asarray(np.abs(places - np.rint(places)) * 60 / bpm)


@pytest.mark.parametrize("bpm", [72, 90, 104.5, 120, 137, 160])
def test_the_beats_of_clicks_are_found_to_a_hundredth_of_a_second(
    bpm: float, tmp_path: Path
) -> None:
    path = write_wav(tmp_path / "clicks.wav", clicks(20, bpm=bpm, first=0.4))
    grid = beat_grid(path)
    assert grid.bpm == pytest.approx(bpm, rel=0.005)
    assert off(grid, bpm, 0.4).max() < 0.01
    # At most one is missed at either end.
    assert len(grid.beats) >= int((20 - 0.4) * bpm / 60) - 1


@pytest.mark.parametrize("bpm", [84, 100, 112, 128, 140])
def test_the_beats_of_music_are_the_drums_and_not_what_is_between(
    bpm: float, tmp_path: Path
) -> None:
    grid = beat_grid(write_wav(tmp_path / "music.wav", music(20, bpm=bpm, seed=int(bpm))))
    assert grid.bpm == pytest.approx(bpm, rel=0.005)
    assert off(grid, bpm, 0.0).max() < 0.03
    assert np.diff(grid.beats).max() < 1.2 * 60 / bpm


def test_very_fast_and_slow_music_has_beats_that_were_played_or_halfway(tmp_path: Path) -> None:
    # Whether to tap 174 or 87 to the minute, people do not agree either.
    for bpm in (60.0, 174.0):
        grid = beat_grid(write_wav(tmp_path / "music.wav", music(20, bpm=bpm)))
        ratio = grid.bpm / bpm
        assert min(abs(ratio - wanted) for wanted in (0.5, 1, 2)) < 0.01
        assert off(grid, 2 * bpm, 0.0).max() < 0.03


@pytest.mark.parametrize("what", ["silence", "short", "one"])
def test_what_has_no_beat_has_an_empty_grid(what: str) -> None:
    sound = {
        "silence": np.zeros(22_050 * 10), "short": np.ones(22_050), "one": np.ones(1),
    }[what]  # fmt: skip
    grid = find_beats((sound * 9000).astype(np.int16))
    assert (grid.bpm, grid.beats) == (0, ())


def test_speech_and_noise_are_less_clear_than_music(tmp_path: Path) -> None:
    clear = beat_grid(write_wav(tmp_path / "music.wav", music(15))).clarity
    spoken = beat_grid(write_wav(tmp_path / "speech.wav", speech(15))).clarity
    hiss = np.random.default_rng(2).normal(0, 0.1, 15 * RATE)
    noisy = beat_grid(write_wav(tmp_path / "noise.wav", hiss)).clarity
    assert clear > 0.6
    assert max(spoken, noisy) < 0.3


def test_the_same_bytes_are_read_once_and_give_the_same_grid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write_wav(tmp_path / "a.wav", clicks(8, bpm=100))
    again = write_wav(tmp_path / "b.wav", clicks(8, bpm=100))
    cache = tmp_path / "cache"
    grid = beat_grid(first, cache=cache)

    def never(*_: object, **__: object) -> bytes:
        raise AssertionError

    monkeypatch.setattr(beats, "decode", never)
    assert beat_grid(again, cache=cache) == grid
    assert BeatGrid.model_validate_json(grid.to_json()) == grid


def test_a_damaged_cache_is_made_again(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", clicks(6, bpm=120))
    grid = beat_grid(path, cache=tmp_path / "cache")
    (kept,) = (tmp_path / "cache").iterdir()
    kept.write_text('{"bpm": 1')
    assert beat_grid(path, cache=tmp_path / "cache") == grid


class TestSnapping:
    grid = BeatGrid(bpm=60, beats=(0.0, 1.0, 2.0, 3.0))

    def test_times_move_to_the_nearest_beat(self) -> None:
        assert self.grid.snapped([0.9, 2.2]) == (1.0, 2.0)

    def test_times_that_are_far_from_any_stay(self) -> None:
        assert self.grid.snapped([1.4, 9.0], within=0.3) == (1.4, 9.0)

    def test_two_times_never_share_a_beat(self) -> None:
        assert self.grid.snapped([0.9, 1.1], within=1.0) == (1.0, 2.0)

    def test_without_beats_all_stay(self) -> None:
        assert BeatGrid(bpm=0, beats=()).snapped([1.0, 2.0]) == (1.0, 2.0)
