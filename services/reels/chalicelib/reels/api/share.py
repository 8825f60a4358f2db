"""``/events/{eventId}/reels/{bib}/share``: links that show one runner's reel."""

from chalice.app import Request, Response

from chalicelib.reels.api.events import bib_of, event_id_of
from chalicelib.reels.api.found import reel_row
from chalicelib.reels.domain import link_rows, reel_rows
from chalicelib.reels.models import Revoked, ShareLinkList
from chalicelib.reels.ports import Dependencies
from shared.errors import Conflict, NotFound, RetryableError
from shared.http import answer, here
from shared.tables import ConditionFailed, Item, TransactWrite

MOST_LINKS = 20
TRIES = 3


def create_share(request: Request, deps: Dependencies) -> Response:
    """``POST /events/{eventId}/reels/{bib}/share`` -> 201 ShareLink, with its token.

    Each call makes a link of its own. The token is told here and never again.

    Raises:
        NotFound: ``reel_not_found``.
        Conflict: ``too_many_links``; ``runner_opted_out``.
    """
    event_id, bib = event_id_of(request), bib_of(request)
    row = reel_row(event_id, bib, deps)
    if not row.get("videos"):
        raise NotFound("reel_not_found", "There is no reel of this bib.")
    if len(_rows(event_id, bib, deps)) >= MOST_LINKS:
        raise Conflict("too_many_links", f"A reel has at most {MOST_LINKS} links; revoke some.")
    token = deps.token()
    share = _write(event_id, bib, token, deps)
    root = here(request).split("/events/")[0]
    link = link_rows.link_of(share, token=token, url=f"{root}/w/{token}")
    return answer(link, 201, {"Cache-Control": "no-store"})


def _write(event_id: str, bib: str, token: str, deps: Dependencies) -> Item:
    puts = link_rows.new_rows(event_id, bib, token, deps.clock())
    for _ in range(TRIES):
        writes: list[tuple[str, TransactWrite]] = [
            deps.event_images.unless_opted_out(event_id, bib),
            deps.event_images.unless_removed(event_id),
            *((deps.reels.name, put) for put in puts),
        ]
        try:
            deps.tables.transact(writes)
        except ConditionFailed as exc:
            if 1 in exc.failed:
                raise NotFound("reel_not_found", "There is no reel of this bib.") from None
            if deps.event_images.opted_out(event_id, [bib]):
                raise Conflict("runner_opted_out", "The runner has opted out just now.") from None
        else:
            return puts[1].item
    raise RetryableError("busy", "Other runners opt out at this moment.")


def list_shares(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}/reels/{bib}/share`` -> ShareLinkList, without tokens."""
    rows = _rows(event_id_of(request), bib_of(request), deps)
    return answer(ShareLinkList(items=[link_rows.link_of(row) for row in rows]))


def revoke_shares(request: Request, deps: Dependencies) -> Response:
    """``DELETE /events/{eventId}/reels/{bib}/share`` -> Revoked: no link works any more."""
    rows = _rows(event_id_of(request), bib_of(request), deps)
    for row in rows:
        for delete in link_rows.removal(row):
            deps.reels.write(delete)
    return answer(Revoked(revoked=len(rows)))


def _rows(event_id: str, bib: str, deps: Dependencies) -> list[dict[str, object]]:
    prefix = link_rows.share_prefix(bib)
    return list(deps.reels.query_all(reel_rows.partition(event_id), begins=prefix))
