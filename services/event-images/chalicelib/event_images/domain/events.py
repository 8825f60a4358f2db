"""Events: their ids and their rows."""

import hashlib
import re
import unicodedata
from datetime import datetime

from chalicelib.event_images.models import CreateEvent, Event, EventCounts, PhotoState
from shared.tables import Exists, Item, Key, Update

LIST = "EVENTS"
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
    )


def count(event_id: str, **change: int) -> Update:
    """Move the event's counters, by name; the event must exist, or a ghost row would appear."""
    return Update(event_key(event_id), add=dict(change), when=Exists())
