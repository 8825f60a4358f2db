"""ImageProcessingFailure: the end of a request whose machine cannot go on."""

from chalicelib.event_images.models import (
    ImageProcessingFailureInput,
    ImageProcessingFailureOutput,
)
from chalicelib.event_images.ports import Dependencies
from shared.errors import ItemError


def image_processing_failure(
    step: ImageProcessingFailureInput, deps: Dependencies
) -> ImageProcessingFailureOutput:
    """End the request as FAILED with the machine's error.

    Photos that are still PENDING stay so; the next request over their source takes them up.
    """
    error = ItemError.of_cause(step.error.error, step.error.cause)
    job = deps.jobs.fail(step.request_id, error)
    return ImageProcessingFailureOutput(request_id=job.job_id, state=job.state, counts=job.counts)
