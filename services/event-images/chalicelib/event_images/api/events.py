"""``/events``: races and their counts."""

from chalice.app import Request, Response

from chalicelib.event_images.domain import events, retention
from chalicelib.event_images.domain.names import is_event_id
from chalicelib.event_images.models import CreateEvent, EventList, UpdateEvent
from chalicelib.event_images.models.chores import RemoveEvent, SupportNearby
from chalicelib.event_images.models.people import Removal, RemovalState
from chalicelib.event_images.ports import Dependencies
from shared.errors import Conflict, Gone, NotFound
from shared.http import answer, here, idempotency_key, page_params, parse, path_param
from shared.idempotency import execution_name
from shared.tables import Absent, Check, ConditionFailed, Item, Put


def create_event(request: Request, deps: Dependencies) -> Response:
    """``POST /events`` -> 201 Event.

    Raises:
        BadRequest: the body is not a CreateEvent.
        Conflict: ``event_exists``; ``idempotency_key_reused`` with another body.
    """
    wanted = parse(request, CreateEvent)
    origin = execution_name("events", "POST /events", idempotency_key(request))
    event_id = wanted.event_id or events.new_event_id(wanted.name, origin)
    row = events.event_row(event_id, wanted, created_at=deps.clock(), origin=origin)
    # An id is never given twice: links and copies of the first race may still be around.
    buried = Check(retention.tombstone_key(event_id), Absent())
    try:
        deps.tables.transact(
            [(deps.requests.name, Put(row, when=Absent())), (deps.requests.name, buried)]
        )
    except ConditionFailed:
        row = _repeated(event_id, row, deps)
    return answer(events.event_of(row), 201, {"Location": f"{here(request)}/{event_id}"})


def list_events(request: Request, deps: Dependencies) -> Response:
    """``GET /events?limit&cursor`` -> EventList, newest first."""
    limit, cursor = page_params(request)
    found = deps.requests.query(
        events.LIST, index="gsi1", limit=limit, cursor=cursor, forward=False
    )
    items = [events.event_of(row) for row in found.items]
    return answer(EventList(items=items, cursor=found.cursor))


def get_event(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}`` -> Event, with its photos counted by state."""
    return answer(events.event_of(event_row(request, deps)))


def update_event(request: Request, deps: Dependencies) -> Response:
    """``PATCH /events/{eventId}`` (UpdateEvent) -> Event.

    ``nearbyEvidence`` has photos support each other, or that taken back, in the next minutes.
    """
    row = event_row(request, deps)
    wanted = parse(request, UpdateEvent)
    change = events.changed(row["eventId"], wanted)
    if change is not None:
        try:
            row = deps.requests.write(change) or row
        except ConditionFailed:
            raise NotFound("event_not_found", "There is no such event.") from None
    if wanted.nearby_evidence is not None:
        # After the setting, which the chore goes by; a repeat goes on where this broke off.
        chore = SupportNearby(event_id=row["eventId"])
        deps.queues.send(deps.settings.chores_queue_url, chore)
    return answer(events.event_of(row))


def delete_event(request: Request, deps: Dependencies) -> Response:
    """``DELETE /events/{eventId}`` -> 202 Removal.

    The event is gone at once; its photos, tags, runners, uploads and files follow. Photos in
    other buckets and in Drive are not its own, and stay. A repeat goes on with the removal.
    """
    event_id = path_param(request, "eventId")
    key = retention.tombstone_key(event_id)
    stone = deps.requests.get(key) if is_event_id(event_id) else None
    if stone is None:
        row = event_row(request, deps)
        writes = retention.begin(row, "deleted", deps.clock())
        try:
            deps.tables.transact([(deps.requests.name, write) for write in writes])
        except ConditionFailed:  # somebody else did just that
            event_row(request, deps)
        stone = deps.requests.get(key) or {}
    if stone.get("state") == RemovalState.REMOVING.value:
        deps.queues.send(deps.settings.chores_queue_url, RemoveEvent(event_id=event_id))
    shown = {name: stone[name] for name in ("eventId", "state", "deletedAt", "reason")}
    return answer(Removal.model_validate(shown), 202)


def event_row(request: Request, deps: Dependencies) -> Item:
    """The row of the event in the path. NotFound ``event_not_found``."""
    event_id = path_param(request, "eventId")
    # What cannot be an id is not looked for: it might be too long for a key.
    row = deps.requests.get(events.event_key(event_id)) if is_event_id(event_id) else None
    if (
        row is None
        and is_event_id(event_id)
        and deps.requests.get(retention.tombstone_key(event_id))
    ):
        raise Gone("event_removed", "This event and all that belonged to it was removed.")
    if row is None:
        raise NotFound("event_not_found", "There is no such event.")
    return row


def _repeated(event_id: str, row: Item, deps: Dependencies) -> Item:
    there = deps.requests.get(events.event_key(event_id))
    if there is None or there["origin"] != row["origin"]:
        raise Conflict("event_exists", f"There is an event {event_id} already.")
    if (there["name"], there["date"]) != (row["name"], row["date"]):
        raise Conflict(
            "idempotency_key_reused", "This idempotency key came before, with another event."
        )
    return there
