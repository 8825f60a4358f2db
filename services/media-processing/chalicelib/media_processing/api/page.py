"""The page, its assets, and the sign of life. Public in every stage."""

from pathlib import Path

from chalice.app import Request, Response

from chalicelib.media_processing.ports import Dependencies
from shared import http
from shared.http import page_file, path_param

PAGE = Path(__file__).parent.parent / "page"


def page(request: Request, _: Dependencies) -> Response:
    """``GET /`` -> the page."""
    return page_file(request, PAGE, "index.html")


def asset(request: Request, _: Dependencies) -> Response:
    """``GET /assets/{name}`` -> one of the page's files. NotFound ``asset_not_found``."""
    return page_file(request, PAGE, path_param(request, "name"))


def health(_: Request, deps: Dependencies) -> Response:
    """``GET /health`` -> Health."""
    return http.health(deps.settings)
