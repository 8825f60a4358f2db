"""Stills of all kinds become planes, upright and in range; bad ones say what is wrong."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from shared.errors import PermanentError
from shared.video.frames import rgb_of
from shared.video.plan import Box, Motion, Rect, Scene
from shared.video.shots import Card, new_frame, open_shot
from shared.video.stills import load_ycbcr, prepare, still_size
from tests.shared.pictures import corners, encoded, exif_of, is_upright
from tests.shared.video_parts import kernel_named, plain_still, plan_of, still

KERNEL = kernel_named("native")


def shown(path: Path, width: int = 96, height: int = 64, **scene: Any) -> Image.Image:
    """The first frame of a still as a picture."""
    plan = plan_of(Scene(source=str(path), duration=1, **scene), width=width, height=height)
    _, planes = new_frame(width, height)
    open_shot(plan.scenes[0], plan, KERNEL).draw(planes, 0.0)
    return Image.fromarray(rgb_of(planes))


def whole(width: int, height: int) -> Motion:
    rect = Rect(x=0, y=0, width=width, height=height)
    return Motion(start=rect, end=rect)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_still_is_upright_whichever_way_the_camera_was_held(
    tmp_path: Path, orientation: int
) -> None:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = corners(192, 128)
    if orientation in turns:
        stored = stored.transpose(turns[orientation])
    path = tmp_path / "still.jpg"
    path.write_bytes(encoded(stored, exif=exif_of(orientation=orientation)))
    assert still_size(path).width == 192
    assert is_upright(shown(path, motion=whole(192, 128)))


@pytest.mark.parametrize("name", ["still.jpg", "still.png", "still.webp"])
def test_colours_come_out_as_they_went_in(tmp_path: Path, name: str) -> None:
    for colour in ("#c81e1e", "#1ec81e", "#1e1ec8", "#ffffff", "#000000", "#808080"):
        path = plain_still(tmp_path / name, colour)
        wanted = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
        got = np.asarray(shown(path, motion=whole(64, 43)))[20, 30]
        assert np.abs(got.astype(int) - wanted).max() <= 6


@pytest.mark.parametrize("mode", ["L", "CMYK", "1", "LA", "P", "RGBA"])
def test_unusual_kinds_of_pictures_are_drawn_too(tmp_path: Path, mode: str) -> None:
    kind = "still.jpg" if mode in {"L", "CMYK"} else "still.png"
    path = tmp_path / kind
    Image.new("RGB", (64, 48), "#ffffff").convert(mode).save(path)
    assert np.asarray(shown(path)).min() > 245


def test_a_jpeg_is_decoded_no_larger_than_it_is_needed(tmp_path: Path) -> None:
    path = still(tmp_path / "big.jpg", 1600, 1200)
    for least, reduced in ((0.5, 1), (1.9, 1), (2.0, 2), (7, 4), (50, 8)):
        picture, scale = load_ycbcr(path, least)
        assert scale == pytest.approx(reduced)
        assert picture.width == 1600 // reduced


def test_what_was_decoded_smaller_shows_the_same(tmp_path: Path) -> None:
    path = still(tmp_path / "big.jpg", 1600, 1200)
    rect = Rect(x=100, y=200, width=1440, height=960)
    small, reference = new_frame(48, 32)[1], Image.open(path)
    prepare(KERNEL, path, (rect,), (48, 32)).draw(KERNEL, rect, small)
    box = (rect.x, rect.y, rect.right, rect.bottom)
    wanted = np.asarray(
        reference.convert("L").resize((48, 32), Image.Resampling.LANCZOS, box=box), float
    )
    wanted = wanted * 219 / 255 + 16
    assert np.abs(small[0] - wanted).mean() < 1.5


def test_a_very_wide_still_is_shown_in_full_over_a_blurred_fill(tmp_path: Path) -> None:
    path = plain_still(tmp_path / "wide.png", "#ffffff", (600, 60))
    picture = np.asarray(shown(path, 96, 96))
    assert picture[48, 48].min() > 245
    assert 120 < picture[5, 48].max() < 200
    focus = Box(x0=0, y0=0, x1=600, y1=60)
    assert np.asarray(shown(path, 96, 96, focus=(focus,)))[5, 48].max() < 200


def test_a_card_is_its_colour_everywhere() -> None:
    _, planes = new_frame(32, 16)
    Card("#2060c0").draw(planes, 0.5)
    rgb = rgb_of(planes)
    assert np.abs(rgb.astype(int) - (0x20, 0x60, 0xC0)).max() <= 2


def code_of(path: Path, **scene: Any) -> str:
    with pytest.raises(PermanentError) as caught:
        shown(path, **scene)
    assert path.name in caught.value.message or caught.value.code in {
        "not_an_image",
        "truncated_image",
        "empty_file",
        "unsupported_format",
    }
    return caught.value.code


def test_bad_stills_say_what_is_wrong(tmp_path: Path) -> None:
    good = still(tmp_path / "good.jpg").read_bytes()
    cases = {
        "gone.jpg": (None, "still_missing"),
        "empty.jpg": (b"", "empty_file"),
        "text.jpg": (b"hello, this is no picture at all" * 9, "not_an_image"),
        "cut.jpg": (good[: len(good) // 2], "truncated_image"),
    }
    for name, (data, code) in cases.items():
        if data is not None:
            (tmp_path / name).write_bytes(data)
        assert code_of(tmp_path / name) == code
    (tmp_path / "folder.jpg").mkdir()
    assert code_of(tmp_path / "folder.jpg") == "still_unreadable"


def test_a_sliver_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sliver.png"
    Image.new("L", (60_000, 1)).save(path)
    assert code_of(path) in {"too_many_pixels", "too_small"}


def test_a_motion_outside_its_still_is_refused(tmp_path: Path) -> None:
    path = still(tmp_path / "still.jpg", 320, 240)
    outside = Rect(x=200, y=100, width=192, height=128)
    inside = Rect(x=0, y=0, width=192, height=128)
    assert code_of(path, motion=Motion(start=inside, end=outside)) == "motion_outside"


def test_a_motion_that_is_outside_by_rounding_is_moved_inside(tmp_path: Path) -> None:
    path = still(tmp_path / "still.jpg", 320, 240)
    rect = Rect(x=-0.4, y=-0.3, width=320.5, height=213.7)
    assert shown(path, motion=Motion(start=rect, end=rect)).size == (96, 64)
