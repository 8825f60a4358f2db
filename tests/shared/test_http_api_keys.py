"""API keys: hashed, rotated, scoped."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from chalice.app import Chalice
from chalice.test import Client

from shared import http
from shared.errors import Forbidden, Unauthorized, Unavailable
from shared.http import SCOPES, ApiKeys, IssuedKey, issue, keys_document
from shared.secrets import MemorySecrets

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def reader() -> IssuedKey:
    return issue("prod", ["read"], NOW)


@pytest.fixture(scope="module")
def writer() -> IssuedKey:
    return issue("prod", ["write"], NOW)


@pytest.fixture
def secrets(reader: IssuedKey, writer: IssuedKey) -> MemorySecrets:
    return MemorySecrets(secrets={"keys": keys_document([reader.stored, writer.stored])})


@pytest.fixture
def keys(secrets: MemorySecrets) -> ApiKeys:
    return ApiKeys(secrets, "keys", "prod")


def test_a_key_is_long_told_apart_by_its_stage_and_never_stored(writer: IssuedKey) -> None:
    head, stage, key_id, secret = writer.token.split("_")
    assert (head, stage, key_id) == ("mk", "prod", writer.stored.id)
    assert len(secret) == 64
    document = keys_document([writer.stored])
    assert secret not in document
    assert json.loads(document)["keys"][0].keys() == {"id", "sha256", "scopes", "createdAt"}


def test_several_keys_live_at_once(keys: ApiKeys, reader: IssuedKey, writer: IssuedKey) -> None:
    assert keys.authorize(reader.token).id == reader.stored.id
    assert keys.authorize(f"Bearer {writer.token}").scopes == ("write",)
    assert keys.authorize(f"  bearer   {writer.token} ").id == writer.stored.id


def test_a_key_that_was_taken_out_is_not_known(
    keys: ApiKeys, secrets: MemorySecrets, reader: IssuedKey, writer: IssuedKey
) -> None:
    secrets.secrets["keys"] = keys_document([writer.stored])
    with pytest.raises(Unauthorized, match="unknown_api_key"):
        keys.authorize(reader.token)


@pytest.mark.parametrize("change", ["", "Bearer", "Bearer ", "mk_prod_x_y", "é", "x" * 100_000])
def test_rubbish_is_not_a_key(keys: ApiKeys, change: str) -> None:
    with pytest.raises(Unauthorized):
        keys.authorize(change)


def test_a_key_that_differs_by_a_letter_is_not_known(keys: ApiKeys, writer: IssuedKey) -> None:
    last = "0" if writer.token[-1] != "0" else "1"
    for token in (writer.token[:-1] + last, writer.token + "0", writer.token.upper()):
        with pytest.raises(Unauthorized):
            keys.authorize(token)


def test_a_key_of_another_stage_is_not_known(secrets: MemorySecrets, writer: IssuedKey) -> None:
    with pytest.raises(Unauthorized):
        ApiKeys(secrets, "keys", "dev").authorize(writer.token)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"keys": [{"id": "a"}]}', "\ud800"])
def test_a_broken_secret_is_the_operators_to_mend(writer: IssuedKey, text: str) -> None:
    keys = ApiKeys(MemorySecrets(secrets={"keys": text}), "keys", "prod")
    with pytest.raises(Unavailable, match="api_keys_unreadable"):
        keys.authorize(writer.token)
    with pytest.raises(Unavailable, match="api_keys_unreadable"):
        ApiKeys(MemorySecrets(), "keys", "prod").authorize(writer.token)


def test_the_local_stage_is_open() -> None:
    principal = ApiKeys(MemorySecrets(), "keys", "local").authorize("")
    assert principal.scopes == SCOPES


@pytest.mark.parametrize(("scopes", "may"), [(["read"], 1), (["write"], 2), (["admin"], 3)])
def test_each_scope_includes_those_before_it(scopes: list[str], may: int) -> None:
    principal = http.Principal(id="a", scopes=tuple(scopes))
    assert [principal.may(scope) for scope in SCOPES] == [i < may for i in range(3)]


@pytest.mark.parametrize(("stage", "scopes"), [("prod", []), ("prod", ["all"]), ("a_b", ["read"])])
def test_a_key_needs_a_stage_and_scopes(stage: str, scopes: list[str]) -> None:
    with pytest.raises(ValueError, match=r"scopes|stage"):
        issue(stage, scopes, NOW)


def make_app(keys: ApiKeys, stage: str) -> Client:
    app = Chalice(app_name="test")
    authorize = http.authorizer(app, lambda: keys, stage=stage, service="test")
    deps = SimpleNamespace(settings=SimpleNamespace(service="test", stage=stage, cors_origins="*"))
    http.install(app, deps=deps)

    @app.route("/events", methods=["GET", "POST"], authorizer=authorize)
    def events() -> Any:
        return {}

    @app.route("/keys", methods=["DELETE"], authorizer=authorize)
    def keys_route() -> Any:
        assert app.current_request
        http.require(app.current_request, "admin", stage)
        return {}

    return Client(app)


def status(client: Client, method: str, path: str, token: str | None) -> int:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    headers["content-type"] = "application/json"
    try:
        response = client.http.request(method, path, headers=headers)
    except Exception as exc:  # the local gateway's own refusal
        return int(getattr(exc, "CODE", 0))
    return int(response.status_code)


def test_a_reader_reads_and_a_writer_writes(
    keys: ApiKeys, reader: IssuedKey, writer: IssuedKey
) -> None:
    client = make_app(keys, "prod")
    assert status(client, "GET", "/events", reader.token) == 200
    assert status(client, "POST", "/events", reader.token) == 403
    assert status(client, "GET", "/events", writer.token) == 200
    assert status(client, "POST", "/events", writer.token) == 200
    assert status(client, "GET", "/events", "mk_prod_wrong_key") == 403
    assert status(client, "GET", "/events", None) == 401


def test_what_needs_an_admin_says_so(keys: ApiKeys, writer: IssuedKey) -> None:
    assert status(make_app(keys, "prod"), "DELETE", "/keys", writer.token) == 403


def test_routes_are_open_in_the_local_stage(keys: ApiKeys) -> None:
    client = make_app(keys, "local")
    assert status(client, "POST", "/events", None) == 200
    assert status(client, "DELETE", "/keys", None) == 200


def test_chalice_finds_the_authorizer_by_its_name_in_the_app(keys: ApiKeys) -> None:
    app = Chalice(app_name="test")
    http.authorizer(app, lambda: keys, stage="prod", service="test")
    (config,) = app.builtin_auth_handlers
    assert (config.name, config.handler_string) == ("authorize", "app.authorize")


def test_the_missing_scope_is_named() -> None:
    request: Any = SimpleNamespace(context={"authorizer": {"scopes": "read write"}})
    http.require(request, "write", "prod")
    with pytest.raises(Forbidden, match="admin"):
        http.require(request, "admin", "prod")
    with pytest.raises(Forbidden):
        http.require(SimpleNamespace(context={}), "read", "prod")  # type: ignore[arg-type]
