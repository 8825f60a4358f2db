"""Deploys one service's functions to the embedded AWS, through Chalice's own deployer.

    python -m medley.deploy.chalice_deployer PROJECT WORKSPACE STAGE

A process of its own for each service: every app is the module ``app``, and reads its environment.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from zipfile import ZIP_DEFLATED, ZipFile

from botocore.session import Session
from chalice.awsclient import TypedAWSClient
from chalice.config import Config
from chalice.deploy.appgraph import ApplicationGraphBuilder, DependencyBuilder
from chalice.deploy.deployer import (
    BuildStage,
    Deployer,
    DeploymentPackager,
    InjectDefaults,
    PolicyGenerator,
    ResultsRecorder,
)
from chalice.deploy.executor import Executor
from chalice.deploy.models import Application, RestAPI, WebsocketAPI
from chalice.deploy.packager import DependencyBuilder as PipDependencyBuilder
from chalice.deploy.packager import LambdaDeploymentPackager
from chalice.deploy.planner import PlanStage, RemoteState
from chalice.deploy.sweeper import ResourceSweeper
from chalice.policy import AppPolicyGenerator
from chalice.utils import UI, OSUtils, serialize_to_json

from medley.deploy.chalice_project import WorkspaceFactory
from medley.deploy.workspace import Workspace
from medley.local import lifeline

POLL_SECONDS = 0.02
READY_SECONDS = 30.0


class FunctionsOnly(ApplicationGraphBuilder):
    """The application without its REST API, which ``chalice local`` serves here."""

    def build(self, config: Config, stage_name: str) -> Application:
        """Every function and trigger of the app."""
        application = super().build(config, stage_name)
        application.resources = [
            resource
            for resource in application.resources
            if not isinstance(resource, RestAPI | WebsocketAPI)
        ]
        return application


class QuickClient(TypedAWSClient):
    """Chalice's client, but it asks at once again whether a function is ready, not in seconds."""

    def _wait_for_active(self, function_name: str) -> None:
        self._wait("function_active", function_name)

    def _wait_for_function_update(self, function_name: str) -> None:
        self._wait("function_updated", function_name)

    def _wait(self, state: str, function_name: str) -> None:
        waiter = self._client("lambda").get_waiter(state)
        waiter.config.delay = POLL_SECONDS
        waiter.config.max_attempts = int(READY_SECONDS / POLL_SECONDS)
        waiter.wait(FunctionName=function_name)


class CodeOnly(LambdaDeploymentPackager):
    """Packs the code and no dependency: MiniStack's workers run in this environment."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(OSUtils(), cast(PipDependencyBuilder, None), UI())
        self._workspace = workspace

    def create_deployment_package(
        self,
        project_dir: str,
        python_version: str,  # noqa: ARG002 -- Chalice's signature
    ) -> str:
        """Write the workspace's package; its path."""
        with ZipFile(self._workspace.package, "w", ZIP_DEFLATED) as package:
            self._add_app_files(package, project_dir)
            self._add_vendor_files(package, str(Path(project_dir) / self._VENDOR_DIR))
        return str(self._workspace.package)

    def _iter_app_filenames(self, project_dir: str) -> Iterator[tuple[str, str]]:
        for path, name in super()._iter_app_filenames(project_dir):
            if "__pycache__" not in path:
                yield path, name


class WorkspaceRecorder(ResultsRecorder):
    """Remembers in the workspace what was deployed."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(OSUtils())
        self._workspace = workspace

    def record_results(
        self,
        results: Any,
        chalice_stage_name: str,  # noqa: ARG002 -- Chalice's signature
        project_dir: str,  # noqa: ARG002
    ) -> None:
        """Write Chalice's own record."""
        self._workspace.deployed.write_text(serialize_to_json(results))


def deploy(project: Path, workspace: Workspace, stage: str) -> None:
    """Deploy the functions, roles and triggers of ``project`` as its workspace configures them."""
    config = WorkspaceFactory(project, workspace).create_config_obj(stage)
    client = QuickClient(Session())
    osutils = OSUtils()
    deployer = Deployer(
        application_builder=FunctionsOnly(),
        deps_builder=DependencyBuilder(),
        build_stage=BuildStage(
            steps=[
                InjectDefaults(),
                DeploymentPackager(packager=CodeOnly(workspace)),
                PolicyGenerator(policy_gen=AppPolicyGenerator(osutils=osutils), osutils=osutils),
            ]
        ),
        plan_stage=PlanStage(
            osutils=osutils, remote_state=RemoteState(client, config.deployed_resources(stage))
        ),
        sweeper=ResourceSweeper(),
        executor=Executor(client, UI()),
        recorder=WorkspaceRecorder(workspace),
    )
    deployer.deploy(config, chalice_stage_name=stage)


if __name__ == "__main__":
    lifeline.hold_on()
    deploy(Path(sys.argv[1]), Workspace(Path(sys.argv[2])), sys.argv[3])
