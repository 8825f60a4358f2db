"""A batch's row and its items, and recording what came of an item."""

from chalicelib.media_processing.domain.batch_rows import (
    ITEM,
    batch_key,
    failed,
    item_key,
    items_partition,
)
from chalicelib.media_processing.models import BatchRun, ItemState
from chalicelib.media_processing.ports import Dependencies
from shared.errors import ItemError, NotFound, PermanentError
from shared.tables import ConditionFailed, Item, Update

TRIES = 5


def load_batch(listing_id: str, batch_id: str, deps: Dependencies) -> Item:
    """The batch's row. NotFound ``batch_not_found``."""
    row = deps.media.get(batch_key(listing_id, batch_id))
    if row is None:
        raise NotFound("batch_not_found", f"There is no batch {batch_id}.")
    return row


def load_items(listing_id: str, batch_id: str, deps: Dependencies) -> list[Item]:
    """All items of a batch, as they were listed."""
    rows = deps.media.query_all(items_partition(listing_id, batch_id), begins=ITEM)
    return sorted(rows, key=lambda row: int(row["place"]))


def load_item(run: BatchRun, item_id: str, deps: Dependencies) -> Item:
    """One item's row. PermanentError ``item_gone``."""
    row = deps.media.get(item_key(run.listing_id, run.batch_id, item_id))
    if row is None:
        raise PermanentError("item_gone", f"The batch has no item {item_id}.")
    return row


def record(
    run: BatchRun, row: Item, change: Update, error: ItemError | None, deps: Dependencies
) -> bool:
    """Write an item's outcome and count it on the run, in one transaction.

    Returns:
        False when the run has counted this item already; then nothing is written.

    Raises:
        ConditionFailed: the item's row has changed since it was read.
    """
    return deps.jobs.record(
        run.job_id,
        row["itemId"],
        name=row["filename"],
        error=error,
        extra=[(deps.media.name, change)],
    )


def record_failure(run: BatchRun, item_id: str, error: ItemError, deps: Dependencies) -> Item:
    """Fail an item for this run, whoever writes it at the same time; its row afterwards."""
    for _ in range(TRIES):
        row = load_item(run, item_id, deps)
        if row["state"] == ItemState.DONE:
            # A repeat that died says nothing about files that are there.
            deps.jobs.record(run.job_id, item_id, name=row["filename"], error=None)
            return row
        try:
            record(run, row, failed(row, error), error, deps)
        except ConditionFailed:
            continue
        return load_item(run, item_id, deps)
    raise PermanentError("busy", "Others write the same item all the time.")
