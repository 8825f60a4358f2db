"""A stack in the foreground of a terminal: signals, waiting, the table of addresses."""

import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import FrameType

from rich.console import Console
from rich.table import Table

from medley.deploy.errors import StackError
from medley.local.stack import LocalStack
from medley.paths import STATE, shown
from medley.settings import LocalSettings

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LOOK_SECONDS = 0.5


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Let Ctrl-C, `medley down` and a closed terminal raise KeyboardInterrupt, and only once.

    A second Ctrl-C would otherwise interrupt the stopping itself.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {each: signal.signal(each, interrupt) for each in _SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def in_foreground(
    console: Console,
    settings: LocalSettings,
    services: Sequence[str] | None = None,
    *,
    keep: bool = False,
) -> Iterator[LocalStack]:
    """A stack that tells how its start goes, and is stopped at the end or by a signal.

    Only the one in the default state folder writes the services' ``.chalice/``: others may run
    beside it.

    Raises:
        KeyboardInterrupt: see stopped_by_signals. ToolError: it could not start.
    """
    with stopped_by_signals(), ExitStack() as held:
        with console.status("starting") as progress:
            stack = LocalStack(
                settings,
                services,
                keep=keep,
                configure=settings.state_dir.resolve() == STATE,
                progress=progress.update,
            )
            held.enter_context(stack)
        yield stack


def stay(stack: LocalStack) -> None:
    """Wait until interrupted.

    Raises:
        StackError: a part of the stack has ended by itself; with its last lines.
    """
    while (child := stack.failed_child()) is None:
        time.sleep(_LOOK_SECONDS)
    raise StackError(child.explain("has ended"))


def addresses(stack: LocalStack) -> Table:
    """Where everything is that a person may want to look at."""
    table = Table(title="Medley on this machine", title_justify="left")
    table.add_column("What")
    table.add_column("Where", overflow="fold")
    for slug, url in stack.urls.items():
        table.add_row(f"{slug}: page", url)
        table.add_row(f"{slug}: API", url.rstrip("/"))
    table.add_row("AWS endpoint", f"{stack.endpoint_url} (region {stack.settings.region})")
    table.add_row("Logs", shown(stack.logs_dir))
    if stack.keep:
        table.add_row("Kept state", shown(stack.layout.aws))
    return table
