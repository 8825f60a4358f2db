"""Where things are in a service."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cfnlint.decode import decode  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Service:
    """A folder under ``services/``."""

    path: Path

    @property
    def slug(self) -> str:
        """The folder's name: ``event-images``."""
        return self.path.name

    @property
    def package_name(self) -> str:
        """The name of its package under ``chalicelib``: ``event_images``."""
        return self.slug.replace("-", "_")

    @property
    def package(self) -> Path:
        """The folder of its package."""
        return self.path / "chalicelib" / self.package_name

    @cached_property
    def machine_text(self) -> str:
        """The committed state machine."""
        return (self.path / "state_machine.asl.json").read_text("utf-8")

    @cached_property
    def machine(self) -> dict[str, Any]:
        """The committed state machine, parsed."""
        return dict(json.loads(self.machine_text))

    @cached_property
    def resources(self) -> dict[str, Any]:
        """The stack's template, with ``!Ref`` and its like as ``{"Ref": ...}``."""
        return load_template(self.path / "resources.yaml")

    @cached_property
    def config(self) -> dict[str, Any]:
        """Chalice's configuration, its placeholders unfilled."""
        return dict(json.loads((self.path / ".chalice" / "config.json.in").read_text("utf-8")))

    def room(self, name: str) -> list[Path]:
        """The files of a room: ``steps.py``, or what is in ``steps/``."""
        file, folder = self.package / f"{name}.py", self.package / name
        return [file] if file.is_file() else sorted(folder.rglob("*.py"))

    def __str__(self) -> str:
        return self.slug


def load_template(path: Path) -> dict[str, Any]:
    """A CloudFormation template as plain data.

    Raises:
        ValueError: it cannot be read; the message is cfn-lint's.
    """
    template, problems = decode(str(path))
    if template is None:
        raise ValueError("; ".join(str(problem) for problem in problems))
    # Through JSON: cfn-lint's nodes are dictionaries that know their line.
    return dict(json.loads(json.dumps(template)))


def services() -> list[Service]:
    """The services that exist."""
    folders = sorted((ROOT / "services").iterdir())
    return [Service(folder) for folder in folders if (folder / "chalicelib").is_dir()]


def python_files(folder: Path) -> list[Path]:
    """A folder's own Python files: not what is linked into it, nor what tools left there."""
    skip = {"vendor", ".venv", "__pycache__", "build", "dist"}
    return sorted(
        file
        for file in folder.rglob("*.py")
        if not any(part in skip or part.startswith(".") for part in file.relative_to(folder).parts)
    )
