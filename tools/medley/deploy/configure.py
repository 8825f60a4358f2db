"""Chalice's configuration and policy of one stage, rendered from a stack's outputs.

``.chalice/config.json.in`` is a ``config.json`` whose strings may hold ``${Name}``: an output of
the service's stack, or Stage, Region, AccountId, Partition. Its ``stages`` hold ``local`` and
others by name; a key ``${Stage}`` stands for every stage that has no entry of its own.

``.chalice/policy.json.in`` is a policy for each function, by its name; or one policy for all.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from medley.deploy.errors import ConfigureError, StackError
from medley.deploy.services import Service
from medley.deploy.stacks import Stack, read_stack

LOCAL = "local"
ANY_STAGE = "${Stage}"
ENDPOINT = "EndpointUrl"
_NAME = re.compile(r"\$\{(\w+)\}")
Document = dict[str, Any]


def values_of(stack: Stack, stage: str, endpoint_url: str | None = None) -> dict[str, str]:
    """What the placeholders of a stage stand for."""
    values = {
        **stack.outputs,
        "Stage": stage,
        "Region": stack.region,
        "AccountId": stack.account_id,
        "Partition": stack.partition,
    }
    return values | ({ENDPOINT: endpoint_url} if endpoint_url else {})


def render_config(service: Service, stage: str, values: Mapping[str, str]) -> Document:
    """The whole config.json with ``stage`` as its only stage.

    Raises:
        ConfigureError: no template, no such stage in it, or a name that has no value.
    """
    path = service.config_template
    template = _read(path)
    stages = template.pop("stages", {})
    if (chosen := stages.get(stage, stages.get(ANY_STAGE))) is None:
        known = ", ".join(key for key in stages if key != ANY_STAGE) or "none"
        raise ConfigureError(f"{path} has no stage {stage!r}. It has: {known}.")
    if functions := functions_of(_read(service.policy_template)):
        chosen = {key: value for key, value in chosen.items() if key != "iam_policy_file"}
        chosen = with_policy_files(chosen, {name: policy_file(stage, name) for name in functions})
    template, chosen = _layers_to_stage(template, chosen)
    document: Document = {**template, "stages": {stage: chosen}}
    if stage == LOCAL:
        document = _without(document, lambda key, _: key == "layers")
    if ENDPOINT not in values:
        # The endpoint is the embedded AWS; a real stage finds its own.
        document = _without(document, _names_the_endpoint)
    rendered: Document = _render(_layers_split(document, values), values, path)
    if stage == LOCAL:
        environment = rendered["stages"][LOCAL].setdefault("environment_variables", {})
        for name, value in local_environment(values).items():
            environment.setdefault(name, value)
    return rendered


def render_policy(service: Service, values: Mapping[str, str]) -> Document:
    """The policy of each function by its name, or the one policy of all (see functions_of).

    Raises:
        ConfigureError: no template, or a name that has no value.
    """
    rendered: Document = _render(_read(service.policy_template), values, service.policy_template)
    return rendered


def functions_of(policy: Document) -> list[str]:
    """The functions that a policy template has a policy for; none when it is one for all."""
    each = all(isinstance(value, dict) and "Statement" in value for value in policy.values())
    return list(policy) if each else []


def policy_file(stage: str, function: str | None = None) -> str:
    """The name of a policy's file beside config.json."""
    return f"policy-{stage}-{function}.json" if function else f"policy-{stage}.json"


def with_policy_files(settings: Document, files: Mapping[str, str]) -> Document:
    """A stage's settings, with the policy file of each function; Chalice makes a role of each."""
    functions = settings.get("lambda_functions", {})
    own = {
        name: {**functions.get(name, {}), "iam_policy_file": file} for name, file in files.items()
    }
    return {**settings, "lambda_functions": {**functions, **own}}


def local_environment(values: Mapping[str, str]) -> dict[str, str]:
    """What a plain ``chalice local`` needs so that boto3 finds the embedded AWS."""
    return {
        "AWS_ENDPOINT_URL": values[ENDPOINT],
        "AWS_DEFAULT_REGION": values["Region"],
        "AWS_ACCESS_KEY_ID": values["AccountId"],
        "AWS_SECRET_ACCESS_KEY": "local",
    }


