"""One deployment: resources, layers, configuration, functions, what Chalice lacks, smoke test."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rich.console import Console

from medley.deploy.aws import change_sets
from medley.deploy.aws.artefacts import Artefacts
from medley.deploy.aws.change_sets import ChangeSet
from medley.deploy.aws.extras import apply_extras, keep_logs, read_extras
from medley.deploy.aws.functions import Deployed, deploy_functions
from medley.deploy.aws.layers import layer_arns
from medley.deploy.aws.smoke import smoke_test
from medley.deploy.aws.target import Target
from medley.deploy.configure import LOCAL, configure, values_of
from medley.deploy.errors import StackError, ToolError
from medley.deploy.services import Service
from medley.deploy.stacks import Stack, read_stack
from medley.deploy.template import load_template

STAGE_NAME = re.compile(r"[a-z][a-z0-9-]{0,14}")
Confirm = Callable[[str], bool]


class NotConfirmedError(ToolError):
    """The person said no; nothing was changed."""


@dataclass(frozen=True)
class Options:
    """What the command line chose. ``confirm`` asks a question; with --yes it answers itself."""

    confirm: Confirm
    allow_replacement: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What a deployment changed, one line each; nothing at all when it was there already."""

    stack: Stack
    changes: list[str]
    deployed: Deployed
    checked: list[str]


def check_stage(stage: str) -> None:
    """Refuse what cannot be deployed.

    Raises:
        ToolError: the stage is `local`, or not a name for one.
    """
    if stage == LOCAL:
        raise ToolError("The stage local lives on this machine: `medley up` starts it.")
    if not STAGE_NAME.fullmatch(stage):
        raise ToolError(
            f"{stage!r} is no stage: 1 to 15 of a-z, 0-9 and -, the first one a letter."
        )


def deploy(
    service: Service, stage: str, target: Target, console: Console, options: Options
) -> Result:
    """Bring the service's stage in the account in line with the working tree.

    Raises:
        ToolError: something cannot be deployed, or went wrong; the message says what to do.
    """
    check_stage(stage)
    extras = read_extras(service)
    artefacts = Artefacts(target, stage)
    console.print(f"{service.slug}, stage {stage}, to {target.place}", highlight=False)
    stack, changes = _resources(service, stage, target, console, options, artefacts)
    with console.status("layers") as status:
        layers = layer_arns(service, stage, target, artefacts)
        changes += layers.published
        status.update("configuration")
        configure(service, stage, values_of(stack, stage, _endpoint(target)) | layers.arns)
        if said := artefacts.restore_record(service):
            console.print(said, highlight=False)
        status.update("functions and routes")
        try:
            deployed = deploy_functions(service, stage, target)
        finally:
            # Half a deployment leaves a record too.
            artefacts.keep_record(service)
        changes += deployed.changes
        changes += apply_extras(target, deployed.functions, extras)
        changes += keep_logs(service, stage, target, deployed.functions.values())
        status.update("smoke test")
        checked = smoke_test(service, stage, target, deployed)
    return Result(stack, changes, deployed, checked)


def report(result: Result, console: Console) -> None:
    """The summary: what changed, and where everything is."""
    for change in result.changes:
        console.print(f"  {change}", highlight=False, soft_wrap=True)
    if not result.changes:
        console.print("No change: everything was there already.")
    lines = [("stack", result.stack.name)]
    lines += [("function", arn.rpartition(":")[2]) for arn in result.deployed.functions.values()]
    lines += [("checked", line) for line in result.checked]
    if result.deployed.url:
        lines += [("page", result.deployed.url), ("health", f"{result.deployed.url}health")]
    else:
        lines += [("routes", "not served: no REST API was made at this endpoint")]
    for name, value in lines:
        console.print(f"{name:<10}{value}", highlight=False, soft_wrap=True)


def _endpoint(target: Target) -> str | None:
    return target.endpoint_url if target.embedded else None


def _resources(
    service: Service,
    stage: str,
    target: Target,
    console: Console,
    options: Options,
    artefacts: Artefacts,
) -> tuple[Stack, list[str]]:
    cloudformation = target.client("cloudformation")
    name = service.stack_name(stage)
    template = load_template(service.template)
    declared = template.get("Parameters", {})
    if unknown := sorted(set(options.parameters) - set(declared)):
        raise ToolError(f"{name} has no parameter {unknown[0]}. It has: {', '.join(declared)}.")
    with console.status(f"what would change in {name}"):
        change_set = change_sets.prepare(
            cloudformation,
            name,
            artefacts.template_source(name, template),
            declared=declared,
            parameters={**options.parameters, "Stage": stage},
            tags={"Application": service.slug, "Stage": stage},
            poll=target.poll,
        )
    if change_set.empty:
        console.print(f"Stack {name}: no change.", highlight=False)
        stack = read_stack(cloudformation, name)
        if stack is None:
            raise StackError(f"The stack {name} has gone.")
        return stack, []
    try:
        show_and_ask(change_set, console, options)
    except BaseException:
        change_sets.discard(cloudformation, change_set)
        raise
    with console.status(f"stack {name}") as status:
        stack = change_sets.execute(
            cloudformation, change_set, poll=target.poll, progress=status.update
        )
    verb = "made" if change_set.creates else "changed"
    return stack, [f"stack {name}: {verb}, {len(change_set.changes)} resources"]


def show_and_ask(change_set: ChangeSet, console: Console, options: Options) -> None:
    """Show the changes and get a yes.

    Raises:
        StackError: stored things would go, and the options do not allow it.
        NotConfirmedError: the person said no.
    """
    if change_set.changes:
        console.print(change_sets.table_of(change_set))
    else:
        console.print(f"Stack {change_set.stack}: only outputs, tags or descriptions change.")
    if change_set.losses and not options.allow_replacement:
        names = ", ".join(change.logical_id for change in change_set.losses)
        raise StackError(
            f"{names} would be replaced or removed, with all that is stored there. "
            "Nothing was changed. --allow-replacement allows it."
        )
    if not options.confirm("Apply this?"):
        raise NotConfirmedError("Nothing was changed.")
