"""What a package must keep: Lambda's limits, and what must never travel.

The sizes are below Lambda's own limits, which count a MB as 1,048,576 bytes.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from zipfile import ZipFile

from medley.deploy.services import Service
from medley.layers.archive import Archive
from medley.layers.catalogue import LAYERS, Layer
from medley.layers.errors import BudgetError

# Chalice sends the zip in the request, which may hold 50 MB; layers keep to the same.
ZIP = 50_000_000
# A function unzipped, its layers with it.
TOGETHER = 250_000_000
MOST_LAYERS = 5

# The runtime has the AWS SDK. The Step Functions SDK only renders, on a developer's machine.
NEVER_PACKED = ("boto3", "botocore", "s3transfer", "stepfunctions", "sagemaker")
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


def layers_of(service: Service) -> dict[str, list[Layer]]:
    """The layers that each function of ``config.json.in`` names, by the function's name.

    Raises:
        BudgetError: a placeholder stands for no layer.
    """
    document = json.loads(service.config_template.read_text())
    known = {layer.placeholder: layer for layer in LAYERS}
    found: dict[str, list[Layer]] = {}
    for name, function in document.get("lambda_functions", {}).items():
        entries = function.get("layers", document.get("layers", []))
        listed = json.dumps(entries)
        names = _PLACEHOLDER.findall(listed)
        if unknown := [placeholder for placeholder in names if placeholder not in known]:
            raise BudgetError(
                f"{service.config_template} names ${{{unknown[0]}}}, which is no layer. "
                f"There are: {', '.join(known)}."
            )
        found[name] = [known[placeholder] for placeholder in names]
    return found


def broken_by_size(function: Archive, layers: Mapping[str, Sequence[Archive]]) -> list[str]:
    """What is too large; ``layers`` are those of each function by its name."""
    zips = {function.path: function} | {one.path: one for used in layers.values() for one in used}
    broken = [
        f"{path.name} is {megabytes(one.zipped)} zipped; the most is {megabytes(ZIP)}"
        for path, one in zips.items()
        if one.zipped > ZIP
    ]
    for name, used in layers.items():
        together = function.unzipped + sum(layer.unzipped for layer in used)
        if together > TOGETHER:
            size, most = megabytes(together), megabytes(TOGETHER)
            broken.append(f"{name} is {size} with its layers; the most is {most}")
        if len(used) > MOST_LAYERS:
            broken.append(f"{name} has {len(used)} layers; the most is {MOST_LAYERS}")
    return broken


def broken_by_content(package: Path) -> list[str]:
    """What a zip holds that must not travel."""
    broken = []
    with ZipFile(package) as opened:
        names = opened.namelist()
        for name in NEVER_PACKED:
            if any(path.removeprefix("python/").startswith(f"{name}/") for path in names):
                broken.append(f"{package.name} holds {name}")
        if any("__pycache__" in path or path.endswith(".pyc") for path in names):
            broken.append(f"{package.name} holds compiled Python")
        for path in names:
            if path.endswith(".dist-info/WHEEL") and b"linux_x86_64" in _tags(opened.read(path)):
                broken.append(f"{package.name}: {path} was compiled for the machine that built it")
    return broken


def _tags(wheel: bytes) -> set[bytes]:
    """The platforms in a WHEEL file: ``Tag: cp313-cp313-manylinux_2_28_x86_64``."""
    lines = [line for line in wheel.splitlines() if line.startswith(b"Tag: ")]
    return {line.strip().rsplit(b"-", 1)[-1] for line in lines}


def megabytes(size: int) -> str:
    """A size in bytes for people; one MB is 1,000,000 bytes."""
    return f"{size / 1e6:.1f} MB"
