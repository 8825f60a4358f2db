"""Opting a runner out of an event, and taking that back."""

import re
import secrets

from chalice.app import Request, Response

from chalicelib.event_images.api.events import event_row
from chalicelib.event_images.domain import opt_outs as rows
from chalicelib.event_images.domain.photos import normal_bib
from chalicelib.event_images.models.chores import ForgetRunner
from chalicelib.event_images.models.people import OptOut, OptOutList, OptOutReason, RemovalState
from chalicelib.event_images.ports import Dependencies
from shared.contracts import opt_out_partition
from shared.errors import BadRequest, NotFound
from shared.http import answer, here, page_params, parse, path_param
from shared.tables import Absent, ConditionFailed, Delete, Exists, Put

_BIB = re.compile(r"[0-9]{1,6}")


def opt_out_runner(request: Request, deps: Dependencies) -> Response:
    """``DELETE /events/{eventId}/participants/{bib}`` -> 202 OptOut.

    From here on the bib is found nowhere and tagged nowhere; what is stored of the runner is
    removed in the following minutes. The bib need not be on the start list. Doing it again goes
    on with a removal that was cut short.

    Raises:
        BadRequest: ``bad_bib``.
    """
    event_id: str = event_row(request, deps)["eventId"]
    bib = _bib(request)
    reason = parse(request, OptOutReason).reason if request.raw_body else None
    made = opt_out(event_id, bib, deps, reason=reason)
    base = here(request).rsplit("/participants/", 1)[0]
    return answer(made, 202, {"Location": f"{base}/opt-outs"})


def opt_out(event_id: str, bib: str, deps: Dependencies, *, reason: str | None = None) -> OptOut:
    """Record that a runner opted out, and have the removal begin. RetryableError."""
    fingerprint = rows.digest(_secret(event_id, deps), bib)
    row = rows.opt_out_row(event_id, fingerprint, deps.clock(), reason)
    try:
        deps.images.write(Put(row, when=Absent()))
    except ConditionFailed:
        row = deps.images.get(rows.opt_out_key(event_id, fingerprint)) or row
    # Also for one that is recorded: this call may be the second try of one that broke off here.
    if row["state"] == RemovalState.REMOVING.value:
        chore = ForgetRunner(event_id=event_id, bib=normal_bib(bib))
        deps.queues.send(deps.settings.chores_queue_url, chore)
    return rows.opt_out_of(row)


def list_opt_outs(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}/opt-outs?limit&cursor`` -> OptOutList, in no order."""
    event_id: str = event_row(request, deps)["eventId"]
    limit, cursor = page_params(request)
    found = deps.images.query(
        opt_out_partition(event_id), begins=rows.ROWS, limit=limit, cursor=cursor
    )
    items = [rows.opt_out_of(row) for row in found.items]
    return answer(OptOutList(items=items, cursor=found.cursor))


def undo_opt_out(request: Request, deps: Dependencies) -> Response:
    """``DELETE /events/{eventId}/opt-outs/{bib}`` -> 204.

    Brings nothing back: later runs may tag the bib again, and a new start list may name it.

    Raises:
        NotFound: ``opt_out_not_found``.
    """
    event_id: str = event_row(request, deps)["eventId"]
    fingerprint = rows.digest(_secret(event_id, deps), _bib(request))
    key = rows.opt_out_key(event_id, fingerprint)
    try:
        deps.images.write(Delete(key, when=Exists()))
    except ConditionFailed:
        raise NotFound("opt_out_not_found", "Nobody with this bib opted out.") from None
    return Response(body="", status_code=204, headers={})


def _secret(event_id: str, deps: Dependencies) -> str:
    """The key of the event's fingerprints, made when it is first needed."""
    key = rows.secret_key(event_id)
    row = deps.images.get(key)
    if row is None:
        row = {"pk": key[0], "sk": key[1], "secret": secrets.token_hex(32)}
        try:
            deps.images.write(Put(row, when=Absent()))
        except ConditionFailed:
            row = deps.images.get(key) or row
    return str(row["secret"])


def _bib(request: Request) -> str:
    bib = path_param(request, "bib")
    if not _BIB.fullmatch(bib):
        raise BadRequest("bad_bib", "A bib has 1 to 6 digits.")
    return bib
