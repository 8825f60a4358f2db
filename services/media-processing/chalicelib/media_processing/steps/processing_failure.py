"""ProcessingFailure: the end of a run whose machine cannot go on."""

from chalicelib.media_processing.domain.batch_rows import batch_key
from chalicelib.media_processing.models import (
    BatchStatus,
    ProcessingFailureInput,
    ProcessingFailureOutput,
)
from chalicelib.media_processing.ports import Dependencies
from shared.errors import ItemError
from shared.tables import Update


def processing_failure(step: ProcessingFailureInput, deps: Dependencies) -> ProcessingFailureOutput:
    """End the run as FAILED with the machine's error; what its items came to, they keep."""
    deps.jobs.fail(step.job_id, ItemError.of_cause(step.error.error, step.error.cause))
    change = {"status": BatchStatus.FAILED.value}
    deps.media.write(Update(batch_key(step.listing_id, step.batch_id), set=change))
    return ProcessingFailureOutput(status=BatchStatus.FAILED)
