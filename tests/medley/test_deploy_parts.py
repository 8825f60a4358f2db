"""The parts of a deployment: what Chalice lacks, layers, records, buckets, the smoke test."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import boto3
import pytest
from moto import mock_aws

from medley.deploy.aws.artefacts import TEMPLATE, Artefacts, stack_name
from medley.deploy.aws.commands import parse_parameters
from medley.deploy.aws.deploy import check_stage
from medley.deploy.aws.extras import FunctionExtras, apply_extras, keep_logs, read_extras
from medley.deploy.aws.functions import Deployed, described, record_path
from medley.deploy.aws.layers import layer_arns, remove_layers
from medley.deploy.aws.references import mark, resolve
from medley.deploy.aws.target import Target, find_target, is_loopback
from medley.deploy.errors import ConfigureError, StackError, ToolError
from medley.deploy.services import Service
from medley.deploy.template import load_template
from medley.layers.archive import Archive
from medley.layers.catalogue import LAYERS, Layer

LAYER = LAYERS[0]


@pytest.fixture
def target() -> Iterator[Target]:
    with mock_aws():
        yield find_target()


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """A service with two functions, one of them with a layer."""
    found = Service(tmp_path / "services" / "tiny")
    (found.folder / ".chalice").mkdir(parents=True)
    layered = {"layers": [f"${{{LAYER.placeholder}}}"]}
    document = {"app_name": "tiny", "lambda_functions": {"weigh": layered, "arrived": {}}}
    found.config_template.write_text(json.dumps(document))
    return found


# --- what Chalice lacks ------------------------------------------------------------------------


class Lambda:
    """A function and its event source, as far as extras go; moto keeps no storage size."""

    def __init__(self, *, deaf: bool = False) -> None:
        self.storage = 512
        self.types: list[str] = []
        self.deaf = deaf

    def get_function_configuration(self, **_: str) -> dict[str, Any]:
        return {"EphemeralStorage": {"Size": self.storage}}

    def update_function_configuration(self, *, EphemeralStorage: Any, **_: str) -> None:  # noqa: N803
        self.storage = self.storage if self.deaf else EphemeralStorage["Size"]

    def get_waiter(self, _: str) -> Any:
        return SimpleNamespace(wait=lambda **_: None)

    def get_paginator(self, _: str) -> Any:
        page = {"EventSourceMappings": [self.get_event_source_mapping()]}
        return SimpleNamespace(paginate=lambda **_: [page])

    def get_event_source_mapping(self, **_: str) -> dict[str, Any]:
        return {"UUID": "u", "State": "Enabled", "FunctionResponseTypes": self.types}

    def update_event_source_mapping(self, *, FunctionResponseTypes: Any, **_: str) -> None:  # noqa: N803
        self.types = FunctionResponseTypes


def with_lambda(client: Lambda) -> Target:
    return Target("aws", "us-east-1", "1", _clients={"lambda": client})


FUNCTIONS = {"arrived": "arn:aws:lambda:us-east-1:1:function:tiny-dev-arrived"}
ENTRY = {"ephemeralStorageMb": 1024, "functionResponseTypes": ["ReportBatchItemFailures"]}


def test_storage_and_response_types_are_set_once_and_taken_back() -> None:
    client = Lambda()
    target = with_lambda(client)
    wanted = {"arrived": FunctionExtras.model_validate(ENTRY)}
    assert apply_extras(target, FUNCTIONS, wanted) == [
        "tiny-dev-arrived: 1024 MiB of ephemeral storage",
        "tiny-dev-arrived: response types ReportBatchItemFailures",
    ]
    assert apply_extras(target, FUNCTIONS, wanted) == []
    assert len(apply_extras(target, FUNCTIONS, {})) == 2
    assert (client.storage, client.types) == (512, [])


def test_what_is_not_taken_over_is_an_error() -> None:
    wanted = {"arrived": FunctionExtras.model_validate(ENTRY)}
    with pytest.raises(StackError, match="reads back as 512, not 1024"):
        apply_extras(with_lambda(Lambda(deaf=True)), FUNCTIONS, wanted)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"weigh": {"ephemeralStorageMb": 64}}', "weigh.ephemeralStorageMb"),
        ('{"weigh": {"reservedConcurrency": 5}}', "weigh.reservedConcurrency"),
        ('{"nobody": {}}', "names nobody"),
        ("{", "functions.json"),
    ],
)
def test_a_wrong_entry_is_named(service: Service, text: str, said: str) -> None:
    assert read_extras(service) == {}
    (service.folder / ".chalice" / "functions.json").write_text(text)
    with pytest.raises(ConfigureError, match=said):
        read_extras(service)


def test_every_function_logs_to_a_group_that_ends(service: Service, target: Target) -> None:
    config = {"stages": {"dev": {"log_retention_in_days": 30}}}
    (service.folder / ".chalice" / "config.json").write_text(json.dumps(config))
    # The function of the routes has the stage's name, and Chalice makes a group by another one.
    arns = [f"arn:aws:lambda:us-east-1:123456789012:function:{name}" for name in ("a-dev", "a-b")]
    assert len(keep_logs(service, "dev", target, arns)) == 2
    assert keep_logs(service, "dev", target, arns) == []
    groups = boto3.client("logs").describe_log_groups()["logGroups"]
    assert {group["logGroupName"]: group["retentionInDays"] for group in groups} == {
        "/aws/lambda/a-dev": 30,
        "/aws/lambda/a-b": 30,
    }


# --- layers ------------------------------------------------------------------------------------


def layer_of(folder: Path, content: str) -> Archive:
    path = folder / f"{content}.zip"
    with ZipFile(path, "w") as package:
        package.writestr("python/thing.py", content)
    return Archive(path, f"digest-of-{content}", path.stat().st_size, len(content))


def test_a_layer_is_published_only_when_its_content_is_new(
    service: Service, target: Target, tmp_path: Path
) -> None:
    artefacts = Artefacts(target, "dev")

    def build(content: str) -> Any:
        return lambda _: layer_of(tmp_path, content)

    first = layer_arns(service, "dev", target, artefacts, build("one"))
    assert len(first.published) == 1
    assert first.arns[LAYER.placeholder].endswith(f":layer:medley-dev-{LAYER.name}:1")
    assert layer_arns(service, "dev", target, artefacts, build("one")).published == []
    second = layer_arns(service, "dev", target, artefacts, build("two"))
    assert second.arns[LAYER.placeholder].endswith(":2")
    # Back again: the first version is still there.
    assert layer_arns(service, "dev", target, artefacts, build("one")).arns == first.arns
    assert len(remove_layers("dev", target)) == 2
    assert remove_layers("dev", target) == []


def test_ministack_gets_no_layers(service: Service) -> None:
    def never(_: Layer) -> Archive:
        raise AssertionError("built for nothing")

    embedded = Target("aws", "us-east-1", "0", "http://127.0.0.1:1", embedded=True)
    found = layer_arns(service, "dev", embedded, Artefacts(embedded, "dev"), never)
    assert found.arns == {LAYER.placeholder: ""}


# --- Chalice's record --------------------------------------------------------------------------


def write_record(service: Service, account: str, region: str = "us-east-1") -> Path:
    path = record_path(service, "dev")
    path.parent.mkdir(parents=True, exist_ok=True)
    arn = f"arn:aws:lambda:{region}:{account}:function:tiny-dev-weigh"
    item = {"name": "weigh", "resource_type": "lambda_function", "lambda_arn": arn}
    path.write_text(json.dumps({"resources": [item], "schema_version": "2.0", "backend": "api"}))
    return path


def test_another_machine_goes_on_with_the_record_of_the_first(
    service: Service, target: Target
) -> None:
    path = write_record(service, target.account_id)
    Artefacts(target, "dev").keep_record(service)
    kept = path.read_bytes()
    path.unlink()
    assert Artefacts(target, "dev").restore_record(service)
    assert path.read_bytes() == kept
    assert Artefacts(target, "dev").restore_record(service) is None


@pytest.mark.parametrize(("account", "region"), [("999", "us-east-1"), ("own", "eu-west-1")])
def test_the_record_of_another_account_or_region_is_put_aside(
    service: Service, target: Target, account: str, region: str
) -> None:
    path = write_record(service, target.account_id if account == "own" else account, region)
    said = Artefacts(target, "dev").restore_record(service)
    assert said
    assert not path.exists()
    assert (path.parent / "dev.json.other-account").exists()


def test_the_shared_bucket_is_made_once_for_each_stage(target: Target) -> None:
    bucket = Artefacts(target, "dev").bucket
    assert Artefacts(target, "dev").existing == Artefacts(target, "dev").bucket == bucket
    assert Artefacts(target, "prod").existing is None
    assert stack_name("dev") == "medley-dev-artefacts"


def test_the_shared_bucket_is_encrypted_versioned_private_and_tls_only() -> None:
    resources = load_template(TEMPLATE)["Resources"]
    bucket = resources["Bucket"]["Properties"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["BucketEncryption"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (statement,) = resources["BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Sid"]) == ("Deny", "TlsOnly")


def test_a_large_template_goes_by_way_of_the_bucket(target: Target) -> None:
    artefacts = Artefacts(target, "dev")
    assert "TemplateBody" in artefacts.template_source("small", {"Resources": {}})
    source = artefacts.template_source("large", {"Description": "x" * 60_000})
    assert source["TemplateURL"].startswith(f"https://{artefacts.bucket}.s3.us-east-1.")


# --- the rest -----------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["local", "Dev", "", "9", "a" * 17, "a_b"])
def test_what_is_no_stage_is_refused(stage: str) -> None:
    with pytest.raises(ToolError):
        check_stage(stage)


def test_only_an_endpoint_on_this_machine_is_embedded() -> None:
    assert is_loopback("http://127.0.0.1:4566")
    assert is_loopback("http://localhost:4566")
    assert is_loopback("http://[::1]:4566")
    assert not is_loopback("https://vpce.example.com")
    assert not is_loopback("http://10.0.0.1:4566")


def test_parameters_are_split_at_the_first_equals_sign() -> None:
    assert parse_parameters(["A=b=c"]) == {"A": "b=c"}


def test_marks_become_references() -> None:
    references: dict[str, dict[str, Any]] = {
        "Bucket": {"Ref": "B"},
        "Arn": {"Fn::GetAtt": ["Q", "Arn"]},
    }
    node = {
        "alone": mark("Bucket"),
        "within": f"{mark('Arn')}/*",
        "own": f"${{x}}/{mark('Bucket')}",
        "sub": {"Fn::Sub": f"arn:${{AWS::Region}}:{mark('Bucket')}"},
        "plain": ["${x}", 1],
    }
    assert resolve(node, references) == {
        "alone": {"Ref": "B"},
        "within": {"Fn::Sub": "${Q.Arn}/*"},
        "own": {"Fn::Sub": "${!x}/${B}"},
        "sub": {"Fn::Sub": "arn:${AWS::Region}:${B}"},
        "plain": ["${x}", 1],
    }


def test_a_record_of_chalice_is_read_as_functions_and_url() -> None:
    resources = [
        {"name": "weigh", "resource_type": "lambda_function", "lambda_arn": "arn"},
        {"name": "rest_api", "resource_type": "rest_api", "rest_api_url": "https://x/api/"},
    ]
    assert described(resources, []) == Deployed([], {"weigh": "arn"}, "https://x/api/")
    assert described(resources, [], embedded=True).url is None
