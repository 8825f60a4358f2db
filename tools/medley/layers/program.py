"""A program of Debian that runs on another Linux: its libraries and its loader come along.

Lambda's C library is older than the one that Debian's programs ask for. So the program is started
by Debian's own loader, with Debian's own libraries, and sees nothing of the system's. They lie in
a folder of their own: ``/opt/lib`` itself is on the runtime's search path.
"""

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from medley.layers import debian
from medley.layers.catalogue import DebianProgram
from medley.layers.errors import LayerError
from medley.layers.wheels import run

LIBRARIES = Path("usr/lib/x86_64-linux-gnu")
LOADER = "ld-linux-x86-64.so.2"
START = """#!/bin/sh
# Started by its own loader: see docs/decisions/0006-layers-without-docker.md.
here=${{0%/*}}/..
export {variable}="${{{variable}:-$here/{folder}}}"
exec "$here/lib/{name}/{loader}" --inhibit-cache --library-path "$here/lib/{name}" \\
  --argv0 {name} "$here/lib/{name}/{name}" "$@"
"""


@dataclass(frozen=True)
class Bundle:
    """What went into the layer."""

    release: str
    packages: list[dict[str, str]]


def bundle(program: DebianProgram, folder: Path, work: Path, cache: Path) -> Bundle:
    """Put the program into ``folder``, which becomes ``/opt``; ``work`` is for scratch.

    Raises:
        LayerError: this is no Debian, or a library or file is missing.
    """
    release = debian.release()
    packages = debian.with_libraries(program.packages)
    root = work / "debian"
    owner: dict[str, str] = {}
    for package, path in zip(packages, debian.fetch(packages, cache), strict=True):
        owner |= dict.fromkeys(debian.unpack(path, root), package.name)

    executable = root / "usr/bin" / program.name
    place = folder / "lib" / program.name
    place.mkdir(parents=True)
    used = set(program.packages)
    for source in [executable, *_libraries(executable, root)]:
        target = place / source.name
        # The name that is asked for, with the bytes of the file that it links to.
        shutil.copyfile(_inside(source, root), target)
        used.add(owner[source.relative_to(root).as_posix()])
    for name in (program.name, LOADER):
        (place / name).chmod(0o755)
    _copy_data(program, root, folder)
    _write_start(program, folder)
    _copy_licences(sorted(used), root, folder)
    return Bundle(release, [asdict(package) for package in packages if package.name in used])


def _libraries(executable: Path, root: Path) -> list[Path]:
    """Every library that the loader would load, and the loader itself."""
    folder = root / LIBRARIES
    loader = _inside(folder / LOADER, root)
    loader.chmod(0o755)
    listed = run(
        [str(loader), "--inhibit-cache", "--library-path", str(folder), "--list", str(executable)]
    )
    found = {folder / LOADER}
    for line in listed.splitlines():
        name, arrow, place = line.strip().partition(" => ")
        if not arrow:
            continue  # the kernel's own, and the loader
        path = Path(place.split(" (")[0])
        if not path.is_relative_to(root):
            raise LayerError(f"{executable.name} needs {name}, which no package brings.")
        found.add(path)
    return sorted(found)


def _inside(path: Path, root: Path) -> Path:
    """The file that ``path`` links to, with absolute links taken from ``root``."""
    while path.is_symlink():
        link = path.readlink()
        path = root / link.relative_to("/") if link.is_absolute() else path.parent / link
    if not path.exists():
        raise LayerError(f"{path.name} is missing in the packages.")
    return path


def _copy_data(program: DebianProgram, root: Path, folder: Path) -> None:
    target = folder / program.data_folder
    target.mkdir(parents=True)
    for pattern in program.data:
        matches = list(root.glob(pattern))
        if not matches:
            raise LayerError(f"{pattern} is missing in the packages.")
        for path in matches:
            if path.is_dir():
                shutil.copytree(path, target / path.name, copy_function=shutil.copyfile)
            else:
                shutil.copyfile(path, target / path.name)


def _write_start(program: DebianProgram, folder: Path) -> None:
    start = folder / "bin" / program.name
    start.parent.mkdir(exist_ok=True)
    start.write_text(
        START.format(
            name=program.name,
            loader=LOADER,
            variable=program.data_variable,
            folder=program.data_folder,
        )
    )
    start.chmod(0o755)


def _copy_licences(packages: Sequence[str], root: Path, folder: Path) -> None:
    for name in packages:
        documents = root / "usr/share/doc" / name
        copyright_ = _inside(_inside(documents, root) / "copyright", root)
        target = folder / "share/doc" / name / "copyright"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(copyright_, target)
