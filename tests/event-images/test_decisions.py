"""What people's decisions add up to, undone, forgotten, and recorded."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.event_images.domain import decisions as rules
from chalicelib.event_images.domain.photos import normal_bib
from chalicelib.event_images.models import AuditEntry, Decision, NewDecision, PhotoReading
from shared.errors import BadRequest, Conflict

PATIENT = settings(deadline=None)  # on a busy machine too
NOW = datetime(2026, 5, 10, tzinfo=UTC)
BOX = (1.0, 2.0, 30.0, 40.0)
BIBS = st.sampled_from(["7", "07", "12", "128", "123", "0", "999999"])


@st.composite
def _decisions(draw: st.DrawFn) -> Decision:
    action = draw(st.sampled_from(["accept", "correct", "reject", "add"]))
    return Decision(
        id=draw(st.integers(0, 16**20 - 1).map(lambda n: f"{n:020x}")),
        action=action,
        bib=draw(BIBS),
        to=draw(BIBS) if action == "correct" else None,
        box=BOX,
        at=NOW,
    )


DECISIONS = st.lists(_decisions(), max_size=12, unique_by=lambda one: one.id)


def reading(bib: str, box: Any = BOX) -> PhotoReading:
    return PhotoReading(bib=bib, confidence=0.4, box=box, accepted=False, verdict="review")


def make(*wanted: dict[str, Any], readings: Any = ()) -> list[Decision]:
    return rules.made(
        [NewDecision(**one) for one in wanted],
        readings,
        size=(600, 400),
        ids=[f"{number:020x}" for number in range(len(wanted))],
        at=NOW,
        by="key",
    )


@PATIENT
@given(DECISIONS)
def test_the_last_word_on_a_number_counts(given_: list[Decision]) -> None:
    said = rules.stand(given_)
    for bib, what in said.items():
        last = [
            one
            for one in given_
            if bib in {normal_bib(one.bib), normal_bib(one.to if one.to is not None else one.bib)}
        ][-1]
        if last.to is not None:
            assert what.there is (bib == normal_bib(last.to))
        else:
            assert what.there is (last.action in {"accept", "add"})


@PATIENT
@given(DECISIONS, st.data())
def test_what_is_undone_leaves_no_trace(given_: list[Decision], data: st.DataObject) -> None:
    if not given_:
        return
    one = data.draw(st.sampled_from(given_))
    rest = [other for other in given_ if other.id != one.id]
    assert rules.without(given_, one.id) == rest
    assert rules.without(rules.with_new(rest, [one]), one.id) == rest
    assert rules.without(rest, one.id) == rest


@PATIENT
@given(DECISIONS, st.frozensets(BIBS.map(normal_bib)))
def test_who_opted_out_is_in_no_decision_and_the_rest_stays(
    given_: list[Decision], out: frozenset[str]
) -> None:
    kept = rules.forget(given_, out)
    named = {normal_bib(bib) for one in kept for bib in (one.bib, one.to) if bib is not None}
    assert not named & out
    said, before = rules.stand(kept), rules.stand(given_)
    assert {bib: what.there for bib, what in said.items()} == {
        bib: what.there for bib, what in before.items() if bib not in out
    }
    assert rules.forget(kept, out) == kept


def test_a_decision_keeps_the_place_of_the_reading_it_is_about() -> None:
    there = (5.0, 6.0, 50.0, 60.0)
    one, two = make(
        {"action": "accept", "bib": "42"},
        {"action": "correct", "bib": "7", "to": "70"},
        readings=[reading("0042", there), reading("7")],
    )
    assert (one.box, one.by, one.at) == (there, "key", NOW)
    assert (two.bib, two.to, two.box) == ("7", "70", BOX)


def test_decisions_of_one_request_build_on_each_other() -> None:
    made = make(
        {"action": "correct", "bib": "7", "to": "70"},
        {"action": "reject", "bib": "70"},
        readings=[reading("7")],
    )
    said = rules.stand(made)
    assert (said["7"].there, said["70"].there) == (False, False)


@pytest.mark.parametrize("action", ["accept", "reject", "correct"])
def test_only_what_is_read_can_be_decided(action: str) -> None:
    wanted = {"action": action, "bib": "8", "to": "9" if action == "correct" else None}
    with pytest.raises(Conflict) as caught:
        make(wanted, readings=[reading("7")])
    assert caught.value.code == "reading_not_found"


def test_a_number_without_a_box_is_all_over_the_photo_or_where_it_was_read() -> None:
    one, two = make(
        {"action": "add", "bib": "8"}, {"action": "add", "bib": "7"}, readings=[reading("07")]
    )
    assert one.box == (0, 0, 600, 400)
    assert two.box == BOX


@pytest.mark.parametrize(
    "box", [(5, 5, 5, 9), (9, 5, 5, 9), (-1, 0, 5, 5), (0, 0, 601, 5), (0, 0, 5, 401)]
)
def test_a_box_outside_of_the_photo_is_refused(box: Any) -> None:
    with pytest.raises(BadRequest) as caught:
        make({"action": "add", "bib": "8", "box": box})
    assert caught.value.code == "bad_box"


@pytest.mark.parametrize(
    "wanted",
    [
        {"action": "correct", "bib": "7"},
        {"action": "accept", "bib": "7", "to": "8"},
        {"action": "reject", "bib": "7", "box": BOX},
        {"action": "add", "bib": "x"},
        {"action": "add", "bib": "1234567"},
        {"action": "praise", "bib": "7"},
        {"action": "add", "bib": "7", "box": (0, 0, float("nan"), 1)},
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(wanted: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        NewDecision(**wanted)


def test_a_photo_takes_a_bounded_number_of_decisions() -> None:
    many = make(*[{"action": "add", "bib": "7"}] * rules.MOST_DECISIONS)
    with pytest.raises(Conflict) as caught:
        rules.with_new(many, make({"action": "add", "bib": "8"}))
    assert caught.value.code == "too_many_decisions"


def test_a_decision_about_a_runner_who_opted_out_is_refused() -> None:
    for wanted in (
        {"action": "add", "bib": "0123"},
        {"action": "correct", "bib": "7", "to": "123"},
        {"action": "reject", "bib": "123"},
    ):
        with pytest.raises(Conflict) as caught:
            rules.refuse_opted_out([NewDecision(**wanted)], frozenset({"123"}))
        assert caught.value.code == "opted_out"
        assert "123" not in caught.value.message
    rules.refuse_opted_out([NewDecision(action="add", bib="7")], frozenset({"123"}))


def entry(**more: Any) -> AuditEntry:
    values: dict[str, Any] = {
        "audit_id": "a",
        "image_id": "0" * 20,
        "at": NOW,
        "by": "key",
        "action": "correct",
        "bib": "128",
        "to": "0123",
        "before": ("7", "128"),
        "after": ("7", "123"),
    }
    return AuditEntry(**{**values, **more})


def test_an_entry_of_the_record_comes_back_as_it_was_written() -> None:
    row = rules.audit_row("run", entry()).item
    assert row["sk"] == f"AUDIT#{'0' * 20}#2026-05-10T00:00:00.000000+00:00#a"
    assert rules.audit_of(row) == entry()


def test_the_record_forgets_who_opted_out_and_keeps_that_something_was_decided() -> None:
    row = rules.audit_row("run", entry()).item
    clean = rules.forgotten(row, frozenset({"123"}))
    assert clean is not None
    assert rules.audit_of(clean) == entry(to=None, after=("7",))
    assert rules.forgotten(clean, frozenset({"123"})) is None
    assert rules.forgotten(row, frozenset({"5"})) is None
