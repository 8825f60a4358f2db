"""What one service may read of another."""

from datetime import datetime

from shared.contracts import BibTag, event_partition, tag_prefix
from shared.tables import MemoryTables, Put

TAG = BibTag(
    event_id="e1",
    bib="0042",
    image_id="abc",
    confidence=0.75,
    box=(1.0, 2.5, 30.0, 40.0),
    taken_at=datetime(2026, 5, 1, 9, 30, 5),  # noqa: DTZ001
)


def test_a_tag_is_a_row_and_a_row_is_a_tag() -> None:
    table = MemoryTables().table("images")
    table.write(Put(TAG.row() | {"expiresAt": 5, "later": "unknown"}))
    row = table.get(("EVENT#e1", "TAG#0042#abc"))
    assert row is not None
    assert row["takenAt"] == "2026-05-01T09:30:05"
    assert row["bib"] == "0042"
    assert BibTag.of_row(row) == TAG


def test_the_tags_of_one_bib_are_found_without_those_of_longer_ones() -> None:
    table = MemoryTables().table("images")
    for bib in ("4", "42", "420"):
        table.write(Put(TAG.model_copy(update={"bib": bib}).row()))
    found = table.query(event_partition("e1"), begins=tag_prefix("42")).items
    assert [BibTag.of_row(row).bib for row in found] == ["42"]
    assert len(table.query(event_partition("e1"), begins=tag_prefix()).items) == 3


def test_a_photo_without_a_time_has_a_tag_too() -> None:
    tag = TAG.model_copy(update={"taken_at": None})
    assert BibTag.of_row(tag.row()) == tag
