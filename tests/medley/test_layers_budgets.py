"""What a package must keep, the packager's ways, and the table of imports."""

import json
import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from chalice.deploy.packager import MissingDependencyError, NoSuchPackageError, Package

from medley.deploy.services import Service
from medley.layers.archive import Archive
from medley.layers.errors import BudgetError, LayerError
from medley.package import budgets
from medley.package.function import LockedPackager
from medley.package.imports import by_package


def archive(name: str, zipped: int = 1, unzipped: int = 1) -> Archive:
    return Archive(Path(f"{name}.zip"), name, zipped, unzipped)


def zip_of(path: Path, **files: str) -> Path:
    with ZipFile(path, "w") as opened:
        for name, text in files.items():
            opened.writestr(name, text)
    return path


# --- sizes and contents ------------------------------------------------------------------------


def test_what_keeps_the_limits_is_not_told() -> None:
    layers = [archive(str(number), 50_000_000, 40_000_000) for number in range(5)]
    assert budgets.broken_by_size(archive("f", 50_000_000, 50_000_000), {"read": layers}) == []


@pytest.mark.parametrize(
    ("function", "layers", "told"),
    [
        (archive("f", zipped=50_000_001), 0, r"f\.zip is 50\.0 MB zipped"),
        (archive("f", unzipped=250_000_000), 1, r"read is 250\.0 MB with its layers"),
        (archive("f"), 6, "read has 6 layers; the most is 5"),
    ],
)
def test_each_limit_is_told_by_name(function: Archive, layers: int, told: str) -> None:
    used = [archive(str(number)) for number in range(layers)]
    (broken,) = budgets.broken_by_size(function, {"read": used})
    assert re.search(told, broken)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("boto3/__init__.py", "", "holds boto3"),
        ("python/stepfunctions/steps.py", "", "holds stepfunctions"),
        ("shared/__pycache__/x.cpython-313.pyc", "", "compiled Python"),
        ("a-1.dist-info/WHEEL", "Tag: cp313-cp313-linux_x86_64\n", "compiled for the machine"),
    ],
)
def test_what_must_not_travel_is_told(tmp_path: Path, name: str, text: str, told: str) -> None:
    (broken,) = budgets.broken_by_content(zip_of(tmp_path / "p.zip", **{name: text}))
    assert told in broken


def test_wheels_for_older_systems_and_names_alike_may_travel(tmp_path: Path) -> None:
    wheel = "Tag: cp313-cp313-manylinux_2_28_x86_64\nTag: py3-none-any\n"
    files = {"a-1.dist-info/WHEEL": wheel, "boto3_like/__init__.py": "", "docs/boto3/x": ""}
    assert budgets.broken_by_content(zip_of(tmp_path / "p.zip", **files)) == []


# --- layers in a service's configuration -------------------------------------------------------


def service(tmp_path: Path, functions: dict[str, Any]) -> Service:
    (tmp_path / ".chalice").mkdir()
    config = {"app_name": "parcels", "lambda_functions": functions}
    (tmp_path / ".chalice/config.json.in").write_text(json.dumps(config))
    return Service(tmp_path)


def test_a_functions_layers_are_those_that_its_configuration_names(tmp_path: Path) -> None:
    found = budgets.layers_of(
        service(
            tmp_path, {"read": {"layers": ["${OcrLayerArn}", "${TesseractLayerArn}"]}, "tell": {}}
        )
    )
    assert {name: [layer.name for layer in layers] for name, layers in found.items()} == {
        "read": ["ocr", "tesseract"],
        "tell": [],
    }


def test_a_placeholder_of_no_layer_is_an_error(tmp_path: Path) -> None:
    wrong = service(tmp_path, {"read": {"layers": ["${OrcLayerArn}"]}})
    with pytest.raises(BudgetError, match=r"\$\{OrcLayerArn\}, which is no layer"):
        budgets.layers_of(wrong)


# --- the packager ------------------------------------------------------------------------------


class Wheels:
    """Stands in for pip: writes one module for each requirement, or raises."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked: list[str] = []

    def build_site_packages(self, abi: str, requirements: str, folder: str) -> None:
        assert abi == "cp313"
        self.asked = Path(requirements).read_text().split()
        if self.error:
            raise self.error
        for line in self.asked:
            (Path(folder) / f"{line.split('==')[0]}.py").touch()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A Chalice project with what must not be packed lying about."""
    root = tmp_path / "parcels"
    shared = tmp_path / "shared"
    for path in (
        root / "app.py",
        root / "chalicelib/parcels/page/index.html",
        root / "chalicelib/parcels/__pycache__/x.pyc",
        root / "chalicelib/.mypy_cache/x.json",
        root / "state_machine.py",
        shared / "models.py",
        shared / "__pycache__/models.pyc",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (root / "vendor").mkdir()
    (root / "vendor/shared").symlink_to(shared)
    (root / "requirements.txt").write_text("# made by uv\nbotocore==1\nsix==2\n")
    return root


def packager(tmp_path: Path, wheels: Wheels) -> LockedPackager:
    made = LockedPackager(tmp_path / "out", tmp_path / "cache")
    made._dependency_builder = wheels
    return made


def test_a_package_holds_the_app_its_library_and_what_is_pinned(
    project: Path, tmp_path: Path
) -> None:
    wheels = Wheels()
    path = packager(tmp_path, wheels).create_deployment_package(str(project), "python3.13")
    assert ZipFile(path).namelist() == [
        "app.py",
        "chalice/__init__.py",
        "chalice/app.py",
        "chalicelib/parcels/page/index.html",
        "shared/models.py",
        "six.py",
    ]
    assert wheels.asked == ["six==2"]


def test_pip_is_asked_again_only_when_the_pins_change(project: Path, tmp_path: Path) -> None:
    first, second, third = Wheels(), Wheels(), Wheels()
    packager(tmp_path, first).package(project)
    (project / "app.py").write_text("changed = True")
    packager(tmp_path, second).package(project)
    (project / "requirements.txt").write_text("six==3\n")
    packager(tmp_path, third).package(project)
    assert [bool(wheels.asked) for wheels in (first, second, third)] == [True, False, True]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NoSuchPackageError("six==2"), "could not fetch"),
        (MissingDependencyError({Package("", "six-2-py3-none-win32.whl")}), "No wheel.*six==2"),
    ],
)
def test_a_package_that_cannot_be_had_stops_the_packing(
    project: Path, tmp_path: Path, error: Exception, told: str
) -> None:
    with pytest.raises(LayerError, match=told):
        packager(tmp_path, Wheels(error)).package(project)
    assert not (tmp_path / "out").exists()


# --- imports -----------------------------------------------------------------------------------


def test_imports_are_added_up_by_package_slowest_first() -> None:
    log = """import time: self [us] | cumulative | imported package
import time:      1000 |       1000 |   json.decoder
import time:       500 |       1500 | json
import time:      9000 |      10500 | pydantic
"""
    found = by_package(log)
    assert [(one.name, one.modules, one.own) for one in found] == [
        ("pydantic", 1, 9.0),
        ("json", 2, 1.5),
    ]
