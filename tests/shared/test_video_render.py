"""Whole files: exact in length, whole or not there, with sound that fits."""

import os
import random
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from shared.errors import MedleyError, PermanentError, RetryableError
from shared.video import encoder, kernel, pieces, workers
from shared.video.mp4 import tracks, video_frames
from shared.video.plan import AudioTrack, Plan, Scene, TextLayer, Transition
from shared.video.render import preview_of, render, save_poster
from tests.shared.video_parts import (
    kernel_named,
    lumas,
    plan_of,
    sine,
    still,
    timestamps,
)

KERNEL = kernel_named("native")


@pytest.fixture(scope="module")
def stills(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("stills")
    return [str(still(folder / f"{seed}.jpg", seed=seed)) for seed in (1, 20, 40)]


def three(stills: list[str], **rest: Any) -> Plan:
    scenes = [
        Scene(
            source=source,
            duration=1.5,
            seed=number,
            transition=Transition(kind="crossfade", seconds=0.3),
        )
        for number, source in enumerate(stills)
    ]
    return plan_of(*scenes, fps=30, **rest)


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_video_has_exactly_its_frames_evenly_in_time(stills: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    heard: list[tuple[int, int]] = []
    done = render(
        three(stills), out, workers=3, progress=lambda *said: heard.append(said), work_dir=tmp_path
    )
    assert (done.frames, done.width, done.height, done.seconds) == (135, 96, 64, 4.5)
    assert done.bytes == out.stat().st_size
    assert left_behind(tmp_path) == ["out.mp4"]
    ticks = timestamps(out)
    assert len(ticks) == 135
    step = ticks[0][1]
    assert ticks == [(ticks[0][0] + step * number, step) for number in range(135)]
    assert heard[0] == (0, 135)
    assert heard[-1] == (135, 135)
    assert heard == sorted(heard)


def test_pieces_show_what_one_piece_shows(stills: list[str], tmp_path: Path) -> None:
    plan = three(stills)
    for count in (1, 4):
        render(plan, tmp_path / f"{count}.mp4", workers=count)
    one, four = (lumas(tmp_path / f"{count}.mp4", 96, 64).astype(int) for count in (1, 4))
    assert len(one) == len(four)
    assert np.abs(one - four).mean() < 3


def test_the_slower_kernel_makes_the_same_video(
    stills: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "kernel", kernel.PillowKernel)
    render(three(stills), tmp_path / "out.mp4", workers=2)
    monkeypatch.undo()
    render(three(stills), tmp_path / "native.mp4", workers=2)
    slow, quick = (lumas(tmp_path / f"{name}.mp4", 96, 64) for name in ("out", "native"))
    assert slow.shape == quick.shape
    # The encoder makes more of a difference than the kernels do, which another test compares.
    assert np.abs(slow.astype(int) - quick.astype(int)).mean() < 5


@pytest.mark.parametrize("profile", ["quality", "fast", "preview"])
def test_every_profile_renders(stills: list[str], tmp_path: Path, profile: Any) -> None:
    render(three(stills), tmp_path / "out.mp4", profile=profile)
    assert video_frames(tmp_path / "out.mp4") == 135


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, float]]:
    folder = tmp_path_factory.mktemp("tones")
    chance = random.Random(5)
    made = []
    for number in range(4):
        seconds, rate = chance.uniform(0.3, 4), chance.choice([22_050, 44_100, 48_000])
        made.append((str(sine(folder / f"{number}.wav", seconds, rate)), seconds))
    return made


