"""The mix: its exact length, its loudness, its fades, and music that makes room for a voice."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medley.demo_sounds import RATE, speech, write_wav
from shared.video.audio import (
    TARGET,
    frames_for,
    mix,
    samples_for,
    sound_seconds,
)
from shared.video.audio_probe import probe
from shared.video.ffmpeg import ffmpeg_path
from shared.video.plan import AudioTrack
from tests.shared.sounds import bed, level_of, loudness, samples, shown_samples, tone, voice


def track(path: Path, **more: object) -> AudioTrack:
    return AudioTrack.model_validate({"path": str(path), **more})


class TestLength:
    @given(st.integers(1, 500_000), st.sampled_from([1, 7, 24, 25, 30, 50, 60, 120]))
    def test_samples_are_the_frames_time_to_the_nearest(self, frames: int, fps: int) -> None:
        assert abs(samples_for(frames, fps) - frames * RATE / fps) <= 0.5

    @given(st.integers(1, 100_000_000), st.sampled_from([7, 24, 25, 30, 60]))
    def test_the_frames_hold_the_sound_and_not_one_more_would_do(
        self, count: int, fps: int
    ) -> None:
        frames = frames_for(count / RATE, fps)
        assert frames / fps >= count / RATE - 1e-9
        assert (frames - 1) / fps < count / RATE

    @settings(
        max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(
        frames=st.integers(1, 240),
        fps=st.sampled_from([7, 24, 25, 30, 60]),
        start=st.floats(0, 3),
        loop=st.booleans(),
        both=st.booleans(),
    )
    def test_a_mix_has_exactly_the_samples_of_the_frames(
        self, frames: int, fps: int, start: float, loop: bool, both: bool, tmp_path: Path
    ) -> None:
        tracks = [track(bed(tmp_path, 1.3), loop=loop, fade_in=0.2, fade_out=0.4)]
        if both:
            tracks.append(track(voice(tmp_path, 1.0), role="narration", start=start))
        made = mix(tracks, frames=frames, fps=fps, out=tmp_path / "mix.wav")
        assert len(samples(made.path)) == made.samples == samples_for(frames, fps)

    @pytest.mark.parametrize(("frames", "fps"), [(1, 30), (100, 30), (77, 24), (301, 25)])
    def test_aac_tells_players_the_exact_length(
        self, frames: int, fps: int, tmp_path: Path
    ) -> None:
        made = mix([track(bed(tmp_path))], frames=frames, fps=fps, out=tmp_path / "mix.m4a")
        wanted = samples_for(frames, fps)
        assert shown_samples(made.path) == (wanted, wanted)

    def test_without_a_track_there_is_silence_of_that_length(self, tmp_path: Path) -> None:
        made = mix([], frames=50, fps=25, out=tmp_path / "mix.wav")
        found = samples(made.path)
        assert found.shape == (2 * RATE, 2)
        assert not found.any()
        assert made.loudness == -70

    def test_the_sound_ends_with_the_last_narration(self, tmp_path: Path) -> None:
        tracks = [
            track(bed(tmp_path, 9)),
            track(voice(tmp_path, 2), role="narration", start=1.5),
            track(voice(tmp_path, 2), role="narration", skip=0.5),
        ]
        assert sound_seconds(tracks) == pytest.approx(3.5, abs=0.001)
        assert sound_seconds(tracks[:1]) == pytest.approx(9, abs=0.001)
        assert sound_seconds([]) == 0


class TestLoudness:
    def test_music_and_narration_come_to_the_target(self, tmp_path: Path) -> None:
        tracks = [
            track(bed(tmp_path, 8), loop=True),
            track(voice(tmp_path, 6), role="narration", start=2),
        ]
        made = mix(tracks, frames=300, fps=30, out=tmp_path / "mix.m4a")
        integrated, peak = loudness(made.path)
        assert integrated == pytest.approx(TARGET, abs=0.5)
        assert peak <= -0.5  # AAC moves a peak a little

    @pytest.mark.parametrize("level", [0.002, 0.05, 0.99])
    def test_quiet_and_loud_sounds_end_up_alike(self, level: float, tmp_path: Path) -> None:
        source = tone(tmp_path, 5, frequency=1000, level=level)
        made = mix([track(source)], frames=150, fps=30, out=tmp_path / "mix.wav")
        assert loudness(made.path)[0] == pytest.approx(TARGET, abs=0.3)
        assert not made.limited

    def test_peaks_that_are_too_high_are_limited_and_the_rest_stays_loud(
        self, tmp_path: Path
    ) -> None:
        rng = np.random.default_rng(5)
        hits = rng.normal(0, 0.02, 6 * RATE)
        for beat in range(12):
            at = beat * RATE // 2
            hits[at : at + 400] += np.sin(np.arange(400) / 3) * np.linspace(0.9, 0, 400)
        source = write_wav(tmp_path / "hits.wav", hits)
        made = mix([track(source)], frames=180, fps=30, out=tmp_path / "mix.wav")
        integrated, peak = loudness(made.path)
        assert made.limited
        assert peak <= -1.3
        assert integrated == pytest.approx(TARGET, abs=1.5)

    def test_a_silent_track_stays_silent(self, tmp_path: Path) -> None:
        source = write_wav(tmp_path / "none.wav", np.zeros(2 * RATE))
        made = mix([track(source)], frames=60, fps=30, out=tmp_path / "mix.wav")
        assert np.abs(samples(made.path)).max() < 0.001
        assert made.loudness == -70

    def test_gain_is_on_top_of_what_evens_out(self, tmp_path: Path) -> None:
        low = tone(tmp_path, 4, frequency=300, level=0.02, name="low.wav")
        high = tone(tmp_path, 4, frequency=1000, level=0.9, name="high.wav")
        mix([track(low), track(high, gain=-12)], frames=120, fps=30, out=tmp_path / "mix.wav")
        heard = samples(tmp_path / "mix.wav")[RATE : 3 * RATE, 0]
        # K-weighting hears 1 kHz and 300 Hz nearly alike.
        assert level_of(heard, 300) - level_of(heard, 1000) == pytest.approx(12, abs=1.5)


class TestDucking:
    def test_music_makes_room_while_somebody_speaks_and_comes_back(self, tmp_path: Path) -> None:
        spoken = np.zeros(12 * RATE)
        words = speech(4, seed=2)
        spoken[4 * RATE : 8 * RATE] = words[: 4 * RATE]
        tracks = [
            track(tone(tmp_path, 12), role="music"),
            track(write_wav(tmp_path / "voice.wav", spoken), role="narration"),
        ]
        mix(tracks, frames=360, fps=30, out=tmp_path / "mix.wav")
        heard = samples(tmp_path / "mix.wav")[:, 0]
        before = level_of(heard[1 * RATE : 3 * RATE], 300)
        during = level_of(heard[5 * RATE : 7 * RATE], 300)
        after = level_of(heard[10 * RATE : 11 * RATE], 300)
        assert 8 <= before - during <= 18
        assert after == pytest.approx(before, abs=1)

    def test_music_alone_is_not_ducked(self, tmp_path: Path) -> None:
        mix([track(tone(tmp_path, 4))], frames=120, fps=30, out=tmp_path / "mix.wav")
        heard = samples(tmp_path / "mix.wav")[:, 0]
        early, late = heard[RATE // 2 : RATE], heard[3 * RATE : 3 * RATE + RATE // 2]
        assert level_of(early, 300) == pytest.approx(level_of(late, 300), abs=0.2)


class TestTime:
    def test_a_track_begins_at_its_start_and_leaves_out_what_is_skipped(
        self, tmp_path: Path
    ) -> None:
        both = np.zeros(3 * RATE)
        time = np.arange(RATE) / RATE
        both[:RATE] = np.sin(2 * np.pi * 1000 * time) * 0.5
        both[RATE : 2 * RATE] = np.sin(2 * np.pi * 500 * time) * 0.5
        source = write_wav(tmp_path / "both.wav", both)
        tracks = [track(source, start=1.0, skip=1.0)]
        mix(tracks, frames=90, fps=30, out=tmp_path / "mix.wav")
        heard = samples(tmp_path / "mix.wav")[:, 0]
        assert np.abs(heard[: RATE - 100]).max() < 0.001
        part = heard[RATE + 4800 : 2 * RATE - 4800]
        assert level_of(part, 500) > level_of(part, 1000) + 60
        assert np.abs(heard[2 * RATE + 100 :]).max() < 0.001

    def test_a_loop_goes_on_until_the_end_without_a_gap(self, tmp_path: Path) -> None:
        source = tone(tmp_path, 1.0, frequency=440)
        mix([track(source, loop=True)], frames=300, fps=30, out=tmp_path / "mix.wav")
        heard = np.abs(samples(tmp_path / "mix.wav")[:, 0])
        strongest = heard[: len(heard) // 960 * 960].reshape(-1, 960).max(axis=1)
        assert (strongest > 0.5 * np.median(strongest)).all()
        # The eleventh second holds what the first does: nothing drifts.
        assert len(heard) == 10 * RATE

    def test_a_loop_repeats_what_is_left_after_the_skip(self, tmp_path: Path) -> None:
        both = np.zeros(2 * RATE)
        time = np.arange(RATE) / RATE
        both[:RATE] = np.sin(2 * np.pi * 1000 * time) * 0.5
        both[RATE:] = np.sin(2 * np.pi * 500 * time) * 0.5
        source = write_wav(tmp_path / "both.wav", both)
        mix([track(source, loop=True, skip=1.0)], frames=150, fps=30, out=tmp_path / "mix.wav")
        heard = samples(tmp_path / "mix.wav")[:, 0]
        assert level_of(heard, 500) > level_of(heard, 1000) + 40

    def test_fades_begin_and_end_in_silence(self, tmp_path: Path) -> None:
        source = tone(tmp_path, 9)
        tracks = [track(source, fade_in=1.0, fade_out=2.0)]
        mix(tracks, frames=150, fps=30, out=tmp_path / "mix.wav")
        heard = np.abs(samples(tmp_path / "mix.wav")[:, 0])
        peaks = [heard[at : at + 2400].max() for at in range(0, 5 * RATE, RATE // 4)]
        full = max(peaks)
        assert peaks[0] < 0.1 * full
        assert peaks[2] == pytest.approx(0.55 * full, rel=0.2)
        assert peaks[8] == pytest.approx(full, rel=0.05)
        assert peaks[16] == pytest.approx(0.5 * full, rel=0.2)
        assert heard[-200:].max() < 0.02 * full

    def test_the_shortest_of_times_are_times(self, tmp_path: Path) -> None:
        tiny = {"skip": 0.00001, "start": 0.00001, "fade_in": 0.00001, "fade_out": 1e-7}
        mix([track(tone(tmp_path, 2), **tiny)], frames=30, fps=30, out=tmp_path / "mix.wav")
        heard = np.abs(samples(tmp_path / "mix.wav")[:, 0])
        assert heard[:480].max() == pytest.approx(heard[20_000:28_000].max(), rel=0.05)
        assert heard[-480:].max() == pytest.approx(heard[20_000:28_000].max(), rel=0.05)

    def test_a_track_of_the_last_moment_is_no_empty_one(self, tmp_path: Path) -> None:
        tracks = [track(bed(tmp_path), start=0.999999), track(bed(tmp_path), start=0.9999)]
        assert mix(tracks, frames=30, fps=30, out=tmp_path / "mix.wav").samples == RATE

    def test_a_track_after_the_end_is_not_heard(self, tmp_path: Path) -> None:
        tracks = [track(bed(tmp_path), start=10)]
        made = mix(tracks, frames=30, fps=30, out=tmp_path / "mix.wav")
        assert not samples(made.path).any()


def test_only_the_finished_file_appears(tmp_path: Path) -> None:
    source = bed(tmp_path, 1.0)
    mix([track(source, loop=True)], frames=90, fps=30, out=tmp_path / "out" / "mix.m4a")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mix.m4a"]


def test_another_suffix_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.mp3"):
        mix([], frames=1, fps=30, out=tmp_path / "mix.mp3")


def test_one_channel_and_other_rates_come_out_as_two_at_48_khz(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "phone.wav", speech(1.0)[::6], rate=8000)
    assert probe(source).seconds == pytest.approx(1.0, abs=0.01)
    made = mix([track(source)], frames=30, fps=30, out=tmp_path / "mix.wav")
    left, right = samples(made.path).T
    assert np.abs(left).max() > 0.1
    assert (left == right).all()


@pytest.mark.parametrize(
    "name", ["a.mp3", "a.m4a", "a.ogg", "a.opus", "a.flac", "a.webm", "film.mp4"]
)
def test_what_people_have_is_heard(name: str, tmp_path: Path) -> None:
    source = bed(tmp_path, 3.0)
    command = [ffmpeg_path(), "-v", "error", "-nostdin", "-i", str(source)]
    if name.startswith("film"):
        command += ["-f", "lavfi", "-i", "color=red:s=64x64:d=3"]
    path = tmp_path / name
    subprocess.run([*command, str(path)], check=True)  # noqa: S603
    assert probe(path).seconds == pytest.approx(3.0, abs=0.08)
    mix([track(path)], frames=60, fps=30, out=tmp_path / "mix.wav")
    assert loudness(tmp_path / "mix.wav")[0] == pytest.approx(TARGET, abs=0.5)
