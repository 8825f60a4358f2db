"""The routes that every service has: its page, its description, and the sign of life."""

from pydantic import BaseModel

from shared.models import Health
from shared.openapi.routes import Answer, Route

_PAGE = Answer(description="The page.", media="text/html")
_FILE = Answer(description="The file.", media="text/javascript")
_DOCUMENT = Answer(description="An OpenAPI 3.1 document.", media="application/json")


def pages(page: str, asset: str) -> tuple[Route, ...]:
    """The routes; `page` and `asset` are the summaries of the service's own page and its files."""
    return (
        _open("page", "/", page, _PAGE),
        _open("asset", "/assets/{name}", asset, _FILE),
        _open("docs", "/docs", "This description as a page", _PAGE),
        _open("docsAsset", "/docs/{name}", "A file of the description's page", _FILE),
        _open("openapiJson", "/openapi.json", "This description", _DOCUMENT),
        _open("health", "/health", "Tell that the service answers", Health),
    )


def _open(operation: str, path: str, summary: str, what: Answer | type[BaseModel]) -> Route:
    """A route that asks for no key."""
    problems = {404: ("asset_not_found",)} if "{name}" in path else {}
    tag = "Pages and health"
    return Route(operation, "GET", path, summary, tag, {200: what}, problems=problems, auth=False)
