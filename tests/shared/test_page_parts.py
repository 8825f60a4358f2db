"""The files of a page come from its own folder, else from the parts that all pages share."""

import re
from pathlib import Path

import pytest
from chalice.app import Request

from shared.errors import NotFound
from shared.http import page_file
from shared.http.pages import PARTS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "services").glob("*/chalicelib/*/page"))


def asked() -> Request:
    """A request for a file."""
    context = {"httpMethod": "GET", "resourcePath": "/assets/{name}", "identity": {}}
    return Request(
        {
            "multiValueQueryStringParameters": None,
            "headers": {},
            "pathParameters": {},
            "requestContext": context,
            "body": "",
            "stageVariables": {},
            "isBase64Encoded": False,
        }
    )


def test_a_service_s_own_file_comes_before_a_shared_part(tmp_path: Path) -> None:
    part = page_file(asked(), tmp_path, "dom.js")
    assert part.body == (PARTS / "dom.js").read_text()

    own = tmp_path / "own"
    own.mkdir()
    (own / "dom.js").write_text("// own")
    assert page_file(asked(), own, "dom.js").body == "// own"
    assert page_file(asked(), own, "api.js").headers["Content-Type"].startswith("text/javascript")


@pytest.mark.parametrize("name", ["nothing.js", "../http/pages.py", "__init__.py", "", "dom"])
def test_what_is_no_part_is_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound, match="asset_not_found"):
        page_file(asked(), tmp_path, name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_no_service_keeps_a_copy_of_a_shared_part(page: Path) -> None:
    names = {file.name for file in PARTS.iterdir()}
    assert {file.name for file in page.iterdir()} & names == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_what_a_module_imports_is_there(page: Path) -> None:
    for module in (*page.glob("*.js"), *PARTS.glob("*.js")):
        for name, path in imports(module.read_text()):
            found = [folder / path for folder in (page, PARTS) if (folder / path).is_file()]
            assert found, f"{module.name} imports {path}"
            if name != "*":
                exported = re.search(
                    rf"^export (async )?(function|class|const|let) {name}\b",
                    found[0].read_text(),
                    re.MULTILINE,
                )
                assert exported, f"{module.name} imports {name} of {path}"


def imports(text: str) -> list[tuple[str, str]]:
    """What a module imports: each name, and of which file."""
    found = re.findall(r'^import (?:\{([^}]*)\} from )?"\./([\w.]+)";', text, re.MULTILINE)
    return [
        (name.split(" as ")[0].strip(), path)
        for names, path in found
        for name in (names or "*").split(",")
    ]
