"""A service's function package: Chalice's own, but exactly as locked and the same each time.

All functions of a service share one package: the app, ``chalicelib/``, what ``vendor/`` links to,
a part of Chalice, and the packages of requirements.txt.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from chalice import __version__ as chalice_version
from chalice.deploy.packager import (
    BaseLambdaDeploymentPackager,
    DependencyBuilder,
    NoSuchPackageError,
    PackageDownloadError,
)
from chalice.utils import UI, OSUtils

from medley.layers import wheels
from medley.layers.archive import Archive, pack, settle
from medley.layers.build import RUNTIME
from medley.layers.catalogue import NEVER
from medley.layers.errors import LayerError
from medley.paths import ROOT, STATE

OUT = ROOT / "build" / "packages"
# Lambda's runtime brings these, and a second botocore would be 25 MB.
PROVIDED = {"boto3", "botocore", "s3transfer"}
_NAME = re.compile(r"[A-Za-z0-9._-]+")


class PinnedOnly(OSUtils):
    """Chalice's pip takes what is listed and nothing that this requires: all of it is listed."""

    def environ(self) -> dict[str, str]:
        """The environment of pip."""
        return {**os.environ, "PIP_NO_DEPS": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


class LockedPackager(BaseLambdaDeploymentPackager):
    """Chalice's packager; it can take the place of the one in a deployment."""

    def __init__(self, out: Path = OUT, cache: Path | None = None, name: str | None = None) -> None:
        osutils = PinnedOnly()
        super().__init__(osutils, DependencyBuilder(osutils), UI())
        self._out = out
        self._cache = (cache or STATE / "cache") / "packages"
        self._stem = name

    def create_deployment_package(self, project_dir: str, python_version: str) -> str:
        """Chalice's entry: the path of the zip."""
        return str(self.package(Path(project_dir), python_version).path)

    def package(self, project: Path, python_version: str = RUNTIME) -> Archive:
        """Write ``<service>-<hash>.zip``.

        Raises:
            LayerError: a package has no wheel for Lambda, or could not be fetched.
        """
        packages = self._site_packages(project / "requirements.txt", python_version)
        with TemporaryDirectory() as work:
            folder = Path(work) / "task"
            shutil.copytree(packages, folder)
            for source, name in self._own_files(project):
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
            for path in folder.rglob("*"):
                if path.is_file():
                    path.chmod(0o644)
            return pack(folder, self._out, self._stem or project.name)

    def _own_files(self, project: Path) -> Iterator[tuple[Path, str]]:
        for source, name in self._iter_app_filenames(str(project)):
            if not _ignored(Path(name)):
                yield Path(source), name
        vendor = project / self._VENDOR_DIR
        for folder, _, files in os.walk(vendor, followlinks=True):
            for file in files:
                path = Path(folder) / file
                if not _ignored(path.relative_to(vendor)):
                    yield path, path.relative_to(vendor).as_posix()

    def _site_packages(self, requirements: Path, python_version: str) -> Path:
        lines = requirements.read_text().splitlines() if requirements.exists() else []
        pinned = [line for line in lines if (name := _NAME.match(line)) and name[0] not in PROVIDED]
        made_of = [*pinned, python_version, chalice_version, Path(__file__).read_text(), *NEVER]
        key = hashlib.sha256("\0".join(made_of).encode()).hexdigest()[:16]
        kept: Path = self._cache / key
        if not kept.exists():
            self._cache.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=self._cache, prefix=".building-") as work:
                listed = Path(work) / "requirements.txt"
                listed.write_text("\n".join(pinned) + "\n")
                fresh = Path(work) / "site-packages"
                fresh.mkdir()
                self._fetch(listed, fresh, python_version)
                wheels.trim(fresh, NEVER)
                settle(fresh, kept)
        return kept

    def _fetch(self, listed: Path, folder: Path, python_version: str) -> None:
        # Not the packager's own method for this: it only prints what is missing, and goes on.
        abi = self._RUNTIME_TO_ABI[python_version]
        try:
            self._dependency_builder.build_site_packages(abi, str(listed), str(folder))
        except (NoSuchPackageError, PackageDownloadError) as error:
            raise LayerError(f"pip could not fetch the packages: {error}") from error
        except Exception as error:
            missing = getattr(error, "missing", None)
            if missing is None:
                raise
            names = ", ".join(sorted(package.identifier for package in missing))
            raise LayerError(f"No wheel for Lambda of: {names}.") from error


def _ignored(path: Path) -> bool:
    return path.suffix == ".pyc" or any(
        part == "__pycache__" or part.startswith(".") for part in path.parts
    )
