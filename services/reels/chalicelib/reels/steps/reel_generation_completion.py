"""ReelGenerationCompletion: the request's end, counted from the table."""

import json

from chalicelib.reels.domain import names
from chalicelib.reels.models import (
    ReelGenerationCompletionInput,
    ReelGenerationCompletionOutput,
    WantedReel,
)
from chalicelib.reels.ports import Dependencies
from chalicelib.reels.steps.outcomes import save_failure
from chalicelib.reels.steps.removal import hidden_item, is_removed, remove_lists
from shared.errors import ItemError
from shared.jobs import JobCounts, JobState

LOST = ItemError(
    code="worker_lost",
    message="The worker ended without a word. Ask for the reels again to try once more.",
)


def reel_generation_completion(
    step: ReelGenerationCompletionInput, deps: Dependencies
) -> ReelGenerationCompletionOutput:
    """Record reels that nobody accounted for as failed, then end the request, once.

    The list goes with the request's end: it names bibs, and nobody needs it any more. With a
    removed event goes all that is left of the request.
    """
    if is_removed(step.event_id, deps):
        remove_lists(step.request_id, deps)
        return ReelGenerationCompletionOutput(
            request_id=step.request_id, state=JobState.FAILED, counts=JobCounts()
        )
    job = deps.jobs.get(step.request_id)
    counts = job.counts
    if not job.state.ended and counts.done + counts.failed < counts.total:
        _sweep(step, deps)
    job = deps.jobs.complete(step.request_id)
    deps.storage.delete(deps.settings.media_bucket, names.items_key(step.request_id))
    return ReelGenerationCompletionOutput(request_id=job.job_id, state=job.state, counts=job.counts)


def _sweep(step: ReelGenerationCompletionInput, deps: Dependencies) -> None:
    listed = json.loads(
        deps.storage.get(deps.settings.media_bucket, names.items_key(step.request_id))
    )
    recorded = deps.jobs.recorded(step.request_id)
    for item in listed:
        if recorded.isdisjoint({item["bib"], hidden_item(item["bib"])}):
            wanted = WantedReel.model_validate(item)
            save_failure(step.request_id, step.event_id, wanted, LOST, deps)
