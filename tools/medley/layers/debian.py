"""Debian packages of this machine's release, without installing any and without root."""

import hashlib
import platform
import shutil
import subprocess
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from medley.layers.errors import LayerError, OtherMachineError
from medley.layers.wheels import run

ARCHITECTURE = "amd64"
NEEDED = ("apt-cache", "apt-get", "dpkg", "dpkg-deb")


@dataclass(frozen=True)
class DebianPackage:
    """One package as the release offers it."""

    name: str
    version: str
    sha256: str


def release() -> str:
    """This machine's release, such as ``debian 12``.

    Raises:
        OtherMachineError: it is no Debian for Lambda's processor.
    """
    facts = platform.freedesktop_os_release() if Path("/etc/os-release").exists() else {}
    family = {facts.get("ID", ""), *facts.get("ID_LIKE", "").split()}
    lacks = [name for name in NEEDED if shutil.which(name) is None]
    if "debian" not in family or lacks:
        raise OtherMachineError(
            "This layer is made of Debian's packages, so only Debian and systems like it can build "
            "it. A container of debian:12 will do; or go without it: BIB_ENGINE=ppocr never asks "
            "for it."
        )
    if (here := run(["dpkg", "--print-architecture"]).strip()) != ARCHITECTURE:
        raise OtherMachineError(f"The layers are for {ARCHITECTURE}, and this machine is {here}.")
    return f"{facts['ID']} {facts.get('VERSION_ID', 'testing')}"


def with_libraries(packages: Sequence[str]) -> list[DebianPackage]:
    """``packages`` and every package of libraries that they depend on, by name.

    Raises:
        LayerError: apt does not know one.
    """
    no = [f"--no-{kind}" for kind in ("recommends", "suggests", "conflicts", "breaks", "replaces")]
    tree = run(["apt-cache", "depends", "--recurse", "--no-enhances", *no, *packages])
    names = sorted({line for line in tree.splitlines() if line and line[0] not in " <|"})
    found = {}
    for record in run(["apt-cache", "show", "--no-all-versions", *names]).split("\n\n"):
        fields = dict(
            line.split(": ", 1)
            for line in record.splitlines()
            if ": " in line and not line.startswith(" ")
        )
        name = fields.get("Package", "")
        if name in packages or fields.get("Section") == "libs":
            if "SHA256" not in fields:
                raise LayerError(_STALE.format(what=name))
            found[name] = DebianPackage(name, fields["Version"], fields["SHA256"])
    if missing := [name for name in packages if name not in found]:
        raise LayerError(_STALE.format(what=missing[0]))
    return [found[name] for name in sorted(found)]


_STALE = "apt cannot offer {what}. Run `apt-get update` as root, then build again."


def fetch(packages: Sequence[DebianPackage], cache: Path) -> list[Path]:
    """The packages' files; those that the cache lacks are downloaded and checked.

    Raises:
        LayerError: a download failed, or is not what the release's index says.
    """
    cache.mkdir(parents=True, exist_ok=True)
    missing = [package for package in packages if not _cached(cache, package).exists()]
    if missing:
        with TemporaryDirectory(dir=cache) as folder:
            wanted = [f"{package.name}={package.version}" for package in missing]
            try:
                run(["apt-get", "download", "--quiet", *wanted], cwd=Path(folder))
            except LayerError as error:
                raise LayerError(f"{_STALE.format(what='a package')}\n{error}") from None
            got = {_sha256(path): path for path in Path(folder).glob("*.deb")}
            for package in missing:
                if package.sha256 not in got:
                    raise LayerError(f"{package.name} is not what the release's index says.")
                got[package.sha256].replace(_cached(cache, package))
    return [_cached(cache, package) for package in packages]


def unpack(package: Path, folder: Path) -> list[str]:
    """Unpack one package's files over ``folder``, which has one ``usr``; their names."""
    names = []
    command = ["dpkg-deb", "--fsys-tarfile", str(package)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as opened,
        tarfile.open(fileobj=opened.stdout, mode="r|") as files,
    ):
        for member in files:
            member.name = _merged(member.name)
            if member.isdir() or not member.name.startswith("usr/"):
                continue
            if member.islnk():
                member.linkname = _merged(member.linkname)
            # Signed packages of the release; their links are absolute, which "data" refuses.
            files.extract(member, folder, set_attrs=False, filter="fully_trusted")
            names.append(member.name)
    if opened.returncode:
        raise LayerError(f"{package.name} cannot be unpacked.")
    return names


def _merged(name: str) -> str:
    """The name below ``usr``, for releases that still have some libraries in ``/lib``."""
    name = name.removeprefix("./")
    return f"usr/{name}" if name.startswith(("lib/", "bin/")) else name


def _cached(cache: Path, package: DebianPackage) -> Path:
    return cache / f"{package.sha256}.deb"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
