"""The API's description: all routes in one table."""

from chalicelib.media_processing.api.openapi_images import ADMIN, IMAGES
from chalicelib.media_processing.api.openapi_listings import CALLBACKS, LISTINGS
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
