"""Exports: the tags of an event as a table for spreadsheets, and the names of files.

A spreadsheet runs a cell that begins like a formula, and names come from strangers: such cells
get an apostrophe before them, which spreadsheets take for "this is text".
"""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from chalicelib.event_images.models.people import Runner
from shared.contracts import BibTag, event_partition
from shared.tables import Item, Key

ROWS = "EXPORT#"
KEPT = timedelta(days=7)
# Tags of a CSV that a route answers directly.
MOST_DIRECT = 5_000
# A runner has some tens of photos; a number on a sponsor's banner may have thousands.
MOST_ZIPPED = 5_000

HEADINGS = (
    *("bib", "name", "category", "team", "finish time"),
    *("photo", "image id", "confidence", "taken at"),
)
# The wide forms are the same to some spreadsheets.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
BOM = "﻿".encode()


def exports_prefix(event_id: str) -> str:
    """Where an event's exports are in ``media``; a rule of the bucket deletes them in time."""
    return f"exports/{event_id}/"


def export_object(event_id: str, export_id: str, suffix: str) -> str:
    """The key of one export."""
    return f"{exports_prefix(event_id)}{export_id}{suffix}"


def export_key(event_id: str, export_id: str) -> Key:
    """Where an export's row is in the images table."""
    return event_partition(event_id), f"{ROWS}{export_id}"


def export_row(event_id: str, export_id: str, kind: str, now: datetime) -> Item:
    """The row of an export that is being made. It does not say whose photos a zip has."""
    pk, sk = export_key(event_id, export_id)
    return {
        "pk": pk,
        "sk": sk,
        "exportId": export_id,
        "kind": kind,
        "state": "PENDING",
        "createdAt": now.isoformat(),
        "expiresAt": int((now + KEPT).timestamp()),
    }


def tags_csv(
    tags: Iterable[BibTag],
    runners: Mapping[str, Runner],
    filenames: Mapping[str, str],
    *,
    headed: bool,
) -> bytes:
    """Some tags as lines of CSV; the first ones with the byte order mark that Excel wants."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if headed:
        writer.writerow(HEADINGS)
    for tag in tags:
        runner = runners.get(tag.bib)
        who = (
            (runner.name, runner.category, runner.team, runner.finish_time)
            if runner
            else (None,) * 4
        )
        taken = tag.taken_at.isoformat() if tag.taken_at else None
        cells = (tag.bib, *who, filenames.get(tag.image_id), tag.image_id)
        writer.writerow([*map(guarded, cells), f"{tag.confidence:.3f}", taken or ""])
    return (BOM if headed else b"") + text.getvalue().encode()


def guarded(cell: str | None) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = cell or ""
    return f"'{text}" if text.startswith(_FORMULA) else text
