"""Builds layers, and keeps each under a key of all that it is made of."""

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from medley import native
from medley.layers import catalogue, debian, debian_files, program, wheels
from medley.layers.archive import Archive, pack, remove_older, settle
from medley.layers.catalogue import Layer
from medley.layers.errors import LayerError
from medley.paths import ROOT, STATE

OUT = ROOT / "build" / "layers"
RUNTIME = "python3.13"
ARCHITECTURE = "x86_64"
MANIFEST = "manifest.json"
_KEY_LENGTH = 16
# What decides a layer's bytes beside its declaration.
_CODE = ("archive.py", "build.py", "debian.py", "debian_files.py", "program.py", "wheels.py")


@dataclass(frozen=True)
class BuiltLayer:
    """A layer's zip; ``digest`` names its content, sizes are in bytes."""

    layer: Layer
    archive: Archive
    manifest: Path
    fresh: bool


def build(layer: Layer, out: Path = OUT, cache: Path | None = None) -> BuiltLayer:
    """Build a layer, or take it from the cache; ``<name>-<hash>.zip`` and ``.json`` in ``out``.

    Raises:
        LayerError: it cannot be built here.
    """
    cache = cache or STATE / "cache"
    requirements = _requirements(layer)
    kept = cache / "layers" / f"{layer.name}-{_key(layer, requirements)}"
    fresh = not (kept / MANIFEST).exists()
    if fresh:
        _build_into(kept, layer, requirements, cache)
    return _copy_out(kept, layer, out, fresh)


def _requirements(layer: Layer) -> dict[str, str]:
    packages = [*layer.python, *(pick.package for pick in layer.picks)]
    return wheels.locked(layer.group, packages) if layer.group else {}


def _key(layer: Layer, requirements: dict[str, str]) -> str:
    """Of the layer's declaration, its packages and the code that builds it."""
    made_of = [repr(layer), *sorted(requirements.values())]
    if layer.program:
        made_of += [debian.release(), *map(repr, debian.with_libraries(layer.program.packages))]
    if layer.files:
        made_of += [debian.release(), *map(repr, debian_files.offered(layer.files))]
    if layer.kernel:
        made_of.append(native.source_digest())
    made_of += [*catalogue.NEVER, *((Path(__file__).parent / name).read_text() for name in _CODE)]
    return hashlib.sha256("\0".join(made_of).encode()).hexdigest()[:_KEY_LENGTH]


def _build_into(kept: Path, layer: Layer, requirements: dict[str, str], cache: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=kept.parent, prefix=".building-") as work_name:
        work = Path(work_name)
        opt, ready = work / "opt", work / "ready"
        opt.mkdir()
        _add_python(layer, requirements, opt)
        _add_picks(layer, requirements, opt, work)
        bundle = _add_debian(layer, opt, work, cache / "debian")
        if layer.kernel:
            library = native.build_for_lambda(opt / "lib/medley" / native.LAMBDA_NAME)
            library.chmod(0o644)
        _settle_modes(opt)
        archive = pack(opt, ready, layer.name)
        document = _manifest(layer, requirements, archive, bundle)
        (ready / MANIFEST).write_text(json.dumps(document, indent=2) + "\n")
        for old in kept.parent.glob(f"{layer.name}-" + "[0-9a-f]" * _KEY_LENGTH):
            shutil.rmtree(old, ignore_errors=True)
        settle(ready, kept)


def _add_python(layer: Layer, requirements: dict[str, str], opt: Path) -> None:
    if not layer.python:
        return
    packages = opt / "python"
    wheels.unpack([requirements[name] for name in layer.python], packages)
    packages.with_suffix(".txt").unlink()
    wheels.trim(packages, catalogue.NEVER)
    for trim in layer.trims:
        wheels.trim(packages, trim.paths, trim.keep)


def _add_picks(layer: Layer, requirements: dict[str, str], opt: Path, work: Path) -> None:
    for name in dict.fromkeys(pick.package for pick in layer.picks):
        wheels.unpack([requirements[name]], work / name)
    for pick in layer.picks:
        target = opt / pick.into
        target.mkdir(parents=True, exist_ok=True)
        for pattern in pick.paths:
            matches = list((work / pick.package).glob(pattern))
            if not matches or (pick.program and len(matches) > 1):
                raise LayerError(f"{pick.package} has {len(matches)} files {pattern}.")
            for path in matches:
                shutil.copyfile(path, target / (pick.program or path.name))
        if pick.program:
            (target / pick.program).chmod(0o755)


def _add_debian(layer: Layer, opt: Path, work: Path, cache: Path) -> program.Bundle | None:
    """Debian's files and the program; what they were made of."""
    bundle = None
    if layer.files:
        packages = debian_files.offered(layer.files)
        debian_files.bring(layer.files, packages, opt, cache)
        bundle = program.Bundle(debian.release(), [asdict(package) for package in packages])
    if layer.program:
        programs = program.bundle(layer.program, opt, work, cache)
        before = bundle.packages if bundle else []
        bundle = program.Bundle(programs.release, [*before, *programs.packages])
    return bundle


def _settle_modes(opt: Path) -> None:
    """Only programs may be run: wheels mark libraries too, as their builders happened to."""
    packages = opt / "python"
    for path in packages.rglob("*"):
        if path.is_file():
            path.chmod(0o644)


def _manifest(
    layer: Layer, requirements: dict[str, str], archive: Archive, bundle: program.Bundle | None
) -> dict[str, Any]:
    return {
        "name": layer.name,
        "description": layer.what,
        "file": archive.path.name,
        "contentSha256": archive.digest,
        "zipped": archive.zipped,
        "unzipped": archive.unzipped,
        "runtime": RUNTIME,
        "architecture": ARCHITECTURE,
        "wheels": {name: wheels.version_of(line) for name, line in requirements.items()},
        "debian": {"release": bundle.release, "packages": bundle.packages} if bundle else None,
        "leftOut": [asdict(trim) for trim in layer.trims],
    }


def _copy_out(kept: Path, layer: Layer, out: Path, fresh: bool) -> BuiltLayer:
    document = json.loads((kept / MANIFEST).read_text())
    out.mkdir(parents=True, exist_ok=True)
    path = out / document["file"]
    manifest = path.with_suffix(".json")
    for source, target in ((kept / document["file"], path), (kept / MANIFEST, manifest)):
        beside = target.with_name(target.name + ".new")
        shutil.copyfile(source, beside)
        beside.replace(target)
        remove_older(target, layer.name)
    archive = Archive(path, document["contentSha256"], document["zipped"], document["unzipped"])
    return BuiltLayer(layer, archive, manifest, fresh)
