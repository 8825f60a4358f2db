"""``/events``: the races of event-images that reels can be made for."""

from chalice.app import Request, Response

from chalicelib.reels.domain.names import is_bib, is_event_id, normal_bib
from chalicelib.reels.models import RaceEvent, RaceList, RaceSummary
from chalicelib.reels.ports import Dependencies
from shared.errors import NotFound
from shared.http import answer, page_params, path_param


def list_events(request: Request, deps: Dependencies) -> Response:
    """``GET /events?limit&cursor`` -> RaceList, newest first.

    Raises:
        Unavailable: ``event_images_absent``.
    """
    limit, cursor = page_params(request)
    events, after = deps.event_images.events(limit, cursor)
    items = [RaceSummary(**event.model_dump()) for event in events]
    return answer(RaceList(items=items, cursor=after))


def get_event(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}`` -> RaceSummary. NotFound ``event_not_found``."""
    return answer(RaceSummary(**event_of(request, deps).model_dump()))


def event_of(request: Request, deps: Dependencies) -> RaceEvent:
    """The event in the path. NotFound ``event_not_found``, Unavailable ``event_images_absent``."""
    event = deps.event_images.event(event_id_of(request))
    if event is None:
        raise _no_event()
    return event


def event_id_of(request: Request) -> str:
    """The event's id in the path; NotFound for what cannot be one."""
    event_id = path_param(request, "eventId")
    if not is_event_id(event_id):
        raise _no_event()
    return event_id


def bib_of(request: Request) -> str:
    """The bib in the path, without leading zeros; NotFound for what cannot be one."""
    bib = path_param(request, "bib")
    if not is_bib(bib):
        raise NotFound("reel_not_found", "There is no reel of this bib.")
    return normal_bib(bib)


def _no_event() -> NotFound:
    return NotFound("event_not_found", "There is no such event.")
