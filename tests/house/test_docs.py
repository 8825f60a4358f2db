"""What the pages say is true: links lead somewhere, and named commands and routes exist."""

import importlib
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from house_rules.rooms import tracked

from medley.cli import app as medley_app
from medley.openapi import load_api
from medley.settings import LocalSettings
from shared.settings import AwsSettings

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent for path in (ROOT / "services").glob("*/app.py"))
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))

# A sentence with one of these words may name a command that does not exist yet, and must not name
# one that does.
_NOT_YET = re.compile(r"\b(planned|not yet)\b", re.IGNORECASE)
# Settings that nobody sets by hand: the service's own name, and what AWS and the local stack set.
GIVEN = {"SERVICE", "AWS_REGION", "AWS_ENDPOINT_URL"}
_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def repository_files() -> list[Path]:
    """What git tracks, or would; links to folders are left out."""
    paths = [ROOT / name for name in tracked(ROOT)]
    return sorted(path for path in paths if path.is_file() and not path.is_symlink())


PAGES = [path for path in repository_files() if path.suffix == ".md"]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#{1,6} +(.+?) *$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    broken = []
    for target in _LINK.findall(text):
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        aim = (page.parent / file).resolve() if file else page
        if not aim.exists() or (anchor and anchor not in anchors(aim)):
            broken.append(target)
    assert broken == []


def commands(page: Path, program: str) -> Iterator[tuple[str, bool]]:
    """Each ``program ...`` in code on a page, and whether its sentence says that it is to come."""
    text = page.read_text(encoding="utf-8")
    for block in _FENCE.findall(text):
        for line in block.splitlines():
            if match := re.match(rf"\s*(?:\$ )?(?:\S+=\S+ )*(?:\.venv/bin/)?{program} (.+)", line):
                yield match[1], False
    prose = re.sub(r"\n(?![\n|*-])", " ", _FENCE.sub("", text))
    for sentence in re.split(r"(?<=[.;|])\s|\n", prose):
        for span in re.findall(r"`([^`]+)`", sentence):
            if match := re.match(rf"(?:\S+=\S+ )*(?:\.venv/bin/)?{program} (.+)", span):
                yield match[1], bool(_NOT_YET.search(sentence))


def wrong_claims(page: Path, program: str, known: set[str]) -> list[str]:
    """Commands that do not exist though the page says so, or exist though it says not yet."""
    return [
        f"{program} {arguments}"
        for arguments, to_come in commands(page, program)
        if is_known(arguments, known) == to_come
    ]


def is_known(arguments: str, known: set[str]) -> bool:
    words = re.findall(r"^[a-z][a-z0-9-]*(?: [a-z][a-z0-9-]*)?", arguments)
    if not words:  # only options: `medley --help`
        return True
    return words[0] in known or words[0].split()[0] in known


def make_targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", makefile, flags=re.MULTILINE))


def medley_commands() -> set[str]:
    """The commands of the CLI; those in a group as ``group command``, and not the group alone."""
    root = typer.main.get_command(medley_app)
    found: set[str] = set()
    for name, command in getattr(root, "commands", {}).items():
        inner = getattr(command, "commands", None)
        found |= {f"{name} {part}" for part in inner} if inner else {name}
    return found


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_make_commands_exist(page: Path) -> None:
    assert wrong_claims(page, "make", make_targets()) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_medley_commands_exist(page: Path) -> None:
    assert wrong_claims(page, "medley", medley_commands()) == []


def test_every_medley_command_is_in_the_readme() -> None:
    named = {arguments for arguments, _ in commands(ROOT / "README.md", "medley")}
    missing = [
        name
        for name in sorted(medley_commands())
        if not any(f"{arguments} ".startswith(f"{name} ") for arguments in named)
    ]
    assert missing == []


def test_every_setting_of_the_local_stack_is_in_the_operations_page() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    names = [f"MEDLEY_{name.upper()}" for name in LocalSettings.model_fields]
    assert [name for name in names if f"| `{name}` |" not in page] == []


def test_every_service_is_in_the_readmes_table() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = [line for line in readme.splitlines() if line.startswith("|")]
    missing = [
        service.name
        for service in SERVICES
        if not any(f"(services/{service.name}/README.md)" in row for row in rows)
    ]
    assert missing == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_a_services_readme_names_each_route(service: Path) -> None:
    readme = (service / "README.md").read_text(encoding="utf-8")
    named = [f"{route.method} {route.path}" for route in load_api(service.name).routes]
    assert [route for route in named if f"`{route}" not in readme] == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_a_services_readme_names_each_setting(service: Path) -> None:
    readme = (service / "README.md").read_text(encoding="utf-8")
    room = importlib.import_module(f"chalicelib.{service.name.replace('-', '_')}.bootstrap")
    settings = [
        value
        for value in vars(room).values()
        if inspect.isclass(value) and issubclass(value, AwsSettings) and value is not AwsSettings
    ]
    assert settings
    names = {name.upper() for model in settings for name in model.model_fields}
    config = json.loads((service / ".chalice" / "config.json.in").read_text(encoding="utf-8"))
    for stage in config["stages"].values():
        names |= set(stage["environment_variables"])
    missing = sorted(name for name in names - GIVEN if f"`{name}`" not in readme)
    assert missing == []


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("page", DECISIONS, ids=name_of)
def test_a_decision_has_its_parts(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {int(page.name[:4])}. ")
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == [
        "Context",
        "Decision",
        "Consequences",
    ]


def test_the_lock_is_without_opencv_as_decision_4_says() -> None:
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")
    packages = re.findall(r'^\[\[package\]\]\nname = "(.+)"', lock, flags=re.MULTILINE)
    assert packages
    assert [name for name in packages if name.startswith("opencv")] == []


# Written so that no pattern finds itself.
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.])/(?:work|root|Users|home)/(?!sbx_user|linuxbrew)\w",
    "a registry's address": r"[\w.-]*(?:pypi[.]org|pythonhosted[.]org|npmjs[.]org)\b|index[-_]url",
    "an account's number": r"(?<![\w.-])(?!0{12}|123456789012)[0-9]{12}(?![\w.-])",
    "an access key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE[ ]KEY",
    "a token": r"\bgh[pousr]_\w{36}\b|\bAIza[\w-]{35}\b|\bxox[bp]-\w{10}",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = []
    for path in repository_files():
        if path.name == "uv.lock":
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a font
        found += [f"{name_of(path)}: {match[0]}" for match in pattern.finditer(text)]
    assert found == []
