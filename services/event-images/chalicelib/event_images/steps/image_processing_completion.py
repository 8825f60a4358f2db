"""ImageProcessingCompletion: the request's end, counted from the table."""

import json

from chalicelib.event_images.domain import names
from chalicelib.event_images.models import (
    ImageProcessingCompletionInput,
    ImageProcessingCompletionOutput,
    ListedPhoto,
)
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.record_image_failure import record_failure
from chalicelib.event_images.steps.support_nearby import support_later
from shared.errors import ItemError

LOST = ItemError(
    code="worker_lost",
    message="The worker ended without a word. Process the event again to try once more.",
)


def image_processing_completion(
    step: ImageProcessingCompletionInput, deps: Dependencies
) -> ImageProcessingCompletionOutput:
    """Record photos that nobody accounted for as failed, then end the request, once.

    Where the event wants that, its photos then support each other.
    """
    job = deps.jobs.get(step.request_id)
    counts = job.counts
    if not job.state.ended and counts.done + counts.failed < counts.total:
        _sweep(step, deps)
    job = deps.jobs.complete(step.request_id)
    support_later(step.event_id, deps)
    return ImageProcessingCompletionOutput(
        request_id=job.job_id, state=job.state, counts=job.counts
    )


def _sweep(step: ImageProcessingCompletionInput, deps: Dependencies) -> None:
    key = names.items_key(step.request_id)
    listed = json.loads(deps.storage.get(deps.settings.media_bucket, key))
    recorded = deps.jobs.recorded(step.request_id)
    for item in listed:
        if item["imageId"] not in recorded:
            photo = ListedPhoto.model_validate(item)
            record_failure(step.request_id, step.event_id, photo, LOST, deps)
