"""ReelGenerationFailure: the end of a request whose machine cannot go on."""

from chalicelib.reels.models import ReelGenerationFailureInput, ReelGenerationFailureOutput
from chalicelib.reels.ports import Dependencies
from shared.errors import ItemError


def reel_generation_failure(
    step: ReelGenerationFailureInput, deps: Dependencies
) -> ReelGenerationFailureOutput:
    """End the request as FAILED with the machine's error; reels that were made stay."""
    error = ItemError.of_cause(step.error.error, step.error.cause)
    job = deps.jobs.fail(step.request_id, error)
    return ReelGenerationFailureOutput(request_id=job.job_id, state=job.state, counts=job.counts)
