"""The one template for a pipeline: it holds together, and names what the state machine calls."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from medley.deploy.aws.artefacts import TEMPLATE as ARTEFACTS
from medley.deploy.aws.extras import FunctionExtras
from medley.deploy.aws.one_template import complete, write_template
from medley.deploy.services import Service, find_services
from medley.layers.archive import Archive
from medley.paths import SERVICES

STAGE = "dev"
SERVICES_THERE = find_services(SERVICES)


def archive(folder: Path, name: str) -> Archive:
    path = folder / f"{name}.zip"
    path.write_bytes(name.encode())
    return Archive(path, f"digest-of-{name}", 1, 1)


@pytest.fixture(scope="module", params=SERVICES_THERE, ids=lambda service: service.slug)
def written(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Service, Path]:
    folder = tmp_path_factory.mktemp("package")
    path = write_template(
        request.param,
        STAGE,
        folder / "out",
        archive(folder, "function"),
        build=lambda layer: archive(folder, layer.name),
    )
    return request.param, path


@pytest.fixture
def template(written: tuple[Service, Path]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written[1].read_text())
    return found


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def test_cfn_lint_finds_nothing(written: tuple[Service, Path]) -> None:
    linter = str(Path(sys.executable).with_name("cfn-lint"))
    command = [linter, str(written[1]), str(ARTEFACTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout


def test_nothing_of_an_account_and_no_mark_is_in_it(template: dict[str, Any]) -> None:
    text = json.dumps(template)
    assert "%{" not in text
    assert not re.search(r"\b\d{12}\b", text)


def test_functions_have_the_names_that_everything_else_calls_them_by(
    written: tuple[Service, Path], template: dict[str, Any]
) -> None:
    service, _ = written
    names = {one["FunctionName"] for one in of_type(template, "AWS::Serverless::Function").values()}
    assert service.function_name(STAGE, "").rstrip("-") in names
    called = set(
        re.findall(r"function:([\w-]+?)-\$\{Stage\}-(\w+)", json.dumps(template["Resources"]))
    )
    assert called
    assert {f"{app}-{STAGE}-{handler}" for app, handler in called} <= names
    groups = {str(one["LogGroupName"]) for one in of_type(template, "AWS::Logs::LogGroup").values()}
    assert {f"/aws/lambda/{name}" for name in names} <= groups


def test_the_stage_is_no_choice_any_more(template: dict[str, Any]) -> None:
    assert template["Parameters"]["Stage"]["AllowedValues"] == [STAGE]


def test_what_it_points_to_lies_beside_it(
    written: tuple[Service, Path], template: dict[str, Any]
) -> None:
    functions = of_type(template, "AWS::Serverless::Function").values()
    layers = of_type(template, "AWS::Serverless::LayerVersion")
    files = {one["CodeUri"] for one in functions}
    files |= {one["ContentUri"] for one in layers.values()}
    assert all((written[1].parent / name).is_file() for name in files)
    for one in functions:
        assert all(layer["Ref"] in layers for layer in one.get("Layers", []))


def test_response_types_reach_the_event_source() -> None:
    event: dict[str, Any] = {"Type": "SQS", "Properties": {"Queue": "q"}}
    properties: dict[str, Any] = {"Events": {"E": event}, "Tags": {}}
    template = {"Resources": {"Arrived": {"Type": "F", "Properties": properties}}}
    entry = FunctionExtras.model_validate({"functionResponseTypes": ["ReportBatchItemFailures"]})
    complete(template, {"arrived": "tiny-dev-arrived"}, {"arrived": entry}, "x.zip")
    assert event["Properties"] == {
        "Queue": "q",
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    }
    assert properties["FunctionName"] == "tiny-dev-arrived"
    assert "Tags" not in properties
