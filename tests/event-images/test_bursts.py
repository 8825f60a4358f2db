"""Bursts: what belongs together, what does not, and which photo stands for the others."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.event_images.domain.bursts import bursts

LOOK, OTHER = "0" * 16, "f" * 16


def photo(
    name: str, taken: str | None, look: str | None = LOOK, sharp: float | None = 1
) -> dict[str, Any]:
    time = None if taken is None else f"2026-05-03T{taken}"
    return {"imageId": name, "takenAt": time, "perceptualHash": look, "sharpness": sharp}


def names(rows: list[dict[str, Any]]) -> list[str]:
    return ["".join(row["imageId"] for row in group) for group in bursts(rows)]


def test_a_burst_shows_its_sharpest_first() -> None:
    rows = [
        photo("a", "09:00:00", sharp=4),
        photo("b", "09:00:01", sharp=9),
        photo("c", "09:00:01", sharp=5),
    ]
    assert names(rows) == ["bca"]
    assert names(rows[::-1]) == ["bca"]


def test_what_looks_different_is_a_photo_of_its_own() -> None:
    assert names([photo("a", "09:00:00"), photo("b", "09:00:00", OTHER)]) == ["a", "b"]


def test_a_little_difference_is_a_burst() -> None:
    near, far = f"{0x3FFFF:016x}", f"{0x7FFFF:016x}"
    assert names([photo("a", "09:00:00"), photo("b", "09:00:01", near)]) == ["ab"]
    assert names([photo("a", "09:00:00"), photo("b", "09:00:01", far)]) == ["a", "b"]


def test_what_comes_later_is_another_moment() -> None:
    assert names([photo("a", "09:00:00"), photo("b", "09:00:04")]) == ["a", "b"]


def test_a_very_long_burst_is_cut() -> None:
    rows = [photo(chr(97 + second), f"09:00:{second:02}") for second in range(20)]
    assert names(rows) == ["abcdefghijklm", "nopqrst"]


def test_two_cameras_at_one_place_do_not_mix() -> None:
    rows = [
        photo("a", "09:00:00", LOOK),
        photo("x", "09:00:00", OTHER),
        photo("b", "09:00:01", LOOK),
        photo("y", "09:00:01", OTHER),
    ]
    assert names(rows) == ["ab", "xy"]


def test_without_a_time_or_a_look_a_photo_stands_alone() -> None:
    rows = [
        photo("a", None),
        photo("b", "09:00:00", None),
        photo("c", "09:00:00"),
        photo("d", None),
    ]
    assert names(rows) == ["b", "c", "a", "d"]


def test_a_clock_with_and_one_without_a_zone_are_both_read() -> None:
    rows = [photo("a", "09:00:00"), photo("b", "09:00:01+02:00"), photo("c", "09:00:01.250")]
    assert names(rows) == ["abc"]


def test_a_photo_read_before_sharpness_was_measured_comes_after_the_others() -> None:
    assert names([photo("a", "09:00:00", sharp=None), photo("b", "09:00:01")]) == ["ba"]


times = st.none() | st.integers(0, 40).map(lambda second: f"09:00:{second:02}")
looks = st.none() | st.sampled_from([LOOK, OTHER, f"{0xFF:016x}", f"{0xFFFF:016x}"])


@given(st.lists(st.tuples(times, looks, st.floats(0, 100))))
def test_every_photo_is_in_exactly_one_burst(made: list[tuple[Any, Any, float]]) -> None:
    rows = [photo(str(n), taken, look, sharp) for n, (taken, look, sharp) in enumerate(made)]
    groups = bursts(rows)
    found = [row["imageId"] for group in groups for row in group]
    assert sorted(found) == sorted(row["imageId"] for row in rows)
    assert all(groups)
    for group in groups:
        sharp = [row["sharpness"] for row in group]
        assert sharp == sorted(sharp, reverse=True)
    assert names(rows[::-1]) == names(rows)
