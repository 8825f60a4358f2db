"""``/events/{eventId}/reports``: what runners reported, and what the organiser does about it."""

import re
from collections.abc import Mapping

from chalice.app import Request, Response

from chalicelib.event_images.api.decisions import reject_bib
from chalicelib.event_images.api.events import event_row
from chalicelib.event_images.api.opt_outs import opt_out
from chalicelib.event_images.api.photos import urls_of
from chalicelib.event_images.domain import gallery
from chalicelib.event_images.domain.photo_rows import photo_key
from chalicelib.event_images.models import Report, ReportList, ResolveReport
from chalicelib.event_images.ports import Dependencies
from shared.contracts import event_partition
from shared.errors import BadRequest, Conflict, NotFound, RetryableError
from shared.http import answer, page_params, parse, path_param
from shared.tables import ConditionFailed, Equals, Item, Put

TRIES = 5
_REPORT_ID = re.compile(r"[0-9a-f]{20}")


def list_reports(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}/reports?state&limit&cursor`` -> ReportList.

    Without ``state`` only those that wait for somebody, oldest first; ``state=all`` gives those
    that were dealt with too, in no order.

    Raises:
        BadRequest: ``bad_state``, ``bad_limit``, ``bad_cursor``.
    """
    event_id: str = event_row(request, deps)["eventId"]
    limit, cursor = page_params(request)
    query: Mapping[str, str] = request.query_params or {}
    state = query.get("state") or gallery.OPEN
    if state == gallery.OPEN:
        pk = gallery.open_reports(event_id)
        found = deps.images.query(pk, index="gsi1", limit=limit, cursor=cursor)
    elif state == "all":
        pk = event_partition(event_id)
        found = deps.images.query(pk, begins=gallery.REPORTS, limit=limit, cursor=cursor)
    else:
        raise BadRequest("bad_state", "state is open or all.")
    return answer(ReportList(items=_shown(found.items, deps), cursor=found.cursor))


def resolve_report(request: Request, deps: Dependencies) -> Response:
    """``POST /events/{eventId}/reports/{reportId}/resolve`` -> Report.

    The same action again gives the same answer. What it does is done before the report is
    closed, so a call that broke off is simply repeated.

    Raises:
        NotFound: ``report_not_found``.
        BadRequest: ``photo_needed``, to untag takes a report of one photo.
        Conflict: ``report_handled``, in another way; ``too_many_decisions``.
    """
    event_id: str = event_row(request, deps)["eventId"]
    action = parse(request, ResolveReport).action
    name = path_param(request, "reportId")
    for _ in range(TRIES):
        row = _row(event_id, name, deps)
        if row["state"] == gallery.OPEN:
            _act(row, action, _caller(request), deps)
            # An opt-out takes the bib off all rows, this one too, and maybe at this moment.
            row = _row(event_id, name, deps)
            after = gallery.handled_row(row, action, deps.clock())
            try:
                deps.images.write(Put(after, when=Equals({"version": row["version"]})))
            except ConditionFailed:
                continue
            row = after
        elif row.get("action") != action:
            raise Conflict("report_handled", "Somebody has dealt with this report already.")
        return answer(_shown([row], deps)[0])
    raise RetryableError("busy", "Others change the same report.")


def _act(row: Item, action: str, by: str | None, deps: Dependencies) -> None:
    bib, image_id = row.get("bib"), row.get("imageId")
    if action == "untag" and not image_id:
        raise BadRequest("photo_needed", "This report is about all photos of the bib.")
    if bib is None:
        return  # the runner has opted out since; nothing is left to do
    if action == "untag":
        reject_bib(row["eventId"], str(image_id), bib, deps, by=by)
    elif action == "opt_out":
        opt_out(row["eventId"], bib, deps)


def _row(event_id: str, name: str, deps: Dependencies) -> Item:
    valid = _REPORT_ID.fullmatch(name)
    row = deps.images.get(gallery.report_key(event_id, name)) if valid else None
    if row is None:
        raise NotFound("report_not_found", "There is no such report.")
    return row


def _shown(rows: list[Item], deps: Dependencies) -> list[Report]:
    keys = {photo_key(row["eventId"], row["imageId"]) for row in rows if row.get("imageId")}
    photos = deps.images.get_many(sorted(keys)) if keys else []
    urls = {photo["imageId"]: urls_of(photo, deps) for photo in photos}
    return [gallery.report_of(row, urls.get(str(row.get("imageId")), {})) for row in rows]


def _caller(request: Request) -> str | None:
    context = request.context.get("authorizer") or {}
    found = context.get("principalId")
    return str(found) if found else None
