"""ReelGeneration: one runner's reel, rendered where something has changed, and recorded."""

from chalicelib.reels.models import ReelGenerationInput, ReelGenerationOutput, WantedReel
from chalicelib.reels.ports import Dependencies
from chalicelib.reels.steps.compose import Composition, compose
from chalicelib.reels.steps.outcomes import (
    note_hidden,
    note_unchanged,
    save_failure,
    save_reel,
    stale,
)
from chalicelib.reels.steps.removal import is_removed
from chalicelib.reels.steps.rendering import render_all
from shared.errors import ItemError, PermanentError
from shared.observability import logger

log = logger("reels")


def reel_generation(step: ReelGenerationInput, deps: Dependencies) -> ReelGenerationOutput:
    """Make one runner's reel. What is wrong with it is recorded on it, and no error of the step.

    Raises:
        RetryableError: something on the way did not answer; nothing is recorded.
        Unavailable: ``event_images_absent``.
    """
    event_id, wanted = step.event_id, step.reel
    if is_removed(event_id, deps) or deps.event_images.opted_out(event_id, [wanted.bib]):
        return note_hidden(step.request_id, event_id, wanted, deps)
    try:
        found = compose(event_id, wanted, deps)
        return _make(step.request_id, event_id, wanted, found, deps)
    except PermanentError as exc:
        log.info("no reel", extra={"event": event_id, "bib": wanted.bib, "code": exc.code})
        return save_failure(step.request_id, event_id, wanted, ItemError.of(exc), deps)


def _make(
    request_id: str, event_id: str, wanted: WantedReel, found: Composition, deps: Dependencies
) -> ReelGenerationOutput:
    if not wanted.force and not stale(event_id, wanted, found.fingerprint, deps):
        return note_unchanged(request_id, event_id, wanted, deps)
    videos, composed = render_all(event_id, wanted, found, deps)
    return save_reel(request_id, event_id, wanted, composed, videos, deps)
