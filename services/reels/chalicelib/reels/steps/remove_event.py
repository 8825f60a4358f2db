"""Removing all that was made of an event which event-images has removed.

That is many small deletions. Each call does some of them; what is done is seen by its absence, so
any call may come twice or be cut short. Templates and materials are the service's own, and stay.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched, islice

from chalicelib.reels.domain import link_rows, names, reel_rows, request_rows
from chalicelib.reels.ports import Dependencies
from chalicelib.reels.steps.removal import JOBS_AT_ONCE, remove_lists
from shared.jobs.rows import ITEM_PREFIX, job_key
from shared.tables import Delete, Item

# What one message deletes at most: less than a minute's work.
OBJECTS_AT_ONCE = 10_000
ROWS_AT_ONCE = 3_000
# A link is two rows, and a transaction has at most a hundred.
ROWS_IN_ONE = 50


@dataclass
class Removed:
    """How much a call deleted."""

    files: int = 0
    rows: int = 0

    @property
    def any(self) -> bool:
        """Whether there was anything, so that there may be more."""
        return self.files + self.rows > 0

    @property
    def enough(self) -> bool:
        """Whether the rest is for the next call."""
        return self.files >= OBJECTS_AT_ONCE or self.rows >= ROWS_AT_ONCE


def remove_some(event_id: str, deps: Dependencies) -> Removed:
    """Delete up to the limits of an event's reels, previews, links, files and requests.

    Rows go first, so that at no time something is listed whose files are gone.
    """
    removed = Removed()
    _delete(deps.reels.query_all(reel_rows.partition(event_id)), removed, deps)
    for folder in names.folders(event_id):
        _delete_files(folder, removed, deps)
    for request_id in _requests(event_id, deps):
        if removed.enough:
            break
        removed.files += remove_lists(request_id, deps)
        pk, _ = job_key(request_id)
        _delete(deps.reels.query_all(pk, begins=ITEM_PREFIX), removed, deps)
        if not removed.enough:
            # Last, since the items are found by it.
            for key in (request_rows.tally_key(request_id), job_key(request_id)):
                deps.reels.write(Delete(key))
            removed.rows += 1
    return removed


def _delete(found: Iterator[Item], removed: Removed, deps: Dependencies) -> None:
    """Delete rows, and with the row of a share link the one that it is found by."""
    some = islice(found, max(0, ROWS_AT_ONCE - removed.rows))
    for batch in batched(some, ROWS_IN_ONE, strict=False):
        writes = [
            write
            for row in batch
            for write in (
                link_rows.removal(row) if "tokenHash" in row else [Delete((row["pk"], row["sk"]))]
            )
        ]
        deps.tables.transact([(deps.reels.name, write) for write in writes])
        removed.rows += len(batch)


def _delete_files(folder: str, removed: Removed, deps: Dependencies) -> None:
    bucket = deps.settings.media_bucket
    found = islice(deps.storage.list(bucket, folder), max(0, OBJECTS_AT_ONCE - removed.files))
    removed.files += deps.storage.delete_many(bucket, (info.key for info in found))


def _requests(event_id: str, deps: Dependencies) -> Iterator[str]:
    cursor = None
    while True:
        jobs, cursor = deps.jobs.list(event_id, limit=JOBS_AT_ONCE, cursor=cursor)
        yield from (job.job_id for job in jobs)
        if cursor is None:
            return
