"""Components, hulls and rotated boxes, against slow and obvious answers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from chalicelib.event_images.adapters import text_geometry as geometry

masks = arrays.arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 14)))
coordinates = st.integers(-50, 50)
clouds = st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=30)


def flooded(mask: geometry.Mask) -> set[frozenset[tuple[int, int]]]:
    """Regions by flood fill."""
    left = {(int(x), int(y)) for y, x in np.argwhere(mask)}
    regions = set()
    while left:
        waiting, region = [left.pop()], set()
        while waiting:
            x, y = waiting.pop()
            region.add((x, y))
            around = {(x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & left
            left -= around
            waiting += around
        regions.add(frozenset(region))
    return regions


def box(width: float, height: float, degrees: float, x: float = 0, y: float = 0) -> geometry.Points:
    """A rotated rectangle around a point, from its top left clockwise."""
    turn = math.radians(degrees)
    rotation = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    half = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2
    return half @ rotation + (x, y)


@given(masks)
def test_components_are_what_a_flood_fill_finds(mask: geometry.Mask) -> None:
    expected = flooded(mask)
    found = geometry.components(mask)

    assert len(found) == len(expected)
    for points in found:
        ends = {(int(x), int(y)) for x, y in points}
        (region,) = [r for r in expected if ends <= r]
        rows = {y: [x for x, b in region if b == y] for _, y in region}
        assert {(min(xs), y) for y, xs in rows.items()} <= ends
        assert {(max(xs), y) for y, xs in rows.items()} <= ends


@given(masks)
def test_component_boxes_hold_their_pixels(mask: geometry.Mask) -> None:
    expected = {
        (min(x for x, _ in r), min(y for _, y in r), max(x for x, _ in r) + 1,
         max(y for _, y in r) + 1, len(r))
        for r in flooded(mask)
    }  # fmt: skip
    found = [tuple(row) for row in geometry.component_boxes(mask).tolist()]

    assert len(found) == len(flooded(mask))
    assert set(found) == expected


def test_a_spiral_is_one_component() -> None:
    lines = ["1111111", "0000001", "1111101", "1000101", "1011101", "1000001", "1111111"]
    spiral = np.array([[character == "1" for character in line] for line in lines])

    assert len(geometry.components(spiral)) == 1


@given(clouds)
def test_a_hull_has_every_point_on_one_side_of_each_edge(cloud: list[tuple[int, int]]) -> None:
    hull = geometry.convex_hull(np.array(cloud, dtype=float))

    assert {tuple(corner) for corner in hull.tolist()} <= {(float(x), float(y)) for x, y in cloud}
    if len(hull) > 2:
        for (ax, ay), (bx, by) in zip(hull, np.roll(hull, -1, axis=0), strict=True):
            assert all((bx - ax) * (y - ay) - (by - ay) * (x - ax) >= -1e-9 for x, y in cloud)


@given(st.floats(20, 90), st.floats(5, 19), st.floats(-40, 40))
def test_a_tight_box_around_a_rotated_rectangle_is_that_rectangle(
    width: float, height: float, degrees: float
) -> None:
    expected = box(width, height, degrees, 100, 80)
    found = geometry.tight_box(np.concatenate([expected, [(100, 80)]]))

    assert found == pytest.approx(expected, abs=1e-6)
    assert geometry.sides(found) == pytest.approx((width, height))


@given(clouds)
def test_a_tight_box_holds_every_point_and_is_no_larger_than_the_upright_one(
    cloud: list[tuple[int, int]],
) -> None:
    points = np.array(cloud, dtype=float)
    found = geometry.tight_box(points)
    width, height = geometry.sides(found)

    assert found.shape == (4, 2)
    assert width * height <= np.ptp(points[:, 0]) * np.ptp(points[:, 1]) + 1e-6
    assert (found.min(0) <= points.min(0) + 1e-6).all()
    assert (found.max(0) >= points.max(0) - 1e-6).all()


@pytest.mark.parametrize("degrees", [-40, -10, 0, 25, 40])
def test_a_grown_box_has_the_same_middle_and_direction(degrees: float) -> None:
    small = box(80, 20, degrees, 50, 60)
    grown = geometry.grow(small, 1.5)
    distance = 1.5 * 80 * 20 / (2 * (80 + 20))

    assert geometry.sides(grown) == pytest.approx((80 + 2 * distance, 20 + 2 * distance))
    assert grown.mean(0) == pytest.approx(small.mean(0))
    assert grown == pytest.approx(box(80 + 2 * distance, 20 + 2 * distance, degrees, 50, 60))


def test_a_widened_box_is_longer_along_its_text() -> None:
    assert geometry.widen(box(80, 20, 30), 5) == pytest.approx(box(90, 20, 30))


def test_a_point_is_a_box_that_neither_grows_nor_breaks() -> None:
    point = geometry.tight_box(np.array([(3.0, 4.0)]))

    assert geometry.grow(point, 1.6).tolist() == [[3, 4]] * 4
    assert geometry.widen(point, 9).tolist() == [[3, 4]] * 4


def test_the_mean_inside_a_box_is_of_its_pixels_alone() -> None:
    values = np.zeros((40, 60), dtype=np.float32)
    values[10:20, 10:31] = 1

    assert geometry.mean_inside(values, box(20, 9, 0, 20, 14.5)) == pytest.approx(1)
    assert geometry.mean_inside(values, box(20, 9, 90, 20, 14.5)) == pytest.approx(0.5, abs=0.1)
    assert geometry.mean_inside(values, box(10, 10, 0, 500, 500)) == pytest.approx(0)
