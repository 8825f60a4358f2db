"""Dead letters of the images queue: looking at them, and trying them again."""

from chalicelib.media_processing.models import DeadLetters, Redriven
from chalicelib.media_processing.ports import Dependencies
from chalicelib.media_processing.steps.image_outcomes import reopen
from shared.errors import NotFound

# More than these are reopened by their messages, when they arrive.
MOST_REOPENED = 1000


def dead_letters(most: int, deps: Dependencies) -> DeadLetters:
    """Some of the dead letters; they stay where they are."""
    total, letters = deps.images.dead_letters(most)
    return DeadLetters(total=total, items=letters)


def redrive(deps: Dependencies) -> Redriven:
    """Put the dead letters back, and reopen the jobs that they belong to.

    Raises:
        Conflict: ``redrive_running``.
    """
    _, letters = deps.images.dead_letters(MOST_REOPENED)
    reopened = 0
    for letter in letters:
        if letter.job_id is None or letter.image_index is None:
            continue
        try:
            reopened += reopen(letter.job_id, letter.image_index, deps)
        except NotFound:
            continue
    done = deps.images.redrive()
    return Redriven(reopened=reopened, moved=done.moved, task_handle=done.task_handle)
