"""Drawn texts: where they stand, what they cover, how they come and go."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.video.plan import Place, TextKind, TextLayer, TextStyle
from shared.video.text import TextImage, draw_text, opacity
from shared.video.text_styles import LOOKS, SAFE, UPRIGHT_BOTTOM, UPRIGHT_TOP, colour_of

FRAMES = [(1080, 1920), (1920, 1080), (1080, 1080)]
KINDS: list[TextKind] = ["title", "caption", "lower_third", "badge", "subtitle"]
PLACES: list[Place] = [
    "top_left", "top", "top_right", "left", "center", "right",
    "bottom_left", "bottom", "bottom_right",
]  # fmt: skip
LONG = "Gió thổi mạnh ở cây số 38, nhưng không ai bỏ cuộc cho đến khi về đích trong tiếng reo hò"


def layer(kind: TextKind, text: str, **more: object) -> TextLayer:
    return TextLayer.model_validate({"kind": kind, "text": text, "end": 3.0, **more})


def drawn(one: TextLayer, frame: tuple[int, int] = (1080, 1080)) -> TextImage:
    image = draw_text(one, frame)
    assert image is not None
    return image


def solid(image: TextImage) -> tuple[int, int, int, int]:
    """The edges in the frame of what is plainly seen, shadows left out."""
    strong = image.pixels[..., 3] > 190
    rows, columns = np.flatnonzero(strong.any(axis=1)), np.flatnonzero(strong.any(axis=0))
    return (
        image.x + int(columns[0]), image.y + int(rows[0]),
        image.x + int(columns[-1]) + 1, image.y + int(rows[-1]) + 1,
    )  # fmt: skip


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_stays_within_the_safe_margins_however_long(
    kind: TextKind, frame: tuple[int, int]
) -> None:
    image = drawn(layer(kind, LONG, subtext=LONG), frame)
    left, top, right, bottom = solid(image)
    upright = frame[1] > frame[0]
    slack = 4  # a line around the letters
    assert left >= frame[0] * SAFE - slack
    assert right <= frame[0] * (1 - SAFE) + slack
    assert top >= frame[1] * (UPRIGHT_TOP if upright else SAFE) - slack
    assert bottom <= frame[1] * (1 - (UPRIGHT_BOTTOM if upright else SAFE)) + slack


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("place", PLACES)
def test_a_text_stands_at_its_place(place: Place, frame: tuple[int, int]) -> None:
    left, top, right, bottom = solid(drawn(layer("caption", "Hello", position=place), frame))
    x, y = (left + right) / 2 / frame[0], (top + bottom) / 2 / frame[1]
    across, down = place.rpartition("_")[2], place.partition("_")[0]
    assert (x < 0.35, x > 0.65) == (across == "left", across == "right")
    assert (y < 0.35, y > 0.65) == (down == "top", down == "bottom")


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_are_premultiplied_even_and_inside(kind: TextKind) -> None:
    image = drawn(layer(kind, "Ấu 🎉", position="bottom_right"))
    assert image.pixels.dtype == np.uint8
    levels = image.pixels.astype(int)
    # A part of a level may be rounded up.
    assert bool((levels[..., :3].max(axis=2) <= levels[..., 3] + 1).all())
    assert [edge % 2 for edge in (image.x, image.y, image.width, image.height)] == [0, 0, 0, 0]
    assert image.x >= 0
    assert image.y >= 0
    assert image.x + image.width <= 1080
    assert image.y + image.height <= 1080
    assert not image.pixels.flags.writeable


def test_the_same_layer_is_drawn_alike_each_time() -> None:
    one = layer("title", "Marathon", subtext="2026")
    assert (drawn(one).pixels == drawn(one).pixels).all()


def test_colours_are_those_of_the_style() -> None:
    style = TextStyle(colour="#ff0000", background="#0000ff", background_opacity=1)
    pixels = drawn(layer("title", "MMM", style=style)).pixels
    opaque = pixels[pixels[..., 3] == 255][:, :3]
    found = {tuple(int(level) for level in colour) for colour in np.unique(opaque, axis=0)}
    assert {(255, 0, 0), (0, 0, 255)} <= found


def test_a_lower_third_has_a_bar_in_the_colour_of_its_line() -> None:
    style = TextStyle(outline="#00ff00")
    image = drawn(layer("lower_third", "Name", style=style), (1920, 1080))
    middle = image.pixels[image.height // 2]
    assert (middle[:20, :3] == (0, 255, 0)).all(axis=1).any()


def test_a_larger_size_is_larger() -> None:
    small = solid(drawn(layer("caption", "Hello", style=TextStyle(size=0.04))))
    large = solid(drawn(layer("caption", "Hello", style=TextStyle(size=0.08))))
    assert (large[2] - large[0]) > 1.7 * (small[2] - small[0])


def test_emoji_keep_their_colours_whatever_the_texts_colour() -> None:
    pixels = drawn(layer("title", "🎉🎉", style=TextStyle(colour="#ffffff"))).pixels
    opaque = pixels[pixels[..., 3] == 255][:, :3].astype(int)
    assert ((opaque.max(axis=1) - opaque.min(axis=1)) > 120).mean() > 0.2


def test_arabic_is_joined_and_not_a_row_of_boxes() -> None:
    # Joined, the same letters are narrower than by themselves.
    joined = solid(drawn(layer("title", "ببببب")))
    apart = solid(drawn(layer("title", "ب\u200cب\u200cب\u200cب\u200cب")))
    assert joined[2] - joined[0] < 0.9 * (apart[2] - apart[0])


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b\u0000", "\u200d", "\ufe0f"])
def test_a_text_of_nothing_draws_nothing(text: str) -> None:
    assert draw_text(layer("caption", text), (1080, 1080)) is None


@pytest.mark.parametrize("frame", [(16, 16), (16, 4096), (4096, 16), (17, 33)])
@pytest.mark.parametrize("kind", KINDS)
def test_frames_of_any_shape_are_drawn_into(kind: TextKind, frame: tuple[int, int]) -> None:
    image = draw_text(layer(kind, LONG, subtext="x"), frame)
    if image is not None:
        assert image.x + image.width <= frame[0]
        assert image.y + image.height <= frame[1]


@settings(max_examples=40, deadline=None)
@given(
    text=st.text(st.characters(), max_size=40),
    kind=st.sampled_from(KINDS),
    place=st.sampled_from(PLACES),
)
def test_no_text_is_too_strange(text: str, kind: TextKind, place: Place) -> None:
    one = layer(kind, text.encode(errors="replace").decode(), position=place)
    image = draw_text(one, (540, 960))
    if image is not None:
        assert 0 <= image.x <= 540 - image.width
        assert 0 <= image.y <= 960 - image.height


def test_without_shaping_right_to_left_text_is_drawn_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("text_layout", "text_paint"):
        monkeypatch.setattr(f"shared.video.{module}.shapes", lambda: False)
    from shared.video.text_layout import run_width

    run_width.cache_clear()
    try:
        assert drawn(layer("title", "مرحبا שלום abc")).width > 100
    finally:
        run_width.cache_clear()


class TestOpacity:
    def test_it_is_seen_from_start_until_end(self) -> None:
        one = layer("title", "x", start=1.0, end=2.0)
        assert [opacity(one, at) for at in (0.99, 1.0, 1.5, 1.99, 2.0)] == [0, 1, 1, 1, 0]

    def test_it_fades_in_and_out_evenly(self) -> None:
        one = layer("title", "x", start=1.0, end=5.0, fade=1.0)
        assert opacity(one, 1.0) == 0
        assert opacity(one, 1.5) == pytest.approx(0.5)
        assert opacity(one, 3.0) == 1
        assert opacity(one, 4.5) == pytest.approx(0.5)
        assert opacity(one, 1.2) == pytest.approx(opacity(one, 4.8))

    def test_fades_longer_than_the_layer_meet_in_its_middle(self) -> None:
        one = layer("title", "x", start=0.0, end=1.0, fade=5.0)
        assert opacity(one, 0.5) == pytest.approx(1)
        assert 0 < opacity(one, 0.1) < opacity(one, 0.3) < 1


def test_each_kind_has_a_look() -> None:
    assert set(LOOKS) == set(KINDS)
    assert colour_of("#0a14FF") == (10, 20, 255)
    assert colour_of(None) is None
