"""Pictures out of videos, by the real ffmpeg."""

import io
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from chalicelib.media_processing.adapters.posters import FfmpegPosters
from shared.errors import PermanentError
from shared.video.ffmpeg import ffmpeg_path


def film(path: Path, source: str, *more: str) -> Path:
    command = [ffmpeg_path(), "-loglevel", "error", "-f", "lavfi", "-i", source, *more, str(path)]
    ran(command)
    return path


def ran(command: list[str]) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)  # noqa: S603


@pytest.fixture
def posters() -> FfmpegPosters:
    return FfmpegPosters(ffmpeg_path, 30)


def refused(posters: FfmpegPosters, path: Path) -> str:
    with pytest.raises(PermanentError) as caught:
        posters.poster(path)
    return caught.value.code


@pytest.mark.parametrize("ending", ["mp4", "mov"])
def test_a_poster_is_a_picture_of_the_video(
    posters: FfmpegPosters, tmp_path: Path, ending: str
) -> None:
    video = film(tmp_path / f"a.{ending}", "color=c=red:size=320x180:duration=1")
    picture = Image.open(io.BytesIO(posters.poster(video)))
    assert picture.size == (320, 180)
    red, green, blue = picture.convert("RGB").getpixel((160, 90))  # type: ignore[misc]
    assert red > 200
    assert max(green, blue) < 60


def test_a_black_beginning_is_not_the_poster(posters: FfmpegPosters, tmp_path: Path) -> None:
    video = film(
        tmp_path / "a.mp4",
        "color=c=white:size=160x90:duration=3",
        *("-vf", "drawbox=c=black:t=fill:enable='lt(t,0.3)'"),
    )
    picture = Image.open(io.BytesIO(posters.poster(video))).convert("L")
    assert picture.getpixel((80, 45)) > 200  # type: ignore[operator]


def test_a_phone_that_was_held_upright_gives_an_upright_poster(
    posters: FfmpegPosters, tmp_path: Path
) -> None:
    flat = film(tmp_path / "flat.mp4", "testsrc=size=320x180:duration=1")
    turned = tmp_path / "turned.mp4"
    command = [ffmpeg_path(), "-loglevel", "error", "-display_rotation", "90", "-i", str(flat)]
    command += ["-c", "copy", str(turned)]
    ran(command)
    assert Image.open(io.BytesIO(posters.poster(turned))).size == (180, 320)


def test_what_is_no_video_is_refused(posters: FfmpegPosters, tmp_path: Path) -> None:
    whole = film(tmp_path / "a.mp4", "testsrc=size=320x180:duration=2").read_bytes()
    for name, data in {
        "empty": b"",
        "noise": bytes(range(256)) * 50,
        "half": whole[: len(whole) // 2],
        "header": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
    }.items():
        (tmp_path / name).write_bytes(data)
        assert refused(posters, tmp_path / name) == "not_a_video"


def test_a_playlist_that_names_another_file_reads_nothing(
    posters: FfmpegPosters, tmp_path: Path
) -> None:
    film(tmp_path / "secret.mp4", "color=c=red:size=64x64:duration=1")
    for name, text in {
        "list.mp4": f"#EXTM3U\n#EXTINF:1,\n{tmp_path / 'secret.mp4'}\n#EXT-X-ENDLIST\n",
        "concat.mp4": f"ffconcat version 1.0\nfile '{tmp_path / 'secret.mp4'}'\n",
    }.items():
        (tmp_path / name).write_text(text)
        assert refused(posters, tmp_path / name) == "not_a_video"


def test_a_sound_alone_has_no_picture(posters: FfmpegPosters, tmp_path: Path) -> None:
    sound = film(tmp_path / "a.mp4", "sine=duration=1")
    assert refused(posters, sound) in {"no_picture", "not_a_video"}


def test_a_video_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    sleeper = tmp_path / "ffmpeg"
    sleeper.write_text("#!/bin/sh\nexec sleep 30\n")
    sleeper.chmod(0o755)
    posters = FfmpegPosters(lambda: sleeper, 0.2)
    assert refused(posters, tmp_path / "a.mp4") == "took_too_long"
