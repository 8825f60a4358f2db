"""Events: their ids and their rows."""

import hashlib
import re
import unicodedata
from datetime import date, datetime, timedelta

from chalicelib.event_images.models import (
    CreateEvent,
    Event,
    EventCounts,
    PhotoState,
    UpdateEvent,
)
from shared.tables import Equals, Exists, Item, Key, Update

LIST = "EVENTS"
NEARBY_UNTIL = "nearbyUntil"
# The name of the counter of an event's photos that are in this state.
COUNTERS = {
    PhotoState.PENDING: "pending",
    PhotoState.DONE: "done",
    PhotoState.FAILED: "failed",
}


def new_event_id(name: str, seed: str) -> str:
    """A readable id: the name's letters and digits, and six hex digits that ``seed`` decides."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name)[:48].strip("-") or "event"
    return f"{slug}-{hashlib.sha256(seed.encode()).hexdigest()[:6]}"


def event_key(event_id: str) -> Key:
    """Where the event's row is in the requests table."""
    return (f"EVENT#{event_id}", "EVENT")


def event_row(event_id: str, event: CreateEvent, *, created_at: datetime, origin: str) -> Item:
    """The row of a new event. ``origin`` tells a repeated request from another one's."""
    pk, sk = event_key(event_id)
    created = created_at.isoformat()
    return {
        "pk": pk,
        "sk": sk,
        "gsi1pk": LIST,
        "gsi1sk": f"{created}#{event_id}",
        "eventId": event_id,
        "name": event.name,
        "date": event.date.isoformat() if event.date else None,
        "createdAt": created,
        "origin": origin,
        "retentionDays": event.retention_days,
        "deleteOriginals": event.delete_originals,
        "nearbyEvidence": event.nearby_evidence,
        **dict.fromkeys(COUNTERS.values(), 0),
        "review": 0,
    }


def event_of(row: Item) -> Event:
    """A row as the API shows it."""
    return Event(
        event_id=row["eventId"],
        name=row["name"],
        date=row["date"],
        created_at=row["createdAt"],
        counts=EventCounts(**{name: row[name] for name in COUNTERS.values()}),
        review=row.get("review", 0),
        retention_days=row.get("retentionDays"),
        expires_on=expires_on(row),
        delete_originals=row.get("deleteOriginals", False),
        nearby_evidence=wants_nearby(row),
    )


def wants_nearby(row: Item) -> bool:
    """Whether photos of the event may support each other's readings."""
    return bool(row.get("nearbyEvidence"))


def nearby_waits(row: Item, now: datetime) -> bool:
    """Whether a message is on its way that sees what is uploaded now."""
    until = row.get(NEARBY_UNTIL)
    return until is not None and now < datetime.fromisoformat(until)


def mark_nearby(event_id: str, before: str | None, until: str | None) -> Update:
    """Say until when uploads are seen by the message that waits, if nobody else has meanwhile."""
    return Update(
        event_key(event_id), set={NEARBY_UNTIL: until}, when=Equals({NEARBY_UNTIL: before})
    )


def expires_on(row: Item) -> date | None:
    """The first day on which the event is no longer kept; None: it is kept for good.

    Days count from the race, or from the event's creation where that is later.
    """
    days = row.get("retentionDays")
    if days is None:
        return None
    begins = datetime.fromisoformat(row["createdAt"]).date()
    if row.get("date"):
        begins = max(begins, date.fromisoformat(row["date"]))
    return begins + timedelta(days=int(days))


def changed(event_id: str, wanted: UpdateEvent) -> Update | None:
    """What a PATCH writes; None if it says nothing."""
    given = wanted.model_fields_set
    change = {
        field.alias or name: value
        for name, field in UpdateEvent.model_fields.items()
        if name in given and (value := getattr(wanted, name)) is not None
    }
    if "date" in change:
        change["date"] = change["date"].isoformat()
    # Only these can be taken away; a name that is null says nothing.
    nulls = {"date": "date", "retention_days": "retentionDays"}
    change |= {
        attribute: None
        for name, attribute in nulls.items()
        if name in given and getattr(wanted, name) is None
    }
    return Update(event_key(event_id), set=change, when=Exists()) if change else None


def count(event_id: str, **change: int) -> Update:
    """Move the event's counters, by name; the event must exist, or a ghost row would appear."""
    return Update(event_key(event_id), add=dict(change), when=Exists())
