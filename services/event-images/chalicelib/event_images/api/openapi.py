"""The API's description: all routes in one table."""

from chalicelib.event_images.api.openapi_events import EVENTS, PHOTOS, REVIEW
from chalicelib.event_images.api.openapi_people import EXPORTS, LINKS, RUNNERS, RUNNERS_GALLERY
from shared.openapi import Api, Variable, pages

_HEX = {"type": "string", "pattern": "^[0-9a-f]{20}$"}

API = Api(
    title="event-images",
    description="Race photos in, bib numbers read, and each runner's photos found by number.\n\n"
    "JSON is camelCase. Every refusal is an `application/problem+json` with a stable `code`.",
    routes=(
        *EVENTS,
        *PHOTOS,
        *REVIEW,
        *RUNNERS,
        *EXPORTS,
        *LINKS,
        *RUNNERS_GALLERY,
        *pages("The organiser's page", "A file of the pages"),
    ),
    variables={
        "bib": Variable(
            "A bib number; leading zeros do not matter.",
            {"type": "string", "pattern": "^[0-9]{1,6}$"},
        ),
        "eventId": Variable("The event."),
        "exportId": Variable("The export.", _HEX),
        "imageId": Variable("The photo; it follows from where the photo lies.", _HEX),
        "name": Variable("The file's name."),
        "reportId": Variable("The report.", _HEX),
        "requestId": Variable("The request."),
        "token": Variable("The gallery link's token, which is the permission."),
    },
)
