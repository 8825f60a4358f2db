"""What the paths of the routes name."""

import re

from chalice.app import Request

from chalicelib.media_processing.domain.batch_rows import batch_key
from chalicelib.media_processing.ports import Dependencies
from shared.errors import BadRequest, NotFound
from shared.http import path_param
from shared.tables import Item

_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?")


def listing_id(request: Request) -> str:
    """The listing of the path. BadRequest ``bad_listing_id``."""
    text = path_param(request, "listingId")
    if not _ID.fullmatch(text):
        raise BadRequest(
            "bad_listing_id", "A listing's id has 1 to 64 letters, digits, hyphens and underscores."
        )
    return text


def batch_row(request: Request, deps: Dependencies) -> Item:
    """The row of the path's batch. NotFound ``batch_not_found``."""
    batch_id = path_param(request, "batchId")
    # What cannot be an id is not looked for: it might be too long for a key.
    found = (
        deps.media.get(batch_key(listing_id(request), batch_id))
        if _ID.fullmatch(batch_id)
        else None
    )
    if found is None:
        raise NotFound("batch_not_found", "The listing has no such batch.")
    return found