@pytest.mark.parametrize("seed", range(12))
def test_sound_and_pictures_are_equally_long(
    stills: list[str], tones: list[tuple[str, float]], tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    scenes = [
        Scene(
            source=chance.choice([*stills, None]),  # type: ignore[list-item]
            duration=chance.uniform(0.1, 1.2),
            transition=Transition(kind=chance.choice(["cut", "crossfade", "dip"]), seconds=0.1),
        )
        for _ in range(chance.randint(1, 4))
    ]
    path, seconds = chance.choice(tones)
    follow = chance.choice(["scenes", "audio"])
    fps = chance.choice([24, 25, 30, 50])
    track = AudioTrack(path=path, role=chance.choice(["music", "narration"]))
    plan = plan_of(*scenes, fps=fps, follow=follow, audio=(track,))
    done = render(plan, tmp_path / "out.mp4", profile="fast")
    found = {track.kind: track for track in tracks(tmp_path / "out.mp4")}
    assert found["vide"].samples == done.frames
    assert found["vide"].shown == pytest.approx(done.frames / fps, abs=0.002)
    assert abs(found["soun"].shown - found["vide"].shown) < 1 / fps
    if follow == "audio":
        assert 0 <= done.seconds - seconds < 1 / fps + 1e-3


def test_a_video_has_a_poster_with_its_text(stills: list[str], tmp_path: Path) -> None:
    text = TextLayer(kind="title", text="Bib 7", end=4)
    plan = three(stills, texts=(text,)).model_copy(update={"width": 480, "height": 320})
    done = render(plan, tmp_path / "a.mp4", profile="preview", poster=tmp_path / "a.jpg")
    assert done.poster == tmp_path / "a.jpg"
    with Image.open(tmp_path / "a.jpg") as picture:
        assert picture.size == (480, 320)
    save_poster(plan, tmp_path / "b.jpg", at=1.5)
    assert (tmp_path / "a.jpg").read_bytes() == (tmp_path / "b.jpg").read_bytes()


def test_a_preview_is_small_and_shows_the_same(stills: list[str]) -> None:
    plan = three(stills).model_copy(update={"width": 1080, "height": 1920})
    small = preview_of(plan)
    assert (small.width, small.height, small.fps) == (360, 640, 15)
    assert small.seconds == plan.seconds
    assert preview_of(small) == small


def fails(plan: Plan, out: Path, **options: Any) -> MedleyError:
    """The error of a rendering, which leaves nothing behind."""
    before = left_behind(out.parent)
    work = out.parent.parent / f"{out.parent.name}-work"
    work.mkdir(exist_ok=True)
    with pytest.raises(MedleyError) as caught:
        render(plan, out, work_dir=work, **options)
    assert left_behind(out.parent) == before
    assert left_behind(work) == []
    return caught.value


@pytest.mark.parametrize("workers", [1, 3])
def test_a_still_that_vanished_fails_alone_and_by_name(
    stills: list[str], tmp_path: Path, workers: int
) -> None:
    plan = three([*stills[:2], str(tmp_path / "gone.jpg")])
    (tmp_path / "old.mp4").write_bytes(b"what was there before")
    failed = fails(plan, tmp_path / "old.mp4", workers=workers)
    assert isinstance(failed, PermanentError)
    assert failed.code == "still_missing"
    assert (tmp_path / "old.mp4").read_bytes() == b"what was there before"


def test_music_that_is_no_sound_is_refused(stills: list[str], tmp_path: Path) -> None:
    (tmp_path / "bed.mp3").write_bytes(b"not music" * 500)
    plan = three(stills, audio=(AudioTrack(path=str(tmp_path / "bed.mp3")),))
    assert isinstance(fails(plan, tmp_path / "out.mp4", workers=2), PermanentError)


def test_a_killed_piece_is_an_error_that_can_be_tried_again(
    stills: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dying(pieces.Painter):
        def draw(self, number: int) -> Any:
            if number == 100:
                os.kill(os.getpid(), signal.SIGKILL)
            return super().draw(number)

    monkeypatch.setattr(pieces, "Painter", Dying)
    failed = fails(three(stills), tmp_path / "out.mp4", workers=2)
    assert isinstance(failed, RetryableError)
    assert failed.code == "piece_died"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_ffmpeg_is_an_error_that_can_be_tried_again(
    stills: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    class Dying(pieces.Encoder):
        def write(self, frame: Any) -> None:
            self._process.kill()
            self._process.wait()
            super().write(frame)

    monkeypatch.setattr(pieces, "Encoder", Dying)
    failed = fails(three(stills), tmp_path / "out.mp4", workers=workers)
    assert isinstance(failed, RetryableError)
    assert failed.code == "encoder_died"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device on this system")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_full_disk_is_a_clear_error(
    stills: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    class Full(pieces.Encoder):
        def __init__(self, path: Path, *args: Any, **options: Any) -> None:
            path.symlink_to("/dev/full")
            super().__init__(path, *args, **options)

    monkeypatch.setattr(pieces, "Encoder", Full)
    failed = fails(three(stills), tmp_path / "out.mp4", workers=workers)
    assert failed.code == "disk_full"


def test_an_unknown_setting_of_the_encoder_is_no_use_to_try_again(
    stills: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(encoder._X264, "fast", {"preset": "no-such-preset"})
    failed = fails(three(stills), tmp_path / "out.mp4", profile="fast")
    assert isinstance(failed, PermanentError)
    assert failed.code == "encoding_failed"


def test_an_unexpected_error_in_a_piece_is_told(
    stills: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(pieces.Painter):
        def draw(self, number: int) -> Any:
            raise ZeroDivisionError

    monkeypatch.setattr(pieces, "Painter", Broken)
    assert fails(three(stills), tmp_path / "out.mp4", workers=2).code == "render_failed"


def test_as_many_processes_as_there_are_processors() -> None:
    assert workers.processors() >= 1


def test_half_a_file_is_no_mp4(stills: list[str], tmp_path: Path) -> None:
    render(three(stills), tmp_path / "out.mp4", profile="preview")
    data = (tmp_path / "out.mp4").read_bytes()
    for cut in (0, 4, 40, 900, len(data) // 2, len(data) - 1):
        (tmp_path / "half.mp4").write_bytes(data[:cut])
        with pytest.raises(PermanentError) as caught:
            video_frames(tmp_path / "half.mp4")
        assert caught.value.code == "not_an_mp4"
