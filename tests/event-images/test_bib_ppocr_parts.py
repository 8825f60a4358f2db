"""The parts of the PP-OCR engine, on networks that are made up."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageDraw

from chalicelib.event_images.adapters import text_geometry as geometry
from chalicelib.event_images.adapters.pp_ocr_ctc import numbers, probability
from chalicelib.event_images.adapters.pp_ocr_detect import (
    DEFAULT,
    STRIDE,
    Detector,
    boxes_of,
    stirred_parts,
)
from chalicelib.event_images.adapters.pp_ocr_recognise import (
    HEIGHT,
    Line,
    Recogniser,
    crop,
    decode,
    padded,
)

WHOLE = (0.0, 0.0, 640.0, 320.0)

# --- the detector --------------------------------------------------------------------------------


def text_map(*areas: tuple[slice, slice, float]) -> np.ndarray:
    seen = np.zeros((160, 320), dtype=np.float32)
    for rows, columns, value in areas:
        seen[rows, columns] = value
    return seen


def test_a_text_area_becomes_a_box_that_is_grown_and_in_pixels_of_the_photo() -> None:
    (found,) = boxes_of(text_map((slice(60, 70), slice(100, 140), 0.9)), WHOLE)

    x0, y0 = found.corners.min(0)
    x1, y1 = found.corners.max(0)
    assert 180 < x0 < 200 < 280 < x1 < 300
    assert 100 < y0 < 120 < 140 < y1 < 160
    assert found.score == pytest.approx(0.8, abs=0.1)


def test_a_part_of_the_photo_has_its_boxes_where_it_lies() -> None:
    seen = text_map((slice(60, 70), slice(100, 140), 0.9))
    (there,) = boxes_of(seen, WHOLE)
    (moved,) = boxes_of(seen, (1000.0, 500.0, 1640.0, 820.0))

    assert moved.corners == pytest.approx(there.corners + np.array([1000, 500]))


def test_text_in_a_haze_is_found_by_the_second_threshold() -> None:
    haze = (slice(0, 150), slice(20, 300), 0.35)
    found = boxes_of(text_map(haze, (slice(60, 70), slice(100, 140), 0.95)), WHOLE)

    assert any(geometry.sides(box.corners)[0] < 150 for box in found)


@pytest.mark.parametrize(
    "area",
    [
        (slice(60, 62), slice(100, 102), 0.9),
        (slice(60, 64), slice(20, 300), 0.9),
        (slice(10, 150), slice(100, 106), 0.9),
        (slice(60, 70), slice(100, 140), 0.2),
    ],
    ids=["a dot", "a long line", "a pole", "too faint"],
)
def test_what_cannot_be_a_bib_has_no_box(area: tuple[slice, slice, float]) -> None:
    assert boxes_of(text_map(area), WHOLE) == []


def test_only_what_stirred_is_looked_at_again_and_neighbours_together() -> None:
    seen = np.zeros((8 * STRIDE, 16 * STRIDE), dtype=np.float32)
    assert stirred_parts(seen, WHOLE, 0.03) == []
    seen[40, 40] = seen[40, 110] = 0.05
    seen[200, 500] = 0.5

    parts = stirred_parts(seen, WHOLE, 0.03)

    assert len(parts) == 2
    assert sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in parts) < 0.4 * 640 * 320
    for x, y in ((50, 50), (137.5, 50), (625, 250)):
        assert any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in parts)


class RestlessModel:
    """Sees text everywhere, and notes what it was shown."""

    def __init__(self) -> None:
        self.shown: list[tuple[int, ...]] = []

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        self.shown.append(batch.shape)
        return np.full((1, 1, *batch.shape[2:]), 0.2, dtype=np.float32)


@pytest.mark.parametrize("size", [(6000, 4000), (900, 600), (20, 5000), (64, 64)])
def test_no_look_is_larger_than_memory_allows(size: tuple[int, int]) -> None:
    model = RestlessModel()
    Detector(model).find(Image.new("RGB", size))  # type: ignore[arg-type]

    assert len(model.shown) == 2
    for _, _, height, width in model.shown:
        assert height % STRIDE == width % STRIDE == 0
        assert height * width <= 1.1 * DEFAULT.most_pixels


def test_other_sizes_of_the_whole_photo_are_looked_at_for_one_without_a_number() -> None:
    model = RestlessModel()
    Detector(model).find_again(Image.new("RGB", (3000, 2000)))  # type: ignore[arg-type]

    assert [max(shape) for shape in model.shown] == list(DEFAULT.other_sides)


# --- the recogniser ------------------------------------------------------------------------------

CHARACTERS = [*"0123456789", "A", "O"]


class WritingModel:
    """Gives, for each line, what was set for its place among all lines that it is shown."""

    metadata = {"character": "\n".join(CHARACTERS)}  # noqa: RUF012

    def __init__(self, *written: Sequence[dict[str, float]]) -> None:
        self._written = list(written)

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        scores = np.zeros((len(batch), 6, len(CHARACTERS) + 2), dtype=np.float32)
        scores[:, :, 0] = 1
        for row in scores:
            steps = self._written.pop(0)
            for step, shares in enumerate(steps):
                row[step] = 0
                for character, share in shares.items():
                    row[step, CHARACTERS.index(character) + 1 if character else 0] = share
        return scores


def line(*steps: dict[str, float]) -> Line:
    model = WritingModel(steps)
    return Recogniser(model).read([Image.new("RGB", (80, HEIGHT))])[0]  # type: ignore[arg-type]


def chances(read: Line) -> dict[str, float]:
    return dict(read.numbers)


def test_repeats_are_one_character_unless_nothing_is_between() -> None:
    assert decode(np.array([0, 5, 5, 0, 5, 7, 7])) == [5, 5, 7]
    assert decode(np.zeros(4, dtype=np.int64)) == []


def test_a_line_of_digits_is_read_with_its_rivals() -> None:
    read = line({"4": 1}, {"": 1}, {"8": 0.9, "3": 0.1}, {"": 1})

    assert read.text == "48"
    assert read.numbers == [("48", pytest.approx(0.9)), ("43", pytest.approx(0.1))]


def test_a_letter_that_may_be_a_digit_is_read_as_one_and_believed_less() -> None:
    read = line({"4": 1}, {"O": 0.6, "0": 0.4})

    assert read.text == "4O"
    assert chances(read)["40"] == pytest.approx(0.7)


def test_a_word_has_next_to_no_probability_of_being_a_number() -> None:
    assert sum(chances(line({"A": 0.95, "4": 0.05}, {"": 1}, {"A": 0.9, "1": 0.1})).values()) < 0.01


def test_an_empty_line_is_no_number() -> None:
    read = line({"": 1})

    assert (read.text, read.numbers) == ("", [])


def test_the_likeliest_number_need_not_be_the_likeliest_step_by_step() -> None:
    # Step by step nothing is likelier than 1, and yet most ways to read it have a 1.
    steps = np.array([[0.6, 0.0, 0.4] + [0.0] * 8] * 2)

    assert numbers(steps)[0] == ("1", pytest.approx(0.64))


steps_of_lines = arrays.arrays(
    np.float64, st.tuples(st.integers(1, 5), st.just(11)), elements=st.floats(0, 1)
).map(lambda rows: rows / np.maximum(rows.sum(1, keepdims=True), 1))


@given(steps_of_lines)
def test_the_search_never_says_more_than_the_sum_over_all_ways(steps: np.ndarray) -> None:
    found = numbers(steps, most=10)

    assert sum(chance for _, chance in found) <= 1 + 1e-9
    for number, chance in found:
        assert 0 < chance <= probability(steps, number) + 1e-9


@given(steps_of_lines, st.text("0123", min_size=1, max_size=3))
def test_a_numbers_probability_is_the_sum_over_all_ways_to_say_it(
    steps: np.ndarray, number: str
) -> None:
    ways = [
        path
        for path in itertools.product([0, *{int(digit) + 1 for digit in number}], repeat=len(steps))
        if "".join(str(c - 1) for c in decode(np.array(path))) == number
    ]
    expected = sum(np.prod([row[c] for row, c in zip(steps, way, strict=True)]) for way in ways)

    assert probability(steps, number) == pytest.approx(expected)


def test_a_line_is_read_at_one_of_few_widths() -> None:
    assert [padded(width) for width in (8, 96, 97, 128, 480)] == [96, 96, 128, 128, 480]


def test_lines_keep_their_order_whatever_their_widths() -> None:
    # Batched by width: the model sees the narrow line first.
    model = WritingModel([{"1": 1}], [{"2": 1}])
    crops = [Image.new("RGB", (300, HEIGHT)), Image.new("RGB", (40, HEIGHT))]

    assert [read.text for read in Recogniser(model).read(crops)] == ["2", "1"]  # type: ignore[arg-type]
    assert Recogniser(model).read([]) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("degrees", [0, 20])
@pytest.mark.parametrize("scale", [1, 5])
def test_a_crop_is_upright_and_as_high_as_the_network_wants(degrees: float, scale: int) -> None:
    image = Image.new("RGB", (200 * scale, 200 * scale), "black")
    half = np.array([[-40, -12], [40, -12], [40, 12], [-40, 12]]) * scale
    turn = np.radians(degrees)
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    corners = half @ rotation + 100 * scale
    ImageDraw.Draw(image).polygon([tuple(corner) for corner in corners], "white")

    cut = crop(image, corners)

    assert cut.size == (round(HEIGHT * 80 / 24), HEIGHT)
    assert np.asarray(cut)[4:-4, 4:-4].min() > 200


def test_a_crop_beyond_the_photos_edge_is_filled_up() -> None:
    corners = np.array([[-20.0, -10], [30, -10], [30, 15], [-20, 15]])

    assert crop(Image.new("RGB", (100, 60)), corners).size == (96, HEIGHT)
