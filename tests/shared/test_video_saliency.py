"""What stands out on a picture: where it is, and that nothing does where all is alike."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageOps

from shared.video.plan import Box
from shared.video.saliency import find_salient
from tests.shared.video_parts import runner_photo

CORNERS = [(x, y) for x in (0.16, 0.84) for y in (0.26, 0.74)]


def holds(box: Box, x: float, y: float) -> bool:
    return box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1


@pytest.mark.parametrize("at", [*CORNERS, (0.5, 0.5)])
@pytest.mark.parametrize("size", [(640, 427), (427, 640), (500, 500)])
def test_what_differs_from_all_else_is_found_wherever_it_is(
    at: tuple[float, float], size: tuple[int, int]
) -> None:
    picture, person = runner_photo(size, at)
    whole, core = find_salient(picture)
    x, y = (person.x0 + person.x1) / 2, (person.y0 + person.y1) / 2
    assert holds(whole, x, y)
    assert (whole.x1 - whole.x0) * (whole.y1 - whole.y0) < 0.3 * size[0] * size[1]
    assert whole.x0 <= core.x0 < core.x1 <= whole.x1
    assert whole.y0 <= core.y0 < core.y1 <= whole.y1
    assert core.weight < whole.weight


def test_the_same_picture_gives_the_same_boxes_in_colour_and_in_grey() -> None:
    picture, person = runner_photo((640, 427), (0.8, 0.6))
    assert find_salient(picture) == find_salient(picture.copy())
    grey = ImageOps.grayscale(picture)
    assert grey.mode == "L"
    whole = find_salient(grey)[0]
    assert holds(whole, (person.x0 + person.x1) / 2, (person.y0 + person.y1) / 2)


def test_a_larger_copy_gives_the_same_place() -> None:
    picture, _ = runner_photo((600, 400), (0.8, 0.6))
    small, large = find_salient(picture)[0], find_salient(picture.resize((1800, 1200)))[0]
    for edge in ("x0", "y0", "x1", "y1"):
        assert getattr(large, edge) / 3 == pytest.approx(getattr(small, edge), abs=40)


def random_levels(rows: int, columns: int, seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (rows, columns, 3), np.uint8)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_stands_out_of_noise(seed: int) -> None:
    assert find_salient(Image.fromarray(random_levels(300, 400, seed))) == ()
    coarse = Image.fromarray(random_levels(15, 20, seed))
    assert find_salient(coarse.resize((400, 300))) == ()


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#3a7f55"])
def test_nothing_stands_out_of_a_plain_surface_even_with_the_noise_of_a_camera(colour: str) -> None:
    plain = Image.new("RGB", (400, 300), colour)
    assert find_salient(plain) == ()
    noise = np.random.default_rng(1).normal(0, 6, (300, 400, 3))
    noisy = np.clip(np.asarray(plain) + noise, 0, 255).astype(np.uint8)
    assert find_salient(Image.fromarray(noisy)) == ()


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (7, 7), (2000, 90), (3, 64)])
def test_slivers_and_tiny_pictures_have_nowhere_to_look(size: tuple[int, int]) -> None:
    levels = random_levels(size[1], size[0], 3)
    assert find_salient(Image.fromarray(levels)) == ()


@settings(deadline=None, max_examples=40)
@given(
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    left=st.floats(0, 0.9),
    top=st.floats(0, 0.9),
    colour=st.tuples(*[st.integers(0, 255)] * 3),
)
def test_boxes_never_leave_the_picture(
    width: int, height: int, left: float, top: float, colour: tuple[int, int, int]
) -> None:
    picture = Image.new("RGB", (width, height), "#406040")
    patch = Image.new("RGB", (max(1, width // 5), max(1, height // 4)), colour)
    picture.paste(patch, (int(left * width), int(top * height)))
    for box in find_salient(picture):
        assert 0 <= box.x0 < box.x1 <= width + 1e-9
        assert 0 <= box.y0 < box.y1 <= height + 1e-9
