"""Zips that are the same bytes each time: order, times, modes and compression are fixed."""

import hashlib
import stat
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# The first moment that a zip can tell.
EPOCH = (1980, 1, 1, 0, 0, 0)
UNIX = 3
LEVEL = 9
ID_LENGTH = 12


@dataclass(frozen=True)
class Archive:
    """A zip and what is in it; sizes in bytes, ``digest`` of the content, not of the zip."""

    path: Path
    digest: str
    zipped: int
    unzipped: int


def files_below(folder: Path) -> list[tuple[str, Path]]:
    """Every file by its name in a zip, in the order of the names."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return sorted((path.relative_to(folder).as_posix(), path) for path in found)


def content_digest(folder: Path) -> str:
    """SHA-256 of names, modes and bytes: the same however a zip library compresses them."""
    digest = hashlib.sha256()
    for name, path in files_below(folder):
        inner = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{name}\0{_mode(path):o}\0{inner}\n".encode())
    return digest.hexdigest()


def pack(folder: Path, out: Path, stem: str) -> Archive:
    """Zip ``folder`` into ``out`` as ``<stem>-<first digits of the content's hash>.zip``."""
    digest = content_digest(folder)
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{stem}-{digest[:ID_LENGTH]}.zip"
    beside = path.with_suffix(".new")
    unzipped = 0
    with ZipFile(beside, "w", ZIP_DEFLATED, compresslevel=LEVEL) as package:
        for name, source in files_below(folder):
            info = ZipInfo(name, EPOCH)
            info.compress_type = ZIP_DEFLATED
            info.create_system = UNIX
            info.external_attr = (stat.S_IFREG | _mode(source)) << 16
            data = source.read_bytes()
            package.writestr(info, data, compresslevel=LEVEL)
            unzipped += len(data)
    beside.replace(path)
    remove_older(path, stem)
    return Archive(path, digest, path.stat().st_size, unzipped)


def remove_older(path: Path, stem: str) -> None:
    """Leave only ``path`` of its folder's versions, so that a glob finds the newest."""
    for other in path.parent.glob(f"{stem}-{'[0-9a-f]' * ID_LENGTH}{path.suffix}"):
        if other != path:
            other.unlink(missing_ok=True)


def unpack(package: Path, folder: Path) -> None:
    """Unzip with the modes, which ``ZipFile.extractall`` drops."""
    with ZipFile(package) as opened:
        for info in opened.infolist():
            path = Path(opened.extract(info, folder))
            if mode := info.external_attr >> 16:
                path.chmod(stat.S_IMODE(mode))


def settle(made: Path, place: Path) -> None:
    """Move a folder to its place in a cache; one that another process put there first stays."""
    try:
        made.replace(place)
    except OSError:
        if not place.is_dir():
            raise


def _mode(path: Path) -> int:
    return 0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644
