"""RecordThumbnailsFailure: an item whose step did not end, such as by the death of its worker."""

from chalicelib.media_processing.models import (
    ItemState,
    RecordThumbnailsFailureInput,
    RecordThumbnailsFailureOutput,
)
from chalicelib.media_processing.ports import Dependencies
from chalicelib.media_processing.steps.items import record_failure
from shared.errors import ItemError


def record_thumbnails_failure(
    step: RecordThumbnailsFailureInput, deps: Dependencies
) -> RecordThumbnailsFailureOutput:
    """Record why the machine gave the item up."""
    error = ItemError.of_cause(step.error.error, step.error.cause)
    row = record_failure(step, step.item.item_id, error, deps)
    return RecordThumbnailsFailureOutput(item_id=row["itemId"], state=ItemState(row["state"]))
