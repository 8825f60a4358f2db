"""Every error of every route is a problem, by Chalice's local gateway."""

import json

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from chalice.app import NotFoundError

from shared import http
from shared.errors import NotFound, RetryableError, TooManyRequests
from shared.http import middleware
from shared.observability import logger
from shared.settings import MissingSettings
from tests.shared.http_app import PAGE, App, NewEvent, check_problem


@pytest.fixture
def app() -> App:
    return App()


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


def test_two_guards_around_one_view_are_one(app: App) -> None:
    # What two first requests at once may leave behind.
    entry = app.app.routes["/fail"]["GET"]
    entry.view_function = middleware._Guarded(middleware._Guarded(entry.view_function))
    check_problem(app.failing(NotFound("event_not_found", "No.")), 404, "event_not_found")


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


def test_in_a_lambda_each_answer_is_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "f")
    logger.cache_clear()
    try:
        App().client.http.get("/nested", headers={"X-Request-Id": "abc-2"})
    finally:
        logger.cache_clear()
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/nested", 200)
    assert line["correlation_id"] == "abc-2"


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
