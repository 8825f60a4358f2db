"""What every service's `app.py` has: a call of a route, and the routes about the service itself."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

from chalice.app import Chalice, Request, Response

from shared.http.answers import answer
from shared.http.middleware import HttpDeps
from shared.http.openapi import docs_file
from shared.http.openapi import openapi_json as description
from shared.http.pages import page_file
from shared.http.requests import path_param
from shared.models import Health
from shared.openapi import Api

type Call[Deps] = Callable[[Callable[[Request, Deps], Response]], Response]


def caller[Deps](app: Chalice, deps: Callable[[], Deps]) -> Call[Deps]:
    """What calls a function of `api` with the request at hand and the service's dependencies."""

    def call(route: Callable[[Request, Deps], Response]) -> Response:
        return route(cast(Request, app.current_request), deps())

    return call


def serve_pages[Deps: HttpDeps](app: Chalice, call: Call[Deps], *, files: Path, api: Api) -> None:
    """Adds the routes of `shared.openapi.pages`, but for `/`, which is the service's own.

    All of them are public in every stage. The app's CORS is to be set before.

    Args:
        app: The service's app.
        call: What `caller` made.
        files: The folder with the files of the service's pages.
        api: The table of all its routes.
    """

    @app.route("/assets/{name}", methods=["GET"])
    def asset(name: str) -> Response:  # noqa: ARG001
        return call(lambda request, _: page_file(request, files, path_param(request, "name")))

    @app.route("/openapi.json", methods=["GET"])
    def openapi_json() -> Response:
        return call(lambda request, _: description(request, api))

    @app.route("/docs", methods=["GET"])
    def docs() -> Response:
        return call(lambda request, _: docs_file(request))

    @app.route("/docs/{name}", methods=["GET"])
    def docs_asset(name: str) -> Response:  # noqa: ARG001
        return call(lambda request, _: docs_file(request, path_param(request, "name")))

    @app.route("/health", methods=["GET"])
    def health() -> Response:
        return call(_health)


def _health(_: Request, deps: HttpDeps) -> Response:
    body = Health(service=deps.settings.service, stage=deps.settings.stage)
    return answer(body, headers={"Cache-Control": "no-store"})
