"""resources.yaml, the Chalice templates, requirements.txt and the README name the same things."""

import importlib
import json
import re
import tomllib
from typing import Any

import pytest
from house_rules import layout, resources, wiring

from shared.settings import AwsSettings
from tests.service_app import load_app

HEAVY = {"boto3", "numpy", "pillow", "onnxruntime", "rapidocr", "pytesseract", "stepfunctions"}
each_service = pytest.mark.parametrize("service", layout.services(), ids=str)


def placeholders(document: Any) -> set[str]:
    return set(re.findall(r"\$\{(\w+)\}", json.dumps(document)))


def policy_of(service: layout.Service) -> dict[str, Any]:
    return dict(json.loads((service.path / ".chalice" / "policy.json.in").read_text("utf-8")))


def handlers(service: layout.Service) -> set[str]:
    app = load_app(service.slug).app
    return {one.name for one in (*app.pure_lambda_functions, *app.event_sources)}


def settings_of(service: layout.Service) -> type[AwsSettings]:
    room = importlib.import_module(f"chalicelib.{service.package_name}.bootstrap")
    found: type[AwsSettings] = room.Settings
    return found


@each_service
def test_every_output_is_used(service: layout.Service) -> None:
    used = placeholders(service.config) | placeholders(policy_of(service))
    assert sorted(set(service.resources["Outputs"]) - used) == []


@each_service
def test_functions_are_configured_by_the_names_that_they_have(service: layout.Service) -> None:
    routes = {"api_handler", "authorize"}
    assert set(service.config["lambda_functions"]) == handlers(service) | routes


@each_service
def test_the_stack_knows_exactly_the_functions_of_the_machine(service: layout.Service) -> None:
    text = (service.path / "resources.yaml").read_text("utf-8")
    named = set(re.findall(r"\$\{Stage\}-(\w+_handler)", text))
    assert named == set(wiring.lambda_names(service.path / "app.py").values())
    (policy,) = service.resources["Resources"]["StateMachineRole"]["Properties"]["Policies"]
    (steps,) = [one for one in policy["PolicyDocument"]["Statement"] if one["Sid"] == "Steps"]
    assert len(steps["Resource"]) == len(named)


@each_service
def test_variables_are_those_that_settings_and_decorators_read(service: layout.Service) -> None:
    model = settings_of(service).model_fields
    bootstrap = importlib.import_module(f"chalicelib.{service.package_name}.bootstrap")
    queues = {f"{name.upper()}_NAME" for name in vars(bootstrap) if name.endswith("_queue")}
    required = {name.upper() for name, field in model.items() if field.is_required()}
    for stage in service.config["stages"].values():
        names = set(stage["environment_variables"])
        assert sorted(names - {name.upper() for name in model} - queues) == []
        assert sorted(required - names) == []


@each_service
def test_only_pages_that_the_stack_names_may_upload_or_read(service: layout.Service) -> None:
    incoming = resources.referred(service.resources["Outputs"]["IncomingBucket"]["Value"])
    for name, bucket in resources.of_type(service.resources, "S3::Bucket").items():
        for rule in resources.properties(bucket).get("CorsConfiguration", {}).get("CorsRules", []):
            assert rule["AllowedOrigins"] == {"Ref": "CorsOrigins"}
            allowed = {"POST", "PUT"} if name == incoming else {"GET", "HEAD"}
            assert set(rule["AllowedMethods"]) <= allowed, name


@each_service
def test_tables_forget_by_expires_at_and_are_protected_in_prod(service: layout.Service) -> None:
    tables = resources.of_type(service.resources, "DynamoDB::Table")
    assert tables
    for table in map(resources.properties, tables.values()):
        assert table["DeletionProtectionEnabled"] == {"Fn::If": ["IsProd", True, False]}
        assert table["TimeToLiveSpecification"]["AttributeName"] == "expiresAt"


@pytest.mark.parametrize(
    ("service", "step", "queue"),
    [
        ("event-images", "process_upload", "UploadsQueue"),
        ("media-processing", "process_image", "ImagesQueue"),
        ("reels", "process_upload", "UploadsQueue"),
    ],
)
def test_the_last_delivery_is_the_one_that_gives_up(service: str, step: str, queue: str) -> None:
    package = service.replace("-", "_")
    attempts = importlib.import_module(f"chalicelib.{package}.steps.{step}").ATTEMPTS
    (found,) = [one for one in layout.services() if one.slug == service]
    properties = found.resources["Resources"][queue]["Properties"]
    assert properties["RedrivePolicy"]["maxReceiveCount"] == attempts + 1


@each_service
def test_requirements_are_the_locks_and_light(service: layout.Service) -> None:
    lock = tomllib.loads((layout.ROOT / "uv.lock").read_text("utf-8"))
    locked = {package["name"]: package["version"] for package in lock["package"]}
    lines = (service.path / "requirements.txt").read_text("utf-8").splitlines()
    pins = dict(line.split(" ;")[0].split("==") for line in lines if line and line[0] not in "# ")
    assert pins == {name: locked[name] for name in pins}
    assert not HEAVY & set(pins)


@each_service
def test_the_readme_names_each_function(service: layout.Service) -> None:
    readme = (service.path / "README.md").read_text("utf-8")
    assert sorted(name for name in handlers(service) if f"`{name}`" not in readme) == []
