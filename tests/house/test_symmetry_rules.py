"""The rules of test_symmetry.py, each against what it must catch and what it must let be."""

from pathlib import Path
from typing import Any

import pytest
from house_rules import imports, rooms

OWN = "from chalicelib.event_images"


@pytest.mark.parametrize(
    ("room", "line", "says"),
    [
        ("domain", f"{OWN}.adapters import s3_source", "domain imports adapters"),
        ("domain", f"{OWN} import ports", "domain imports ports"),
        ("steps", f"{OWN}.adapters.s3_source import S3Source", "steps imports adapters"),
        ("steps", f"{OWN}.bootstrap import deps", "steps imports bootstrap"),
        ("steps", f"{OWN} import api", "steps imports api"),
        ("api", "import chalicelib.event_images.adapters.memory", "api imports adapters"),
        ("adapters", f"{OWN}.steps import list_images", "adapters imports steps"),
        ("adapters", f"{OWN} import api", "adapters imports api"),
        ("ports", f"{OWN} import adapters", "ports imports adapters"),
        ("models", f"{OWN} import domain", "models imports domain"),
        ("steps", "from chalicelib.reels import models", "another service"),
        ("steps", "def late():\n    from chalicelib.reels import models", "another service"),
        ("steps", "from ..adapters import s3_source", "relative"),
        ("steps", "from medley.asl import states", "never packaged"),
        ("helpers", "import json", "no room of the house"),
    ],
)
def test_an_arrow_that_points_back_is_caught(room: str, line: str, says: str) -> None:
    violations = imports.rooms(line, "event_images", room)

    assert any(says in violation for violation in violations), violations


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("steps", f"{OWN} import domain, models, ports"),
        ("adapters", f"{OWN}.ports import BibReader"),
        ("bootstrap", f"{OWN}.adapters.s3_source import S3Source"),
        ("domain", "from shared.errors import ItemError"),
        (
            "ports",
            f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {OWN} import adapters",
        ),
    ],
)
def test_an_arrow_that_points_down_is_let_be(room: str, line: str) -> None:
    assert imports.rooms(line, "event_images", room) == []


def test_a_dot_stays_in_a_room_that_is_a_folder_and_leaves_one_that_is_a_file() -> None:
    def violations(line: str, *, grown: bool) -> list[str]:
        return imports.rooms(line, "event_images", "steps", grown=grown)

    assert violations("from .outcomes import process", grown=True) == []
    assert violations("from .outcomes import process", grown=False) != []
    assert violations("from ..adapters import memory", grown=True) != []


@pytest.mark.parametrize(
    "line",
    [
        f"{OWN}.adapters import s3_source",
        f"{OWN} import domain",
        "import chalicelib.reels.api",
        "from medley import asl",
    ],
)
def test_app_that_reaches_past_its_rooms_is_caught(line: str) -> None:
    assert imports.app_rooms(line, "event_images") != []


@pytest.mark.parametrize(
    "line", ["import chalicelib", "from medley.paths import ROOT", "import services"]
)
def test_shared_that_looks_up_is_caught(line: str) -> None:
    assert imports.shared_is_below(line) != []


@pytest.mark.parametrize(
    "text",
    [
        "import boto3",
        "from botocore.exceptions import ClientError",
        "import os",
        "import time",
        "import random",
        "import requests",
        "import httpx",
        "from urllib.request import urlopen",
        "from datetime import datetime\nnow = datetime.now()",
        "import datetime as dt\ndef f(): return dt.date.today()",
        "open('x')",
        "def f(path): return path.read_text()",
    ],
)
def test_an_impure_domain_is_caught(text: str) -> None:
    assert imports.pure(text) != []


def test_a_pure_domain_is_let_be() -> None:
    text = "import re, hashlib\nfrom datetime import datetime\ndef f(now: datetime): return now"

    assert imports.pure(text) == []


@pytest.mark.parametrize(
    "text",
    ["import os\nos.environ['A']", "import os\nos.getenv('A')", "from os import environ"],
)
def test_reading_the_environment_is_caught(text: str) -> None:
    assert imports.environment(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "import boto3\ns3 = boto3.client('s3')",
        "import boto3\nbucket = boto3.resource('s3').Bucket('b')",
        "import boto3\ns3 = boto3.Session().client('s3')",
        "import boto3\nclass A:\n    s3 = boto3.client('s3')",
        "import boto3\nif True:\n    s3 = boto3.client('s3')",
        "import boto3\ndef f(s3=boto3.client('s3')): ...",
        "import boto3\ndef f(*, a, s3=boto3.client('s3')): ...",
        "import boto3\nimport botocore.session\nx = botocore.session.Session()",
    ],
)
def test_a_client_made_on_import_is_caught(text: str) -> None:
    assert imports.module_level_clients(text) != []


