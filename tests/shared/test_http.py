"""HTTP on a real Chalice app, by its local gateway."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from chalice import Chalice, NotFoundError
from chalice.test import Client, HTTPResponse
from pydantic import Field

from shared import http
from shared.errors import NotFound, RetryableError, TooManyRequests
from shared.models import Model
from shared.observability import logger
from shared.settings import MissingSettings

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

        @app.route("/events", methods=["POST"], cors=cors)
        def create() -> Any:
            event = http.parse(app.current_request, NewEvent)
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
            limit, cursor = http.page_params(app.current_request, default=5, most=50)
            return {"limit": limit, "cursor": cursor}

        @app.route("/key", methods=["POST"], cors=cors)
        def key() -> Any:
            return {"key": http.idempotency_key(app.current_request)}

        @app.route("/of/{name}", cors=cors)
        def named(name: str) -> Any:
            return {"name": http.path_param(app.current_request, "name")}

        return app

    def failing(self, error: Exception, **headers: str) -> HTTPResponse:
        self.raises = error
        return self.client.http.get("/fail", headers=headers)

    def post(self, path: str, body: bytes, **headers: str) -> HTTPResponse:
        given = {"content-type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return self.client.http.post(path, body=body, headers=given)


@pytest.fixture
def app() -> Iterator[App]:
    logger.cache_clear()
    yield App()
    logger.cache_clear()


def check_problem(response: HTTPResponse, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["X-Request-Id"]
    found: dict[str, Any] = json.loads(response.body)
    assert (found["status"], found["code"]) == (status, code)
    return found


def test_a_model_goes_in_and_out(app: App) -> None:
    response = app.post("/events", '{"name": "Läufe", "photoCount": 3}'.encode())
    assert response.status_code == 201
    assert response.headers["Location"] == "/events/1"
    assert response.headers["Content-Type"] == "application/json"
    assert json.loads(response.body) == {"name": "Läufe", "photoCount": 3, "ratio": None}


def test_models_inside_an_answer_have_their_names_too(app: App) -> None:
    found = json.loads(app.client.http.get("/nested").body)
    assert found == {"items": [{"imageId": "é"}], "at": [{"imageId": "b"}]}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{'name': 1}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"name": "\xff"}',
        b'{"photoCount": 1e999999999999x}',
    ],
)
def test_a_body_that_is_not_json_is_told_so(app: App, body: bytes) -> None:
    check_problem(app.post("/events", body), 400, "invalid_json")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"", ["name"]),
        (b"{}", ["name"]),
        (b'{"name": ""}', ["name"]),
        (b'{"name": 5, "more": 1}', ["name", "more"]),
        (b'{"name": "a", "photoCount": "many"}', ["photoCount"]),
        (b'{"name": "a", "photoCount": NaN}', ["photoCount"]),
        (b'{"name": "a", "ratio": NaN}', ["ratio"]),
        (b'{"name": "a", "ratio": 1e999}', ["ratio"]),
        (b"[]", [""]),
        (b"null", [""]),
        (b'"text"', [""]),
    ],
)
def test_a_body_of_another_shape_has_its_fields_listed(
    app: App, body: bytes, fields: list[str]
) -> None:
    found = check_problem(app.post("/events", body), 400, "invalid_body")
    assert [error["field"] for error in found["errors"]] == fields
    assert all(error["code"] and error["message"] for error in found["errors"])


def test_what_was_sent_is_not_repeated_and_the_list_is_short(app: App) -> None:
    body = json.dumps({f"secret{i}": "hunter2" for i in range(100)}).encode()
    response = app.post("/events", body)
    found = check_problem(response, 400, "invalid_body")
    assert len(found["errors"]) == 20
    assert b"hunter2" not in response.body


def test_a_body_over_6_mb_is_too_large(app: App) -> None:
    check_problem(app.post("/events", b" " * 6_000_001), 413, "body_too_large")


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "application/jsonp", ""])
def test_another_content_type_is_unsupported(app: App, kind: str) -> None:
    response = app.post("/events", b'{"name": "a"}', content_type=kind)
    check_problem(response, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound("event_not_found", "No such event."), 404, "event_not_found"),
        (RetryableError("busy", "Busy."), 503, "busy"),
        (TooManyRequests("slow_down", "Slower.", retry_after=7), 429, "slow_down"),
        (NotFoundError("chalice's own"), 404, "not_found"),
        (KeyError("hunter2"), 500, "internal_error"),
        (ClientError({"Error": {"Code": "ValidationException"}}, "Get"), 500, "internal_error"),
    ],
)
def test_every_error_is_a_problem(app: App, error: Exception, status: int, code: str) -> None:
    response = app.failing(error, Origin=PAGE)
    found = check_problem(response, status, code)
    assert found["instance"] == "/fail"
    assert response.headers["Access-Control-Allow-Origin"] == PAGE
    assert "X-Request-Id" in response.headers["Access-Control-Expose-Headers"]
    assert b"hunter2" not in response.body


def test_who_should_try_again_is_told_when(app: App) -> None:
    assert app.failing(RetryableError("busy", "Busy.")).headers["Retry-After"] == "1"
    slow = TooManyRequests("slow_down", "Slower.", retry_after=7)
    assert app.failing(slow).headers["Retry-After"] == "7"
    assert "Retry-After" not in app.failing(NotFound("a", "b")).headers


def test_a_model_that_does_not_hold_inside_a_route_is_a_bad_request(app: App) -> None:
    with pytest.raises(ValueError, match="validation") as caught:
        NewEvent.model_validate({})
    found = check_problem(app.failing(caught.value), 400, "invalid_request")
    assert found["errors"][0]["field"] == "name"


def test_an_unexpected_error_is_logged_with_the_requests_id(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    response = app.failing(KeyError("hunter2"), **{"X-Request-Id": "abc-1"})
    assert response.headers["X-Request-Id"] == "abc-1"
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (line["correlation_id"], line["code"], line["route"]) == (
        "abc-1",
        "internal_error",
        "/fail",
    )
    assert "hunter2" in line["exception"]


def test_the_callers_own_errors_are_not_logged(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    app.failing(NotFound("a", "b"))
    app.post("/events", b"{")
    app.client.http.get("/nested")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("given", ["a b", "x" * 200, 'a"b', "é"])
def test_a_strange_request_id_is_not_taken(app: App, given: str) -> None:
    response = app.client.http.get("/nested", headers={"X-Request-Id": given})
    assert response.headers["X-Request-Id"] not in {given, ""}


def test_other_methods_and_headerless_routes_are_problems_too(app: App) -> None:
    found = check_problem(app.client.http.get("/key"), 405, "method_not_allowed")
    assert "GET" in found["detail"]
    response = app.client.http.get("/plain")
    check_problem(response, 404, "nothing_here")
    assert "Access-Control-Allow-Origin" not in response.headers


class TestStack:
    """Without its local AWS, stage local says so."""

    REFUSED = EndpointConnectionError(endpoint_url="http://127.0.0.1:4566")
    ABSENT = ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetItem")

    @pytest.mark.parametrize("error", [REFUSED, ABSENT])
    def test_a_stack_that_does_not_run_is_named(self, error: Exception) -> None:
        found = check_problem(App().failing(error), 503, "stack_not_running")
        assert "medley up" in found["detail"]

    def test_also_when_an_adapter_made_another_error_of_it(self) -> None:
        error = RetryableError("aws_unreachable", "No answer.")
        error.__cause__ = self.REFUSED
        check_problem(App().failing(error), 503, "stack_not_running")

    def test_elsewhere_it_is_an_error_like_others(self) -> None:
        check_problem(App(stage="prod").failing(self.REFUSED), 500, "internal_error")

    def test_absent_settings_are_listed(self, app: App) -> None:
        app.deps_raise = MissingSettings("test", ["SOME_TABLE"])
        response = app.client.http.get("/nested")
        assert "SOME_TABLE" in check_problem(response, 503, "missing_settings")["detail"]
        assert response.headers["Access-Control-Allow-Origin"] == "*"


class TestCors:
    """Pages of known origins may read every answer, errors too."""

    OTHER = "https://other.example"

    def test_one_origin_is_named_to_all(self) -> None:
        response = App(PAGE).client.http.get("/nested", headers={"Origin": self.OTHER})
        assert response.headers["Access-Control-Allow-Origin"] == PAGE

    def test_any_origin(self) -> None:
        response = App("*").failing(KeyError("x"), Origin=self.OTHER)
        assert response.headers["Access-Control-Allow-Origin"] == "*"

    @pytest.mark.parametrize("origin", [PAGE, OTHER])
    def test_of_several_origins_the_one_that_asks(self, origin: str) -> None:
        app = App(f"{PAGE}, {self.OTHER}/")
        for response in (
            app.client.http.get("/nested", headers={"Origin": origin}),
            app.failing(NotFound("a", "b"), Origin=origin),
        ):
            assert response.headers["Access-Control-Allow-Origin"] == origin
            assert response.headers["Vary"] == "Origin"

    @pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {}])
    def test_of_several_origins_no_other(self, headers: dict[str, str]) -> None:
        response = App(f"{PAGE},{self.OTHER}").client.http.get("/nested", headers=headers)
        assert "Access-Control-Allow-Origin" not in response.headers
        assert response.headers["Vary"] == "Origin"

    def test_the_preflight_allows_the_headers_of_the_house(self) -> None:
        config = http.cors(PAGE).get_access_control_headers()
        assert config["Access-Control-Allow-Origin"] == PAGE
        for header in ("Authorization", "Content-Type", "Idempotency-Key"):
            assert header in config["Access-Control-Allow-Headers"].split(",")
        several = http.cors(f"{PAGE},{self.OTHER}").get_access_control_headers()
        assert several["Access-Control-Allow-Origin"] == "*"


class TestRequests:
    """What a route reads of a request."""

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", {"limit": 5, "cursor": None}),
            ("?limit=1", {"limit": 1, "cursor": None}),
            ("?limit=50&cursor=abc", {"limit": 50, "cursor": "abc"}),
            ("?cursor=", {"limit": 5, "cursor": None}),
        ],
    )
    def test_limit_and_cursor(self, app: App, query: str, expected: dict[str, Any]) -> None:
        assert json.loads(app.client.http.get(f"/page{query}").body) == expected

    @pytest.mark.parametrize("limit", ["0", "51", "-1", "x", "1.5", "+5", "5_0", "٣", "9" * 5000])
    def test_a_limit_out_of_range(self, app: App, limit: str) -> None:
        response = app.client.http.get(f"/page?limit={quote(limit)}")
        assert "1 to 50" in check_problem(response, 400, "bad_limit")["detail"]

    def test_an_idempotency_key_is_optional(self, app: App) -> None:
        assert json.loads(app.post("/key", b"").body) == {"key": None}
        response = app.post("/key", b"", idempotency_key="a b-" + "c" * 251)
        assert json.loads(response.body)["key"].startswith("a b-c")

    @pytest.mark.parametrize("key", ["", " ", "x" * 256, "é", "a\tb"])
    def test_a_key_that_is_none(self, app: App, key: str) -> None:
        response = app.post("/key", b"", idempotency_key=key)
        check_problem(response, 400, "bad_idempotency_key")

    @pytest.mark.parametrize("name", ["a b", "a+b", "50%25", "é", "a/b", "写"])
    def test_a_path_is_decoded_once_in_the_local_gateway(self, app: App, name: str) -> None:
        response = app.client.http.get(f"/of/{quote(name, safe='')}")
        assert json.loads(response.body) == {"name": name}

    def test_a_path_is_left_alone_behind_api_gateway(self, app: App) -> None:
        event = {
            "requestContext": {
                "httpMethod": "GET",
                "resourcePath": "/of/{name}",
                "apiId": "abc",
                "requestId": "from-gateway",
            },
            "headers": {},
            "pathParameters": {"name": "50%25"},
            "stageVariables": {},
            "multiValueQueryStringParameters": None,
            "body": None,
        }
        answer = app.app(event, None)
        assert json.loads(answer["body"]) == {"name": "50%25"}
        assert answer["headers"]["X-Request-Id"] == "from-gateway"
