"""RemoveOptedOut: event-images says that a runner must not be shown any more."""

import json

from pydantic import ValidationError

from chalicelib.reels.domain import names
from chalicelib.reels.models import RemoveOptedOutInput, RemoveOptedOutOutput
from chalicelib.reels.ports import Dependencies
from chalicelib.reels.steps.removal import hide_in_requests, remove_all
from shared.contracts import RunnerOptedOut
from shared.errors import PermanentError
from shared.observability import logger

log = logger("reels")


def remove_opted_out(step: RemoveOptedOutInput, deps: Dependencies) -> RemoveOptedOutOutput:
    """Delete everything of the runner; a message that comes twice finds nothing.

    A runner who has taken the opt-out back since then is left alone: event-images knows what
    holds now, and messages come late.

    Raises:
        PermanentError: ``invalid_message``.
        RetryableError: something did not answer; the queue delivers the message again.
    """
    message = _parsed(step.body)
    bib = names.normal_bib(message.bib)
    if not deps.event_images.opted_out(message.event_id, [bib]):
        log.warning("opt-out ignored", extra={"event": message.event_id, "reason": "taken back"})
        return RemoveOptedOutOutput(bib=None, files=0)
    files = remove_all(message.event_id, bib, deps)
    hide_in_requests(message.event_id, bib, deps)
    return RemoveOptedOutOutput(bib=bib, files=files)


def _parsed(body: str) -> RunnerOptedOut:
    """The message, with or without the envelope that SNS puts around it."""
    try:
        document = json.loads(body)
        if isinstance(document, dict) and document.get("Type") == "Notification":
            document = json.loads(document["Message"])
        return RunnerOptedOut.model_validate(document)
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError) as exc:
        raise PermanentError("invalid_message", "The message is not about an opt-out.") from exc
