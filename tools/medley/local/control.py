"""What another terminal can do with a stack that runs: look at it, stop it."""

import os
import signal
import time
from contextlib import suppress

from rich.table import Table

from medley.deploy.errors import ToolError
from medley.local.http import answers
from medley.local.layout import Layout
from medley.local.processes import identity
from medley.local.records import ProcessRecord, RunRecord, clean_up, read_record
from medley.paths import shown

_STOP_SECONDS = 40.0
_POLL_SECONDS = 0.05


def take_down(layout: Layout) -> str:
    """Stop the stack of a state folder, or what a killed one has left; says what was done.

    Raises:
        ToolError: its parent does not end.
    """
    record = read_record(layout.run)
    if record is None:
        return "Nothing runs."
    if record.parent_runs:
        # Its own way out is the same as with Ctrl-C, and keeps what is to be kept.
        with suppress(ProcessLookupError):
            os.kill(record.pid, signal.SIGTERM)
        end = time.monotonic() + _STOP_SECONDS
        while record.parent_runs and layout.run.exists():
            if time.monotonic() > end:
                raise ToolError(f"Process {record.pid}, which runs the stack, does not end.")
            time.sleep(_POLL_SECONDS)
        if not layout.run.exists():
            return "Stopped."
    return f"Ended what a killed stack left behind: {clean_up(layout.run)} processes."


def running(layout: Layout) -> RunRecord:
    """The record of the stack that runs.

    Raises:
        ToolError: none does.
    """
    record = read_record(layout.run)
    if record is None:
        raise ToolError("No local stack runs. `medley up` starts it.")
    if not record.parent_runs:
        raise ToolError(
            f"The local stack's process {record.pid} was killed. "
            "`medley down` ends what it left, `medley up` starts anew."
        )
    return record


def status_table(layout: Layout, record: RunRecord) -> Table:
    """Each part of the stack that answers: whether it is well, its process, its address."""
    since = record.started_at.astimezone().strftime("%H:%M:%S")
    title = f"Medley on this machine, up since {since} (process {record.pid})"
    table = Table(title=title, title_justify="left")
    for column in ("Part", "State", "Process", "Where"):
        table.add_column(column, overflow="fold")
    for process in record.processes:
        if process.url is None:
            continue
        state = state_of(process)
        colour = "green" if state == "well" else "red"
        table.add_row(
            process.name,
            f"[{colour}]{state}[/]",
            str(process.pid),
            process.url,
        )
    table.caption = f"logs: {shown(layout.logs)}"
    table.caption_justify = "left"
    return table


def state_of(process: ProcessRecord) -> str:
    """``well``, ``silent`` (it runs, but does not answer), or ``ended``."""
    if identity(process.pid) != process.identity:
        return "ended"
    well = answers((process.url or "").rstrip("/") + process.health)
    return "well" if well else "silent"
