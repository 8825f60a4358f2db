"""Which photo a person should look at first."""

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.event_images.domain.review import information, rank, review_row, value
from chalicelib.event_images.models import BibAlternative, PhotoReading

PATIENT = settings(deadline=None)  # on a busy machine too
BOX = (1.0, 2.0, 30.0, 40.0)


def asked(confidence: float, *others: tuple[str, float], bib: str = "128") -> PhotoReading:
    return PhotoReading(
        bib=bib,
        confidence=confidence,
        box=BOX,
        alternatives=tuple(BibAlternative(bib=b, confidence=c) for b, c in others),
        accepted=False,
        verdict="review",
    )


def test_a_coin_s_throw_tells_most_and_a_certainty_nothing() -> None:
    assert information([0.5]) == 1
    assert information([1.0]) == information([0.0]) == 0
    assert information([0.4, 0.3]) > information([0.4]) > information([0.2])


@PATIENT
@given(st.lists(st.floats(0, 1), max_size=6))
def test_information_is_finite_and_never_negative(chances: list[float]) -> None:
    assert -1e-9 <= information(chances) <= 3


@PATIENT
@given(st.lists(st.floats(0, 1), min_size=1, max_size=100))
def test_a_rank_has_five_digits(chances: list[float]) -> None:
    assert 0 <= rank([asked(one) for one in chances], None) <= 99_999


def test_runners_come_before_numbers_of_nobody() -> None:
    def listed(bib: str) -> bool:
        return bib == "123"

    of_a_runner = asked(0.5, ("0123", 0.2))
    of_nobody = asked(0.5, ("129", 0.2))
    assert value(of_a_runner, listed) == 2 * value(of_nobody, listed)
    assert value(of_a_runner, None) == value(of_nobody, None)
    assert rank([of_a_runner], listed) < rank([of_nobody], listed)


def test_a_photo_with_more_to_ask_comes_first_but_not_before_a_better_question() -> None:
    one, two = [asked(0.5)], [asked(0.5), asked(0.5, bib="7")]
    dull = [asked(0.97), asked(0.97, bib="7")]
    assert rank(two, None) < rank(one, None) < rank(dull, None)


def test_only_a_photo_with_a_question_has_a_row() -> None:
    assert review_row("run", "i", [], None) is None
    row = review_row("run", "i", [asked(0.5)], None)
    assert row is not None
    assert row["questions"] == 1
    assert row["gsi1sk"] == f"{rank([asked(0.5)], None):05d}#i"
    assert "128" not in str(row)
