"""``/events/{eventId}/photos``: the photos of an event, by bib or by state."""

import re
from collections.abc import Iterable, Mapping

from chalice.app import Request, Response

from chalicelib.event_images.api.events import event_row
from chalicelib.event_images.api.search import near_bibs
from chalicelib.event_images.domain import names
from chalicelib.event_images.domain.photo_rows import (
    has_pictures,
    judged,
    names_any,
    photo_key,
    photo_of,
    state_partition,
    tags_of_bib,
)
from chalicelib.event_images.domain.photos import state_of
from chalicelib.event_images.models import Photo, PhotoList, PhotoState
from chalicelib.event_images.models.people import NearBib
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.judging import judge_by
from chalicelib.event_images.steps.people import People, load_people, runners_of
from shared.errors import BadRequest, NotFound
from shared.http import answer, page_params, path_param
from shared.tables import Item, Page

_IMAGE_ID = re.compile(r"[0-9a-f]{20}")
_BIB = re.compile(r"[0-9]{1,6}")


def list_photos(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}/photos?bib&state&limit&cursor`` -> PhotoList.

    Raises:
        BadRequest: ``bad_bib``, ``bad_state``, ``bad_limit``, ``bad_cursor``.
    """
    event_id: str = event_row(request, deps)["eventId"]
    limit, cursor = page_params(request)
    query: Mapping[str, str] = request.query_params or {}
    bib, state = _bib(query.get("bib")), _state(query.get("state"))
    people = load_people(event_id, deps)
    near: tuple[NearBib, ...] = ()
    if bib is not None:
        # An opt-out holds from the moment it is made, whatever is still to be removed.
        hidden = bib in people.opted_out
        found = Page([], None) if hidden else _by_bib(event_id, bib, limit, cursor, deps)
        if not found.items and cursor is None:
            near = near_bibs(event_id, bib, people, deps)
        rows: Iterable[Item] = (row for row in found.items if state in (None, state_of(row)))
    elif state is not None:
        found = deps.images.query(
            state_partition(event_id, state), index="gsi1", limit=limit, cursor=cursor
        )
        rows = found.items
    else:
        pk, begins = photo_key(event_id, "")
        found = deps.images.query(pk, begins=begins, limit=limit, cursor=cursor)
        rows = found.items
    items = named(event_id, rows, people, deps)
    return answer(PhotoList(items=items, cursor=found.cursor, near=near))


def get_photo(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}/photos/{imageId}`` -> Photo. NotFound ``photo_not_found``."""
    event_id: str = event_row(request, deps)["eventId"]
    row = photo_row(request, event_id, deps)
    (photo,) = named(event_id, [row], load_people(event_id, deps), deps)
    return answer(photo)


def photo_row(request: Request, event_id: str, deps: Dependencies) -> Item:
    """The row of the photo in the path. NotFound ``photo_not_found``."""
    image_id = path_param(request, "imageId")
    valid = _IMAGE_ID.fullmatch(image_id)
    row = deps.images.get(photo_key(event_id, image_id)) if valid else None
    if row is None:
        raise NotFound("photo_not_found", "There is no such photo.")
    return row


def _by_bib(event_id: str, bib: str, limit: int, cursor: str | None, deps: Dependencies) -> Page:
    pk, _ = photo_key(event_id, "")
    tags = deps.images.query(pk, begins=tags_of_bib(bib), limit=limit, cursor=cursor)
    keys = [photo_key(event_id, tag["imageId"]) for tag in tags.items]
    return Page(deps.images.get_many(keys), tags.cursor)


def named(event_id: str, rows: Iterable[Item], people: People, deps: Dependencies) -> list[Photo]:
    """Photos as the routes show them, with the runners of the start list, and without those who
    opted out."""
    judge = judge_by(people, deps)
    clean = [judged(row, judge) if names_any(row, judge.opted_out) else row for row in rows]
    photos = [shown(row, deps) for row in clean]
    known = runners_of(event_id, people, {bib for photo in photos for bib in photo.bibs}, deps)
    return [
        photo.model_copy(update={"runners": tuple(known[b] for b in photo.bibs if b in known)})
        for photo in photos
    ]


def shown(row: Item, deps: Dependencies) -> Photo:
    """A photo as the routes show it, with signed addresses once it is DONE."""
    return photo_of(row, incoming=deps.settings.incoming_bucket, urls=urls_of(row, deps))


def urls_of(row: Item, deps: Dependencies) -> dict[str, str | None]:
    """The signed addresses of a photo's pictures, if it has any that may be shown."""
    if not has_pictures(row):
        return {}
    settings = deps.settings
    event_id, image_id = row["eventId"], row["imageId"]
    keys = {
        "webUrl": names.web_key(event_id, image_id),
        "thumbUrl": names.thumb_key(event_id, image_id),
    }
    return {
        name: deps.storage.presign_get(settings.media_bucket, key, expires=settings.url_seconds)
        for name, key in keys.items()
    }


def _bib(text: str | None) -> str | None:
    if text is None or text == "":
        return None
    if not _BIB.fullmatch(text):
        raise BadRequest("bad_bib", "A bib has 1 to 6 digits.")
    return text


def _state(text: str | None) -> PhotoState | None:
    if text is None or text == "":
        return None
    try:
        return PhotoState(text.upper())
    except ValueError:
        states = ", ".join(PhotoState)
        raise BadRequest("bad_state", f"state is one of {states}.") from None
