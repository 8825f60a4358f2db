"""The API's description: all routes in one table, as a document and as a page."""

from chalice.app import Request, Response

from chalicelib.media_processing.api.openapi_images import ADMIN, IMAGES
from chalicelib.media_processing.api.openapi_listings import CALLBACKS, LISTINGS
from chalicelib.media_processing.ports import Dependencies
from shared import http
from shared.http import docs_file, path_param
from shared.openapi import Api, Variable, pages

_ID = {"type": "string", "pattern": "^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$"}

API = Api(
    title="media-processing",
    description="A listing's photos and videos: checked, in every size, as one zip. And pictures "
    "in, with what is in them found.\n\n"
    "JSON is camelCase. Every refusal is an `application/problem+json` with a stable `code`.",
    routes=(*LISTINGS, *CALLBACKS, *IMAGES, *ADMIN, *pages("The page", "A file of the page")),
    variables={
        "batchId": Variable("The batch.", _ID),
        "deliveryId": Variable("The callback; its `webhook-id` too."),
        "jobId": Variable("The job.", _ID),
        "listingId": Variable("The listing, by the id that you know it by.", _ID),
        "name": Variable("The file's name."),
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
