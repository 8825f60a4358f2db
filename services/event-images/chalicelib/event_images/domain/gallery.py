"""The runner's gallery: near numbers, and the rows of what runners report.

Only what a runner needs leaves the service here. A search shows the photos of one number, and
of others at most that a number one slip of the finger away has photos; no names, no list of
runners, and nothing of what else was read in a photo.
"""

import hashlib
from datetime import datetime, timedelta

from chalicelib.event_images.domain.lookalikes import one_edit
from chalicelib.event_images.domain.photos import normal_bib
from chalicelib.event_images.domain.start_list import StartList
from chalicelib.event_images.models.gallery import CreateReport, Report
from shared.contracts import event_partition
from shared.tables import Absent, Condition, Equals, Item, Key, Put

# Photos of one number that a gallery shows; a runner is seen on some tens.
MOST_PHOTOS = 300
# Near numbers that are shown, and that are looked for where there is no start list.
MOST_NEAR = 3
MOST_LOOKED_FOR = 30
# Reports of one bib in an hour, before the limit of the whole event is looked at.
MOST_OF_A_BIB = 20

OPEN, HANDLED = "open", "handled"
REPORTS = "REPORT#"


def near_numbers(bib: str, listed: StartList | None) -> list[str]:
    """Numbers one edit from ``bib``, likeliest first: those of the start list, where there is one.

    A number of another length comes last, since people rarely miss or double a digit.
    """
    if listed is not None:
        return listed.near(bib)
    costs = one_edit(bib)
    length = len(normal_bib(bib))
    order = sorted(costs, key=lambda other: (len(other) != length, costs[other], other))
    return order[:MOST_LOOKED_FOR]


def download_name(event_id: str, bib: str, row: Item) -> str:
    """A file name for a runner's own folder: ``city-run-482-094107.jpg``."""
    time = str(row.get("takenAt") or "")[11:19].replace(":", "") or row["imageId"][:6]
    return f"{event_id}-{normal_bib(bib)}-{time}.jpg"


# --- reports ----------------------------------------------------------------------------------


def report_id(event_id: str, report: CreateReport) -> str:
    """20 hex digits: the same report is one row, however often it is sent.

    They follow from the bib and do not show it, so an id may stay where a bib must not.
    """
    parts = (event_id, report.kind, normal_bib(report.bib), report.image_id or "")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def report_key(event_id: str, report: str) -> Key:
    """Where a report's row is in the images table."""
    return (event_partition(event_id), f"{REPORTS}{report}")


def open_reports(event_id: str) -> str:
    """The index partition of the reports that wait for somebody."""
    return f"EVENT#{event_id}#REPORTS"


def report_row(event_id: str, report: CreateReport, now: datetime, *, version: int = 1) -> Item:
    """The row of a report that waits. A handled one leaves the index."""
    name = report_id(event_id, report)
    pk, sk = report_key(event_id, name)
    created = now.isoformat()
    return {
        "pk": pk,
        "sk": sk,
        "gsi1pk": open_reports(event_id),
        "gsi1sk": f"{created}#{name}",
        "eventId": event_id,
        "reportId": name,
        "kind": report.kind,
        "bib": normal_bib(report.bib),
        "imageId": report.image_id,
        "message": report.message,
        "state": OPEN,
        "createdAt": created,
        "version": version,
    }


def handled_row(row: Item, action: str, now: datetime) -> Item:
    """The row of a report once somebody has dealt with it."""
    kept = {name: value for name, value in row.items() if not name.startswith("gsi1")}
    change = {"state": HANDLED, "action": action, "handledAt": now.isoformat()}
    return {**kept, **change, "version": row["version"] + 1}


def report_of(row: Item, urls: dict[str, str | None]) -> Report:
    """A row as the organiser sees it."""
    names = ("reportId", "eventId", "kind", "state", "createdAt")
    # A runner's number goes from every row when they opt out.
    optional = ("bib", "imageId", "message", "action", "handledAt")
    shown = {name: row[name] for name in names} | {name: row.get(name) for name in optional}
    return Report.model_validate({**shown, **urls})


# --- limits -----------------------------------------------------------------------------------


def limits(event_id: str, report: CreateReport, now: datetime, per_hour: int) -> dict[Key, int]:
    """The counters of this hour that a report raises, and how far each may go.

    Wrong tags and removals have counters of their own: a flood of the one must not keep a
    runner from the other. A bib's is named by a hash.
    """
    pk = event_partition(event_id)
    hour = now.strftime("%Y%m%d%H")
    bib = hashlib.sha256(f"{event_id}/{normal_bib(report.bib)}".encode()).hexdigest()[:16]
    return {
        (pk, f"LIMIT#{hour}#{report.kind}"): per_hour,
        (pk, f"LIMIT#{hour}#{bib}"): min(MOST_OF_A_BIB, per_hour),
    }


def counted(key: Key, row: Item | None, now: datetime) -> Put:
    """A counter raised by one, if nobody else did meanwhile. It expires a day later."""
    count = row["count"] if row else 0
    when: Condition = Equals({"count": count}) if row else Absent()
    expires = int((now + timedelta(days=1)).timestamp())
    return Put({"pk": key[0], "sk": key[1], "count": count + 1, "expiresAt": expires}, when=when)


def seconds_left(now: datetime) -> int:
    """Until the next hour begins, when counters start again."""
    return 3600 - now.minute * 60 - now.second
