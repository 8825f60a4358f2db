"""Deploys one service's functions and routes through Chalice's own deployer.

    python -m medley.deploy.aws.chalice_step PROJECT STAGE REPORT aws|embedded

A process of its own: every app is the module ``app``, and reads its environment. It writes what it
changed to the file REPORT.
"""

import io
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from botocore.session import Session
from chalice.awsclient import TypedAWSClient
from chalice.cli.factory import CLIFactory
from chalice.deploy.appgraph import ApplicationGraphBuilder, DependencyBuilder
from chalice.deploy.deployer import (
    BaseDeployStep,
    BuildStage,
    Deployer,
    DeploymentPackager,
    InjectDefaults,
    PolicyGenerator,
    ResultsRecorder,
    SwaggerBuilder,
)
from chalice.deploy.executor import Executor
from chalice.deploy.planner import PlanStage, RemoteState
from chalice.deploy.swagger import TemplatedSwaggerGenerator
from chalice.deploy.sweeper import ResourceSweeper
from chalice.policy import AppPolicyGenerator
from chalice.utils import UI, OSUtils

from medley.deploy.aws.sparing import SparingClient
from medley.deploy.chalice_deployer import CodeOnly, QuickClient
from medley.deploy.workspace import Workspace


class EmbeddedClient(SparingClient, QuickClient):
    """For MiniStack, which has no PutRestApi: whatever concerns the REST API is left out."""

    def get_rest_api(self, rest_api_id: str) -> dict[str, Any]:  # noqa: ARG002
        """Nothing, so that each deployment takes the way of the first one."""
        return {}

    def import_rest_api(
        self,
        swagger_document: dict[str, Any],  # noqa: ARG002
        endpoint_type: str,  # noqa: ARG002
    ) -> str:
        """An id that is none."""
        return "embedded"

    def update_rest_api(self, rest_api_id: str, patch_operations: list[dict[Any, Any]]) -> None: ...

    def add_permission_for_apigateway(
        self,
        function_name: str,
        region_name: str,
        account_id: str,
        rest_api_id: str,
        random_id: str | None = None,
    ) -> None: ...

    def deploy_rest_api(self, rest_api_id: str, api_gateway_stage: str, xray: bool) -> None: ...

    def delete_rest_api(self, rest_api_id: str) -> None: ...


def make_client(*, embedded: bool) -> SparingClient:
    """The client for AWS, or for MiniStack."""
    return EmbeddedClient(Session()) if embedded else SparingClient(Session())


def quiet() -> UI:
    """Chalice tells what it sends, also when nothing of it is new; the client tells what is."""
    return UI(io.StringIO(), io.StringIO())


def deploy(
    project: Path, stage: str, client: TypedAWSClient, packager: Any
) -> list[dict[str, Any]]:
    """Deploy ``project`` as its ``.chalice/`` configures it; what is deployed, by Chalice's names.

    Chalice keeps its record of it in ``.chalice/deployed``, where a plain `chalice deploy` goes on.
    """
    # The process's own environment, so that the app sees what its stage configures.
    config = CLIFactory(str(project), environ=os.environ).create_config_obj(stage)
    osutils = OSUtils()
    before = config.deployed_resources(stage)
    executor, recorder = Executor(client, quiet()), ResultsRecorder(osutils=osutils)
    steps: list[BaseDeployStep] = [
        InjectDefaults(),
        DeploymentPackager(packager=packager),
        PolicyGenerator(policy_gen=AppPolicyGenerator(osutils=osutils), osutils=osutils),
        SwaggerBuilder(swagger_generator=TemplatedSwaggerGenerator()),
    ]
    deployer = Deployer(
        application_builder=ApplicationGraphBuilder(),
        deps_builder=DependencyBuilder(),
        build_stage=BuildStage(steps=steps),
        plan_stage=PlanStage(osutils=osutils, remote_state=RemoteState(client, before)),
        sweeper=ResourceSweeper(),
        executor=executor,
        recorder=recorder,
    )
    try:
        deployer.deploy(config, chalice_stage_name=stage)
    except BaseException:
        # Chalice keeps no record of half a deployment, and would make its REST API twice.
        values = [item for item in executor.resource_values if item.get("name")]
        names = {item["name"] for item in values}
        kept = [before.resource_values(n) for n in before.resource_names() if n not in names]
        if values or kept:
            document = {"resources": values + kept, "schema_version": "2.0", "backend": "api"}
            recorder.record_results(document, stage, str(project))
        raise
    resources: list[dict[str, Any]] = executor.resource_values
    return resources


def main(project: str, stage: str, report: str, where: str) -> None:
    """Deploy, and write the report."""
    embedded = where == "embedded"
    client = make_client(embedded=embedded)
    with TemporaryDirectory() as folder:
        if embedded:
            packager: Any = CodeOnly(Workspace(Path(folder)))
        else:
            from medley.package.function import LockedPackager

            packager = LockedPackager()
        resources = deploy(Path(project), stage, client, packager)
    Path(report).write_text(json.dumps({"changes": client.changes, "resources": resources}))


if __name__ == "__main__":
    main(*sys.argv[1:])
