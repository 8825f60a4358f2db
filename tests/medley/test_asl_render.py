"""From state_machine.py to the file that is committed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from medley.asl import render
from medley.asl.commands import asl_app

SOURCE = """
from medley.asl.policies import RETRY_WORK
from medley.asl.states import StateMachine, Succeed
from medley.asl.tasks import lambda_task

def build() -> StateMachine:
    step = lambda_task("{step}", payload={{}}, timeout_seconds=60, retry=RETRY_WORK)
    step.next(Succeed("Aéro"))
    return StateMachine(step, comment="One step.", timeout_seconds=600)
"""


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two services with a machine each, and one without."""
    for slug, step in (("one-service", "First"), ("other-service", "Second")):
        (tmp_path / slug).mkdir()
        (tmp_path / slug / render.SOURCE).write_text(SOURCE.format(step=step), "utf-8")
    (tmp_path / "bare").mkdir()
    monkeypatch.setattr(render, "SERVICES", tmp_path)
    return tmp_path


def test_each_services_file_is_loaded_under_its_own_name(services: Path) -> None:
    first = json.loads(render.render(render.load_build("one-service")))
    second = json.loads(render.render(render.load_build("other-service")))

    assert (first["StartAt"], second["StartAt"]) == ("First", "Second")


def test_the_text_is_stable_readable_and_ends_in_a_newline(services: Path) -> None:
    build = render.load_build("one-service")

    text = render.render(build)

    assert text == render.render(build)
    assert text.startswith('{\n  "Comment": "One step.",\n  "StartAt": "First",')
    assert text.endswith("}\n")
    assert not text.endswith("\n\n")
    assert "Aéro" in text


def test_a_state_begins_with_its_type_and_ends_with_where_it_goes(services: Path) -> None:
    machine = json.loads(render.render(render.load_build("one-service")))

    assert list(machine["States"]) == ["First", "Aéro"]
    fields = list(machine["States"]["First"])
    assert (fields[0], fields[-1]) == ("Type", "Next")


def test_a_service_without_a_machine_is_named(services: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"bare has no state_machine\.py"):
        render.load_build("bare")


def test_render_writes_each_service_and_check_agrees(services: Path) -> None:
    runner = CliRunner()

    assert runner.invoke(asl_app, ["render", "--check"]).exit_code == 1
    assert not (services / "one-service" / render.RENDERED).exists(), "--check writes nothing"
    written = runner.invoke(asl_app, ["render"])
    assert written.exit_code == 0
    assert written.stdout.splitlines() == [
        "services/one-service/state_machine.asl.json written",
        "services/other-service/state_machine.asl.json written",
    ]
    assert runner.invoke(asl_app, ["render", "--check"]).exit_code == 0


def test_check_names_the_stale_file_and_the_remedy(services: Path) -> None:
    runner = CliRunner()
    runner.invoke(asl_app, ["render"])
    (services / "one-service" / render.RENDERED).write_text("{}\n", "utf-8")

    checked = runner.invoke(asl_app, ["render", "--check"])

    assert checked.exit_code == 1
    assert "medley asl render one-service" in checked.stderr
    assert "other-service/state_machine.asl.json is current" in checked.stdout


def test_a_service_that_is_not_there_is_an_error_of_usage(services: Path) -> None:
    result = CliRunner().invoke(asl_app, ["render", "nowhere"])

    assert result.exit_code == 2
    assert "Known: one-service, other-service" in result.stderr
