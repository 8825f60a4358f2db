"""The page. Public in every stage; its files are served by `shared.http`."""

from pathlib import Path

from chalice.app import Request, Response

from chalicelib.media_processing.ports import Dependencies
from shared.http import page_file

PAGE = Path(__file__).parent.parent / "page"


def page(request: Request, _: Dependencies) -> Response:
    """``GET /`` -> the page."""
    return page_file(request, PAGE, "index.html")
