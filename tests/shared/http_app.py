"""A Chalice app with routes that take, give, and fail in every way."""

import json
from types import SimpleNamespace
from typing import Any

from chalice.app import Chalice, Request
from chalice.test import Client, HTTPResponse
from pydantic import Field

from shared import http
from shared.errors import NotFound
from shared.models import Model

PAGE = "https://page.example"


class NewEvent(Model):
    name: str = Field(min_length=1, max_length=20)
    photo_count: int = 0
    ratio: float | None = None


class Inner(Model):
    image_id: str


class App:
    """An app with routes that fail in every way."""

    def __init__(self, origins: str = PAGE, stage: str = "local") -> None:
        self.settings = SimpleNamespace(service="test", stage=stage, cors_origins=origins)
        self.raises: Exception | None = None
        self.deps_raise: Exception | None = None
        self.app = self._make(origins)
        self.client = Client(self.app)

    def deps(self) -> Any:
        if self.deps_raise is not None:
            raise self.deps_raise
        return self

    def _make(self, origins: str) -> Chalice:
        app = Chalice(app_name="test")
        cors = http.cors(origins)

        def asked() -> Request:
            assert app.current_request is not None
            return app.current_request

        @app.route("/events", methods=["POST"], cors=cors)
        def create() -> Any:
            event = http.parse(asked(), NewEvent)
            return http.answer(event, 201, {"Location": "/events/1"})

        # After a route and before others: the order does not matter.
        http.install(app, deps=self.deps)

        @app.route("/fail", cors=cors)
        def fail() -> Any:
            assert self.raises is not None
            raise self.raises

        @app.route("/plain")
        def plain() -> Any:
            raise NotFound("nothing_here", "Nothing.")

        @app.route("/nested", cors=cors)
        def nested() -> Any:
            return http.answer({"items": [Inner(image_id="é")], "at": [Inner(image_id="b")]})

        @app.route("/page", cors=cors)
        def page() -> Any:
            limit, cursor = http.page_params(asked(), default=5, most=50)
            return {"limit": limit, "cursor": cursor}

        @app.route("/key", methods=["POST"], cors=cors)
        def key() -> Any:
            return {"key": http.idempotency_key(asked())}

        @app.route("/of/{name}", cors=cors)
        def named(name: str) -> Any:
            return {"name": http.path_param(asked(), "name")}

        return app

    def failing(self, error: Exception, **headers: str) -> HTTPResponse:
        self.raises = error
        return self.client.http.get("/fail", headers=headers)

    def post(self, path: str, body: bytes, **headers: str) -> HTTPResponse:
        given = {"content-type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return self.client.http.post(path, body=body, headers=given)


def check_problem(response: HTTPResponse, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["X-Request-Id"]
    found: dict[str, Any] = json.loads(response.body)
    assert (found["status"], found["code"]) == (status, code)
    return found
