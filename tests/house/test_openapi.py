"""Each route of a service is described exactly once, and nothing else is."""

import re
from typing import Any

import pytest
from house_rules import layout
from openapi_spec_validator import validate
from typer.testing import CliRunner

from medley import openapi
from medley.cli import app as medley
from shared.openapi import Answer, Api, document
from tests.service_app import load_app

SERVICES = [one for one in layout.services() if one.slug in openapi.services_with_descriptions()]
each_service = pytest.mark.parametrize("service", SERVICES, ids=str)


def routes_of(service: layout.Service, monkeypatch: pytest.MonkeyPatch) -> dict[Any, Any]:
    """(method, path) -> Chalice's entry, as in a stage that asks for keys."""
    monkeypatch.setenv("STAGE", "dev")
    openapi.load_api(service.slug)  # puts the service on the path
    module = load_app(service.slug, f"described_{service.package_name}")
    return {
        (method, path): entry
        for path, entries in module.app.routes.items()
        for method, entry in entries.items()
    }


def described(api: Api) -> dict[Any, Any]:
    return {(route.method, route.path): route for route in api.routes}


def camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


@each_service
def test_each_route_is_described_exactly_once_and_nothing_else_is(
    service: layout.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = openapi.load_api(service.slug)
    found, told = routes_of(service, monkeypatch), described(api)

    assert sorted(found) == sorted(told)
    assert len(told) == len(api.routes)
    for place, entry in found.items():
        assert told[place].operation == camel(entry.view_name), place
        assert told[place].auth == (entry.authorizer is not None), place


@each_service
def test_the_document_is_valid(service: layout.Service) -> None:
    validate(document(openapi.load_api(service.slug)))


@each_service
def test_what_is_committed_is_what_the_routes_say(service: layout.Service) -> None:
    assert openapi.is_current(service.slug), f"run `medley openapi render {service.slug}`"


@each_service
def test_what_takes_a_cursor_gives_one(service: layout.Service) -> None:
    for route in openapi.load_api(service.slug).routes:
        answers = [one.model if isinstance(one, Answer) else one for one in route.answers.values()]
        fields = {name for model in answers if model for name in model.model_fields}
        if route.paged:
            assert any(name.endswith("cursor") for name in fields), route.operation


@each_service
def test_codes_are_stable_words(service: layout.Service) -> None:
    api = openapi.load_api(service.slug)
    codes = {
        code for route in api.routes for codes in route.all_problems().values() for code in codes
    }
    assert [code for code in sorted(codes) if not re.fullmatch(r"[a-z]+(_[a-z]+)*", code)] == []


@each_service
def test_every_variable_that_is_described_is_used(service: layout.Service) -> None:
    api = openapi.load_api(service.slug)
    used = {name for route in api.routes for name in route.variables}
    assert sorted(set(api.variables) - used) == []


def test_the_command_checks_and_knows_its_services() -> None:
    runner = CliRunner()
    slug = SERVICES[0].slug
    good = runner.invoke(medley, ["openapi", "render", "--check", slug])
    assert (good.exit_code, good.output) == (0, f"services/{slug}/openapi.json is current\n")
    assert runner.invoke(medley, ["openapi", "render", "nothing"]).exit_code == 2


def test_a_stale_file_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openapi, "RENDERED", "requirements.txt")
    result = CliRunner().invoke(medley, ["openapi", "render", "--check", SERVICES[0].slug])
    assert result.exit_code == 1
    assert "is stale: run `medley openapi render" in result.output
