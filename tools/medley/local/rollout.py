"""Brings up one service of a local stack: its resources, its configuration, functions, routes."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from medley.deploy.configure import configure, render_config, render_policy, values_of
from medley.deploy.errors import StackError
from medley.deploy.services import Service
from medley.deploy.stacks import deploy_stack
from medley.deploy.template import load_template
from medley.deploy.workspace import Workspace
from medley.local.environment import child_environment
from medley.local.ports import HOST
from medley.local.processes import Child

if TYPE_CHECKING:
    from medley.local.stack import LocalStack

# Lambda sets these itself and refuses them in a function's configuration.
RESERVED = {
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
}


@dataclass(frozen=True)
class Deployed:
    """A service that is up."""

    url: str
    outputs: dict[str, str]
    stage: dict[str, Any]

    def environment(self, function: str | None) -> dict[str, str]:
        """The variables of the routes, or of one function."""
        own = self.stage.get("lambda_functions", {}).get(function, {}) if function else {}
        merged: dict[str, str] = dict(self.stage["environment_variables"])
        merged.update(own.get("environment_variables", {}))
        return merged


class Rollout:
    """The steps for one service, in the order in which they are called."""

    def __init__(self, stack: "LocalStack", service: Service, stage: str, port: int) -> None:
        self._stack = stack
        self._service = service
        self._stage = stage
        self._port = port
        self._workspace = Workspace(stack.layout.workspace(service.slug))
        self._environment = child_environment(stack.settings, stack.layout, stack.endpoint_url)

    def make_resources(
        self, overrides: Mapping[str, str], *, configure_too: bool, absent: Collection[str] = ()
    ) -> Deployed:
        """Make the service's stack and render its configuration into the workspace.

        ``absent`` are services that this one's stack knows a parameter of, such as ``EventImages``,
        and that are not part of this run.

        Raises:
            ToolError: the template, the stack or the configuration is not right.
        """
        service, stage = self._service, self._stage
        made = deploy_stack(
            self._stack.client("cloudformation"),
            service.stack_name(stage),
            load_template(service.template),
            {"Stage": stage} | {parameter_of(slug): "no" for slug in absent},
            timeout=self._stack.settings.start_timeout,
        )
        values = values_of(made, stage, self._stack.endpoint_url)
        config = for_this_run(render_config(service, stage, values), stage, overrides)
        self._workspace.write(config, render_policy(service, values))
        if configure_too:
            configure(service, stage, values)
        return Deployed(f"http://{HOST}:{self._port}/", made.outputs, config["stages"][stage])

    def start_routes(self) -> Child:
        """Start ``chalice local`` for the service, without waiting for it."""
        return self._stack.spawn(
            self._service.slug,
            "medley.local.routes",
            [*self._arguments(), str(self._port)],
            environment=self._environment,
            folder=self._service.folder,
            url=f"http://{HOST}:{self._port}/",
            health="/health",
        )

    def deploy_functions(self) -> None:
        """Deploy the functions and their triggers, and wait for it.

        Raises:
            StackError: Chalice could not; with its last lines.
        """
        child = self._stack.spawn(
            f"{self._service.slug}-deployment",
            "medley.deploy.chalice_deployer",
            self._arguments(),
            environment=self._environment,
            folder=self._service.folder,
        )
        code = child.wait(self._stack.settings.start_timeout)
        if code != 0:
            raise StackError(child.explain("failed" if code else "took too long"))
        self._stack.finished(child)

    def _arguments(self) -> list[str]:
        return [str(self._service.folder), str(self._workspace.folder), self._stage]


def parameter_of(slug: str) -> str:
    """The parameter by which a stack is told whether a service is there: ``EventImages``."""
    return "".join(part.title() for part in slug.split("-"))


def for_this_run(
    config: dict[str, Any], stage: str, overrides: Mapping[str, str]
) -> dict[str, Any]:
    """``config`` with the overrides in every place, and without what Lambda sets itself."""
    copy: dict[str, Any] = json.loads(json.dumps(config))
    chosen = copy["stages"][stage]
    shared = chosen.setdefault("environment_variables", {})
    # What holds for all stages is repeated here, so that one place tells the whole environment.
    shared.update({**copy.get("environment_variables", {}), **shared, **overrides})
    scopes = [copy, chosen, *chosen.get("lambda_functions", {}).values()]
    for scope in scopes:
        variables = scope.get("environment_variables", {})
        variables.update({name: overrides[name] for name in variables if name in overrides})
        for name in RESERVED:
            variables.pop(name, None)
    return copy
