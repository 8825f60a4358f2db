"""Every service has the same rooms, and in all of them the arrows point one way."""

from collections.abc import Callable
from pathlib import Path

import pytest
from house_rules import imports, layout, rooms

SERVICES = layout.services()
SOURCES = [*(service.path for service in SERVICES), layout.ROOT / "shared"]


def _in_files(files: list[Path], rule: Callable[[str], list[str]]) -> list[str]:
    return [
        f"{file.relative_to(layout.ROOT)} {violation}"
        for file in files
        for violation in rule(file.read_text("utf-8"))
    ]


each_service = pytest.mark.parametrize("service", SERVICES, ids=str)
each_source = pytest.mark.parametrize("folder", SOURCES, ids=lambda folder: folder.name)


@each_service
def test_a_service_has_every_room(service: layout.Service) -> None:
    assert rooms.missing(service.path) == []


@each_service
def test_a_service_has_tests_of_its_own(service: layout.Service) -> None:
    assert any((layout.ROOT / "tests" / service.slug).glob("test_*.py"))


@each_service
def test_requirements_are_pinned(service: layout.Service) -> None:
    assert rooms.pinned((service.path / "requirements.txt").read_text("utf-8")) == []


@each_service
def test_arrows_inside_a_service_point_one_way(service: layout.Service) -> None:
    wrong = []
    for file in layout.python_files(service.package):
        first, *rest = file.relative_to(service.package).parts
        room, grown = first.removesuffix(".py"), bool(rest)
        if room != "__init__":
            found = imports.rooms(file.read_text("utf-8"), service.package_name, room, grown=grown)
            wrong += [f"{file.relative_to(service.package)} {violation}" for violation in found]
    assert wrong == []


@each_service
def test_the_domain_is_pure(service: layout.Service) -> None:
    assert service.room("domain")
    assert _in_files(service.room("domain"), imports.pure) == []


@each_service
def test_app_names_things_and_does_nothing(service: layout.Service) -> None:
    app = [service.path / "app.py"]

    assert _in_files(app, lambda text: imports.app_rooms(text, service.package_name)) == []
    assert _in_files(app, imports.short_bodies) == []


def test_shared_knows_no_service_and_no_tool() -> None:
    files = layout.python_files(layout.ROOT / "shared")

    assert files
    assert _in_files(files, imports.shared_is_below) == []


@each_source
def test_the_environment_is_read_by_settings_and_bootstrap_alone(folder: Path) -> None:
    readers = {"bootstrap.py", "environment.py", "settings.py"}
    files = [file for file in layout.python_files(folder) if file.name not in readers]

    assert _in_files(files, imports.environment) == []


@each_source
def test_no_client_is_made_on_import(folder: Path) -> None:
    assert _in_files(layout.python_files(folder), imports.module_level_clients) == []


@each_source
def test_a_retryable_error_has_no_subclass(folder: Path) -> None:
    assert _in_files(layout.python_files(folder), imports.retryable_has_no_subclass) == []


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    """What git tracks; a copy of the tree without its repository has nothing to ask."""
    if not (layout.ROOT / ".git").exists():
        pytest.skip("not a repository")
    return rooms.tracked(layout.ROOT)


def test_nothing_that_a_tool_made_is_committed(tracked: list[str]) -> None:
    assert rooms.litter(tracked) == []


def test_no_python_file_is_over_300_lines(tracked: list[str]) -> None:
    lines_of = {
        name: len((layout.ROOT / name).read_text("utf-8").splitlines())
        for name in tracked
        if name.endswith(".py") and (layout.ROOT / name).is_file()
    }

    assert lines_of
    assert rooms.too_long(lines_of) == []
