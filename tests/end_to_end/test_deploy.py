"""A whole life of a stage at MiniStack: deployed, deployed again, changed, destroyed, gone."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from medley.deploy.aws.artefacts import Artefacts
from medley.deploy.aws.deploy import Options, Result, deploy
from medley.deploy.aws.destroy import destroy
from medley.deploy.aws.functions import record_path
from medley.deploy.aws.target import Target, find_target
from medley.deploy.errors import StackError, ToolError
from medley.deploy.services import Service
from medley.local.environment import ministack_environment
from medley.local.http import status_of, wait_until
from medley.local.layout import Layout
from medley.local.ports import HOST, free_port
from medley.local.processes import Child
from medley.paths import SERVICES
from medley.settings import LocalSettings

pytestmark = pytest.mark.end_to_end

STAGE = "dev"
RENDERED = ("config.json", "policy-*.json", "deployed", "deployments", "__pycache__", ".mypy_cache")


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    """An empty AWS of the test's own, which the environment leads to."""
    port = free_port()
    url = f"http://{HOST}:{port}"
    layout = Layout(tmp_path / "state")
    layout.prepare(keep=False, port=port)
    settings = LocalSettings(workers=1)
    child = Child(
        "ministack",
        "medley.local.ministack",
        ["1", str(layout.function_logs)],
        environment=ministack_environment(settings, layout, port, keep=False),
        folder=layout.temporary,
        log=layout.log("ministack"),
    )
    try:
        ready = f"{url}/_ministack/ready"
        assert wait_until(lambda: status_of(ready) == 200, lambda: child.running, 30)
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "000000000000")
        yield find_target()
    finally:
        child.stop()


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """A copy of event-images that a test may change."""
    folder = tmp_path / "services" / "event-images"
    shutil.copytree(SERVICES / "event-images", folder, ignore=shutil.ignore_patterns(*RENDERED))
    return Service(folder)


def test_a_stage_is_deployed_changed_and_destroyed_without_a_trace(
    target: Target, service: Service
) -> None:
    before = everything(target)

    first = run(target, service)
    assert f"stack event-images-{STAGE}: made, " in "\n".join(first.changes)
    assert set(first.deployed.functions) == {
        *json.loads(service.config_template.read_text())["lambda_functions"]
    } | {"api_handler"}
    assert first.checked == ["GET /health answers 200", "GET / answers 200"]

    assert run(target, service).changes == []

    # One handler and one resource.
    app = service.folder / "app.py"
    app.write_text(app.read_text() + "\n# changed\n")
    template = service.template
    text = template.read_text()
    template.write_text(text.replace("VisibilityTimeout: 360", "VisibilityTimeout: 420"))
    changed = run(target, service)
    assert any(line.startswith(f"stack event-images-{STAGE}: changed") for line in changed.changes)
    told = [line for line in changed.changes if not line.startswith("stack ")]
    assert len(told) == len(first.deployed.functions)
    assert all(line.endswith(": new code") for line in told)
    assert visibility(target) == "420"

    # From another machine: without Chalice's record of what is there.
    record_path(service, STAGE).unlink()
    assert run(target, service).changes == []

    # What users stored is not removed unasked, and nothing else then either.
    bucket = first.stack.outputs["IncomingBucket"]
    target.client("s3").put_object(Bucket=bucket, Key="a/photo.txt", Body=b"x")
    with pytest.raises(ToolError, match=re.escape(bucket)):
        remove(target, service)
    assert everything(target)["functions"]

    removed = remove(target, service, delete_content=True)
    assert f"bucket {bucket}: 1 object deleted" in removed
    assert everything(target) == before
    assert not record_path(service, STAGE).exists()
    assert Artefacts(target, STAGE).existing is None

    # A second time there is nothing to do.
    assert remove(target, service) == []


def test_a_resource_that_cannot_be_made_is_named_and_rolled_back(
    target: Target, service: Service
) -> None:
    before = everything(target)
    # CloudFormation makes no encrypted parameters.
    odd = "  Odd:\n    Type: AWS::SSM::Parameter\n    Properties: {Type: SecureString, Value: x}\n"
    text = service.template.read_text()
    service.template.write_text(text.replace("\nOutputs:\n", f"\n{odd}\nOutputs:\n"))
    with pytest.raises(StackError, match=r"Odd \(AWS::SSM::Parameter\): .*SecureString"):
        run(target, service)
    assert everything(target) == before

    service.template.write_text(text)
    assert run(target, service).changes


def test_a_stack_that_holds_nothing_is_removed_too(target: Target, service: Service) -> None:
    before = everything(target)
    target.client("cloudformation").create_change_set(
        StackName=f"event-images-{STAGE}",
        ChangeSetName="forgotten",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}),
    )
    assert everything(target) != before
    assert remove(target, service)
    assert everything(target) == before


def run(target: Target, service: Service) -> Result:
    console = Console(quiet=True)
    return deploy(service, STAGE, target, console, Options(confirm=lambda _: True))


def remove(target: Target, service: Service, *, delete_content: bool = False) -> list[str]:
    console = Console(quiet=True)
    return destroy(service, STAGE, target, console, lambda _: True, delete_content=delete_content)


def visibility(target: Target) -> str:
    sqs = target.client("sqs")
    url = sqs.get_queue_url(QueueName=f"event-images-{STAGE}-uploads")["QueueUrl"]
    found: dict[str, Any] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return str(found["Attributes"]["VisibilityTimeout"])


def everything(target: Target) -> dict[str, list[str]]:
    """What is in the account, by its names, asked of each service directly."""
    cloudformation = target.client("cloudformation")
    found = {
        "functions": [f["FunctionName"] for f in listed(target, "lambda", "Functions")],
        "layers": [x["LayerName"] for x in target.client("lambda").list_layers()["Layers"]],
        "sources": [
            m["UUID"]
            for m in target.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        ],
        "roles": [role["RoleName"] for role in listed(target, "iam", "Roles")],
        "tables": target.client("dynamodb").list_tables()["TableNames"],
        "queues": target.client("sqs").list_queues().get("QueueUrls", []),
        "buckets": [b["Name"] for b in target.client("s3").list_buckets()["Buckets"]],
        "machines": [m["name"] for m in listed(target, "stepfunctions", "stateMachines")],
        "logs": [g["logGroupName"] for g in listed(target, "logs", "logGroups")],
        "secrets": [s["Name"] for s in listed(target, "secretsmanager", "SecretList")],
        "alarms": [a["AlarmName"] for a in listed(target, "cloudwatch", "MetricAlarms")],
        "stacks": [s["StackName"] for s in cloudformation.describe_stacks()["Stacks"]],
    }
    return {kind: sorted(names) for kind, names in found.items()}


OPERATIONS = {
    "Functions": "list_functions",
    "Roles": "list_roles",
    "stateMachines": "list_state_machines",
    "logGroups": "describe_log_groups",
    "SecretList": "list_secrets",
    "MetricAlarms": "describe_alarms",
}


def listed(target: Target, name: str, key: str) -> list[dict[str, Any]]:
    pages = target.client(name).get_paginator(OPERATIONS[key]).paginate()
    return [item for page in pages for item in page.get(key, [])]
