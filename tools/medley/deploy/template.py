"""resources.yaml as CloudFormation takes it in a request: long intrinsics, files inlined."""

import json
from pathlib import Path
from typing import Any

import yaml

from medley.deploy.errors import TemplateError

# These two short forms have no `Fn::` in their long form.
BARE = {"Ref", "Condition"}


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags, and dates left as the text they are in policies."""


# `Version: 2012-10-17` without quotes is a date to YAML and text to CloudFormation.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _intrinsic(loader: _Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in BARE else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _intrinsic)


def load_template(path: Path) -> dict[str, Any]:
    """Read ``path`` with its short-form intrinsics expanded and its state machines inlined.

    A machine's ``DefinitionS3Location: file`` is what ``aws cloudformation package`` uploads; here
    the file's text becomes ``DefinitionString``, and the substitutions stay.

    Raises:
        TemplateError: no such file, not YAML, or a definition that is missing or not JSON.
    """
    try:
        template = yaml.load(path.read_text(), _Loader)  # noqa: S506 # derived from SafeLoader
    except FileNotFoundError:
        raise TemplateError(f"{path} is missing") from None
    except yaml.YAMLError as error:
        raise TemplateError(f"{path} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise TemplateError(f"{path} has no Resources")
    for resource in template["Resources"].values():
        if resource.get("Type") == "AWS::StepFunctions::StateMachine":
            _inline_definition(resource.get("Properties", {}), path)
    return template


def _inline_definition(properties: dict[str, Any], template: Path) -> None:
    location = properties.get("DefinitionS3Location")
    if not isinstance(location, str):
        return
    path = template.parent / location
    try:
        definition = json.loads(path.read_text())
    except FileNotFoundError:
        raise TemplateError(f"{template} names {location}, which is missing") from None
    except ValueError as error:
        raise TemplateError(f"{path} is not JSON: {error}") from None
    del properties["DefinitionS3Location"]
    properties["DefinitionString"] = json.dumps(definition, separators=(",", ":"))
