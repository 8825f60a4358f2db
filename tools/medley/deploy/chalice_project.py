"""A Chalice project that is configured from a workspace, and remembers deployments there."""

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

from chalice.cli.factory import CLIFactory
from chalice.config import Config, DeployedResources

from medley.deploy.workspace import Workspace


class WorkspaceConfig(Config):
    """A configuration that remembers deployments in the workspace."""

    def deployed_resources(
        self,
        chalice_stage_name: str,  # noqa: ARG002 -- a workspace has one stage
    ) -> DeployedResources:
        """What was deployed; nothing at first."""
        path = Workspace(Path(self._default_params["workspace"])).deployed
        if not path.exists():
            return DeployedResources.empty()
        return DeployedResources(json.loads(path.read_text()))


class WorkspaceFactory(CLIFactory):
    """Chalice's own factory, which reads the workspace instead of the project's ``.chalice/``."""

    def __init__(self, project: Path, workspace: Workspace) -> None:
        # The process's own environment, so that the app sees what its stage configures.
        super().__init__(str(project), environ=os.environ)
        self.workspace = workspace

    def load_project_config(self) -> dict[str, Any]:
        """The rendered configuration."""
        document: dict[str, Any] = json.loads(self.workspace.config.read_text())
        return document

    def create_config_obj(
        self,
        chalice_stage_name: str = "local",
        autogen_policy: bool | None = None,  # noqa: ARG002 -- Chalice's signature
        api_gateway_stage: str | None = None,  # noqa: ARG002
        user_provided_params: dict[str, Any] | None = None,
    ) -> Config:
        """The configuration of a stage; the app is loaded when it is first asked for."""
        parameters = dict(user_provided_params or {})
        config = WorkspaceConfig(
            chalice_stage=chalice_stage_name,
            user_provided_params=parameters,
            config_from_disk=self.load_project_config(),
            default_params={
                "project_dir": self.project_dir,
                "workspace": str(self.workspace.folder),
                "api_gateway_stage": "api",
                "api_gateway_endpoint_type": "EDGE",
                "autogen_policy": False,
            },
        )
        parameters["chalice_app"] = partial(self.load_chalice_app, config.environment_variables)
        return config
