"""``/events/{eventId}/reels``: the reels of an event, all or of one runner."""

from collections.abc import Mapping

from chalice.app import Request, Response

from chalicelib.reels.api.events import bib_of, event_id_of, event_of
from chalicelib.reels.api.found import over, reel_row, shown
from chalicelib.reels.domain import reel_rows
from chalicelib.reels.models import ReelList
from chalicelib.reels.ports import Dependencies
from shared.errors import BadRequest
from shared.http import answer, page_params


def list_reels(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}/reels?preview&limit&cursor`` -> ReelList.

    Raises:
        NotFound: ``event_not_found``.
        BadRequest: ``bad_preview``, ``bad_limit``, ``bad_cursor``.
        Unavailable: ``event_images_absent``, since nobody else knows who has opted out.
    """
    event_id = event_of(request, deps).event_id
    limit, cursor = page_params(request)
    begins = reel_rows.prefix(preview=_preview(request))
    found = deps.reels.query(
        reel_rows.partition(event_id), begins=begins, limit=limit, cursor=cursor
    )
    hidden = deps.event_images.opted_out(event_id, [row["bib"] for row in found.items])
    now = deps.clock()
    rows = [row for row in found.items if row["bib"] not in hidden and not over(row, now)]
    return answer(ReelList(items=[shown(row, deps) for row in rows], cursor=found.cursor))


def get_reel(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}/reels/{bib}?preview`` -> Reel. NotFound ``reel_not_found``."""
    row = reel_row(event_id_of(request), bib_of(request), deps, preview=_preview(request))
    return answer(shown(row, deps))


def _preview(request: Request) -> bool:
    query: Mapping[str, str] = request.query_params or {}
    text = query.get("preview", "").lower()
    if text not in {"", "true", "false"}:
        raise BadRequest("bad_preview", "preview is true or false.")
    return text == "true"
