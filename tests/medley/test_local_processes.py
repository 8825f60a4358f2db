"""Children: asked politely, then made to end, and never mistaken for someone else's process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from medley.deploy.errors import ToolError
from medley.local.control import running, take_down
from medley.local.http import wait_until
from medley.local.layout import Layout
from medley.local.processes import Child, end_group, identity
from medley.local.records import ProcessRecord, RunRecord, clean_up, only_one, read_record

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("grandchild", grandchild.pid, flush=True)
time.sleep(600)
"""
ENDS = "import sys; print('one'); print('two', file=sys.stderr); sys.exit(4)"


@contextmanager
def child(tmp_path: Path, source: str) -> Iterator[Child]:
    """A child of a module in ``tmp_path``."""
    (tmp_path / "script.py").write_text(source)
    made = Child(
        "script",
        "script",
        [],
        environment={**os.environ, "PYTHONUNBUFFERED": "1"},
        folder=tmp_path,
        log=tmp_path / "script.log",
    )
    try:
        yield made
    finally:
        made.stop(0)


@pytest.fixture
def bystander() -> Iterator[int]:
    """A process that is none of ours, in a group of its own."""
    with subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True
    ) as process:
        yield process.pid
        process.kill()


def record(pid: int, known: str, *, parent: int = 0, parent_known: str = "") -> RunRecord:
    return RunRecord(
        pid=parent,
        identity=parent_known,
        started_at=datetime.now(UTC),
        endpoint_url="http://127.0.0.1:1",
        region="us-east-1",
        keep=False,
        processes=[ProcessRecord(name="a", pid=pid, identity=known)],
    )


def test_a_child_that_ignores_the_polite_signal_ends_with_its_whole_group(tmp_path: Path) -> None:
    with child(tmp_path, STUBBORN) as made:
        assert wait_until(lambda: bool(made.last_lines), lambda: made.running, 10)
        grandchild = int(made.last_lines[0].split()[1])
        assert identity(grandchild)
        made.stop(0.2)
        assert not made.running
        assert wait_until(lambda: identity(grandchild) is None, lambda: True, 5)


def test_output_goes_to_the_log_with_times_and_its_end_explains_a_failure(tmp_path: Path) -> None:
    with child(tmp_path, ENDS) as made:
        assert made.wait(10) == 4
        lines = made.log.read_text().splitlines()
        assert [line.split(" ", 1)[1] for line in lines] == ["one", "two"]
        assert datetime.fromisoformat(lines[0].split(" ")[0]).tzinfo
        assert made.explain("failed").endswith("its end:\n  one\n  two")


def test_a_process_with_a_number_that_was_ours_is_left_alone(bystander: int) -> None:
    assert end_group(bystander, "another start") is False
    assert end_group(bystander, "") is False
    assert identity(bystander)


def test_what_a_killed_parent_left_is_ended_and_forgotten(tmp_path: Path, bystander: int) -> None:
    path = tmp_path / "run.json"
    record(bystander, identity(bystander) or "").save(path)
    assert clean_up(path) == 1
    assert identity(bystander) is None
    assert not path.exists()
    assert clean_up(path) == 0


def test_nothing_is_cleaned_while_the_parent_runs(tmp_path: Path, bystander: int) -> None:
    path = tmp_path / "run.json"
    mine = identity(os.getpid()) or ""
    known = identity(bystander) or ""
    record(bystander, known, parent=os.getpid(), parent_known=mine).save(path)
    assert clean_up(path) == 0
    assert identity(bystander)
    assert path.exists()


def test_down_tells_what_it_found(tmp_path: Path, bystander: int) -> None:
    layout = Layout(tmp_path)
    assert take_down(layout) == "Nothing runs."
    record(bystander, identity(bystander) or "").save(layout.run)
    with pytest.raises(ToolError, match="was killed"):
        running(layout)
    assert "1 process" in take_down(layout)
    with pytest.raises(ToolError, match="medley up"):
        running(layout)


def test_a_record_that_is_not_readable_counts_as_none(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text('{"pid": ')
    assert read_record(path) is None
    assert clean_up(path) == 0


def test_a_folder_is_free_again_when_its_holder_is_gone(tmp_path: Path) -> None:
    lock, run = tmp_path / "lock", tmp_path / "run.json"
    with only_one(lock, run), pytest.raises(ToolError, match="already runs"), only_one(lock, run):
        pass
    with only_one(lock, run):
        pass
