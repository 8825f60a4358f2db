"""Jobs that run at the same time, each in a process of its own.

Processes and pipes only: a Lambda has no /dev/shm, which pools and queues need.
"""

import errno
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from shared.errors import MedleyError, PermanentError, RetryableError
from shared.video.ffmpeg import disk_full, no_memory

_PATIENCE = 10.0  # seconds that a process has to end after it was asked to

type Tell = Callable[[int], None]
"""What a job says how far it is with."""
type Job = Callable[[Tell], None]


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def run_jobs(jobs: Sequence[Job], heard: Callable[[int, int], None]) -> None:
    """Runs all jobs to their ends; a single one in this process.

    Args:
        jobs: What they do has to be found in files afterwards: nothing else comes back.
        heard: Is told a job's number and what it said.

    Raises:
        MedleyError: What a job raised; the others were stopped. `piece_died` if a process was
            killed, `no_memory` or `render_failed` for what a job did not expect.
    """
    if len(jobs) == 1 or "fork" not in multiprocessing.get_all_start_methods():
        for index, job in enumerate(jobs):
            job(lambda said, index=index: heard(index, said))  # type: ignore[misc]
        return
    running = _Running()
    try:
        for index, job in enumerate(jobs):
            running.start(index, job)
        running.listen(heard)
    finally:
        running.stop()


class _Running:
    """The processes that are at work, and what each says."""

    def __init__(self) -> None:
        self._processes: dict[Connection, tuple[int, BaseProcess]] = {}
        self._all: list[BaseProcess] = []

    def start(self, index: int, job: Job) -> None:
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_in_child, args=(theirs, job), daemon=True)
        process.start()
        # Only the child may hold its end: that it closes tells that the child is gone.
        theirs.close()
        self._processes[ours] = (index, process)
        self._all.append(process)

    def listen(self, heard: Callable[[int, int], None]) -> None:
        while self._processes:
            for ready in wait(list(self._processes)):
                if not isinstance(ready, Connection):
                    continue
                index, process = self._processes[ready]
                try:
                    said: Any = ready.recv()
                except (EOFError, OSError):
                    self._gone(ready, process)
                    continue
                if isinstance(said, MedleyError):
                    raise said
                if said is None:
                    del self._processes[ready]
                    ready.close()
                    process.join()
                else:
                    heard(index, said)

    def _gone(self, ready: Connection, process: BaseProcess) -> None:
        process.join(_PATIENCE)
        del self._processes[ready]
        code = process.exitcode
        raise RetryableError("piece_died", f"A process that rendered ended early (exit {code}).")

    def stop(self) -> None:
        for process in self._all:
            if process.is_alive():
                process.terminate()
        for process in self._all:
            process.join(_PATIENCE)
            if process.is_alive():
                process.kill()
                process.join()
            process.close()
        for connection in self._processes:
            connection.close()


def _in_child(told: Connection, job: Job) -> None:
    # What the parent does on these signals is not for its children; a terminated one stops its
    # ffmpeg on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    outcome: MedleyError | None = None
    try:
        job(told.send)
    except MedleyError as exc:
        outcome = exc
    except MemoryError:
        outcome = no_memory()
    except OSError as exc:
        outcome = (
            disk_full() if exc.errno == errno.ENOSPC else PermanentError("render_failed", str(exc))
        )
    except Exception:
        traceback.print_exc()
        outcome = PermanentError("render_failed", "A frame cannot be drawn.")
    with suppress(OSError):
        told.send(outcome)
        told.close()
