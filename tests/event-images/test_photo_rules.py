"""Which readings count, what a run takes on, and what an outcome writes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.event_images.domain import events, photo_rows, photos
from chalicelib.event_images.domain.photos import Outcome, needs_work, settled, tags
from chalicelib.event_images.domain.sources import allowed, place
from chalicelib.event_images.domain.tagging import Judge
from chalicelib.event_images.models import (
    BibReading,
    CreateEvent,
    ListedPhoto,
    PhotoReading,
    PhotoState,
    S3Source,
    SourceObject,
    UploadsSource,
)
from shared.errors import ItemError
from shared.tables import Delete, MemoryTables, Put

NOW = datetime(2026, 5, 10, tzinfo=UTC)
BOX = (1.0, 2.0, 3.5, 4.0)
JUDGE = Judge(min_confidence=0.5)


def source(etag: str = "e1", *, age: int = 0, size: int = 10) -> SourceObject:
    return SourceObject(
        bucket="races",
        key="a/b.jpg",
        size=size,
        etag=etag,
        filename="b.jpg",
        last_modified=NOW - timedelta(seconds=age),
    )


def reading(bib: str, confidence: float = 0.9) -> BibReading:
    return BibReading(bib=bib, confidence=confidence, box=BOX)


def accept(readings: list[BibReading]) -> tuple[PhotoReading, ...]:
    return JUDGE.readings(readings, [])


def row(state: str = "DONE", *, etag: str = "e1", version: int = 2, age: int = 0) -> dict[str, Any]:
    return {
        **photo_rows.new_row("run", source(etag, age=age), NOW),
        "state": state,
        "version": version,
    }


def test_readings_are_accepted_by_confidence_best_first() -> None:
    marked = accept([reading("7", 0.4), reading("0042", 0.95), reading("9", 0.5)])
    assert [(one.bib, one.accepted) for one in marked] == [
        ("0042", True),
        ("9", True),
        ("7", False),
    ]
    assert list(tags(marked)) == ["42", "9"]


def test_leading_zeros_are_one_runner_with_the_surest_reading() -> None:
    marked = accept([reading("042", 0.6), reading("42", 0.8), reading("000", 0.7)])
    found = tags(marked)
    assert set(found) == {"42", "0"}
    assert found["42"].confidence == 0.8


@given(st.lists(st.tuples(st.from_regex(r"[0-9]{1,6}", fullmatch=True), st.floats(0, 1))))
def test_a_photo_never_has_more_tags_than_a_transaction_takes(
    seen: list[tuple[str, float]],
) -> None:
    marked = accept([reading(bib, sure) for bib, sure in seen])
    assert len(marked) <= photos.MAX_READINGS
    assert len(tags(marked)) <= photos.MAX_TAGS
    assert all(one.confidence >= 0.5 for one in marked if one.accepted)


def test_a_crowd_keeps_its_surest_bibs() -> None:
    marked = accept([reading(str(n + 1), 0.5 + n / 1000) for n in range(90)])
    assert set(tags(marked)) == {str(n + 1) for n in range(50, 90)}


@pytest.mark.parametrize(
    ("known", "force", "work"),
    [
        (None, False, True),
        (row("PENDING"), False, True),
        (row("FAILED"), False, True),
        (row("DONE"), False, False),
        (row("DONE"), True, True),
        (row("DONE", etag="e0"), False, True),
    ],
)
def test_a_run_takes_on_what_is_new_changed_or_failed(
    known: dict[str, Any] | None, force: bool, work: bool
) -> None:
    assert needs_work(known, source(), force=force) is work


@pytest.mark.parametrize(
    ("known", "since", "is_settled"),
    [
        (row("PENDING", version=9), 1, False),
        (row("DONE", version=3), 3, False),
        (row("DONE", version=4), 3, True),
        (row("FAILED", version=4), 3, True),
        (row("DONE", etag="e0", age=9, version=4), 3, False),
        (row("DONE", etag="e2", age=-9, version=4), 3, True),
        (row("DONE", etag="e2", age=-9, version=3), 3, True),
    ],
)
def test_an_outcome_that_is_newer_than_the_list_stays(
    known: dict[str, Any], since: int, is_settled: bool
) -> None:
    assert settled(known, source(), since=since) is is_settled


def outcome(*bibs: str, error: ItemError | None = None) -> Outcome:
    seen = tuple(reading(bib) for bib in bibs)
    return Outcome(photo=source(), seen=seen, error=error, engine="memory")


def test_an_outcome_replaces_the_row_moves_the_tags_and_the_counters() -> None:
    tables = MemoryTables()
    event = events.event_row("run", CreateEvent(name="Run"), created_at=NOW, origin="o")
    tables.table("requests").write(Put(event))
    rows, counter = photo_rows.registration("run", [source()], NOW)
    tables.transact([("images", rows[0]), ("requests", counter)])
    key = photo_rows.photo_key("run", photos.identify(source()))
    images = tables.table("images")
    steps = [
        (outcome("12", "0034"), {"12", "34"}, (0, 1, 0)),
        (outcome("34", "56"), {"34", "56"}, (0, 1, 0)),
        (outcome(error=ItemError(code="bad", message="Bad.")), set(), (0, 0, 1)),
        (outcome("7"), {"7"}, (0, 1, 0)),
    ]
    for number, (one, bibs, counts) in enumerate(steps):
        before = images.get(key)
        assert before is not None
        puts, recount = photo_rows.decide(before, one, JUDGE, NOW)
        tables.transact([("images", w) for w in puts] + [("requests", w) for w in recount])
        after = images.get(key)
        assert after is not None
        assert after["version"] == number + 2
        assert {tag["bib"] for tag in images.query_all("EVENT#run", begins="TAG#")} == bibs
        counted = tables.table("requests").get(events.event_key("run"))
        assert counted is not None
        assert events.event_of(counted).counts.model_dump() == dict(
            zip(("pending", "done", "failed"), counts, strict=True)
        )


def test_the_largest_change_of_tags_fits_one_transaction() -> None:
    before = row() | {
        "readings": [
            one.model_dump(by_alias=True) for one in accept([reading(str(n)) for n in range(1, 80)])
        ]
    }
    seen = [reading(str(n)) for n in range(100, 180)]
    doubtful = [reading(str(n), 0.3) for n in range(200, 210)]
    after = Outcome(photo=source(), seen=(*seen, *doubtful))
    images, requests = photo_rows.decide(before, after, JUDGE, NOW)
    assert photo_rows.review_key("run", before["imageId"]) in {write.key for write in images}
    assert sum(isinstance(write, Delete) for write in images) == photos.MAX_TAGS
    # Two more are the request's own: the item and the counters.
    assert len(images) + len(requests) + 2 <= 100


def test_a_row_is_shown_with_its_source_and_without_what_is_inside() -> None:
    shown = photo_rows.photo_of(row("PENDING"), incoming="incoming")
    assert (shown.source, shown.state, shown.bibs) == ("s3", PhotoState.PENDING, ())
    uploads = photo_rows.photo_of(row() | {"bucket": "incoming"}, incoming="incoming")
    assert uploads.source == "uploads"
    assert not {"pk", "sk", "seen", "decisions", "etag"} & set(shown.model_dump(by_alias=True))


@pytest.mark.parametrize(
    ("asked", "where", "may"),
    [
        (UploadsSource(), ("incoming", "run/"), True),
        (S3Source(kind="s3", prefix="2026/"), ("incoming", "2026/"), True),
        (S3Source(kind="s3", bucket="races", prefix=""), ("races", ""), True),
        (S3Source(kind="s3", bucket="media", prefix=""), ("media", ""), False),
        (S3Source(kind="s3", bucket="secrets", prefix="x"), ("secrets", "x"), False),
    ],
)
def test_a_request_reads_only_buckets_that_a_setting_names(
    asked: UploadsSource | S3Source, where: tuple[str, str], may: bool
) -> None:
    assert place(asked, "run", "incoming") == where
    assert allowed(asked, "incoming", ("races",)) is may
    assert allowed(asked, "incoming", ("*",))


@given(st.text(max_size=250), st.text(max_size=50))
def test_an_event_id_is_made_of_any_name(name: str, seed: str) -> None:
    from chalicelib.event_images.domain.names import is_event_id

    event_id = events.new_event_id(name, seed)
    assert is_event_id(event_id)
    assert event_id == events.new_event_id(name, seed)


def test_an_event_id_is_readable() -> None:
    made = events.new_event_id("Zürich Marathon 2026!", "seed")
    assert made.startswith("zurich-marathon-2026-")
    assert events.new_event_id("東京", "seed").startswith("event-")


def test_a_listed_photo_is_registered_as_any_other() -> None:
    listed = ListedPhoto(image_id="x", version=7, **source().model_dump())
    assert photo_rows.new_row("run", listed, NOW) == photo_rows.new_row("run", source(), NOW)
