"""Every service has the same rooms, with the same names."""

import re
import subprocess
from pathlib import Path

from house_rules.imports import ROOMS

FILES = (
    "app.py",
    "state_machine.py",
    "state_machine.asl.json",
    "policies.py",
    "resources.yaml",
    "requirements.txt",
    ".chalice/config.json.in",
    ".chalice/policy.json.in",
    "README.md",
)
LINK = "../../../shared"
# Every room but `settings`, which may live in shared/settings.py or bootstrap.py, and `worker`,
# which only a service has whose work may be done in a container.
NEEDED = tuple(room for room in ROOMS if room not in {"settings", "worker"})
LONGEST = 300


def missing(service: Path) -> list[str]:
    """The rooms that a service lacks, and the things that must not be there."""
    package = service / "chalicelib" / service.name.replace("-", "_")
    wrong = [f"no {name}" for name in FILES if not (service / name).is_file()]
    for room in NEEDED:
        file, folder = package / f"{room}.py", package / room
        found = file.is_file() + any(folder.glob("*.py"))
        if found != 1:
            wrong.append(f"{room}: {'both a file and a folder' if found else 'no such room'}")
    strangers = {
        entry.name.removesuffix(".py")
        for entry in package.iterdir()
        if entry.suffix == ".py" or any(entry.glob("*.py"))
    } - {*ROOMS, "__init__", "__pycache__"}
    wrong += [f"{name} is no room of the house" for name in sorted(strangers)]
    if (service / "chalicelib" / "__init__.py").exists():
        wrong.append("chalicelib/__init__.py: five services could not live in one process")
    link = service / "vendor" / "shared"
    if not link.is_symlink() or str(link.readlink()) != LINK:
        wrong.append(f"vendor/shared is not a link to {LINK}")
    return wrong


def pinned(requirements: str) -> list[str]:
    """Every requirement is of one exact version, from a package index."""
    lines = [line.split("#")[0].strip() for line in requirements.splitlines()]
    return [
        f"not pinned: {line}"
        for line in lines
        if line and not re.match(r"^[A-Za-z0-9._-]+(\[[a-z0-9,_-]+\])?==[^;*\s]+(\s*;.*)?$", line)
    ]


def tracked(root: Path) -> list[str]:
    """The files that git tracks, or would: neither ignored nor committed yet counts as well."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607
        cwd=root,
        capture_output=True,
        check=True,
        text=True,
    )
    return [name for name in listed.stdout.split("\0") if name]


def litter(names: list[str]) -> list[str]:
    """What is never committed: compiled files, rendered configuration, deployments."""
    never = re.compile(
        r"(^|/)__pycache__/|\.pyc$|\.chalice/(config\.json$|policy-|deployed/|deployments/)"
    )
    return [name for name in names if never.search(name)]


def too_long(lines_of: dict[str, int]) -> list[str]:
    """A Python file that goes over 300 lines wants to be two."""
    return [f"{name}: {lines} lines" for name, lines in lines_of.items() if lines > LONGEST]
