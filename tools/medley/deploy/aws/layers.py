"""Layers of one stage: published through S3, and known by the hash of their content."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from medley.deploy.aws.artefacts import Artefacts
from medley.deploy.aws.target import Target
from medley.deploy.errors import StackError
from medley.deploy.services import Service
from medley.layers.archive import Archive
from medley.layers.catalogue import Layer
from medley.package.budgets import layers_of

Build = Callable[[Layer], Archive]


@dataclass(frozen=True)
class Layers:
    """``arns`` by the placeholder in config.json.in; ``published`` are the new ones."""

    arns: dict[str, str]
    published: list[str]


def layer_name(stage: str, layer: Layer) -> str:
    """A layer's name in the account; one stage never sees another one's versions."""
    return f"medley-{stage}-{layer.name}"


def layer_arns(
    service: Service,
    stage: str,
    target: Target,
    artefacts: Artefacts,
    build: Build | None = None,
) -> Layers:
    """The layers that the service's functions name, each published unless its content is there.

    MiniStack's functions see this machine's environment, so there each ARN is empty, and
    `medley configure` leaves it out.

    Raises:
        LayerError: one could not be built here.
    """
    needed = {layer.placeholder: layer for used in layers_of(service).values() for layer in used}
    if target.embedded:
        return Layers(dict.fromkeys(needed, ""), [])
    arns, published = {}, []
    for placeholder, layer in needed.items():
        archive = (build or build_layer)(layer)
        name = layer_name(stage, layer)
        arn = find_version(target.client("lambda"), name, archive.digest)
        if arn is None:
            arn = _publish(target, artefacts, name, archive)
            published.append(f"layer {arn}: published, {archive.zipped / 1e6:.1f} MB")
        arns[placeholder] = arn
    return Layers(arns, published)


def find_version(client: Any, name: str, digest: str) -> str | None:
    """The ARN of the layer's version with that content."""
    for page in client.get_paginator("list_layer_versions").paginate(LayerName=name):
        for version in page["LayerVersions"]:
            if version.get("Description") == description(digest):
                arn: str = version["LayerVersionArn"]
                return arn
    return None


def published_arns(service: Service, stage: str, client: Any) -> dict[str, str]:
    """The newest version of each layer that the service's functions name, by its placeholder.

    Raises:
        StackError: one was never published for the stage.
    """
    arns = {}
    for layer in {layer for used in layers_of(service).values() for layer in used}:
        name = layer_name(stage, layer)
        versions = client.list_layer_versions(LayerName=name, MaxItems=1)["LayerVersions"]
        if not versions:
            raise StackError(
                f"There is no layer {name}. "
                f"`medley deploy {service.slug} --stage {stage}` publishes it."
            )
        arns[layer.placeholder] = versions[0]["LayerVersionArn"]
    return arns


def description(digest: str) -> str:
    """What a version is known by."""
    return f"sha256:{digest}"


def remove_layers(stage: str, target: Target) -> list[str]:
    """Remove every version of every layer of the stage; what was removed."""
    from medley.layers.catalogue import LAYERS

    client = target.client("lambda")
    removed = []
    for name in (layer_name(stage, layer) for layer in LAYERS):
        pages = client.get_paginator("list_layer_versions").paginate(LayerName=name)
        for version in [one for page in pages for one in page["LayerVersions"]]:
            client.delete_layer_version(LayerName=name, VersionNumber=version["Version"])
            removed.append(f"layer {name}:{version['Version']}: removed")
    return removed


def build_layer(layer: Layer) -> Archive:
    """The layer's zip, from the cache if nothing of it has changed."""
    # Late: it needs uv and, for programs, apt.
    from medley.layers.build import build

    return build(layer).archive


def _publish(target: Target, artefacts: Artefacts, name: str, archive: Archive) -> str:
    from medley.layers.build import ARCHITECTURE, RUNTIME

    key = f"layers/{archive.path.name}"
    artefacts.upload(key, archive.path)
    made = target.client("lambda").publish_layer_version(
        LayerName=name,
        Description=description(archive.digest),
        Content={"S3Bucket": artefacts.bucket, "S3Key": key},
        CompatibleRuntimes=[RUNTIME],
        CompatibleArchitectures=[ARCHITECTURE],
    )
    arn: str = made["LayerVersionArn"]
    return arn
