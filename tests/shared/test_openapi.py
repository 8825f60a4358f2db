"""An API's document is made of its table of routes and of its models."""

import datetime as dt
import json
from pathlib import Path
from typing import Any, Literal

import pytest
from chalice.app import Chalice
from chalice.test import Client
from openapi_spec_validator import validate
from pydantic import Field

from shared.errors import NotFound
from shared.http import caller, install, serve_pages
from shared.models import Model
from shared.openapi import Answer, Api, Query, Route, Variable, document, pages, render


class CreateThing(Model):
    """Body of ``POST /things``."""

    display_name: str = Field(min_length=1, max_length=20)
    kind: Literal["a", "b"] = "a"


class Thing(Model):
    """A thing.

    More about it.
    """

    thing_id: str
    title: str
    made_at: dt.datetime
    inside: "tuple[Thing, ...]" = ()


def route(operation: str = "createThing", path: str = "/things", **more: Any) -> Route:
    given: dict[str, Any] = {"method": "POST", "answers": {201: Thing}, "body": CreateThing}
    given |= {"summary": "Make a thing", "tag": "Things"} | more
    return Route(operation=operation, path=path, **given)


def api(*routes: Route) -> Api:
    variables = {"thingId": Variable("The thing.", {"type": "string", "pattern": "^[a-z]+$"})}
    return Api("things", "Things, ``well`` kept.", routes, variables)


def operation(one: Route) -> dict[str, Any]:
    made = document(api(one))
    validate(made)
    return dict(made["paths"][one.path][one.method.lower()])


def test_models_are_described_with_the_names_that_travel() -> None:
    made = document(api(route()))
    validate(made)
    schemas = made["components"]["schemas"]
    assert set(schemas["CreateThing"]["properties"]) == {"displayName", "kind"}
    assert schemas["CreateThing"]["description"] == "Body of `POST /things`."
    assert schemas["CreateThing"]["required"] == ["displayName"]
    thing = schemas["Thing"]["properties"]
    assert thing["title"] == {"type": "string"}  # a field of that name, and no title of a schema
    assert thing["inside"]["items"] == {"$ref": "#/components/schemas/Thing"}
    assert thing["madeAt"]["format"] == "date-time"


def test_what_a_body_implies_is_among_the_problems() -> None:
    found = operation(route(problems={400: ("bad_thing",), 409: ("thing_exists",)}))
    responses = found["responses"]
    assert list(responses) == ["201", "400", "409", "413", "415", "401", "403", "default"]
    bad = responses["400"]["content"]["application/problem+json"]["schema"]["allOf"]
    assert bad[0] == {"$ref": "#/components/schemas/Problem"}
    assert bad[1]["properties"]["code"]["enum"] == ["bad_thing", "invalid_json", "invalid_body"]
    assert responses["201"]["description"] == "A thing."


def test_pages_and_keys_bring_their_parameters() -> None:
    one = route(method="GET", body=None, paged=True, idempotent=True, answers={200: Thing})
    found = operation(one)
    assert [each["name"] for each in found["parameters"]] == ["limit", "cursor", "Idempotency-Key"]
    assert found["responses"]["400"]["description"] == (
        "`bad_limit`, `bad_cursor`, `bad_idempotency_key`"
    )
    assert "requestBody" not in found


def test_variables_and_queries_are_parameters() -> None:
    query = (Query("deep", "How deep.", {"type": "integer"}, required=True), Query("x", "An x."))
    found = operation(route(path="/things/{thingId}", query=query))
    assert [(p["name"], p["in"], p.get("required", False)) for p in found["parameters"]] == [
        ("thingId", "path", True),
        ("deep", "query", True),
        ("x", "query", False),
    ]


def test_public_routes_ask_for_no_key() -> None:
    assert operation(route())["security"] == [{"apiKey": []}]
    public = operation(route(auth=False))
    assert public["security"] == []
    assert "401" not in public["responses"]


def test_texts_and_answers_without_a_body_are_described() -> None:
    answers = {
        200: Answer(description="The page.", media="text/html"),
        204: Answer(description="Gone."),
        302: Answer(description="There.", headers={"Location": "Where."}),
    }
    responses = operation(route(answers=answers))["responses"]
    assert responses["200"]["content"] == {"text/html": {"schema": {"type": "string"}}}
    assert responses["204"] == {"description": "Gone."}
    assert responses["302"]["headers"]["Location"]["description"] == "Where."


def test_a_body_may_have_other_types_and_may_be_left_out() -> None:
    found = operation(route(body_media=("text/csv",), body_required=False))["requestBody"]
    assert found["required"] is False
    assert list(found["content"]) == ["application/json", "text/csv"]


@pytest.mark.parametrize(
    ("routes", "says"),
    [
        ((route(), route("other")), "described twice: the route"),
        ((route(), route(path="/others")), "described twice: the operation"),
        ((route(path="/things/{unknown}"),), "not described: the variables"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(routes: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        document(api(*routes))


def test_two_models_of_one_name_are_refused() -> None:
    other = type("Thing", (Model,), {"__module__": "elsewhere", "__annotations__": {"x": int}})
    with pytest.raises(ValueError, match="two models have one name"):
        document(api(route(), route("other", "/others", answers={200: other})))


def test_the_rendered_text_is_always_the_same() -> None:
    text = render(api(route()))
    assert text == render(api(route()))
    assert text.endswith("}\n")
    assert "servers" not in json.loads(text)


# --- served -----------------------------------------------------------------------------------


@pytest.fixture
def client(tmp_path: Path) -> Any:
    (tmp_path / "own.js").write_text("// a page's own")
    app = Chalice(app_name="things")

    class Settings:
        service, stage, cors_origins = "things", "dev", "*"

    class Deps:
        settings = Settings()

    install(app, deps=Deps())
    serve_pages(app, caller(app, Deps), files=tmp_path, api=api(route()))
    with Client(app) as client:
        yield client


def test_the_document_names_the_place_that_serves_it(client: Any) -> None:
    answer = client.http.get("/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    validate(answer.json_body)
    assert answer.json_body["servers"] == [{"url": "/"}]
    again = client.http.get("/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.body) == (304, b"")


def test_the_page_and_its_files_are_served_and_nothing_else(client: Any) -> None:
    assert b"docs/docs.js" in client.http.get("/docs").body
    for name in ("docs.js", "docs.css", "schema.js"):
        assert client.http.get(f"/docs/{name}").status_code == 200, name
    for name in ("..%2Fdocument.py", "document.py", "nothing.js"):
        answer = client.http.get(f"/docs/{name}")
        assert (answer.status_code, answer.json_body["code"]) == (404, "asset_not_found")
    assert NotFound.status == 404


def test_a_pages_own_files_and_the_shared_parts_are_served(client: Any) -> None:
    assert client.http.get("/assets/own.js").body == b"// a page's own"
    assert client.http.get("/assets/base.css").headers["Content-Type"].startswith("text/css")
    assert client.http.get("/assets/nothing.js").json_body["code"] == "asset_not_found"


def test_the_sign_of_life_says_what_lives_and_is_kept_by_nobody(client: Any) -> None:
    answer = client.http.get("/health")
    assert answer.json_body == {"service": "things", "stage": "dev", "status": "ok"}
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_served_is_what_every_service_describes() -> None:
    app = Chalice(app_name="things")
    serve_pages(app, caller(app, lambda: None), files=Path(), api=api())  # type: ignore[type-var]

    assert {*app.routes, "/"} == {each.path for each in pages("The page", "A file")}
