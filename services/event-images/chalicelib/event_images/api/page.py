"""The pages. Public in every stage; their files are served by `shared.http`."""

from pathlib import Path

from chalice.app import Request, Response

from chalicelib.event_images.api.gallery import GUARDS
from chalicelib.event_images.api.links import opened
from chalicelib.event_images.ports import Dependencies
from shared.errors import NotFound
from shared.http import page_file

PAGE = Path(__file__).parent.parent / "page"


def page(request: Request, _: Dependencies) -> Response:
    """``GET /`` -> the page."""
    return page_file(request, PAGE, "index.html")


def gallery_page(request: Request, deps: Dependencies) -> Response:
    """``GET /g/{token}`` -> the gallery's page; with 404 for a link that opens nothing.

    The page is the same for every link, and says in words that one does not work.
    """
    response = page_file(request, PAGE, "gallery.html")
    try:
        opened(request, deps)
    except NotFound:
        response.status_code = 404
    # Not stored either, so that no browser comes to ask whether its copy still holds.
    del response.headers["ETag"]
    response.headers = {**response.headers, **GUARDS}
    return response
