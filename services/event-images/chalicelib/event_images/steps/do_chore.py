"""DoChore: one message of the queue of what routes leave to be done later."""

from pydantic import ValidationError

from chalicelib.event_images.models.chores import (
    CHORE,
    CountCoverage,
    DoChoreInput,
    DoChoreOutput,
    ForgetRunner,
    HidePictures,
    ImportStartList,
    MakeExport,
    RemoveEvent,
    RetagEvent,
    SupportNearby,
)
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.coverage import count_coverage
from chalicelib.event_images.steps.expire_events import remove_event
from chalicelib.event_images.steps.forget_runner import forget_runner
from chalicelib.event_images.steps.hide_pictures import hide_pictures
from chalicelib.event_images.steps.import_participants import import_start_list
from chalicelib.event_images.steps.make_export import make_export
from chalicelib.event_images.steps.retag import retag_event
from chalicelib.event_images.steps.support_nearby import support_later, support_nearby
from shared.errors import PermanentError

# Pages of photos that one message judges: some minutes' work if all of them change.
RETAGS_AT_ONCE = 20


def do_chore(step: DoChoreInput, deps: Dependencies) -> DoChoreOutput:
    """Do what the message asks for; a message that comes twice changes nothing.

    Raises:
        PermanentError: ``invalid_chore``; the message ends in the dead letters.
        RetryableError: something did not answer; the queue delivers the message again.
    """
    try:
        chore = CHORE.validate_json(step.body)
    except ValidationError as exc:
        # Without the message itself, which may name a runner.
        problems = exc.errors(include_url=False, include_context=False, include_input=False)
        raise PermanentError("invalid_chore", f"{len(problems)} fields are wrong.") from None
    more = False
    match chore:
        case ImportStartList():
            import_start_list(chore, deps)
        case ForgetRunner():
            more = forget_runner(chore, deps)
        case HidePictures():
            hide_pictures(chore, deps)
        case RemoveEvent():
            more = remove_event(chore, deps)
        case RetagEvent():
            more = retag(chore, deps)
        case SupportNearby():
            more = support_nearby(chore, deps)
        case CountCoverage():
            count_coverage(chore, deps)
        case MakeExport():
            make_export(chore, deps)
    return DoChoreOutput(kind=chore.kind, more=more)


def retag(chore: RetagEvent, deps: Dependencies) -> bool:
    """Judge some photos anew; whether another message goes on with it."""
    cursor = chore.cursor
    for _ in range(RETAGS_AT_ONCE):
        cursor = retag_event(chore.event_id, deps, cursor).cursor
        if cursor is None:
            # What is certain and what is doubtful has changed.
            support_later(chore.event_id, deps)
            return False
    more = chore.model_copy(update={"cursor": cursor})
    deps.queues.send(deps.settings.chores_queue_url, more)
    return True
