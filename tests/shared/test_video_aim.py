"""Which way over a still is chosen where the plan leaves it open."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from shared.errors import PermanentError, RetryableError
from shared.video.aim import DETECTED_SIDE, FindFocus, aimed
from shared.video.motion import frame_rect, largest
from shared.video.plan import Box, Motion, Rect, Scene
from shared.video.render import render, save_poster
from shared.video.timeline import lay_out
from tests.shared.pictures import encoded, exif_of
from tests.shared.video_parts import lumas, plain_still, plan_of, runner_photo, still

CORNERS = [(x, y) for x in (0.16, 0.84) for y in (0.26, 0.74)]
FRAMES = {"portrait": (90, 160), "landscape": (160, 90), "square": (96, 96)}
LANDSCAPE, UPRIGHT = (900, 600), (600, 900)


def scene_of(
    path: Path, frame: tuple[int, int], find_focus: FindFocus | None = None, **rest: object
) -> Scene:
    """The scene of one still, as it is after the look."""
    given = Scene.model_validate({"source": str(path), "duration": 1, **rest})
    plan = plan_of(given, width=frame[0], height=frame[1])
    return aimed(lay_out(plan), frame, find_focus=find_focus).slots[0].scene


def photo_at(folder: Path, size: tuple[int, int], at: tuple[float, float]) -> tuple[Path, Box]:
    picture, person = runner_photo(size, at)
    path = folder / "photo.jpg"
    picture.save(path, quality=92)
    return path, person


def shows(rect: Rect, box: Box) -> bool:
    return rect.x <= box.x0 and box.x1 <= rect.right and rect.y <= box.y0 and box.y1 <= rect.bottom


def way(motion: Motion) -> list[Rect]:
    return [frame_rect(motion, step / 10) for step in range(11)]


@pytest.mark.parametrize("at", CORNERS)
@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize("size", [LANDSCAPE, UPRIGHT], ids=["wide still", "high still"])
def test_a_subject_in_a_corner_stays_in_the_frame_of_any_shape(
    tmp_path: Path, at: tuple[float, float], frame: tuple[int, int], size: tuple[int, int]
) -> None:
    path, person = photo_at(tmp_path, size, at)
    scene = scene_of(path, frame)
    if scene.fit == "blur" or scene.motion is None:
        # In full over a blurred fill; a still of the other shape, where a crop would lose most.
        assert (size[0] > size[1]) != (frame[0] > frame[1])
        return
    upper = person.model_copy(update={"y1": person.y0 + 0.6 * (person.y1 - person.y0)})
    for rect in way(scene.motion):
        assert shows(rect, upper), "head and number"
        assert rect.x >= -1e-6
        assert rect.y >= -1e-6
        assert rect.right <= size[0] + 1e-6
        assert rect.bottom <= size[1] + 1e-6
        assert rect.width / rect.height == pytest.approx(frame[0] / frame[1])


@pytest.mark.parametrize("at", CORNERS)
def test_a_crop_in_the_middle_would_have_cut_those_subjects(
    tmp_path: Path, at: tuple[float, float]
) -> None:
    path, person = photo_at(tmp_path, LANDSCAPE, at)
    middle = largest(*LANDSCAPE, FRAMES["square"])
    assert not shows(middle, person)
    motion = scene_of(path, FRAMES["square"]).motion
    assert motion is not None
    far = max(motion.start, motion.end, key=lambda rect: rect.width)
    assert shows(far, person)


def test_a_wide_still_fills_an_upright_frame_around_a_subject_that_fits(tmp_path: Path) -> None:
    path, person = photo_at(tmp_path, LANDSCAPE, (0.8, 0.5))
    scene = scene_of(path, FRAMES["portrait"])
    assert scene.fit == "crop"
    assert scene.motion is not None
    assert all(shows(rect, person) for rect in way(scene.motion))


def test_what_only_stands_out_never_asks_for_a_blurred_fill(tmp_path: Path) -> None:
    picture = Image.new("RGB", (800, 600), "#707472")
    for x in (40, 700):
        picture.paste("#d01818", (x, 200, x + 60, 360))
    path = tmp_path / "two.png"
    picture.save(path)
    scene = scene_of(path, FRAMES["square"])
    assert scene.fit == "crop"
    both = (Box(x0=40, y0=200, x1=100, y1=360), Box(x0=700, y0=200, x1=760, y1=360))
    # What must be seen does, and is left to the shot.
    found = scene_of(path, FRAMES["square"], lambda picture: both)
    assert (found.fit, found.motion, found.focus) == (None, None, both)


def test_a_flat_still_is_left_as_it_was(tmp_path: Path) -> None:
    path = plain_still(tmp_path / "plain.jpg", "#5080a0", (640, 480))
    for frame in FRAMES.values():
        assert scene_of(path, frame) == Scene(source=str(path), duration=1)


def test_what_a_plan_says_is_never_asked_again(tmp_path: Path) -> None:
    path, person = photo_at(tmp_path, LANDSCAPE, (0.8, 0.5))
    whole = Rect(x=0, y=0, width=600, height=600)

    def never(picture: Image.Image) -> Sequence[Box]:
        raise AssertionError("looked")

    said: list[dict[str, object]] = [
        {"focus": (person,)},
        {"fit": "blur"},
        {"motion": Motion(start=whole, end=whole)},
        {"source": None},
    ]
    for rest in said:
        given = Scene.model_validate({"source": str(path), "duration": 1, **rest})
        assert scene_of(path, FRAMES["square"], never, **rest) == given


def test_a_detector_sees_an_upright_picture_and_answers_in_its_pixels(tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    stored = runner_photo((4000, 3000), (0.5, 0.5))[0]
    path.write_bytes(encoded(stored, exif=exif_of(orientation=6)))
    seen: list[tuple[str, tuple[int, int]]] = []

    def find(picture: Image.Image) -> Sequence[Box]:
        seen.append((picture.mode, picture.size))
        return [
            Box(x0=0.5 * picture.width, y0=0, x1=1.5 * picture.width, y1=0.25 * picture.height),
            Box(x0=-50, y0=-50, x1=-1, y1=-1),
        ]

    scene = scene_of(path, FRAMES["portrait"], find)
    mode, (width, height) = seen[0]
    assert mode == "RGB"
    assert width / height == pytest.approx(3 / 4)
    assert DETECTED_SIDE <= height <= 2 * DETECTED_SIDE
    (box,) = scene.focus  # cut to the picture; the one beside it is dropped
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((1500, 0, 3000, 1000))


def test_where_a_detector_finds_nothing_the_frame_goes_to_what_stands_out(tmp_path: Path) -> None:
    path, _ = photo_at(tmp_path, LANDSCAPE, (0.84, 0.5))
    assert scene_of(path, FRAMES["square"], lambda picture: ()) == scene_of(path, FRAMES["square"])


def test_each_still_is_looked_at_once_and_any_number_of_threads_sees_the_same(
    tmp_path: Path,
) -> None:
    names = []
    for number, at in enumerate(CORNERS):
        names.append(str(tmp_path / f"{number}.jpg"))
        runner_photo(LANDSCAPE, at)[0].save(names[-1])
    plan = plan_of(*(Scene(source=name, duration=1, seed=n) for n in range(3) for name in names))
    looked: list[int] = []

    def find(picture: Image.Image) -> Sequence[Box]:
        looked.append(1)
        return ()

    one = aimed(lay_out(plan), (96, 96), find_focus=find)
    assert len(looked) == len(names)
    assert one == aimed(lay_out(plan), (96, 96), find_focus=find, threads=4)
    motions = [slot.scene.motion for slot in one.slots]
    assert motions[0] != motions[4], "each seed has a motion of its own"


def test_only_the_wanted_slots_are_looked_at(tmp_path: Path) -> None:
    path, _ = photo_at(tmp_path, LANDSCAPE, (0.84, 0.5))
    plan = plan_of(
        Scene(source=str(path), duration=1), Scene(source=str(tmp_path / "gone"), duration=1)
    )
    timeline = aimed(lay_out(plan), (96, 96), slots={0})
    assert timeline.slots[0].scene.motion is not None
    assert timeline.slots[1].scene == plan.scenes[1]
    with pytest.raises(PermanentError) as caught:
        aimed(lay_out(plan), (96, 96))
    assert caught.value.code == "still_missing"


def test_pieces_are_drawn_as_one_and_the_detector_is_asked_before_they_are_forked(
    tmp_path: Path,
) -> None:
    path, _ = photo_at(tmp_path, LANDSCAPE, (0.84, 0.6))
    other = still(tmp_path / "other.jpg")
    plan = plan_of(
        Scene(source=str(path), duration=2), Scene(source=str(other), duration=2), fps=30
    )
    asked: list[int] = []

    def find(picture: Image.Image) -> Sequence[Box]:
        asked.append(os.getpid())
        return ()

    made = []
    for count in (1, 3):
        out = tmp_path / f"{count}.mp4"
        render(plan, out, workers=count, find_focus=find)
        made.append(lumas(out, 96, 64).astype(int))
    assert asked == [os.getpid()] * 4
    assert made[0].shape == made[1].shape
    assert abs(made[0] - made[1]).mean() < 3


def test_a_detector_without_memory_is_worth_another_try(tmp_path: Path) -> None:
    def find(picture: Image.Image) -> Sequence[Box]:
        raise MemoryError

    plan = plan_of(Scene(source=str(still(tmp_path / "one.jpg")), duration=1))
    with pytest.raises(RetryableError) as caught:
        render(plan, tmp_path / "out.mp4", find_focus=find)
    assert caught.value.code == "no_memory"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.jpg"]


def test_a_poster_shows_what_the_video_shows(tmp_path: Path) -> None:
    path, _ = photo_at(tmp_path, LANDSCAPE, (0.84, 0.6))
    plan = plan_of(Scene(source=str(path), duration=1), width=96, height=96, fps=10)
    render(plan, tmp_path / "out.mp4", poster=tmp_path / "with.jpg")
    save_poster(plan, tmp_path / "alone.jpg")
    assert (tmp_path / "with.jpg").read_bytes() == (tmp_path / "alone.jpg").read_bytes()
    reds = [pixel for _, pixel in Image.open(tmp_path / "alone.jpg").getcolors(96 * 96) or []]
    assert any(r > 150 and g < 90 and b < 90 for r, g, b in reds), "the runner's shirt"
