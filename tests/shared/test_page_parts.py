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
HTML = sorted(html for page in PAGES for html in page.glob("*.html"))


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


@pytest.mark.parametrize("html", HTML, ids=lambda html: f"{html.parents[1].name}-{html.stem}")
def test_a_page_names_every_module_that_it_loads_so_that_they_come_at_once(html: Path) -> None:
    text = html.read_text()
    (main,) = re.findall(r'<script type="module" src="(?:\.\./)?assets/([\w.]+)">', text)
    loaded, waiting = set[str](), [main]
    while waiting:
        name = waiting.pop()
        if name not in loaded:
            loaded.add(name)
            folder = html.parent if (html.parent / name).is_file() else PARTS
            waiting += [path for _, path in imports((folder / name).read_text())]
    assert {name for name in named_in(text) if name.endswith(".js")} == loaded


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_every_file_of_a_service_is_named_by_one_of_its_pages(page: Path) -> None:
    elsewhere = {"watch.css"} if page.parent.name == "reels" else set()  # the page that api makes
    named = {name for html in page.glob("*.html") for name in named_in(html.read_text())}
    own = {file.name for file in page.iterdir() if file.suffix != ".html"}
    assert sorted(own - named - elsewhere) == []
    for name in named - own:
        assert (PARTS / name).is_file(), name


@pytest.mark.parametrize("html", HTML, ids=lambda html: f"{html.parents[1].name}-{html.stem}")
def test_a_page_has_no_script_and_no_style_of_its_own_in_it(html: Path) -> None:
    assert not re.search(r"<script(?![^>]* src=)|<style|\son[a-z]+=|\sstyle=", html.read_text())


@pytest.mark.parametrize("folder", [*PAGES, PARTS], ids=lambda folder: folder.parent.name)
def test_nothing_comes_from_elsewhere_and_no_text_becomes_markup(folder: Path) -> None:
    markup = r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(|document\.write"
    for path in folder.iterdir():
        text = path.read_text()
        named = set(re.findall(r"https?://[^\s'\"`)]+", text))
        assert named <= {"http://www.w3.org/2000/svg"}, path.name
        assert not re.search(markup, text), path.name


def named_in(text: str) -> set[str]:
    """The files that a page names."""
    return set(re.findall(r'"(?:\.\./)?assets/([\w.-]+)"', text))


def imports(text: str) -> list[tuple[str, str]]:
    """What a module imports: each name, and of which file."""
    found = re.findall(r'^import (?:\{([^}]*)\} from )?"\./([\w.]+)";', text, re.MULTILINE)
    return [
        (name.split(" as ")[0].strip(), path)
        for names, path in found
        for name in (names or "*").split(",")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(scheme: str) -> None:
    style = (PARTS / "base.css").read_text()
    light, _, rest = style.partition("@media (prefers-color-scheme: dark)")
    colours = tokens(light) | (tokens(rest.partition("}\n}")[0]) if scheme == "dark" else {})
    text = [(ink, back) for ink in ("ink", "soft") for back in ("paper", "card", "well")]
    text += [("bad", "bad-well"), ("bad", "card"), ("bad", "paper"), ("wait", "wait-well")]
    text += [("on-main", "main"), ("on-hivis", "hivis")]
    for ink, back in text:
        assert contrast(colours[ink], colours[back]) >= 4.5, (ink, back)
    for mark, back in [("edge", "card"), ("edge", "paper"), ("hivis", "track")]:
        assert contrast(colours[mark], colours[back]) >= 3, (mark, back)


def tokens(style: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", style))


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
