"""Which processes belong to a stack, written down so that another `medley` can tell and clean."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from medley.deploy.errors import ToolError
from medley.local.processes import end_group, identity


class ProcessRecord(BaseModel):
    """One child: its group's number, what tells it from another, where it answers, and on what."""

    name: str
    pid: int
    identity: str
    url: str | None = None
    health: str = "/"


class RunRecord(BaseModel):
    """A stack that runs, or one whose parent was killed."""

    pid: int
    identity: str
    started_at: datetime
    endpoint_url: str
    region: str
    keep: bool
    processes: list[ProcessRecord] = []

    def save(self, path: Path) -> None:
        """Write it, whole or not at all."""
        beside = path.with_name(path.name + ".new")
        beside.write_text(self.model_dump_json(indent=2) + "\n")
        beside.replace(path)

    def forget(self, pid: int) -> None:
        """Take a process off the list that has ended as it should."""
        self.processes = [process for process in self.processes if process.pid != pid]

    @property
    def parent_runs(self) -> bool:
        """Whether the `medley` that started the stack is still there."""
        return bool(self.identity) and identity(self.pid) == self.identity


def read_record(path: Path) -> RunRecord | None:
    """The record at ``path``; None without one, or with one that is not readable."""
    try:
        return RunRecord.model_validate_json(path.read_text())
    except (OSError, ValueError):
        return None


def clean_up(path: Path) -> int:
    """End what a killed parent left behind, forget it, and tell how many groups that were."""
    record = read_record(path)
    ended = 0
    if record is not None and not record.parent_runs:
        ended = sum(end_group(process.pid, process.identity) for process in record.processes)
        path.unlink(missing_ok=True)
    return ended


@contextmanager
def only_one(lock: Path, run: Path) -> Iterator[None]:
    """Hold a state folder; the system lets go of it when this process ends, however it ends.

    Raises:
        ToolError: another stack runs with this folder.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            record = read_record(run)
            who = f"process {record.pid}" if record else "another process"
            raise ToolError(
                f"A local stack already runs here ({who}, state in {lock.parent}). "
                "`medley status` shows it, `medley down` stops it."
            ) from None
        yield
    finally:
        os.close(descriptor)
