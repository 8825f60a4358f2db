"""A deployment through Chalice changes only what differs, and knows what it changed."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile, ZipInfo

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.session import Session
from chalice.cli.factory import CLIFactory
from chalice.deploy.deployer import ChaliceDeploymentError
from moto import mock_aws

from medley.deploy.aws import chalice_step
from medley.deploy.aws.chalice_step import deploy
from medley.deploy.aws.functions import remove_functions
from medley.deploy.aws.sparing import SparingClient
from medley.deploy.aws.target import find_target
from medley.deploy.services import Service

APP = """
from chalice import AuthResponse, Chalice

app = Chalice(app_name="tiny")


@app.authorizer()
def authorize(request):
    return AuthResponse(routes=["*"], principal_id="someone")


@app.route("/health")
def health():
    return {}


@app.route("/things", authorizer=authorize)
def things():
    return {}


@app.on_sqs_message(queue="tiny-dev-arrivals", batch_size=1, name="arrived")
def arrived(event):
    pass
"""

CONFIG: dict[str, Any] = {
    "version": "2.0",
    "app_name": "tiny",
    "autogen_policy": False,
    "minimum_compression_size": 1024,
    "api_gateway_stage": "api",
    "stages": {
        "dev": {
            "environment_variables": {"COLOUR": "brown"},
            "iam_policy_file": "policy-dev.json",
            "log_retention_in_days": 30,
            "tags": {"Application": "tiny"},
        }
    },
}


def policy(action: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


class OneFile:
    """Packs a text, in the same bytes for the same text."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "package.zip"
        self.text = "one"

    def create_deployment_package(self, project_dir: str, python_version: str) -> str:
        with ZipFile(self.path, "w") as package:
            package.writestr(ZipInfo("app.py"), self.text)
        return str(self.path)


class Gateway:
    """API Gateway, since moto imports no Swagger 2.0: documents and deployments by API."""

    class exceptions:  # noqa: N801
        class NotFoundException(Exception):  # noqa: N818
            pass

    meta = SimpleNamespace(region_name="us-east-1", partition="aws")

    def __init__(self) -> None:
        self.documents: dict[str, Any] = {}
        self.settings: dict[str, dict[str, Any]] = {}
        self.deployments: dict[str, dict[str, str]] = {}

    def import_rest_api(self, *, body: str, parameters: dict[str, str]) -> dict[str, str]:
        name = f"api{len(self.documents) + 1}"
        self.documents[name] = json.loads(body)
        types = [parameters["endpointConfigurationTypes"]]
        self.settings[name] = {"id": name, "endpointConfiguration": {"types": types}}
        return {"id": name}

    def put_rest_api(self, *, restApiId: str, mode: str, body: str) -> None:  # noqa: N803
        self.documents[restApiId] = json.loads(body)

    def get_rest_api(self, *, restApiId: str) -> dict[str, Any]:  # noqa: N803
        if restApiId not in self.settings:
            raise self.exceptions.NotFoundException
        return dict(self.settings[restApiId])

    def update_rest_api(self, *, restApiId: str, patchOperations: Any) -> None:  # noqa: N803
        for patch in patchOperations:
            if patch["path"] == "/minimumCompressionSize":
                self.settings[restApiId]["minimumCompressionSize"] = int(patch["value"])

    def create_deployment(self, *, restApiId: str, **kwargs: Any) -> None:  # noqa: N803
        self.deployments[restApiId] = {"id": "d", **kwargs}

    def delete_rest_api(self, *, restApiId: str) -> None:  # noqa: N803
        if self.documents.pop(restApiId, None) is None:
            raise self.exceptions.NotFoundException

    def get_stages(self, *, restApiId: str) -> dict[str, Any]:  # noqa: N803
        if restApiId not in self.deployments:
            return {"item": []}
        name = self.deployments[restApiId]["stageName"]
        return {"item": [{"stageName": name, "deploymentId": "d"}]}

    def get_deployment(self, *, restApiId: str, deploymentId: str) -> Any:  # noqa: N803
        return self.deployments[restApiId]


class Client(SparingClient):
    def __init__(self, gateway: Gateway) -> None:
        super().__init__(Session())
        self.gateway = gateway

    def _client(self, service_name: str) -> Any:
        return self.gateway if service_name == "apigateway" else super()._client(service_name)


