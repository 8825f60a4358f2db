"""The Dockerfiles, read by their rules: this project's machines have no Docker to build them."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILES = sorted(ROOT.glob("services/*/Dockerfile"))
KNOWN = {"ARG", "FROM", "RUN", "COPY", "ENV", "CMD"}
BASE = re.compile(r"public\.ecr\.aws/lambda/python:3\.13$")


def instructions(path: Path) -> list[tuple[str, str]]:
    """Each instruction with its arguments; continued lines are one."""
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    text = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found = [line.split(None, 1) for line in text.splitlines() if line.strip()]
    return [(name, rest) for name, rest in found]


def sources(path: Path) -> list[str]:
    """What the file copies from the build's context."""
    copies = [rest.split() for name, rest in instructions(path) if name == "COPY"]
    return [one for words in copies if not words[0].startswith("--from") for one in words[:-1]]


def test_there_is_one_for_each_service_that_needs_it() -> None:
    assert [path.parent.name for path in DOCKERFILES] == ["event-images"]


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.parent.name)
class TestDockerfile:
    def test_it_knows_its_instructions_and_starts_from_lambdas_base(self, path: Path) -> None:
        found = instructions(path)
        assert {name for name, _ in found} <= KNOWN
        assert found[0][0] == "ARG"
        assert BASE.search(found[0][1])
        stages = [rest for name, rest in found if name == "FROM"]
        assert all(stage.startswith("${BASE}") for stage in stages)
        named = {stage.split(" AS ")[1] for stage in stages if " AS " in stage}
        used = re.findall(r"--from=(\S+)", path.read_text())
        assert set(used) == named

    def test_it_ends_in_a_handler_of_the_app(self, path: Path) -> None:
        name, rest = instructions(path)[-1]
        (handler,) = json.loads(rest)
        assert name == "CMD"
        module, function = handler.split(".")
        assert f"def {function}(" in (path.parent / f"{module}.py").read_text()

    def test_it_says_that_it_was_never_built(self, path: Path) -> None:
        assert "never run" in path.read_text()

    def test_it_copies_zips_by_the_names_that_the_builders_give(
        self, path: Path, tmp_path: Path
    ) -> None:
        names = {"ocr", "ocr-models", "tesseract", "google"}
        zips = {f"layers/{name}-0123456789ab.zip" for name in names}
        zips.add(f"packages/{path.parent.name}-0123456789ab.zip")
        for name in zips | {"layers/media-0123456789ab.zip"}:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).touch()
        copied = {
            found.relative_to(tmp_path).as_posix()
            for source in sources(path)
            for found in tmp_path.glob(source)
        }
        assert copied == zips

    def test_downloads_need_no_secret_and_nothing_is_added_by_url(self, path: Path) -> None:
        text = " ".join(rest for _, rest in instructions(path))
        assert "http" not in text
        assert not re.search(r"(?i)secret|password|token", text)
