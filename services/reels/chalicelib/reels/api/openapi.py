"""The API's description: all routes in one table."""

from chalicelib.reels.api.openapi_reels import REELS, SHARING
from chalicelib.reels.api.openapi_templates import MATERIALS, TEMPLATES
from shared.openapi import Api, Variable, pages

API = Api(
    title="reels",
    description="A vertical video for every runner, made of the photos that show their bib.\n\n"
    "JSON is camelCase. Every refusal is an `application/problem+json` with a stable `code`.",
    routes=(
        *REELS,
        *SHARING,
        *TEMPLATES,
        *MATERIALS,
        *pages("The organiser's page", "A file of the pages"),
    ),
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
