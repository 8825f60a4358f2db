"""From readings, a start list, opt-outs and people's decisions to tags and questions."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.event_images.domain import decisions as rules
from chalicelib.event_images.domain.photos import MAX_TAGS, normal_bib, tags
from chalicelib.event_images.domain.start_list import StartList
from chalicelib.event_images.domain.tagging import TOO_MANY, Judge, numbers, questions
from chalicelib.event_images.models import BibAlternative, BibReading, Decision

PATIENT = settings(deadline=None)  # on a busy machine too
NOW = datetime(2026, 5, 10, tzinfo=UTC)
BOX = (1.0, 2.0, 30.0, 40.0)
OTHER = (100.0, 2.0, 130.0, 40.0)
BIBS = st.sampled_from(["7", "07", "12", "128", "123", "0", "121", "999999"])
SURE = st.floats(0, 1)


@st.composite
def _readings(draw: st.DrawFn) -> BibReading:
    others = draw(st.lists(st.tuples(BIBS, SURE), max_size=3))
    return BibReading(
        bib=draw(BIBS),
        confidence=draw(SURE),
        box=draw(st.sampled_from([BOX, OTHER])),
        alternatives=tuple(BibAlternative(bib=bib, confidence=sure) for bib, sure in others),
    )


SEEN = st.lists(_readings(), max_size=6)


@st.composite
def _decisions(draw: st.DrawFn) -> Decision:
    action = draw(st.sampled_from(["accept", "correct", "reject", "add"]))
    to = draw(BIBS) if action == "correct" else None
    number = draw(st.integers(0, 10**9))
    return Decision(id=f"{number:020x}", action=action, bib=draw(BIBS), to=to, box=BOX, at=NOW)


DECISIONS = st.lists(_decisions(), max_size=6, unique_by=lambda one: one.id)
LISTS = st.none() | st.frozensets(BIBS.map(normal_bib)).map(StartList)
OUT = st.frozensets(BIBS.map(normal_bib), max_size=3)


def judge(listed: StartList | None = None, out: frozenset[str] = frozenset()) -> Judge:
    return Judge(
        min_confidence=0.5,
        listed=None if listed is None else listed.__contains__,
        near=None if listed is None else listed.near,
        opted_out=out,
    )


def decision(action: str, bib: str, to: str | None = None, number: int = 1) -> Decision:
    return Decision(id=f"{number:020x}", action=action, bib=bib, to=to, box=BOX, at=NOW)  # type: ignore[arg-type]


@PATIENT
@given(SEEN, DECISIONS, LISTS, OUT)
def test_whatever_is_read_people_have_the_last_word(
    seen: list[BibReading], decided: list[Decision], listed: StartList | None, out: frozenset[str]
) -> None:
    shown = tags(judge(listed, out).readings(seen, decided))
    for bib, said in rules.stand(decided).items():
        if bib not in out:
            assert (bib in shown) is said.there
    assert not any(
        normal_bib(one.bib) in rules.stand(decided)
        for one in questions(judge(listed, out).readings(seen, decided))
    )


@PATIENT
@given(SEEN, DECISIONS, LISTS, OUT)
def test_who_opted_out_appears_nowhere(
    seen: list[BibReading], decided: list[Decision], listed: StartList | None, out: frozenset[str]
) -> None:
    by = judge(listed, out)
    kept = by.seen(seen), by.readings(seen, decided), by.decisions(decided)
    assert not numbers(*kept) & out


@PATIENT
@given(SEEN, DECISIONS, LISTS, OUT)
def test_what_is_stored_gives_the_same_readings_again(
    seen: list[BibReading], decided: list[Decision], listed: StartList | None, out: frozenset[str]
) -> None:
    by = judge(listed, out)
    shown = by.readings(seen, decided)
    assert by.readings(by.seen(seen), by.decisions(decided)) == shown


@PATIENT
@given(SEEN, SEEN, DECISIONS)
def test_a_decision_counts_for_any_readings_of_the_photo(
    first: list[BibReading], second: list[BibReading], decided: list[Decision]
) -> None:
    said = {bib for bib, what in rules.stand(decided).items() if what.there}
    denied = set(rules.stand(decided)) - said
    for seen in (first, second):
        shown = set(tags(judge().readings(seen, decided)))
        assert said <= shown
        assert not denied & shown


@PATIENT
@given(SEEN, DECISIONS, LISTS, st.data())
def test_undoing_restores_exactly(
    seen: list[BibReading], decided: list[Decision], listed: StartList | None, data: st.DataObject
) -> None:
    by = judge(listed)
    new = data.draw(_decisions().filter(lambda one: one.id not in {d.id for d in decided}))
    before = by.readings(seen, decided)
    undone = rules.without(rules.with_new(decided, [new]), new.id)
    assert by.readings(seen, undone) == before


def test_an_unlisted_number_is_asked_about_with_its_listed_neighbours() -> None:
    reading = BibReading(bib="128", confidence=0.9, box=BOX)
    (asked,) = judge(StartList(["123", "7"])).readings([reading], [])
    assert (asked.accepted, asked.verdict) == (False, "review")
    assert [one.bib for one in asked.alternatives] == ["123"]
    assert "unlisted" in asked.reasons


def test_a_correction_moves_the_tag_and_answers_the_question() -> None:
    seen = [BibReading(bib="128", confidence=0.9, box=OTHER)]
    by = judge(StartList(["123"]))
    shown = by.readings(seen, [decision("correct", "128", "123")])
    assert list(tags(shown)) == ["123"]
    right = tags(shown)["123"]
    assert (right.confidence, right.box, right.decided) == (1, BOX, "correct")
    assert questions(shown) == []
    wrong = next(one for one in shown if one.bib == "128")
    assert (wrong.verdict, wrong.decided, wrong.box) == ("rejected", "correct", OTHER)


def test_an_accepted_number_stays_where_it_was_read() -> None:
    seen = [BibReading(bib="0042", confidence=0.3, box=OTHER)]
    (shown,) = judge().readings(seen, [decision("accept", "42")])
    assert (shown.bib, shown.box, shown.accepted, shown.confidence) == ("0042", OTHER, True, 1)


def test_people_s_numbers_come_before_the_engine_s_when_there_are_too_many() -> None:
    seen = [BibReading(bib=str(n), confidence=0.9, box=BOX) for n in range(1, MAX_TAGS + 6)]
    shown = judge().readings(seen, [decision("add", "777")])
    assert len(tags(shown)) == MAX_TAGS
    assert next(iter(tags(shown))) == "777"
    left_out = [one for one in shown if not one.accepted]
    assert len(left_out) == 6
    assert all(one.reasons[-1] == TOO_MANY and one.verdict == "rejected" for one in left_out)
