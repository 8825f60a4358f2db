"""Which photos a reel shows, and in which order."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.reels.domain.selection import choose, same_picture, usable
from chalicelib.reels.models import Shot

GUN = datetime(2026, 5, 17, 9, 0)  # noqa: DTZ001 -- a camera's clock has no zone
FAR = [0x0, 0xFFFF, 0xFFFF0000, 0xFFFF00000000, 0xFFFF000000000000, 0xFFFFFFFFFFFFFFFF]


def shot(number: int, **changes: Any) -> Shot:
    given_ = {
        "image_id": f"{number:020x}",
        "etag": f"e{number}",
        "box": (700.0, 500.0, 860.0, 600.0),
        "confidence": 0.9,
        "width": 1600,
        "height": 1067,
        "taken_at": GUN + timedelta(minutes=10 * number),
        "sharpness": 100.0,
        "hash64": f"{FAR[number % len(FAR)]:016x}",
    }
    return Shot.model_validate(given_ | changes)


def ids(shots: Any) -> list[int]:
    return [int(one.image_id, 16) for one in shots]


def test_photos_come_in_the_order_of_the_course() -> None:
    choice = choose([shot(3), shot(1), shot(2)], 6, duplicate_bits=8)

    assert ids(choice.shots) == [1, 2, 3]
    assert choice.spares == ()


def test_photos_without_a_time_come_last() -> None:
    choice = choose([shot(0, taken_at=None), shot(2), shot(1)], 6, duplicate_bits=8)

    assert ids(choice.shots) == [1, 2, 0]


def test_of_photos_that_look_alike_the_best_is_taken_and_the_others_are_spares() -> None:
    same = f"{0xFF:016x}"
    burst = [shot(number, hash64=same, sharpness=50.0 * number) for number in (1, 2, 3)]

    choice = choose([*burst, shot(4)], 6, duplicate_bits=8)

    assert ids(choice.shots) == [3, 4]
    assert sorted(ids(choice.spares)) == [1, 2]


def test_a_sharp_large_and_sure_photo_is_preferred() -> None:
    blurred = shot(1, taken_at=GUN, sharpness=5.0)
    small = shot(2, taken_at=GUN, box=(700.0, 500.0, 716.0, 510.0))
    unsure = shot(3, taken_at=GUN, confidence=0.1)
    good = [shot(number, taken_at=GUN) for number in (4, 5)]

    choice = choose([blurred, small, unsure, *good], 2, duplicate_bits=8)

    assert ids(choice.shots) == [4, 5]


def test_photos_are_spread_over_the_race() -> None:
    near = [shot(n, taken_at=GUN + timedelta(seconds=5 * n)) for n in range(5)]
    last = shot(5, taken_at=GUN + timedelta(hours=2), confidence=0.8)

    choice = choose([*near, last], 2, duplicate_bits=8)

    assert 5 in ids(choice.shots)


@pytest.mark.parametrize("size", [(60_000, 1), (1, 60_000), (100, 100), (1600, 200)])
def test_a_sliver_is_never_chosen(size: tuple[int, int]) -> None:
    sliver = shot(1, width=size[0], height=size[1])

    assert not usable(sliver)
    assert ids(choose([sliver, shot(2)], 6, duplicate_bits=8).shots) == [2]


def test_without_hashes_one_moment_and_place_is_one_picture() -> None:
    first = shot(1, hash64=None, taken_at=GUN)
    burst = shot(2, hash64=None, taken_at=GUN + timedelta(seconds=1))
    later = shot(3, hash64=None, taken_at=GUN + timedelta(seconds=30))
    elsewhere = shot(4, hash64=None, taken_at=GUN, box=(10.0, 10.0, 60.0, 60.0))

    assert same_picture(first, burst, 8)
    assert not same_picture(first, later, 8)
    assert not same_picture(first, elsewhere, 8)


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=25, unique=True),
    st.integers(1, 8),
    st.randoms(),
)
def test_the_same_photos_in_any_order_give_the_same_choice(
    numbers: list[int], slots: int, random: Any
) -> None:
    shots = [shot(n, sharpness=float(n % 7 + 1)) for n in numbers]
    mixed = list(shots)
    random.shuffle(mixed)

    choice = choose(shots, slots, duplicate_bits=4)

    assert choose(mixed, slots, duplicate_bits=4) == choice
    assert 1 <= len(choice.shots) <= slots
    assert len({*ids(choice.shots), *ids(choice.spares)}) == len(shots)