class Project:
    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.chalice = self.folder / ".chalice"
        self.chalice.mkdir(parents=True)
        (self.folder / "app.py").write_text(APP)
        self.packager = OneFile(folder)
        self.gateway = Gateway()
        self.write(CONFIG, policy("s3:ListAllMyBuckets"))

    def write(self, config: dict[str, Any], document: dict[str, Any]) -> None:
        (self.chalice / "config.json").write_text(json.dumps(config))
        (self.chalice / "policy-dev.json").write_text(json.dumps(document))

    def deploy(self, client: SparingClient | None = None) -> list[str]:
        client = client or Client(self.gateway)
        sys.modules.pop("app", None)
        deploy(self.folder, "dev", client, self.packager)
        return client.changes


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("COLOUR", "restored after the test")
    outside = sys.modules.pop("app", None)
    with mock_aws():
        boto3.client("sqs").create_queue(QueueName="tiny-dev-arrivals")
        yield Project(tmp_path)
    sys.modules.pop("app", None)
    if outside is not None:
        sys.modules["app"] = outside


def test_the_second_deployment_changes_nothing(project: Project) -> None:
    made = project.deploy()
    assert {"tiny-dev: made", "tiny-dev-authorize: made", "tiny-dev-arrived: made"} <= set(made)
    assert any(line.startswith("REST API ") for line in made)
    assert project.deploy() == []


def test_new_code_is_sent_to_each_function_and_nothing_else_is(project: Project) -> None:
    project.deploy()
    project.packager.text = "two"
    assert sorted(project.deploy()) == [
        "tiny-dev-arrived: new code",
        "tiny-dev-authorize: new code",
        "tiny-dev: new code",
    ]


def test_a_changed_setting_is_told_by_its_name(project: Project) -> None:
    project.deploy()
    config = json.loads(json.dumps(CONFIG))
    config["stages"]["dev"]["environment_variables"]["COLOUR"] = "blue"
    config["stages"]["dev"]["lambda_functions"] = {"arrived": {"lambda_timeout": 20}}
    project.write(config, policy("s3:ListAllMyBuckets"))
    assert sorted(project.deploy()) == [
        "tiny-dev-arrived: new Environment, Timeout",
        "tiny-dev-authorize: new Environment",
        "tiny-dev: new Environment",
    ]


def test_a_changed_policy_reaches_the_roles(project: Project) -> None:
    project.deploy()
    project.write(CONFIG, policy("s3:GetBucketLocation"))
    changed = project.deploy()
    assert changed
    assert all(line.startswith("role ") and line.endswith(": new policy") for line in changed)


def test_a_new_route_is_deployed_and_then_left_alone(project: Project) -> None:
    project.deploy()
    app = project.folder / "app.py"
    app.write_text(APP + '\n\n@app.route("/more")\ndef more():\n    return {}\n')
    (changed,) = project.deploy()
    assert changed.endswith(": new routes")
    assert project.deploy() == []
    (document,) = project.gateway.documents.values()
    assert "/more" in document["paths"]


def test_a_deployment_that_failed_is_gone_on_with(project: Project) -> None:
    class Interrupted(Client):
        def deploy_rest_api(self, rest_api_id: str, api_gateway_stage: str, xray: bool) -> None:
            raise ClientError({"Error": {"Code": "TooManyRequests"}}, "CreateDeployment")

    with pytest.raises(ChaliceDeploymentError):
        project.deploy(Interrupted(project.gateway))
    changed = project.deploy()
    assert not any(line.endswith(": made") for line in changed)
    assert len(project.gateway.documents) == 1
    assert len(boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"]) == 1
    assert project.deploy() == []


def test_an_event_source_that_is_there_is_taken_over(project: Project) -> None:
    project.deploy()
    (project.chalice / "deployed" / "dev.json").unlink()
    project.deploy()
    assert len(boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"]) == 1


def test_all_that_was_deployed_is_removed_and_some_of_it_gone_is_no_error(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.deploy()
    client = Client(project.gateway)
    monkeypatch.setattr(chalice_step, "make_client", lambda *, embedded: client)
    boto3.client("lambda").delete_function(FunctionName="tiny-dev-authorize")
    removed = remove_functions(Service(project.folder), "dev", find_target())
    assert "REST API api1: removed" in removed
    assert len(removed) == 6  # the API, two functions, three roles
    assert project.gateway.documents == {}
    assert boto3.client("lambda").list_functions()["Functions"] == []
    assert boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"] == []
    assert boto3.client("iam").list_roles()["Roles"] == []
    assert remove_functions(Service(project.folder), "dev", find_target()) == []


def test_plain_chalice_goes_on_where_this_ended(project: Project) -> None:
    project.deploy()
    sys.modules.pop("app", None)
    config = CLIFactory(str(project.folder)).create_config_obj("dev")
    record = config.deployed_resources("dev")
    assert set(record.resource_names()) >= {"rest_api", "api_handler", "authorize", "arrived"}
    assert record.resource_values("rest_api")["rest_api_id"] == "api1"
    assert record.resource_values("arrived-sqs-event-source")["event_uuid"]
