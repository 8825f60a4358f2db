"""The command line: quick help, one-line errors, and the way up and down from a terminal."""

import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from medley.cli import app
from medley.local.http import status_of, wait_until
from medley.local.ports import free_port
from medley.paths import ROOT

MEDLEY = [sys.executable, "-m", "medley.cli"]
HEAVY = (
    "boto3",
    "botocore",
    "chalice",
    "concurrent.futures",
    "medley.layers.catalogue",
    "ministack",
    "multiprocessing",
    "numpy",
    "onnxruntime",
    "PIL",
    "pydantic",
    "rich.progress",
    "rich.table",
    "stepfunctions",
)


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- our own command
        [*MEDLEY, *arguments],
        env={**os.environ, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_help_names_every_command() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    for command in ("up", "down", "status", "logs", "configure", "demo", "read-bibs", "asl"):
        assert f" {command} " in result.output


def test_help_imports_nothing_heavy() -> None:
    source = f"import sys, medley.cli; print([m for m in {HEAVY} if m in sys.modules])"
    found = subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


def test_the_version_is_the_project_s() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    result = run("--version")
    assert (result.returncode, result.stdout) == (0, f"medley {project['version']}\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["status"], "error: No local stack runs. `medley up` starts it."),
        (["logs", "nothing"], "error: No service 'nothing'. Known: event-images"),
        (["up", "nothing"], "error: No service 'nothing'. Known: event-images"),
        (["configure", "event-images", "--stage", "local"], "error: No local stack runs."),
    ],
)
def test_an_error_is_one_message_and_no_trace(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    result = run(*arguments, MEDLEY_STATE_DIR=str(tmp_path))
    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_setting_that_is_no_number_is_named(tmp_path: Path) -> None:
    result = run("status", MEDLEY_STATE_DIR=str(tmp_path), MEDLEY_AWS_PORT="http")
    assert result.returncode == 2
    assert result.stderr.startswith("MEDLEY_AWS_PORT: ")


def test_down_without_a_stack_is_no_error(tmp_path: Path) -> None:
    result = run("down", MEDLEY_STATE_DIR=str(tmp_path))
    assert (result.returncode, result.stdout) == (0, "Nothing runs.\n")


class Terminal:
    """`medley up` in a process of its own, with settings of the test's."""

    def __init__(self, state: Path) -> None:
        self.settings = {
            "MEDLEY_STATE_DIR": str(state),
            "MEDLEY_AWS_PORT": str(free_port()),
            "MEDLEY_BASE_PORT": str(free_port()),
        }
        self.url = f"http://127.0.0.1:{self.settings['MEDLEY_BASE_PORT']}/health"
        self.process = subprocess.Popen(  # noqa: S603 -- our own command
            [*MEDLEY, "up", "event-images"],
            env={**os.environ, **self.settings, "COLUMNS": "200"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait(self) -> str:
        output, _ = self.process.communicate(timeout=30)
        return output


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(tmp_path)
    yield made
    made.process.kill()
    made.process.communicate()


@pytest.mark.end_to_end
def test_up_status_logs_and_down_from_two_terminals(terminal: Terminal) -> None:
    alive = lambda: terminal.process.poll() is None  # noqa: E731
    assert wait_until(lambda: status_of(terminal.url) == 200, alive, 60)
    # The table is printed once everything is ready, which is a little later.
    wait_until(lambda: run("status", **terminal.settings).stdout.count(" well ") == 2, alive, 20)

    status = run("status", **terminal.settings)
    assert status.returncode == 0
    assert terminal.settings["MEDLEY_AWS_PORT"] in status.stdout
    logs = run("logs", "event-images", **terminal.settings)
    assert "GET /health" in logs.stdout

    down = run("down", **terminal.settings)
    assert (down.returncode, down.stdout) == (0, "Stopped.\n")
    output = terminal.wait()
    assert terminal.process.returncode in {0, 130}
    assert "Traceback" not in output
    assert status_of(terminal.url) is None
    # The log of the last run can still be read.
    assert "GET /health" in run("logs", "event-images", **terminal.settings).stdout


@pytest.mark.end_to_end
def test_ctrl_c_while_it_starts_stops_what_was_started(terminal: Terminal) -> None:
    aws = f"http://127.0.0.1:{terminal.settings['MEDLEY_AWS_PORT']}/_ministack/health"
    assert wait_until(lambda: status_of(aws) == 200, lambda: True, 60)
    terminal.process.send_signal(signal.SIGINT)
    output = terminal.wait()
    assert terminal.process.returncode == 130
    assert "Stopped." in output
    assert "Traceback" not in output
    assert status_of(aws) is None
    assert run("status", **terminal.settings).returncode == 1