def test_a_client_made_on_demand_is_let_be() -> None:
    text = "import boto3\ndef f(): return boto3.client('s3')\ng = lambda: boto3.client('s3')"

    assert imports.module_level_clients(text) == []


def test_a_long_body_is_caught_and_a_docstring_is_no_body() -> None:
    short = 'def f():\n    """Docs.\n\n    More.\n    """\n    a = 1\n    b = 2\n    return a\n'

    assert imports.short_bodies(short) == []
    assert imports.short_bodies(short.replace("b = 2\n", "b = 2\n    c = 3\n")) != []


@pytest.mark.parametrize("base", ["RetryableError", "errors.RetryableError"])
def test_a_subclass_that_no_machine_would_retry_is_caught(base: str) -> None:
    assert imports.retryable_has_no_subclass(f"class Busy({base}): ...") != []


def _house(folder: Path) -> Path:
    """A service with all its rooms, some of them folders."""
    service = folder / "services" / "one-service"
    package = service / "chalicelib" / "one_service"
    for room in rooms.NEEDED:
        grown = room in {"steps", "adapters"}
        file = package / room / "a.py" if grown else package / f"{room}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (package / "page").mkdir()
    (package / "page" / "index.html").touch()
    for name in rooms.FILES:
        (service / name).parent.mkdir(exist_ok=True)
        (service / name).touch()
    (service / "vendor").mkdir()
    (service / "vendor" / "shared").symlink_to(rooms.LINK)
    return service


def test_a_house_with_all_its_rooms_is_let_be(tmp_path: Path) -> None:
    assert rooms.missing(_house(tmp_path)) == []


def _without_link(service: Path) -> None:
    (service / "vendor" / "shared").unlink()
    (service / "vendor" / "shared").mkdir()


def _elsewhere(service: Path) -> None:
    (service / "vendor" / "shared").unlink()
    (service / "vendor" / "shared").symlink_to("/somewhere/shared")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda s: (s / "app.py").unlink(), "no app.py"),
        (lambda s: (s / ".chalice" / "policy.json.in").unlink(), "no .chalice/policy.json.in"),
        (lambda s: (s / "chalicelib/one_service/api.py").unlink(), "api: no such room"),
        (lambda s: (s / "chalicelib/one_service/steps.py").touch(), "steps: both"),
        (lambda s: (s / "chalicelib/one_service/utils.py").touch(), "utils is no room"),
        (lambda s: (s / "chalicelib/__init__.py").touch(), "chalicelib/__init__.py"),
        (_without_link, "not a link"),
        (_elsewhere, "not a link"),
    ],
)
def test_a_house_with_a_wrong_room_is_caught(tmp_path: Path, change: Any, says: str) -> None:
    service = _house(tmp_path)
    change(service)

    assert any(says in violation for violation in rooms.missing(service))


@pytest.mark.parametrize("line", ["pydantic>=2", "pydantic", "../shared", "a @ https://x/a.whl"])
def test_a_requirement_that_may_change_is_caught(line: str) -> None:
    assert rooms.pinned(f"boto3==1.0\n{line}\n") == [f"not pinned: {line}"]


def test_pinned_requirements_with_extras_markers_and_comments_are_let_be() -> None:
    text = "# of the lock\na[b-c]==1.0 ; python_version < '4'\n    # via a\nd==2.0.post1\n"

    assert rooms.pinned(text) == []


@pytest.mark.parametrize(
    "name",
    [
        "shared/__pycache__/models.cpython-313.pyc",
        "services/a/.chalice/config.json",
        "services/a/.chalice/policy-prod.json",
        "services/a/.chalice/deployed/prod.json",
    ],
)
def test_what_a_tool_made_is_caught(name: str) -> None:
    assert rooms.litter([name, "services/a/.chalice/config.json.in"]) == [name]


def test_a_long_file_is_caught() -> None:
    assert rooms.too_long({"a.py": 300, "b.py": 301}) == ["b.py: 301 lines"]
