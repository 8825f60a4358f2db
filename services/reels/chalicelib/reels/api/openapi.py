"""The API's description: all routes in one table, as a document and as a page."""

from chalice.app import Request, Response

from chalicelib.reels import models
from chalicelib.reels.api.openapi_reels import REELS, SHARING
from chalicelib.reels.api.openapi_templates import MATERIALS, TEMPLATES
from chalicelib.reels.ports import Dependencies
from shared import http
from shared.http import docs_file, path_param
from shared.openapi import Answer, Api, Route, Variable

_PAGE = "Pages and health"
_FILE = {404: ("asset_not_found",)}


def _page(operation: str, path: str, summary: str, media: str = "text/html") -> Route:
    what = Answer(description="The file.", media=media)
    wrong = _FILE if "{name}" in path else {}
    return Route(operation, "GET", path, summary, _PAGE, {200: what}, problems=wrong, auth=False)


PAGES = (
    _page("page", "/", "The organiser's page"),
    _page("asset", "/assets/{name}", "A file of the pages", "text/javascript"),
    _page("docs", "/docs", "This description as a page"),
    _page("docsAsset", "/docs/{name}", "A file of the description's page", "text/javascript"),
    _page("openapiJson", "/openapi.json", "This description", "application/json"),
    Route(
        "health",
        "GET",
        "/health",
        "Tell that the service answers",
        _PAGE,
        {200: models.Health},
        auth=False,
    ),
)

API = Api(
    title="reels",
    description="A vertical video for every runner, made of the photos that show their bib.\n\n"
    "JSON is camelCase. Every refusal is an `application/problem+json` with a stable `code`.",
    routes=(*REELS, *SHARING, *TEMPLATES, *MATERIALS, *PAGES),
    variables={
        "bib": Variable(
            "A bib number; leading zeros do not matter.",
            {"type": "string", "pattern": "^[0-9]{1,6}$"},
        ),
        "eventId": Variable("The event, as event-images knows it."),
        "materialId": Variable(
            "The music or the logo.", {"type": "string", "pattern": "^[0-9a-f]{20}$"}
        ),
        "name": Variable("The file's name."),
        "requestId": Variable("The request."),
        "templateId": Variable("The template."),
        "token": Variable("The link's token, which is the permission."),
    },
)


def openapi_json(request: Request, _: Dependencies) -> Response:
    """``GET /openapi.json`` -> the description."""
    return http.openapi_json(request, API)


def docs(request: Request, _: Dependencies) -> Response:
    """``GET /docs`` -> the description as a page."""
    return docs_file(request)


def docs_asset(request: Request, _: Dependencies) -> Response:
    """``GET /docs/{name}`` -> a file of that page. NotFound ``asset_not_found``."""
    return docs_file(request, path_param(request, "name"))
