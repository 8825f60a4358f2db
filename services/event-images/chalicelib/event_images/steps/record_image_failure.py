"""RecordImageFailure: a photo whose step did not end, such as by the death of its worker."""

from chalicelib.event_images.domain.photo_rows import readings_of
from chalicelib.event_images.domain.photos import Outcome, outlives_failure, settled, state_of, tags
from chalicelib.event_images.models import (
    ListedPhoto,
    RecordImageFailureInput,
    RecordImageFailureOutput,
)
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.outcomes import load, note, process
from shared.errors import ItemError
from shared.tables import Item


def record_image_failure(
    step: RecordImageFailureInput, deps: Dependencies
) -> RecordImageFailureOutput:
    """Record why the machine gave the photo up."""
    error = ItemError.of_cause(step.error.error, step.error.cause)
    row = record_failure(step.request_id, step.event_id, step.photo, error, deps)
    return RecordImageFailureOutput(
        image_id=step.photo.image_id, state=state_of(row), bibs=list(tags(readings_of(row)))
    )


def record_failure(
    request_id: str, event_id: str, photo: ListedPhoto, error: ItemError, deps: Dependencies
) -> Item:
    """Fail the request's item, and the photo unless it holds a good outcome of the same bytes.

    Returns:
        The photo's row as it is afterwards.
    """
    row = load(event_id, photo, deps)
    if outlives_failure(row, photo) and not settled(row, photo, since=photo.version):
        # A forced rerun that did not come to an end says nothing about the photo.
        note(request_id, photo, error, deps)
        return row
    return process(
        event_id,
        photo,
        lambda: Outcome(photo=photo, error=error),
        deps,
        request_id=request_id,
        since=photo.version,
    )
