"""One CloudFormation template of a service for a pipeline: resources, functions, routes, layers.

`aws cloudformation package` uploads what it points to, `aws cloudformation deploy` applies it. A
stage is deployed so, or by `medley deploy`, not by both: the two make the same names.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from medley.deploy.aws.extras import FunctionExtras, read_extras
from medley.deploy.aws.layers import Build, build_layer, layer_name
from medley.deploy.aws.references import mark, resolve
from medley.deploy.configure import render_config, render_policy
from medley.deploy.errors import StackError, TemplateError
from medley.deploy.services import Service
from medley.deploy.template import load_template
from medley.deploy.workspace import Workspace
from medley.layers.archive import Archive
from medley.layers.build import ARCHITECTURE, RUNTIME
from medley.package.budgets import layers_of
from medley.paths import STATE

LAST_LINES = 15
PSEUDO = {"Region": "AWS::Region", "AccountId": "AWS::AccountId", "Partition": "AWS::Partition"}
Template = dict[str, Any]


def write_template(
    service: Service, stage: str, out: Path, package: Archive, build: Build | None = None
) -> Path:
    """Write ``template.json`` and the zips that it points to into ``out``; the template's path.

    Raises:
        ToolError: something is missing, or both halves declare the same thing.
    """
    out.mkdir(parents=True, exist_ok=True)
    resources = load_template(service.template)
    references: dict[str, dict[str, Any]] = {
        name: output["Value"] for name, output in resources.get("Outputs", {}).items()
    }
    references |= {name: {"Ref": value} for name, value in PSEUDO.items()}
    needed = {layer.placeholder: layer for used in layers_of(service).values() for layer in used}
    references |= {name: {"Ref": name.removesuffix("Arn")} for name in needed}
    values = {name: mark(name) for name in references} | {"Stage": stage}

    own = out / package.path.name
    shutil.copyfile(package.path, own)
    sam, names = _chalice(service, stage, values, own)
    template = _merged(resources, sam, stage)
    for placeholder, layer in needed.items():
        archive = (build or build_layer)(layer)
        shutil.copyfile(archive.path, out / archive.path.name)
        template["Resources"][placeholder.removesuffix("Arn")] = _layer(
            layer_name(stage, layer), archive
        )
    complete(template, names, read_extras(service), own.name)
    path = out / "template.json"
    path.write_text(json.dumps(resolve(template, references), indent=2) + "\n")
    return path


def complete(
    template: Template, names: Mapping[str, str], extras: Mapping[str, FunctionExtras], zip_: str
) -> None:
    """Give the functions the names that the state machine calls, and what Chalice lacks."""
    for handler, name in names.items():
        logical_id = logical_id_of(template, handler)
        properties = template["Resources"][logical_id]["Properties"]
        properties |= {"FunctionName": name, "CodeUri": zip_}
        entry = extras.get(handler, FunctionExtras())
        properties["EphemeralStorage"] = {"Size": entry.ephemeral_storage_mb}
        if not properties.get("Tags"):
            properties.pop("Tags", None)
        for event in properties.get("Events", {}).values():
            if event["Type"] == "SQS" and entry.function_response_types:
                event["Properties"]["FunctionResponseTypes"] = list(entry.function_response_types)
        for resource in template["Resources"].values():
            # Chalice names the group after the function, and then gives the routes' one another
            # logical id; a group that only needs a name also comes before its function.
            if resource["Type"] == "AWS::Logs::LogGroup":
                group = resource["Properties"]["LogGroupName"]
                if group == {"Fn::Sub": f"/aws/lambda/${{{chalice_id(handler)}}}"}:
                    resource["Properties"]["LogGroupName"] = f"/aws/lambda/{name}"


def logical_id_of(template: Template, handler: str) -> str:
    """The function's place in the template."""
    chosen = "APIHandler" if handler == "api_handler" else chalice_id(handler)
    if chosen not in template["Resources"]:
        raise TemplateError(f"Chalice's template has no {chosen} for {handler}.")
    return chosen


def chalice_id(handler: str) -> str:
    """Chalice's logical id of a handler."""
    from chalice.utils import to_cfn_resource_name

    name: str = to_cfn_resource_name(handler)
    return name


def _merged(resources: Template, sam: Template, stage: str) -> Template:
    merged = dict(sam)
    for section, content in resources.items():
        if not isinstance(content, dict):
            merged[section] = content
            continue
        if twice := sorted(set(content) & set(sam.get(section, {}))):
            raise TemplateError(f"Chalice's template and resources.yaml both have {twice[0]}.")
        merged[section] = {**content, **sam.get(section, {})}
    # The functions' names hold the stage, so it is no choice any more.
    merged["Parameters"]["Stage"] = {"Type": "String", "Default": stage, "AllowedValues": [stage]}
    return merged


def _layer(name: str, archive: Archive) -> Template:
    return {
        "Type": "AWS::Serverless::LayerVersion",
        "Properties": {
            "LayerName": name,
            "Description": f"sha256:{archive.digest}",
            "ContentUri": archive.path.name,
            "CompatibleRuntimes": [RUNTIME],
            "CompatibleArchitectures": [ARCHITECTURE],
            "RetentionPolicy": "Delete",
        },
    }


def _chalice(
    service: Service, stage: str, values: Mapping[str, str], package: Path
) -> tuple[Template, dict[str, str]]:
    """Chalice's half, and each function's name by its handler."""
    with TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        workspace.write(render_config(service, stage, values), render_policy(service, values))
        out = Path(folder) / "sam.json"
        done = subprocess.run(
            [
                *(sys.executable, "-m", "medley.deploy.aws.sam_step"),
                *(str(service.folder), folder, stage, str(package), str(out)),
            ],
            env={**os.environ, "PYTHONPYCACHEPREFIX": str(STATE / "pycache")},
            cwd=service.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            lines = "\n".join((done.stdout + done.stderr).strip().splitlines()[-LAST_LINES:])
            raise StackError(f"Chalice could not package {service.slug}:\n{lines}")
        document = json.loads(out.read_text())
    return document["template"], document["functions"]
