"""The rules that turn sightings into bibs: what is believed, and how much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.event_images.domain.bibs import (
    PP_OCR,
    Weights,
    at_edge,
    candidates,
    confidence,
    looks_like_clock,
    looks_like_year,
    readings,
)
from chalicelib.event_images.domain.sightings import Box, Sighting, overlap, places

SIZE = (1000, 800)
HERE: Box = (100.0, 100.0, 200.0, 140.0)
ELSEWHERE: Box = (500.0, 100.0, 600.0, 140.0)


def seen(
    digits: str,
    box: Box = HERE,
    *,
    text: str | None = None,
    probability: float = 0.99,
    height: float = 40.0,
    found: float = 0.8,
    rivals: tuple[tuple[str, float], ...] = (),
) -> Sighting:
    """A look that read a number well."""
    numbers = ((digits, probability), *rivals) if digits else ()
    return Sighting(digits if text is None else text, numbers, box, height, found)


def sureness(*sightings: Sighting) -> dict[str, float]:
    return {reading.bib: reading.confidence for reading in readings(sightings, SIZE)}


def test_a_number_that_every_look_reads_well_is_believed() -> None:
    (reading,) = readings([seen("4821"), seen("4821", probability=0.97)] * 2, SIZE)

    assert reading.bib == "4821"
    assert reading.confidence > 0.9


def test_a_number_that_is_read_badly_is_not() -> None:
    assert sureness(seen("4821", probability=0.2)).get("4821", 0) < 0.5


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ((seen("4821", probability=0.7),), (seen("4821", probability=0.99),)),
        ((seen("4821"),), (seen("4821"), seen("4821"))),
        ((seen("4821"), seen("4827", probability=0.6)), (seen("4821"), seen("4821"))),
        ((seen("4821", height=15),), (seen("4821", height=60),)),
        ((seen("4821", found=0.4),), (seen("4821", found=0.9),)),
        ((seen("48"),), (seen("482"),)),
        ((seen("4"),) * 4, (seen("48"),) * 4),
        ((seen("2019"),), (seen("2819"),)),
        ((seen("0482"),), (seen("4820"),)),
        ((seen("12345", text="1:23:45"),), (seen("12345"),)),
        ((seen("4821", (0.0, 100.0, 100.0, 140.0)),), (seen("4821"),)),
        (
            (seen("4821", probability=0.6, rivals=(("4827", 0.3),)), seen("4827", probability=0.5)),
            (seen("4821", probability=0.6), seen("4821", probability=0.5)),
        ),
    ],
)
def test_what_makes_a_reading_surer(less: tuple[Sighting, ...], more: tuple[Sighting, ...]) -> None:
    (weaker,), (stronger,) = sureness(*less).values(), sureness(*more).values()

    assert weaker < stronger


@pytest.mark.parametrize("text", ["1:23:45", "23:45", "35.40", "1 : 23", "2'13", "134.18"])
def test_clocks_look_like_clocks(text: str) -> None:
    assert looks_like_clock(text)


@pytest.mark.parametrize("text", ["12345", "4821.", ":4821", "No. 17", "A4821"])
def test_other_numbers_do_not(text: str) -> None:
    assert not looks_like_clock(text)


def test_a_clock_is_no_bib_though_another_look_missed_its_points() -> None:
    clock = [seen("13418", text="1.34.18", probability=0.5), seen("13418", probability=0.9)]

    assert sureness(*clock).get("13418", 0) < 0.5


@pytest.mark.parametrize(
    ("number", "year"), [("1987", True), ("2008", True), ("2049", True), ("2050", False),
                         ("1979", False), ("02008", False), ("208", False)]
)  # fmt: skip
def test_years_are_those_of_banners(number: str, year: bool) -> None:
    assert looks_like_year(number) is year


def test_a_year_is_doubted_more_than_a_bib_and_not_ruled_out() -> None:
    well = [seen("2019", probability=0.998, found=0.9)] * 4

    assert sureness(*well[:1]).get("2019", 0) < 0.5 < sureness(*well)["2019"]


def test_a_fragment_of_a_number_is_no_reading_of_its_own() -> None:
    whole, part = seen("4821"), seen("82", (125.0, 102.0, 170.0, 138.0))

    assert list(sureness(whole, part)) == ["4821"]
    assert list(sureness(part, whole)) == ["4821"]


def test_a_fragment_backs_the_number_that_holds_it() -> None:
    doubtful = seen("4821", probability=0.7)
    backed = sureness(doubtful, seen("482", probability=0.7))

    assert backed["4821"] > sureness(doubtful, seen("997", probability=0.7))["4821"]


def test_the_whole_number_wins_over_a_surer_fragment() -> None:
    fragments = [seen("1517", probability=0.99)] * 2
    wholes = [seen("71517", (90.0, 100.0, 200.0, 140.0), probability=0.9)] * 2

    assert list(sureness(*fragments, *wholes)) == ["71517"]


@pytest.mark.parametrize("digits", ["1234567", "0" * 12])
def test_more_than_six_digits_are_no_bib(digits: str) -> None:
    part = seen(digits[:3], (100.0, 100.0, 140.0, 140.0))

    assert sureness(seen(digits), part) == {}


def test_one_reading_a_number_the_surest_and_zeros_in_front_do_not_count() -> None:
    (reading,) = readings([seen("0482"), seen("482", ELSEWHERE)], SIZE)

    assert (reading.bib, reading.box) == ("482", ELSEWHERE)


def test_the_surest_reading_comes_first() -> None:
    found = readings([seen("733", ELSEWHERE, probability=0.9), seen("4821")], SIZE)

    assert [reading.bib for reading in found] == ["4821", "733"]


def test_the_box_is_of_the_look_that_is_closest_to_the_digits() -> None:
    wide = seen("4821", (80.0, 100.0, 220.0, 140.0), probability=0.995)
    (reading,) = readings([wide, seen("4821", probability=0.98)], SIZE)

    assert reading.box == HERE


def test_the_numbers_that_were_nearly_read_are_alternatives_and_no_readings() -> None:
    looks = [
        seen("3527", probability=0.6, rivals=(("3521", 0.3), ("13527", 0.02))),
        seen("3527", probability=0.5, rivals=(("3521", 0.4),)),
    ]
    (reading,) = readings(looks, SIZE)

    assert reading.bib == "3527"
    assert reading.alternatives[0].bib == "3521"
    assert reading.alternatives[0].confidence < reading.confidence
    assert reading.confidence + sum(a.confidence for a in reading.alternatives) <= 1


def test_a_number_that_was_read_without_doubt_has_no_alternative() -> None:
    (reading,) = readings([seen("4821", probability=0.999)] * 3, SIZE)

    assert reading.alternatives == ()


def test_a_confidence_is_the_weighted_sum_of_what_was_seen() -> None:
    (candidate,) = candidates([seen("4821")], SIZE)
    surer = Weights(start=PP_OCR.start + 1)

    before, after = (confidence(candidate.features, w) for w in (PP_OCR, surer))

    assert after / (1 - after) == pytest.approx(2.718281828 * before / (1 - before))


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((5.0, 100.0, 90.0, 140.0), True),
        ((500.0, 100.0, 995.0, 140.0), True),
        ((500.0, 700.0, 600.0, 799.0), True),
        (HERE, False),
    ],
)
def test_a_bib_at_the_edge_may_be_cut_off(box: Box, expected: bool) -> None:
    assert at_edge(box, SIZE) is expected


def test_nothing_seen_is_nothing_read() -> None:
    assert readings([], SIZE) == []
    assert readings([seen("", text="FINISH")], SIZE) == []


def test_weights_are_an_engines_own() -> None:
    (strict,) = readings([seen("4821")], SIZE, Weights(start=-8))
    (lenient,) = readings([seen("4821")], SIZE, Weights(start=-2))

    assert strict.confidence < lenient.confidence


def test_overlap_is_the_share_of_the_smaller_box() -> None:
    assert overlap(HERE, (150.0, 100.0, 250.0, 140.0)) == pytest.approx(0.5)
    assert overlap(HERE, (120.0, 110.0, 130.0, 120.0)) == pytest.approx(1)
    assert overlap(HERE, ELSEWHERE) == 0
    assert overlap(HERE, (200.0, 100.0, 250.0, 140.0)) == 0


edges = st.floats(0, 900, allow_nan=False)
sizes = st.floats(1, 100, allow_nan=False)
boxes = st.builds(lambda x, y, w, h: (x, y, x + w, y + h), edges, edges, sizes, sizes)
shares = st.floats(0, 1, allow_nan=False)
guesses = st.lists(
    st.tuples(st.text("0123456789", min_size=1, max_size=8), st.floats(0, 0.33)),
    max_size=3,
    unique_by=lambda guess: guess[0],
).map(lambda found: tuple(sorted(found, key=lambda guess: -guess[1])))
sightings = st.builds(
    Sighting, st.text(max_size=8), guesses, boxes, st.floats(0, 2000, allow_nan=False), shares
)
sizes_of_photos = st.tuples(st.integers(1, 30_000), st.integers(1, 30_000))


@given(st.lists(sightings, max_size=30), sizes_of_photos)
def test_whatever_is_seen_readings_are_valid_ordered_and_of_what_was_seen(
    looks: list[Sighting], size: tuple[int, int]
) -> None:
    found = readings(looks, size)

    assert [r.confidence for r in found] == sorted((r.confidence for r in found), reverse=True)
    numbers = [r.bib.lstrip("0") or "0" for r in found]
    assert len(numbers) == len(set(numbers))
    for reading in found:
        assert 1 <= len(reading.bib) <= 6
        assert any(look.chance(reading.bib) and look.box == reading.box for look in looks)
        for other in reading.alternatives:
            assert other.bib != reading.bib
            assert any(look.chance(other.bib) for look in looks)


@given(st.lists(sightings, max_size=15), st.randoms(use_true_random=False))
def test_the_order_of_the_looks_does_not_matter(looks: list[Sighting], random: object) -> None:
    shuffled = list(looks)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert {r.bib for r in readings(looks, SIZE)} == {r.bib for r in readings(shuffled, SIZE)}


@given(st.lists(sightings, max_size=30))
def test_every_look_with_digits_has_one_place(looks: list[Sighting]) -> None:
    grouped = [look for place in places(looks) for look in place]

    assert sorted(map(repr, grouped)) == sorted(repr(look) for look in looks if look.digits)
