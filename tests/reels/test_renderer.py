"""The adapter over the real engine: what it makes, and what it says of what it cannot make."""

import errno
import io
import shutil
import tempfile
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from chalicelib.reels.adapters.video_renderer import VideoRenderer
from chalicelib.reels.domain.default_template import BUILT_IN
from chalicelib.reels.domain.storyboard import photo_source, plan_reel
from chalicelib.reels.domain.variables import values
from chalicelib.reels.models import Aspect, Picture, RaceEvent, Shot, Template
from shared.contracts import RunnerEntry
from shared.errors import MedleyError, PermanentError
from shared.video.mp4 import tracks

pytestmark = pytest.mark.end_to_end

IMAGE = "ab" * 10
Usage = namedtuple("Usage", "total used free")


def photo() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((640, 480)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def plan(name: str = "Ana", aspect: Aspect = Aspect.PORTRAIT, **changes: Any) -> Any:
    document = BUILT_IN["default"].model_dump(mode="json", by_alias=True)
    quick = {"seconds": 1.0, "longestHold": 1.2, "slots": [{"seconds": 1.2}]}
    template = Template.model_validate(document | quick | {"card": {"seconds": 0.8}} | changes)
    shot = Shot(
        image_id=IMAGE, etag="e", box=(300, 200, 360, 240), confidence=1, width=640, height=480
    )
    known = values(
        RaceEvent(event_id="e", name="City Run", date="2026-05-17"),
        "7",
        RunnerEntry(bib="7", name=name, finish_time="1:42:07"),
    )
    sizes = {IMAGE: Picture(width=640, height=480)}
    return plan_reel(template, [shot], sizes, aspect, known=known, preview=True)


@pytest.mark.parametrize("aspect", list(Aspect))
def test_a_reel_has_all_its_frames_and_a_poster(aspect: Aspect) -> None:
    asked = plan(aspect=aspect)

    made = VideoRenderer().render(asked, {photo_source(IMAGE): photo()}, fast=True)

    assert (made.width, made.height) == (asked.width, asked.height)
    assert made.frames == round(asked.seconds * asked.fps)
    with Image.open(io.BytesIO(made.poster)) as poster:
        assert poster.size == (asked.width, asked.height)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "reel.mp4"
        file.write_bytes(made.video)
        (track,) = tracks(file)
    assert track.samples == made.frames


@pytest.mark.parametrize(
    "name", ["Zoë 🏃‍♀️🥇", "محمد علي", "שרה כהן", "佐藤 健", "Nguyễn Thị Ánh", "x" * 200]
)
def test_names_of_any_script_are_drawn(name: str) -> None:
    made = VideoRenderer().render(plan(name), {photo_source(IMAGE): photo()}, fast=True)

    assert made.frames > 0


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go, to see what is left of them."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_music_that_is_not_audio_is_a_clear_error_and_leaves_nothing(folders: Path) -> None:
    asked = plan(music={"materialId": IMAGE})
    files = {photo_source(IMAGE): photo(), "music": b"this is no audio"}

    with pytest.raises(PermanentError, match="audio"):
        VideoRenderer().render(asked, files, fast=True)
    assert list(folders.iterdir()) == []


def test_a_damaged_picture_is_a_clear_error_and_leaves_nothing(folders: Path) -> None:
    with pytest.raises(PermanentError):
        VideoRenderer().render(plan(), {photo_source(IMAGE): b"\xff\xd8\xff damaged"}, fast=True)
    assert list(folders.iterdir()) == []


def test_a_full_disk_is_told_before_and_while_files_are_written(
    folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {photo_source(IMAGE): photo()}
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda _: Usage(512, 512, 0))
        with pytest.raises(MedleyError, match="disk_full"):
            VideoRenderer().render(plan(), files, fast=True)

    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(MedleyError, match="disk_full"):
        VideoRenderer().render(plan(), files, fast=True)
    assert list(folders.iterdir()) == []
