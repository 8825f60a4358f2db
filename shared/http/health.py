"""The sign of life, which every service gives in the same words."""

from chalice.app import Response

from shared.http.answers import answer
from shared.http.middleware import HttpSettings
from shared.models import Health


def health(settings: HttpSettings) -> Response:
    """`GET /health` -> Health, which nobody keeps."""
    body = Health(service=settings.service, stage=settings.stage)
    return answer(body, headers={"Cache-Control": "no-store"})
