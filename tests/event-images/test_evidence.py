"""What a start list makes of readings. It never makes a number of its own."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.event_images.domain.evidence import (
    ALREADY_READ,
    LISTED,
    LOW_CONFIDENCE,
    ONE_EDIT_AWAY,
    REVIEW_FROM,
    UNLISTED,
    Evidence,
    weigh,
)
from chalicelib.event_images.domain.photos import normal_bib
from chalicelib.event_images.models import BibAlternative, BibReading

BOX = (10.0, 10.0, 50.0, 30.0)
LEAST = 0.5
START_LIST = {"4821", "3521", "733", "42"}


def read(bib: str, confidence: float = 0.9, **alternatives: float) -> BibReading:
    """A reading; alternatives are given as ``n3521=0.2``."""
    return BibReading(
        bib=bib,
        confidence=confidence,
        box=BOX,
        alternatives=tuple(
            BibAlternative(bib=name[1:], confidence=chance) for name, chance in alternatives.items()
        ),
    )


def near(bib: str) -> Sequence[str]:
    """One digit of the same length changed, which is enough here."""
    return sorted(
        other
        for other in START_LIST
        if len(other) == len(bib) and sum(a != b for a, b in zip(other, bib, strict=True)) == 1
    )


def with_list(*readings: BibReading) -> tuple[Evidence, ...]:
    return weigh(readings, listed=START_LIST.__contains__, near=near, min_confidence=LEAST)


def without_list(*readings: BibReading) -> tuple[Evidence, ...]:
    return weigh(readings, listed=None, near=None, min_confidence=LEAST)


@pytest.mark.parametrize(
    ("confidence", "verdict", "reasons"),
    [
        (0.9, "accepted", ()),
        (0.5, "accepted", ()),
        (0.4, "review", (LOW_CONFIDENCE,)),
        (REVIEW_FROM, "review", (LOW_CONFIDENCE,)),
        (0.1, "rejected", (LOW_CONFIDENCE,)),
    ],
)
def test_without_a_list_the_confidence_decides(
    confidence: float, verdict: str, reasons: tuple[str, ...]
) -> None:
    (evidence,) = without_list(read("4821", confidence))

    assert (evidence.verdict, evidence.reasons) == (verdict, reasons)
    assert evidence.confidence == confidence


def test_without_a_list_the_engines_alternatives_are_kept() -> None:
    (evidence,) = without_list(read("3527", 0.4, n3521=0.3))

    assert evidence.alternatives == (BibAlternative(bib="3521", confidence=0.3),)


def test_a_listed_number_is_believed_more() -> None:
    (evidence,) = with_list(read("4821", 0.3))

    assert evidence.confidence > 0.5
    assert (evidence.verdict, evidence.reasons) == ("accepted", (LISTED,))


def test_an_unlisted_number_goes_to_review_however_sharp_it_is() -> None:
    (evidence,) = with_list(read("9999", 0.99))

    assert (evidence.verdict, evidence.reasons) == ("review", (UNLISTED,))
    assert evidence.confidence < 0.99
    assert evidence.alternatives == ()


def test_a_listed_number_one_edit_away_is_offered_and_not_read() -> None:
    (evidence,) = with_list(read("3527", 0.7))

    assert (evidence.bib, evidence.verdict) == ("3527", "review")
    assert evidence.reasons == (UNLISTED, ONE_EDIT_AWAY)
    assert [other.bib for other in evidence.alternatives] == ["3521"]


def test_what_the_engine_nearly_read_is_offered_before_what_is_merely_close() -> None:
    (nearly,) = with_list(read("3527", 0.6, n3521=0.3))
    (close,) = with_list(read("3527", 0.6))

    assert nearly.alternatives[0].confidence > close.alternatives[0].confidence


def test_unlisted_alternatives_lead_to_nobody_and_are_left_out() -> None:
    (evidence,) = with_list(read("4821", 0.4, n4827=0.3, n3521=0.1))

    assert [other.bib for other in evidence.alternatives] == ["3521"]


def test_faint_nonsense_is_no_work_for_anybody() -> None:
    (evidence,) = with_list(read("9999", 0.1))

    assert (evidence.verdict, evidence.reasons) == ("rejected", (UNLISTED, LOW_CONFIDENCE))


def test_zeros_in_front_do_not_count_against_the_list() -> None:
    (evidence,) = with_list(read("0042"))

    assert (evidence.bib, evidence.verdict) == ("0042", "accepted")


def test_a_piece_of_a_bib_that_the_photo_shows_anyway_is_no_work_either() -> None:
    whole, piece = with_list(read("4821", 0.95), read("4827", 0.3))

    assert whole.verdict == "accepted"
    assert (piece.verdict, piece.alternatives) == ("rejected", ())
    assert piece.reasons == (UNLISTED, LOW_CONFIDENCE, ALREADY_READ)


def test_a_sharp_unlisted_number_stays_for_review_beside_a_similar_one() -> None:
    _, other = with_list(read("4821", 0.95), read("4827", 0.9))

    assert (other.verdict, other.alternatives) == ("review", ())


def test_the_surest_comes_first_and_nothing_is_lost() -> None:
    found = with_list(read("9999", 0.9), read("4821", 0.8), read("733", 0.6))

    assert [evidence.bib for evidence in found] == ["4821", "733", "9999"]
    assert with_list() == ()


bibs = st.sampled_from([*sorted(START_LIST), "3527", "0733", "9999", "7", "48210"])


@st.composite
def any_reading(draw: st.DrawFn) -> BibReading:
    numbers = draw(st.lists(bibs, min_size=1, max_size=4, unique=True))
    chances = draw(st.lists(st.floats(0, 1), min_size=4, max_size=4))
    return BibReading(
        bib=numbers[0],
        confidence=chances[0],
        box=BOX,
        alternatives=tuple(
            BibAlternative(bib=bib, confidence=chance)
            for bib, chance in zip(numbers[1:], chances[1:], strict=False)
        ),
    )


@given(st.lists(any_reading(), max_size=8), st.booleans(), st.floats(0, 1))
def test_whatever_is_read_no_bib_is_invented_and_only_listed_ones_are_accepted(
    readings: list[BibReading], has_list: bool, least: float
) -> None:
    found = weigh(
        readings,
        listed=START_LIST.__contains__ if has_list else None,
        near=near if has_list else None,
        min_confidence=least,
    )

    assert sorted(e.bib for e in found) == sorted(r.bib for r in readings)
    for evidence in found:
        if has_list:
            assert all(other.bib in START_LIST for other in evidence.alternatives)
        if has_list and evidence.verdict == "accepted":
            assert normal_bib(evidence.bib) in START_LIST
        assert evidence.bib not in {other.bib for other in evidence.alternatives}
        total = evidence.confidence + sum(other.confidence for other in evidence.alternatives)
        assert not has_list or total <= 1 + 1e-6
