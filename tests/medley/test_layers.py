"""The parts that make layers: the table, the zips, the lock's packages."""

import os
import stat
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

from medley.layers import debian, wheels
from medley.layers.archive import content_digest, pack, unpack
from medley.layers.catalogue import LAYERS, find
from medley.layers.errors import LayerError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tree with a program, written in no good order."""
    root = tmp_path / "tree"
    for name in ("python/b.py", "bin/run", "python/a.py"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name * 50)
    (root / "bin/run").chmod(0o755)
    return root


# --- zips --------------------------------------------------------------------------------------


def test_a_zip_is_the_same_bytes_whatever_the_times_and_the_umask(
    folder: Path, tmp_path: Path
) -> None:
    first = pack(folder, tmp_path / "one", "x")
    for path in folder.rglob("*.py"):
        path.chmod(0o600)
        os.utime(path, (1, 1_000_000_000))
    second = pack(folder, tmp_path / "two", "x")
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.path.name == second.path.name == f"x-{first.digest[:12]}.zip"


def test_a_zips_name_follows_content_names_and_modes(folder: Path) -> None:
    digests = {content_digest(folder)}
    (folder / "python/a.py").write_text("other")
    digests.add(content_digest(folder))
    (folder / "python/a.py").rename(folder / "python/c.py")
    digests.add(content_digest(folder))
    (folder / "bin/run").chmod(0o644)
    digests.add(content_digest(folder))
    assert len(digests) == 4


def test_a_zip_has_sorted_names_unix_modes_and_its_sizes(folder: Path, tmp_path: Path) -> None:
    archive = pack(folder, tmp_path / "out", "x")
    with ZipFile(archive.path) as opened:
        entries = {info.filename: info.external_attr >> 16 for info in opened.infolist()}
        assert opened.testzip() is None
    assert list(entries) == ["bin/run", "python/a.py", "python/b.py"]
    assert [stat.S_IMODE(mode) for mode in entries.values()] == [0o755, 0o644, 0o644]
    assert archive.unzipped == sum(path.stat().st_size for path in folder.rglob("*.*")) + 350
    assert archive.zipped == archive.path.stat().st_size


def test_unpacking_brings_the_modes_back(folder: Path, tmp_path: Path) -> None:
    unpack(pack(folder, tmp_path / "out", "x").path, tmp_path / "again")
    assert content_digest(tmp_path / "again") == content_digest(folder)


def test_only_the_newest_version_stays_beside_other_layers(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    old, other = pack(folder, out, "ocr"), pack(folder, out, "ocr-models")
    (folder / "python/a.py").write_text("new")
    new = pack(folder, out, "ocr")
    assert not old.path.exists()
    assert sorted(out.iterdir()) == sorted([new.path, other.path])


# --- the table ---------------------------------------------------------------------------------


def test_each_group_of_a_layer_is_in_pyproject_and_not_synced_by_default() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = {layer.group for layer in LAYERS if layer.group}
    assert groups == {name for name in project["dependency-groups"] if name.startswith("layer-")}
    assert not groups & set(project["tool"]["uv"]["default-groups"])


def test_layers_are_found_by_name_and_an_unknown_one_is_told() -> None:
    assert [layer.name for layer in find(["tesseract", "ocr", "ocr"])] == ["tesseract", "ocr"]
    assert len(find(None)) == len(LAYERS)
    with pytest.raises(LayerError, match=r"No layer 'nope'.*ocr-models"):
        find(["nope"])


def test_placeholders_are_names_that_a_template_can_hold() -> None:
    assert {layer.name: layer.placeholder for layer in find(["ocr", "ocr-models"])} == {
        "ocr": "OcrLayerArn",
        "ocr-models": "OcrModelsLayerArn",
    }
    assert len({layer.placeholder for layer in LAYERS}) == len(LAYERS)


# --- the lock's packages -----------------------------------------------------------------------


def test_packages_come_with_the_locks_version_and_hashes() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    locked = {package["name"]: package["version"] for package in lock["package"]}
    found = wheels.locked("layer-ocr", ["numpy", "pillow"])
    assert list(found) == ["numpy", "pillow"]
    for name, line in found.items():
        assert wheels.version_of(line) == locked[name]
        assert "--hash=sha256:" in line


def test_a_package_that_the_group_lacks_is_an_error() -> None:
    with pytest.raises(LayerError, match="boto3 is not in group layer-ocr"):
        wheels.locked("layer-ocr", ["numpy", "boto3"])


def test_another_hash_than_the_locks_is_refused(tmp_path: Path) -> None:
    line = wheels.locked("layer-ocr", ["pytesseract"])["pytesseract"]
    name = line.split(" ")[0]
    with pytest.raises(LayerError, match="0" * 64):
        wheels.unpack([f"{name} --hash=sha256:{'0' * 64}"], tmp_path / "packages")


def test_trimming_leaves_what_is_to_be_kept(tmp_path: Path) -> None:
    for name in ("docs/a.json", "docs/b.json", "pkg/tests/t.py", "pkg/x.py", "pkg/x.pyi"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    wheels.trim(tmp_path, ["docs/*", "**/tests", "**/*.pyi", "absent/*"], ["docs/b.json"])
    files = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")]
    assert sorted(files) == ["docs/b.json", "pkg/x.py"]


def test_without_uv_the_error_says_what_brings_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(wheels, "ROOT", tmp_path)
    with pytest.raises(LayerError, match="make setup"):
        wheels.find_uv()


# --- Debian ------------------------------------------------------------------------------------


def test_off_debian_the_error_says_where_it_can_be_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian.platform, "freedesktop_os_release", lambda: {"ID": "fedora"})
    with pytest.raises(LayerError, match=r"only Debian.*container of debian:12.*BIB_ENGINE=ppocr"):
        debian.release()


def test_a_download_that_is_not_what_the_index_says_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def download(command: list[str], cwd: Path) -> str:
        (cwd / "zlib1g_1_amd64.deb").write_bytes(b"other")
        return ""

    monkeypatch.setattr(debian, "run", download)
    package = debian.DebianPackage("zlib1g", "1", "0" * 64)
    with pytest.raises(LayerError, match="zlib1g is not what the release's index says"):
        debian.fetch([package], tmp_path)
    assert not list(tmp_path.glob("*.deb"))
