"""From the table of routes to an OpenAPI 3.1 document."""

import json
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.models import Model
from shared.openapi.routes import Answer, Api, Route

type Json = dict[str, Any]
type Mode = Literal["validation", "serialization"]

REFERENCE = "#/components/schemas/{model}"
PROBLEM = "application/problem+json"
_REFUSED = {
    "401": "There is no API key.",
    "403": "The API key is not known, or may not do this.",
}


class FieldError(Model):
    """What is wrong with one field of the request."""

    field: str
    code: str
    message: str


class Problem(Model):
    """What every refusal looks like (RFC 9457). `code` is stable; `detail` is for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str | None = None
    errors: list[FieldError] | None = None


def document(api: Api, server: str | None = None) -> Json:
    """The OpenAPI document of an API.

    Args:
        api: What to describe.
        server: Where it is; without it, at the root of whatever host serves the document.

    Raises:
        ValueError: two routes are the same, an operation's name comes twice, a variable is not
            described, or two models have one name.
    """
    _check(api)
    schemas = _Schemas(api)
    paths: dict[str, Json] = {}
    for route in api.routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(api, route, schemas)
    made: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": api.title,
            "description": _plain(api.description),
            "version": api.version,
        },
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in api.routes)],
        "paths": paths,
        "components": {
            "schemas": schemas.definitions,
            "responses": _common(schemas),
            "securitySchemes": {
                "apiKey": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "An API key of the stage. Stage `local` is open.",
                }
            },
        },
    }
    if server is not None:
        made["servers"] = [{"url": server}]
    return made


def render(api: Api) -> str:
    """The document as the text that is committed."""
    return json.dumps(document(api), indent=2, ensure_ascii=False) + "\n"


class _Schemas:
    """The models of an API, as references and as what they refer to."""

    def __init__(self, api: Api) -> None:
        wanted: dict[tuple[type[BaseModel], Mode], None] = {(Problem, "serialization"): None}
        for route in api.routes:
            if route.body is not None:
                wanted.setdefault((route.body, "validation"))
            for given in route.answers.values():
                model = _answer(given).model
                if model is not None:
                    wanted.setdefault((model, "serialization"))
        self._references, definitions = models_json_schema(
            list(wanted), by_alias=True, ref_template=REFERENCE
        )
        self.definitions: Json = _tidy(definitions.get("$defs", {}))
        # Pydantic spells a name out in full when another model has it too.
        twice = [name for name in self.definitions if "__" in name]
        if twice:
            raise ValueError(f"two models have one name: {', '.join(sorted(twice))}")

    def of(self, model: type[BaseModel], mode: Mode) -> Json:
        """The reference to a model."""
        return dict(self._references[model, mode])


def _operation(api: Api, route: Route, schemas: _Schemas) -> Json:
    made: Json = {"operationId": route.operation, "summary": route.summary, "tags": [route.tag]}
    if route.description:
        made["description"] = _plain(route.description)
    if parameters := _parameters(api, route):
        made["parameters"] = parameters
    if route.body is not None:
        content: Json = {"application/json": {"schema": schemas.of(route.body, "validation")}}
        content |= {media: {"schema": {"type": "string"}} for media in route.body_media}
        made["requestBody"] = {"required": route.body_required, "content": content}
    made["responses"] = _responses(route, schemas)
    made["security"] = [{"apiKey": []}] if route.auth else []
    return made


def _parameters(api: Api, route: Route) -> list[Json]:
    found: list[Json] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": api.variables[name].description,
            "schema": dict(api.variables[name].schema),
        }
        for name in route.variables
    ]
    found += [
        {
            "name": query.name,
            "in": "query",
            "description": query.description,
            "schema": dict(query.schema),
            **({"required": True} if query.required else {}),
        }
        for query in route.query
    ]
    if route.paged:
        limit = {"type": "integer", "minimum": 1, "maximum": 200}
        found += [
            _query("limit", "The most that a page holds.", limit),
            _query("cursor", "Where the page before ended; opaque.", {"type": "string"}),
        ]
    if route.idempotent:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "A repeat with the same key is the same request.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            }
        )
    return found


def _query(name: str, description: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _responses(route: Route, schemas: _Schemas) -> Json:
    found: Json = {}
    for status, given in sorted(route.answers.items()):
        one = _answer(given)
        response: Json = {"description": _described(one)}
        if one.headers:
            response["headers"] = {
                name: {"description": text, "schema": {"type": "string"}}
                for name, text in one.headers.items()
            }
        if one.model is not None:
            schema = schemas.of(one.model, "serialization")
            response["content"] = {one.media or "application/json": {"schema": schema}}
        elif one.media is not None:
            response["content"] = {one.media: {"schema": {"type": "string"}}}
        found[str(status)] = response
    problem = schemas.of(Problem, "serialization")
    for status, codes in route.all_problems().items():
        schema = {"allOf": [problem, {"properties": {"code": {"enum": codes}}}]}
        text = ", ".join(f"`{code}`" for code in codes)
        found[str(status)] = {"description": text, "content": {PROBLEM: {"schema": schema}}}
    if route.auth:
        for refused in _REFUSED:
            found.setdefault(refused, {"$ref": f"#/components/responses/{refused}"})
    found["default"] = {"$ref": "#/components/responses/default"}
    return found


def _common(schemas: _Schemas) -> Json:
    problem = schemas.of(Problem, "serialization")
    # The gateway's own, before any code runs: plain JSON with a message.
    found: Json = {status: {"description": text} for status, text in _REFUSED.items()}
    content = {PROBLEM: {"schema": problem}}
    return {**found, "default": {"description": "Any other error.", "content": content}}


def _answer(given: Answer | type[BaseModel]) -> Answer:
    return given if isinstance(given, Answer) else Answer(given)


def _described(given: Answer) -> str:
    if given.description:
        return _plain(given.description)
    text = (given.model.__doc__ or "").strip() if given.model else ""
    # The first sentence; the schema has all of it.
    return _plain(" ".join(text.split("\n\n")[0].split())) or "Done."


def _check(api: Api) -> None:
    routes = [(route.method, route.path) for route in api.routes]
    names = [route.operation for route in api.routes]
    for kind, given in (("route", routes), ("operation", names)):
        twice = _twice(given)
        if twice:
            raise ValueError(f"described twice: the {kind} {twice}")
    unknown = {name for route in api.routes for name in route.variables} - set(api.variables)
    if unknown:
        raise ValueError(f"not described: the variables {sorted(unknown)}")


def _twice(given: Iterable[Any]) -> Any:
    seen: set[Any] = set()
    for one in given:
        if one in seen:
            return one
        seen.add(one)
    return None


def _tidy(node: Any) -> Any:
    """A schema without the titles that only repeat names, and with texts as Markdown."""
    if isinstance(node, dict):
        return {
            name: _plain(value)
            if name == "description" and isinstance(value, str)
            else _tidy(value)
            for name, value in node.items()
            if not (name == "title" and isinstance(value, str))
        }
    return [_tidy(one) for one in node] if isinstance(node, list) else node


def _plain(text: str) -> str:
    return text.replace("``", "`")
