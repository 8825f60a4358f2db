"""RecordReelFailure: a reel whose step did not end, such as by the death of its worker."""

from chalicelib.reels.models import RecordReelFailureInput, RecordReelFailureOutput
from chalicelib.reels.ports import Dependencies
from chalicelib.reels.steps.outcomes import save_failure
from shared.errors import ItemError


def record_reel_failure(
    step: RecordReelFailureInput, deps: Dependencies
) -> RecordReelFailureOutput:
    """Record why the machine gave the reel up; an earlier reel stays."""
    error = ItemError.of_cause(step.error.error, step.error.cause)
    saved = save_failure(step.request_id, step.event_id, step.reel, error, deps)
    return RecordReelFailureOutput(**saved.model_dump())
