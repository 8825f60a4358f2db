"""What Chalice packages of one service, as a SAM template in the file OUT.

    python -m medley.deploy.aws.sam_step PROJECT WORKSPACE STAGE ZIP OUT

A process of its own, like each that loads an ``app``.
"""

import json
import sys
from pathlib import Path
from typing import Any

from chalice.deploy.appgraph import ApplicationGraphBuilder, DependencyBuilder
from chalice.deploy.deployer import (
    BaseDeployStep,
    BuildStage,
    DeploymentPackager,
    InjectDefaults,
    PolicyGenerator,
    SwaggerBuilder,
)
from chalice.deploy.models import LambdaFunction
from chalice.deploy.swagger import CFNSwaggerGenerator
from chalice.package import PackageOptions, ResourceBuilder, SAMTemplateGenerator
from chalice.policy import AppPolicyGenerator
from chalice.utils import OSUtils

from medley.deploy.chalice_project import WorkspaceFactory
from medley.deploy.workspace import Workspace


class Packed:
    """A package that is there already."""

    def __init__(self, path: str) -> None:
        self.path = path

    def create_deployment_package(self, *_: str) -> str:
        """Its path."""
        return self.path


class Anywhere(PackageOptions):
    """The names of services, which are the same in every region since 2020."""

    def __init__(self) -> None:
        pass

    def service_principal(self, service: str) -> str:
        """Who may take on a role."""
        return f"{service}.amazonaws.com"


def main(project: str, workspace: str, stage: str, package: str, out: str) -> None:
    """Write the template."""
    config = WorkspaceFactory(Path(project), Workspace(Path(workspace))).create_config_obj(stage)
    osutils = OSUtils()
    packager: Any = Packed(package)
    steps: list[BaseDeployStep] = [
        InjectDefaults(),
        DeploymentPackager(packager=packager),
        PolicyGenerator(policy_gen=AppPolicyGenerator(osutils=osutils), osutils=osutils),
        SwaggerBuilder(swagger_generator=CFNSwaggerGenerator()),
    ]
    builder = ResourceBuilder(ApplicationGraphBuilder(), DependencyBuilder(), BuildStage(steps))
    resources = builder.construct_resources(config, stage)
    template = SAMTemplateGenerator(config, Anywhere()).generate(resources)
    names = {
        resource.resource_name: resource.function_name
        for resource in resources
        if isinstance(resource, LambdaFunction)
    }
    Path(out).write_text(json.dumps({"template": template, "functions": names}))


if __name__ == "__main__":
    main(*sys.argv[1:])
