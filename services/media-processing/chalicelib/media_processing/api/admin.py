"""``/admin``: the dead letters of the images queue, for keys with the scope ``admin``."""

from chalice.app import Request, Response

from chalicelib.media_processing.ports import Dependencies
from chalicelib.media_processing.steps import redrive as letters
from shared.http import answer, page_params, require

MOST_LETTERS = 100
"""What one look at the dead letters takes; they are hidden meanwhile."""


def list_dead_letters(request: Request, deps: Dependencies) -> Response:
    """``GET /admin/dead-letters?limit`` -> DeadLetters, by job; at most 100, which stay there."""
    require(request, "admin", deps.settings.stage)
    limit, _ = page_params(request, default=50, most=MOST_LETTERS)
    return answer(letters.dead_letters(limit, deps), headers={"Cache-Control": "no-store"})


def redrive_dead_letters(request: Request, deps: Dependencies) -> Response:
    """``POST /admin/redrive`` -> 202 Redriven: all dead letters are tried again.

    Their images wait again, and their jobs go on.

    Raises:
        Conflict: ``redrive_running``.
    """
    require(request, "admin", deps.settings.stage)
    return answer(letters.redrive(deps), 202)
