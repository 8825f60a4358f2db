"""What a route reads of a request, and how it answers."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.shared.http_app import App, check_problem


@pytest.fixture
def app() -> App:
    return App()


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
