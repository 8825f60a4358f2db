"""Removing whole events: those whose time is over, and those that somebody deleted.

A removal is many small deletions. Each message of the queue does some of them and sends the next
one; what is done is seen by its absence, so any of them may come twice or be lost.
"""

from collections.abc import Iterator
from itertools import islice

from chalicelib.event_images.domain import events, retention
from chalicelib.event_images.domain.exports import exports_prefix
from chalicelib.event_images.domain.links import link_key
from chalicelib.event_images.models.chores import (
    ExpireEventsInput,
    ExpireEventsOutput,
    RemoveEvent,
)
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.import_participants import delete_rows
from shared.contracts import EventRemoved, event_partition, opt_out_partition
from shared.jobs.rows import job_key
from shared.tables import ConditionFailed, Delete, Item

# What one message deletes at most: some minutes' work.
OBJECTS_AT_ONCE = 20_000
ROWS_AT_ONCE = 5_000


def expire_events(_: ExpireEventsInput, deps: Dependencies) -> ExpireEventsOutput:
    """Begin to remove events whose time is over, and take up removals that were cut short."""
    now = deps.clock()
    gone = []
    for row in deps.requests.query_all(events.LIST, index="gsi1"):
        if retention.expired(row, now.date()) and begin_removal(row, "expired", deps):
            gone.append(row["eventId"])
    resumed = []
    for stone in deps.requests.query_all(retention.REMOVALS, index="gsi1"):
        if retention.stuck(stone, now):
            _send(stone["eventId"], deps)
            resumed.append(stone["eventId"])
    return ExpireEventsOutput(expired=gone, resumed=resumed)


def begin_removal(row: Item, reason: retention.Reason, deps: Dependencies) -> bool:
    """Put a tombstone in the event's place and have the rest removed; False if it is gone."""
    writes = retention.begin(row, reason, deps.clock())
    try:
        deps.tables.transact([(deps.requests.name, write) for write in writes])
    except ConditionFailed:
        return False
    _send(row["eventId"], deps)
    return True


def remove_event(chore: RemoveEvent, deps: Dependencies) -> bool:
    """Delete some of what is left of the event; whether there is more to do."""
    stone = deps.requests.get(retention.tombstone_key(chore.event_id))
    if stone is None or stone.get("gsi1pk") is None:
        return False
    if retention.untouched(stone):
        _tell(stone, deps)
    if not _remove_some(stone, deps):
        deps.requests.write(retention.touched(chore.event_id, deps.clock(), settled=0))
        _send(chore.event_id, deps)
        return True
    settled = int(stone.get("settled", 0)) + 1
    if settled > 1:
        # Once more, for what others made of the event until it was gone.
        _tell(stone, deps)
    if settled > 2:
        deps.requests.write(retention.finished(chore.event_id))
        return False
    deps.requests.write(retention.touched(chore.event_id, deps.clock(), settled=settled))
    if settled == 1:
        # Once more, when whoever was at work on the event has ended.
        _send(chore.event_id, deps, delay_seconds=retention.SETTLE_SECONDS)
    return settled == 1


def _remove_some(stone: Item, deps: Dependencies) -> bool:
    """Delete up to the limits; True when nothing is left."""
    event_id, settings = stone["eventId"], deps.settings
    objects, rows = OBJECTS_AT_ONCE, ROWS_AT_ONCE
    for bucket, prefix in (
        (settings.media_bucket, f"{event_id}/"),
        (settings.media_bucket, exports_prefix(event_id)),
        (settings.incoming_bucket, f"{event_id}/"),
    ):
        objects -= _delete_objects(bucket, prefix, objects, deps)
    if objects <= 0:
        return False
    for partition in (event_partition(event_id), opt_out_partition(event_id)):
        found = deps.images.query_all(partition)
        rows -= delete_rows(deps.tables, deps.images, islice(found, max(rows, 0)))
    for job_id in _jobs(event_id, deps):
        if rows <= 0 or objects <= 0:
            break
        prefix = f"requests/{job_id}/"
        objects -= _delete_objects(settings.media_bucket, prefix, objects, deps)
        items = deps.requests.query_all(job_key(job_id)[0], begins="ITEM#")
        rows -= delete_rows(deps.tables, deps.requests, islice(items, max(rows, 0)))
        if rows > 0 and objects > 0:
            # Last, since the items are found by it.
            deps.requests.write(Delete(job_key(job_id)))
    if rows <= 0 or objects <= 0:
        return False
    if stone.get("galleryLink"):
        deps.requests.write(Delete(link_key(stone["galleryLink"])))
    return True


def _jobs(event_id: str, deps: Dependencies) -> Iterator[str]:
    cursor = None
    while True:
        jobs, cursor = deps.jobs.list(event_id, limit=100, cursor=cursor)
        yield from (job.job_id for job in jobs)
        if cursor is None:
            return


def _delete_objects(bucket: str, prefix: str, most: int, deps: Dependencies) -> int:
    found = islice(deps.storage.list(bucket, prefix), max(most, 0))
    return deps.storage.delete_many(bucket, (info.key for info in found))


def _tell(stone: Item, deps: Dependencies) -> None:
    """Tell other services, before it is noted: a message that comes twice does no harm."""
    message = EventRemoved(event_id=stone["eventId"], removed_at=stone["deletedAt"])
    deps.topics.publish(deps.settings.opt_outs_topic_arn, message)


def _send(event_id: str, deps: Dependencies, *, delay_seconds: int = 0) -> None:
    deps.queues.send(
        deps.settings.chores_queue_url, RemoveEvent(event_id=event_id), delay_seconds=delay_seconds
    )
