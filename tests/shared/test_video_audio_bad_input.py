"""Sounds that are none: each is refused with a stable code, and leaves no file behind."""

import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medley.demo_sounds import RATE, music, write_wav
from shared.errors import PermanentError, RetryableError
from shared.video import audio_probe, audio_run
from shared.video.audio import mix
from shared.video.audio_probe import probe
from shared.video.beats import beat_grid
from shared.video.ffmpeg import ffmpeg_path
from shared.video.plan import AudioTrack
from tests.shared.sounds import bed


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def words(path: Path) -> None:
    path.write_text("This is not music. " * 400)


def noise(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(60_000))


def picture(path: Path) -> None:
    Image.new("RGB", (64, 64)).save(path, "PNG")


def silent_film(path: Path) -> None:
    source = ["-f", "lavfi", "-i", "color=red:s=64x64:d=1", "-f", "mp4", str(path)]
    subprocess.run([ffmpeg_path(), "-v", "error", *source], check=True, stdin=subprocess.DEVNULL)  # noqa: S603


def no_samples(path: Path) -> None:
    write_wav(path, np.zeros((0, 2)))


def playlist(path: Path) -> None:
    other = write_wav(path.with_name("private.wav"), music(1.0))
    path.write_text(f"#EXTM3U\n#EXTINF:1,\n{other}\n")


def concatenation(path: Path) -> None:
    other = write_wav(path.with_name("private.wav"), music(1.0))
    path.write_text(f"ffconcat version 1.0\nfile {other.name}\n")


BAD = [
    (nothing, "audio_empty"),
    (words, "audio_unreadable"),
    (noise, "audio_unreadable"),
    (picture, "audio_unreadable"),
    (silent_film, "audio_unreadable"),
    (no_samples, "audio_empty"),
    (playlist, "audio_unreadable"),
    (concatenation, "audio_unreadable"),
]


@pytest.mark.parametrize(("make", "code"), BAD)
def test_what_is_no_sound_has_a_clear_error(make, code: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "music.mp3"
    make(path)
    out = tmp_path / "out"
    tracks = [AudioTrack(path=str(bed(tmp_path))), AudioTrack(path=str(path))]
    with pytest.raises(PermanentError) as caught:
        mix(tracks, frames=30, fps=30, out=out / "mix.m4a")
    assert caught.value.code == code
    assert caught.value.detail["track"] == 1
    assert not list(out.iterdir())
    with pytest.raises(PermanentError) as caught:
        beat_grid(path)
    assert caught.value.code == code


def test_a_missing_file_is_told_without_its_path(tmp_path: Path) -> None:
    with pytest.raises(PermanentError) as caught:
        probe(tmp_path / "secret-name.mp3")
    assert caught.value.code == "audio_missing"
    assert "secret-name" not in caught.value.message


def test_a_folder_is_no_sound(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="audio_missing"):
        probe(tmp_path)


def test_ten_hours_are_refused_by_what_the_file_says_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    size = 36_000 * 8000
    with path.open("wb") as file:
        file.write(struct.pack("<4sI4s4sI", b"RIFF", size + 36, b"WAVE", b"fmt ", 16))
        file.write(struct.pack("<HHIIHH4sI", 1, 1, 8000, 8000, 1, 8, b"data", size))
        file.truncate(44 + size)  # a hole, which takes no room
    with pytest.raises(PermanentError) as caught:
        probe(path, most=30)
    assert caught.value.code == "audio_too_long"


def test_a_file_that_lies_about_its_length_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio_probe, "MOST_SECONDS", 2.0)
    path = tmp_path / "long.mp3"
    write_wav(tmp_path / "long.wav", music(4.0))
    source = ["-i", str(tmp_path / "long.wav"), "-write_xing", "0", "-f", "mp3", str(path)]
    subprocess.run([ffmpeg_path(), "-v", "error", *source], check=True, stdin=subprocess.DEVNULL)  # noqa: S603
    with pytest.raises(PermanentError, match="audio_too_long"):
        probe(path)


def test_a_huge_file_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_probe, "MOST_BYTES", 1000)
    with pytest.raises(PermanentError, match="audio_too_large"):
        probe(bed(tmp_path, 1.0))


def test_skipping_more_than_there_is_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="audio_empty"):
        probe(bed(tmp_path, 1.0), skip=5)


def test_a_sound_cut_off_in_its_middle_is_used_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = bed(tmp_path, 4.0).read_bytes()
    path = tmp_path / "half.wav"
    path.write_bytes(whole[: len(whole) // 2])
    assert probe(path).seconds == pytest.approx(2.0, abs=0.05)


def test_a_stuck_ffmpeg_is_ended_and_may_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = tmp_path / "ffmpeg"
    stuck.write_text("#!/bin/sh\nexec sleep 600\n")
    stuck.chmod(0o755)
    monkeypatch.setattr(audio_run, "ffmpeg_path", lambda: str(stuck))
    monkeypatch.setattr(audio_run, "_LEAST_LIMIT", 0.2)
    monkeypatch.setattr(audio_probe, "MOST_SECONDS", 0.2)
    with pytest.raises(RetryableError) as caught:
        probe(bed(tmp_path, 1.0))
    assert caught.value.code == "encoder_timeout"


def test_a_full_disk_is_nobodys_fault_and_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = tmp_path / "ffmpeg"
    full.write_text("#!/bin/sh\necho 'Error writing: No space left on device' >&2\nexit 1\n")
    full.chmod(0o755)
    source = AudioTrack(path=str(bed(tmp_path, 1.0)))
    monkeypatch.setattr(audio_run, "ffmpeg_path", lambda: str(full))
    with pytest.raises(RetryableError) as caught:
        mix([source], frames=30, fps=30, out=tmp_path / "out" / "mix.m4a")
    assert caught.value.code == "disk_full"
    assert not list((tmp_path / "out").iterdir())


def test_a_very_short_sound_is_a_sound(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "tick.wav", music(0.05))
    made = mix([AudioTrack(path=str(path), loop=True)], frames=5, fps=30, out=tmp_path / "m.wav")
    assert made.samples == 5 * RATE // 30
