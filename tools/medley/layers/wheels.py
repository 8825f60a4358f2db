"""Packages of the lock, unpacked for Lambda: its Python, its processor, its C library."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from medley.layers.errors import LayerError
from medley.paths import ROOT

PYTHON_VERSION = "3.13"
# Amazon Linux 2023 has glibc 2.34, and a wheel for an older one runs there too.
PLATFORM = "x86_64-manylinux_2_34"
# Published as source only, and pure Python when built without libvips' headers; its compiled half
# is the wheel pyvips-binary.
SOURCE_ONLY = ("pyvips",)
_NAME = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")


def find_uv() -> str:
    """The uv of the PATH, or the one that `make setup` made.

    Raises:
        LayerError: neither is there.
    """
    local = ROOT / ".tools" / "uv" / "bin" / "uv"
    uv = shutil.which("uv") or (str(local) if local.exists() else None)
    if uv is None:
        raise LayerError("uv is missing. `make setup` brings it.")
    return uv


def locked(group: str, packages: Sequence[str]) -> dict[str, str]:
    """The requirement of each package as the lock has it in ``group``, with its hashes.

    Raises:
        LayerError: the group lacks a package, or uv cannot read the lock.
    """
    wanted = list(dict.fromkeys(packages))
    export = [find_uv(), "export", "--frozen", "--quiet", "--only-group", group]
    exported = run([*export, "--no-emit-project", "--no-annotate", "--no-header"], cwd=ROOT)
    found = {}
    for line in exported.replace("\\\n", "").splitlines():
        if match := _NAME.match(line):
            found[match[1]] = " ".join(line.split())
    if missing := [name for name in wanted if name not in found]:
        raise LayerError(f"{missing[0]} is not in group {group} of uv.lock.")
    return {name: found[name] for name in wanted}


def version_of(requirement: str) -> str:
    """The version in a line of ``locked``."""
    match = _NAME.match(requirement)
    if match is None:
        raise LayerError(f"{requirement!r} has no version.")
    return match[2]


def unpack(requirements: Sequence[str], folder: Path) -> None:
    """Unpack exactly these packages, without what they require, into ``folder``.

    Raises:
        LayerError: one has no wheel for Lambda, another hash than the lock's, or was compiled here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    listed = folder.with_suffix(".txt")
    listed.write_text("\n".join(requirements) + "\n")
    command = [find_uv(), "pip", "install", "--quiet", "--python", sys.executable]
    command += ["--target", str(folder), "--requirement", str(listed)]
    command += ["--python-version", PYTHON_VERSION, "--python-platform", PLATFORM]
    command += ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--no-compile-bytecode"]
    for package in SOURCE_ONLY:
        command += ["--no-binary", package]
    # A link would lead trims and modes into uv's cache.
    command += ["--link-mode", "copy"]
    run(command, cwd=folder.parent)
    for package in SOURCE_ONLY:
        for wheel in folder.glob(f"{package}-*.dist-info/WHEEL"):
            if "Root-Is-Purelib: true" not in wheel.read_text():
                raise LayerError(f"{package} was compiled for this machine, and may not run there.")


def trim(folder: Path, patterns: Sequence[str], keep: Sequence[str] = ()) -> None:
    """Remove what matches, but for what ``keep`` matches; no match is no error."""
    kept = {path for pattern in keep for path in folder.glob(pattern)}
    for pattern in patterns:
        for path in sorted(folder.glob(pattern)):
            if path in kept:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def run(command: Sequence[str], cwd: Path | None = None) -> str:
    """What a program prints.

    Raises:
        LayerError: it failed; with the end of what it said.
    """
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-6:]
        raise LayerError(f"{Path(command[0]).name} failed: " + "\n".join(said))
    return done.stdout
