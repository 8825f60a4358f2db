"""How long an event is kept, and what is left of one that is gone.

An event's own row is the first thing to go: whatever is still on its way finds no event to write
to. A tombstone takes its place, so that the removal can go on after a crash, and the id is never
given to another race.
"""

from datetime import date, datetime, timedelta
from typing import Literal

from chalicelib.event_images.domain.events import event_key, expires_on
from chalicelib.event_images.models.people import RemovalState
from shared.tables import Absent, Delete, Exists, Item, Key, Put, Update

REMOVALS = "REMOVALS"
# Functions that were at work on the event have ended by then.
SETTLE_SECONDS = 900
# A removal that nobody goes on with is taken up again after this.
STUCK = timedelta(hours=1)

type Reason = Literal["expired", "deleted"]


def expired(row: Item, today: date) -> bool:
    """Whether the event is to be removed."""
    last = expires_on(row)
    return last is not None and last <= today


def tombstone_key(event_id: str) -> Key:
    """Where the tombstone is in the requests table."""
    return f"EVENT#{event_id}", "TOMBSTONE"


def begin(row: Item, reason: Reason, now: datetime) -> list[Put | Delete]:
    """What begins a removal, in one transaction; it fails when the event is gone already."""
    event_id = row["eventId"]
    pk, sk = tombstone_key(event_id)
    stone: Item = {
        "pk": pk,
        "sk": sk,
        "gsi1pk": REMOVALS,
        "gsi1sk": f"{now.isoformat()}#{event_id}",
        "eventId": event_id,
        "reason": reason,
        "deletedAt": now.isoformat(),
        "touchedAt": now.isoformat(),
        "state": RemovalState.REMOVING.value,
        # By which the gallery's row is found; it goes with the rest.
        "galleryLink": row.get("galleryLink"),
    }
    return [Put(stone, when=Absent()), Delete(event_key(event_id), when=Exists())]


def touched(event_id: str, now: datetime, *, settled: int) -> Update:
    """Notes how often the removal has found nothing more to do.

    Once: whoever was at work on the event may still write. Twice: it is removed, and the nightly
    look comes back once more, for what was uploaded by a form that was still valid.
    """
    change: Item = {"touchedAt": now.isoformat(), "settled": settled}
    if settled > 1:
        change["state"] = RemovalState.REMOVED.value
    return Update(tombstone_key(event_id), set=change, when=Exists())


def untouched(stone: Item) -> bool:
    """Whether nothing of the event was removed so far."""
    return bool(stone["touchedAt"] == stone["deletedAt"])


def finished(event_id: str) -> Update:
    """Ends the removal. What stays is the id, the day and the reason."""
    return Update(
        tombstone_key(event_id),
        remove=("gsi1pk", "gsi1sk", "galleryLink", "touchedAt", "settled"),
        when=Exists(),
    )


def stuck(stone: Item, now: datetime) -> bool:
    """Whether nobody goes on with a removal."""
    return datetime.fromisoformat(stone["touchedAt"]) + STUCK < now
