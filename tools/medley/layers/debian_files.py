"""Single files of Debian packages, such as fonts, with the packages' licences."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from medley.layers import debian
from medley.layers.debian import DebianPackage
from medley.layers.errors import LayerError


@dataclass(frozen=True)
class DebianFiles:
    """Files of one package.

    ``paths`` are patterns in the package, each with at least one match; ``into`` is the folder
    that gets them, below ``/opt`` in a layer. Links become the files that they lead to.
    """

    package: str
    paths: tuple[str, ...]
    into: str


def offered(files: Sequence[DebianFiles]) -> list[DebianPackage]:
    """The packages as this machine's release has them, by name.

    Raises:
        LayerError: apt does not know one.
    """
    wanted = {one.package for one in files}
    return [package for package in debian.with_libraries(sorted(wanted)) if package.name in wanted]


def bring(
    files: Sequence[DebianFiles], packages: Sequence[DebianPackage], folder: Path, cache: Path
) -> None:
    """Copy the files into ``folder``, and the licences into its ``share/doc``.

    Raises:
        LayerError: a download failed, or a pattern matches nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".unpacking-") as work:
        roots = {}
        for package, path in zip(packages, debian.fetch(packages, cache), strict=True):
            roots[package.name] = Path(work) / package.name
            debian.unpack(path, roots[package.name])
        for one in files:
            _copy(one, roots[one.package], folder)
        for name, root in roots.items():
            target = folder / "share/doc" / name / "copyright"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / "usr/share/doc" / name / "copyright", target)


def _copy(one: DebianFiles, root: Path, folder: Path) -> None:
    target = folder / one.into
    target.mkdir(parents=True, exist_ok=True)
    for pattern in one.paths:
        matches = sorted(root.glob(pattern))
        if not matches:
            raise LayerError(f"{pattern} is missing in {one.package}.")
        for path in matches:
            shutil.copyfile(path, target / path.name)
