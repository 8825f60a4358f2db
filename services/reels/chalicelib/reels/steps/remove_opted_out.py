"""RemoveOptedOut: event-images says who, or which event, must not be shown any more."""

import json

from pydantic import ValidationError

from chalicelib.reels.domain import names
from chalicelib.reels.models import RemoveOptedOutInput, RemoveOptedOutOutput
from chalicelib.reels.ports import Dependencies
from chalicelib.reels.steps.removal import hide_in_requests, is_removed, remove_all
from chalicelib.reels.steps.remove_event import remove_some
from shared.contracts import EventRemoved, RunnerOptedOut
from shared.errors import PermanentError
from shared.observability import logger

log = logger("reels")


def remove_opted_out(step: RemoveOptedOutInput, deps: Dependencies) -> RemoveOptedOutOutput:
    """Delete everything of the runner, or of the event; a message that comes twice finds nothing.

    A runner who has taken the opt-out back since then is left alone, and so is an event that is
    there: event-images knows what holds now, and messages come late. Of a removed event each
    message deletes a part, and sends the next one until nothing is found.

    Raises:
        PermanentError: ``invalid_message``.
        RetryableError: something did not answer; the queue delivers the message again.
    """
    message = _parsed(step.body)
    if isinstance(message, EventRemoved):
        return _event(message, deps)
    bib = names.normal_bib(message.bib)
    if not deps.event_images.opted_out(message.event_id, [bib]):
        log.warning("opt-out ignored", extra={"event": message.event_id, "reason": "taken back"})
        return RemoveOptedOutOutput(bib=None, files=0)
    files = remove_all(message.event_id, bib, deps)
    hide_in_requests(message.event_id, bib, deps)
    return RemoveOptedOutOutput(bib=bib, files=files)


def _event(message: EventRemoved, deps: Dependencies) -> RemoveOptedOutOutput:
    event_id = message.event_id
    if not names.is_event_id(event_id):
        raise PermanentError("invalid_message", "The message names no event.")
    if not is_removed(event_id, deps):
        log.warning("removal ignored", extra={"event": event_id, "reason": "the event is there"})
        return RemoveOptedOutOutput(bib=None, files=0)
    removed = remove_some(event_id, deps)
    if removed.any:
        deps.queues.send(deps.settings.opt_outs_queue_url, message)
    return RemoveOptedOutOutput(bib=None, files=removed.files, more=removed.any)


def _parsed(body: str) -> RunnerOptedOut | EventRemoved:
    """The message, with or without the envelope that SNS puts around it."""
    try:
        document = json.loads(body)
        if isinstance(document, dict) and document.get("Type") == "Notification":
            document = json.loads(document["Message"])
        kind = RunnerOptedOut if "bib" in document else EventRemoved
        return kind.model_validate(document)
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError) as exc:
        raise PermanentError("invalid_message", "The message is of no known kind.") from exc
