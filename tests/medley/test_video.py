"""`medley kenburns` and `medley render`, from the file to the frames."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError
from typer.testing import CliRunner

from medley import video
from medley.cli import app
from medley.deploy.errors import ToolError
from medley.video_motion import plan_of, rooted
from shared.video.motion import frame_rect
from shared.video.mp4 import video_frames
from shared.video.plan import AudioTrack, Overlay, Plan, Scene
from tests.shared.video_parts import lumas, still

RUNNER = CliRunner()


def motion_file(folder: Path, **change: Any) -> Path:
    still(folder / "a.jpg", 640, 480)
    document: dict[str, Any] = {
        "width": 96,
        "height": 54,
        "fps": 30,
        "frames": 20,
        "law": "width",
        "stills": [
            {"path": "a.jpg", "r0": [10, 20, 600], "r1": [100, 80, 400]},
            {"path": "a.jpg", "r0": [300, 200, 320], "r1": [0, 0, 480]},
        ],
    }
    path = folder / "motion.json"
    path.write_text(json.dumps(document | change))
    return path


def rect_of(document: dict[str, Any], still_number: int, frame: int) -> tuple[float, float, float]:
    """What a motion file means, as its own description has it."""
    entry = document["stills"][still_number]
    u = frame / (document["frames"] - 1)
    if document.get("ease") == "smoothstep":
        u = u * u * (3 - 2 * u)
    (xa, ya, wa), (xb, yb, wb) = entry["r0"], entry["r1"]
    shape = document["height"] / document["width"]
    if document.get("law") == "zoom":
        w = 1 / ((1 - u) / wa + u / wb)
        cx = (xa + wa / 2) * (1 - u) + (xb + wb / 2) * u
        cy = (ya + wa * shape / 2) * (1 - u) + (yb + wb * shape / 2) * u
        return cx - w / 2, cy - w * shape / 2, w
    return xa + (xb - xa) * u, ya + (yb - ya) * u, wa + (wb - wa) * u


@pytest.mark.parametrize("law", ["width", "zoom"])
@pytest.mark.parametrize("ease", ["linear", "smoothstep"])
def test_a_motion_files_rectangles_are_followed_to_the_letter(
    tmp_path: Path, law: str, ease: str
) -> None:
    path = motion_file(tmp_path, law=law, ease=ease)
    plan = plan_of(path.read_bytes(), tmp_path)
    document = json.loads(path.read_text())
    for number, scene in enumerate(plan.scenes):
        assert scene.motion is not None
        for frame in range(20):
            rect = frame_rect(scene.motion, frame / 19)
            wanted = rect_of(document, number, frame)
            assert (rect.x, rect.y, rect.width) == pytest.approx(wanted)


def test_kenburns_writes_the_frames_that_the_file_asks_for(tmp_path: Path) -> None:
    path, out = motion_file(tmp_path), tmp_path / "out.mp4"
    done = RUNNER.invoke(app, ["kenburns", "--motion", str(path), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "40 frames" in done.output
    assert video_frames(out) == 40
    document = json.loads(path.read_text())
    photo = Image.open(tmp_path / "a.jpg").convert("L")
    frames = lumas(out, 96, 54)
    for number, frame in ((0, 0), (0, 10), (0, 19), (1, 0), (1, 19)):
        x, y, w = rect_of(document, number, frame)
        box = (x, y, x + w, y + w * 54 / 96)
        ideal = np.asarray(photo.resize((96, 54), Image.Resampling.LANCZOS, box=box), float)
        seen = (frames[number * 20 + frame].astype(float) - 16) * 255 / 219
        assert np.abs(seen - ideal).mean() < 9


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"width": 95}, "width"),
        ({"stills": []}, "stills"),
        ({"law": "odd"}, "law"),
        ({"stills": [{"path": "a.jpg", "r0": [0, 0, 0], "r1": [0, 0, 9]}]}, "r0"),
        ({"stills": [{"path": "gone.jpg", "r0": [0, 0, 9], "r1": [0, 0, 9]}]}, "still_missing"),
        ({"stills": [{"path": "a.jpg", "r0": [0, 0, 900], "r1": [0, 0, 9]}]}, "motion_outside"),
    ],
)
def test_a_bad_motion_file_is_one_message(
    tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    path = motion_file(tmp_path, **change)
    out = tmp_path / "out.mp4"
    done = RUNNER.invoke(app, ["kenburns", "--motion", str(path), "--out", str(out)])
    assert isinstance(done.exception, ToolError)
    assert told in str(done.exception)
    assert not out.exists()


def test_a_file_that_is_missing_or_no_json_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{")
    for name in ("gone.json", "bad.json"):
        arguments = ["render", str(tmp_path / name), "--out", str(tmp_path / "out.mp4")]
        done = RUNNER.invoke(app, arguments)
        assert isinstance(done.exception, ToolError)


def test_render_takes_paths_from_the_plans_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    still(folder / "a.jpg")
    plan = Plan(width=720, height=480, fps=30, scenes=(Scene(source="a.jpg", duration=1),))
    (folder / "plan.json").write_text(plan.model_dump_json(by_alias=True))
    monkeypatch.chdir(tmp_path)
    arguments = ["render", "project/plan.json", "--out", "out.mp4", "--poster", "out.jpg"]
    done = RUNNER.invoke(app, [*arguments, "--preview"])
    assert done.exit_code == 0, done.output
    assert "15 frames" in done.output
    assert "540 x 360" in done.output
    assert Image.open(tmp_path / "out.jpg").size == (540, 360)


def test_all_paths_of_a_plan_are_taken_from_its_folder() -> None:
    plan = Plan(
        width=96,
        height=64,
        scenes=(Scene(source="a.jpg", duration=1), Scene(duration=1)),
        overlays=(Overlay(source="/logos/logo.png"),),
        audio=(AudioTrack(path="bed.mp3"),),
    )
    whole = rooted(plan, Path("/plans"))
    assert [scene.source for scene in whole.scenes] == ["/plans/a.jpg", None]
    assert whole.overlays[0].source == "/logos/logo.png"
    assert whole.audio[0].path == "/plans/bed.mp3"


def test_who_watches_sees_a_bar(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    still(tmp_path / "a.jpg")
    scene = Scene(source=str(tmp_path / "a.jpg"), duration=1)
    plan = Plan(width=96, height=64, fps=30, scenes=(scene,))
    done = video._with_bar(plan, tmp_path / "out.mp4", "preview", 1, None)
    assert done.frames == 30


def test_a_motion_file_is_checked_before_anything_is_drawn() -> None:
    with pytest.raises(ValidationError):
        plan_of(b'{"width": 96}', Path())
