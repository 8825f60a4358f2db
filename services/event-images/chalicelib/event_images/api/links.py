"""``/events/{eventId}/gallery-link``: the organiser makes and revokes the runners' link."""

import secrets

from chalice.app import Request, Response

from chalicelib.event_images.api.events import event_row
from chalicelib.event_images.domain import events, links
from chalicelib.event_images.models import GalleryLink, NewGalleryLink
from chalicelib.event_images.ports import Dependencies
from shared.errors import Conflict, NotFound
from shared.http import answer, here, path_param
from shared.tables import ConditionFailed, Item, Put, Update

TRIES = 5
NO_STORE = {"Cache-Control": "no-store"}


def get_gallery_link(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}/gallery-link`` -> GalleryLink; never the link itself."""
    return answer(_shown(event_row(request, deps)), headers=NO_STORE)


def create_gallery_link(request: Request, deps: Dependencies) -> Response:
    """``POST /events/{eventId}/gallery-link`` -> 201 NewGalleryLink.

    The link before it ends at the same moment. Only a hash is stored, so a repeat cannot give
    the same link again: it makes another one.

    Raises:
        Conflict: ``link_busy``, others make links of this event all the time.
    """
    row = event_row(request, deps)
    token = secrets.token_urlsafe(links.TOKEN_BYTES)
    digest = links.token_hash(token)
    now = deps.clock()
    for _ in range(TRIES):
        if _written(links.made(row, digest, now), deps):
            path = here(request).removesuffix(f"/events/{row['eventId']}/gallery-link")
            made = NewGalleryLink(
                link_id=links.link_id(digest), token=token, path=f"{path}/g/{token}", created_at=now
            )
            return answer(made, 201, headers=NO_STORE)
        row = event_row(request, deps)
    raise _busy()


def revoke_gallery_link(request: Request, deps: Dependencies) -> Response:
    """``DELETE /events/{eventId}/gallery-link`` -> GalleryLink, which is then not active."""
    for _ in range(TRIES):
        row = event_row(request, deps)
        writes = links.revoked(row, deps.clock())
        if not writes or _written(writes, deps):
            return answer(GalleryLink(active=False), headers=NO_STORE)
    raise _busy()


def opened(request: Request, deps: Dependencies) -> Item:
    """The row of the event that the token in the path opens.

    Raises:
        NotFound: ``gallery_not_found``; it does not say whether the token is wrong or revoked.
    """
    token = path_param(request, "token")
    if links.is_token(token):
        digest = links.token_hash(token)
        link = deps.requests.get(links.link_key(digest))
        if link is not None and links.live(link):
            row = deps.requests.get(events.event_key(link["eventId"]))
            if row is not None and row.get("galleryLink") == digest:
                return row
    raise NotFound("gallery_not_found", "This link is not valid, or is no longer.")


def _shown(row: Item) -> GalleryLink:
    digest = row.get("galleryLink")
    if not digest:
        return GalleryLink(active=False)
    return GalleryLink(
        active=True, link_id=links.link_id(digest), created_at=row.get("galleryLinkAt")
    )


def _written(writes: list[Put | Update], deps: Dependencies) -> bool:
    try:
        deps.tables.transact([(deps.requests.name, write) for write in writes])
    except ConditionFailed:
        return False
    return True


def _busy() -> Conflict:
    return Conflict("link_busy", "Others change this event's link. Try again.")
