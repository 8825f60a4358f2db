"""Scenes, transitions, texts and overlays, frame by frame."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from shared.errors import PermanentError
from shared.video.frames import Painter, rgb_of
from shared.video.plan import Overlay, Plan, Scene, TextLayer, Transition
from shared.video.timeline import lay_out
from tests.shared.video_parts import kernel_named, plan_of, still

KERNEL = kernel_named("native")
WHITE, BLACK = "#ffffff", "#000000"


def painted(plan: Plan) -> list[NDArray[np.uint8]]:
    """Every frame of a plan as RGB."""
    timeline = lay_out(plan)
    painter = Painter(plan, timeline, KERNEL)
    frames = []
    for number in range(timeline.frames):
        painter.draw(number)
        frames.append(rgb_of(painter.planes))
    return frames


def two(kind: str, **rest: object) -> Plan:
    return plan_of(
        Scene(duration=1, background=BLACK),
        Scene.model_validate(
            {
                "duration": 2,
                "background": WHITE,
                "transition": {"kind": kind, "seconds": 1.0},
            }
        ),
        **rest,
    )


def test_a_cut_changes_the_picture_at_once() -> None:
    levels = [frame[5, 5, 0] for frame in painted(two("cut"))]
    assert levels == [0] * 10 + [255] * 20


def test_a_crossfade_rises_evenly_and_only_while_it_lasts() -> None:
    levels = [int(frame[5, 5, 0]) for frame in painted(two("crossfade"))]
    assert levels[:10] == [0] * 10
    assert levels[20:] == [255] * 10
    rising = levels[9:21]
    steps = [b - a for a, b in pairwise(rising)]
    assert min(steps) >= 20
    assert max(steps) <= 26


def test_a_dip_goes_through_the_background() -> None:
    frames = painted(two("dip", background="#ff0000"))
    middle = frames[14][5, 5]
    assert middle[0] > 220
    assert middle[1:].max() < 40
    assert frames[9][5, 5].max() == 0
    assert frames[20][5, 5].min() == 255


def test_a_wipe_uncovers_from_the_left() -> None:
    frames = painted(two("wipe"))
    for frame in frames[11:19]:
        row = frame[5, :, 0].astype(int)
        assert row[0] == 255
        assert row[-1] == 0
        assert (np.diff(row) <= 0).all()


def test_a_slide_pushes_the_scene_before_it_out_to_the_left() -> None:
    for frame in painted(two("slide"))[11:19]:
        row = frame[5, :, 0].astype(int)
        assert row[0] == 0
        assert row[-1] == 255


def test_scenes_are_forgotten_when_they_are_over(tmp_path: Path) -> None:
    source = str(still(tmp_path / "a.jpg"))
    scenes = [
        Scene(source=source, duration=0.4, transition=Transition(kind="crossfade", seconds=0.2))
        for _ in range(8)
    ]
    plan = plan_of(*scenes)
    painter = Painter(plan, lay_out(plan), KERNEL)
    for number in range(32):
        painter.draw(number)
        assert len(painter._shots) <= 2


def test_frames_can_be_drawn_in_any_order(tmp_path: Path) -> None:
    plan = plan_of(
        Scene(source=str(still(tmp_path / "a.jpg")), duration=1),
        Scene(
            source=str(still(tmp_path / "b.jpg", seed=9)),
            duration=1,
            transition=Transition(kind="crossfade", seconds=0.5),
        ),
    )
    timeline = lay_out(plan)
    painter = Painter(plan, timeline, KERNEL)
    forward = [painter.draw(number).copy() for number in range(20)]
    for number in (19, 3, 12, 0, 11):
        fresh = Painter(plan, timeline, KERNEL)
        assert np.array_equal(fresh.draw(number), forward[number])


def test_both_kernels_paint_the_same_frames_within_two_levels(tmp_path: Path) -> None:
    plan = plan_of(
        Scene(source=str(still(tmp_path / "a.jpg")), duration=1),
        Scene(
            source=str(still(tmp_path / "b.jpg", 300, 200, seed=9)),
            duration=1,
            fit="blur",
            transition=Transition(kind="crossfade", seconds=0.5),
        ),
    )
    timeline = lay_out(plan)
    native = Painter(plan, timeline, KERNEL)
    pillow = Painter(plan, timeline, kernel_named("pillow"))
    for number in range(timeline.frames):
        difference = native.draw(number).astype(int) - pillow.draw(number)
        assert np.abs(difference).max() <= 2


def test_a_text_is_there_in_its_time_and_nowhere_else() -> None:
    plain = plan_of(Scene(duration=3), width=320, height=180)
    text = TextLayer(kind="title", text="Finish", start=1, end=2)
    texted = plain.model_copy(update={"texts": (text,)})
    for number, (a, b) in enumerate(zip(painted(plain), painted(texted), strict=True)):
        assert np.array_equal(a, b) == (not 10 <= number < 20)


def test_a_text_fades_in_and_out() -> None:
    text = TextLayer(kind="title", text="Finish", start=0, end=3, fade=1)
    plan = plan_of(Scene(duration=3), width=320, height=180, texts=(text,))
    light = [int(frame.max()) for frame in painted(plan)]
    assert light[0] < light[4] < light[9] <= light[15]
    assert light[29] < light[25] < light[20]


def logo(path: Path) -> Path:
    """Red, with a hole in its middle."""
    image = Image.new("RGBA", (40, 40), (255, 0, 0, 255))
    image.paste((0, 0, 0, 0), (10, 10, 30, 30))
    image.save(path)
    return path


@pytest.mark.parametrize(
    ("position", "inside"),
    [("top_left", (8, 8)), ("top_right", (8, 190)), ("bottom_right", (92, 190))],
)
def test_an_overlay_lies_in_its_corner_and_keeps_its_holes(
    tmp_path: Path, position: str, inside: tuple[int, int]
) -> None:
    overlay = Overlay.model_validate(
        {"source": str(logo(tmp_path / "logo.png")), "position": position, "width": 0.2}
    )
    scene = Scene(duration=0.1, background="#0000ff")
    plan = plan_of(scene, width=200, height=100, overlays=(overlay,))
    frame = painted(plan)[0].astype(int)
    red = (frame[..., 0] > 200) & (frame[..., 2] < 60)
    assert red[inside] or red[inside[0] - 2, inside[1] - 2]
    assert 1000 < red.sum() < 1500
    assert np.abs(frame[50, 100] - (0, 0, 255)).max() <= 2


def test_an_overlay_that_is_missing_or_no_picture_is_named(tmp_path: Path) -> None:
    for name, data in (("gone.png", None), ("text.png", b"hello")):
        if data:
            (tmp_path / name).write_bytes(data)
        plan = plan_of(Scene(duration=0.1), overlays=(Overlay(source=str(tmp_path / name)),))
        with pytest.raises(PermanentError, match=name):
            painted(plan)