def configure(service: Service, stage: str, values: Mapping[str, str]) -> list[Path]:
    """Write config.json (other stages in it stay) and the stage's policies; the files written."""
    folder = service.folder / ".chalice"
    config_path = folder / "config.json"
    config = render_config(service, stage, values)
    policy = render_policy(service, values)
    if config_path.exists():
        config["stages"] = {**_read(config_path).get("stages", {}), **config["stages"]}
    documents = {config_path: config}
    if functions := functions_of(policy):
        documents |= {folder / policy_file(stage, name): policy[name] for name in functions}
    else:
        documents[folder / policy_file(stage)] = policy
    for path, document in documents.items():
        # Written beside and moved, so that a reader never sees half a file.
        beside = path.with_name(path.name + ".new")
        beside.write_text(json.dumps(document, indent=2) + "\n")
        beside.replace(path)
    return list(documents)


def configure_from_aws(
    service: Service,
    stage: str,
    cloudformation: Any,
    endpoint_url: str | None = None,
    layers: Callable[[], Mapping[str, str]] = dict,
) -> list[Path]:
    """Configure a stage from the stack in the account that ``cloudformation`` reaches.

    Args:
        service: The service.
        stage: Its stage.
        cloudformation: A client of CloudFormation.
        endpoint_url: That of the embedded AWS, for stage ``local``.
        layers: Looks up the layers' ARNs, by their placeholders.

    Raises:
        StackError: the stack is missing; the message holds the command that makes it.
        ConfigureError: see render_config.
    """
    name = service.stack_name(stage)
    stack = read_stack(cloudformation, name)
    if stack is None:
        raise StackError(
            f"There is no stack {name} in {cloudformation.meta.region_name}. "
            f"`medley deploy {service.slug} --stage {stage}` makes it."
        )
    return configure(service, stage, values_of(stack, stage, endpoint_url) | dict(layers()))


def _read(path: Path) -> Document:
    try:
        document = json.loads(path.read_text())
    except FileNotFoundError:
        raise ConfigureError(f"{path} is missing") from None
    except ValueError as error:
        raise ConfigureError(f"{path} is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise ConfigureError(f"{path} is not a JSON object")
    return document


def _render(node: Any, values: Mapping[str, str], path: Path) -> Any:
    if isinstance(node, dict):
        return {key: _render(value, values, path) for key, value in node.items()}
    if isinstance(node, list):
        return [_render(value, values, path) for value in node]
    if not isinstance(node, str):
        return node
    if missing := [name for name in _NAME.findall(node) if name not in values]:
        raise ConfigureError(
            f"{path} names ${{{missing[0]}}}, which is no output of the stack. "
            f"There are: {', '.join(sorted(values))}."
        )
    return _NAME.sub(lambda match: values[match[1]], node)


def _without(node: Any, drop: Callable[[str, Any], bool]) -> Any:
    """``node`` without the entries of its mappings for which ``drop(key, value)`` holds."""
    if isinstance(node, list):
        return [_without(value, drop) for value in node]
    if not isinstance(node, dict):
        return node
    return {key: _without(value, drop) for key, value in node.items() if not drop(key, value)}


def _names_the_endpoint(_: str, value: Any) -> bool:
    return isinstance(value, str) and f"${{{ENDPOINT}}}" in value


def _layers_to_stage(template: Document, settings: Document) -> tuple[Document, Document]:
    """Each function's layers among the stage's own settings, since their ARNs differ by stage."""
    layers = {
        name: {"layers": function["layers"]}
        for name, function in template.get("lambda_functions", {}).items()
        if "layers" in function
    }
    if not layers:
        return template, settings
    shared = _without(template["lambda_functions"], lambda key, _: key == "layers")
    own = settings.get("lambda_functions", {})
    own = own | {name: found | own.get(name, {}) for name, found in layers.items()}
    return template | {"lambda_functions": shared}, settings | {"lambda_functions": own}


def _layers_split(node: Any, values: Mapping[str, str]) -> Any:
    """Lists of layers may come as one output with commas: ``"layers": "${OcrLayerArns}"``."""
    if isinstance(node, list):
        return [_layers_split(value, values) for value in node]
    if not isinstance(node, dict):
        return node
    result = {}
    for key, value in node.items():
        if key == "layers":
            entries = [value] if isinstance(value, str) else value
            filled = [_NAME.sub(lambda m: values.get(m[1], m[0]), entry) for entry in entries]
            result[key] = [arn for entry in filled for arn in entry.split(",") if arn]
        else:
            result[key] = _layers_split(value, values)
    return result
