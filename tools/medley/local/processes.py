"""Child processes of a stack: each leads a group of its own, and none outlives the stack."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from medley.local import lifeline

STOP_SECONDS = 10.0
_POLL_SECONDS = 0.02
_LAST_LINES = 15


def now() -> str:
    """The time that starts each line of a log: UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Child:
    """One child, run from a module of ours; its output goes to a log, each line with its time."""

    def __init__(
        self,
        name: str,
        module: str,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        log: Path,
    ) -> None:
        self.name = name
        self.log = log
        self.last_lines: deque[str] = deque(maxlen=_LAST_LINES)
        reading, self._lifeline = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                env={**environment, lifeline.VARIABLE: str(reading)},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(reading,),
                # A group of its own: Ctrl-C reaches the parent alone, which stops all in order.
                start_new_session=True,
            )
        except BaseException:
            os.close(self._lifeline)
            raise
        finally:
            os.close(reading)
        self.pid = self._process.pid
        self.identity = identity(self.pid) or ""
        self._writer = threading.Thread(target=self._write_log, daemon=True, name=f"log-{name}")
        self._writer.start()

    @property
    def running(self) -> bool:
        """Whether it still runs; a child that has ended stays unreaped until ``stop``."""
        return self._ended() is None

    def wait(self, timeout: float) -> int | None:
        """Its exit code, or None when it still runs after ``timeout`` seconds."""
        end = time.monotonic() + timeout
        while (code := self._ended()) is None and time.monotonic() < end:
            time.sleep(_POLL_SECONDS)
        if code is not None:
            self._writer.join(1.0)
        return code

    def ask_to_stop(self) -> None:
        """Send the polite signal, to the leader alone."""
        if self.running:
            os.kill(self.pid, signal.SIGTERM)

    def stop(self, timeout: float = STOP_SECONDS) -> None:
        """Wait for it to end, then end whatever is left of its group."""
        self.ask_to_stop()
        self.wait(timeout)
        # The leader is not reaped yet, so its number, and its group's, cannot be someone else's.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        self._writer.join(1.0)
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1

    def explain(self, what: str) -> str:
        """What a person needs to know when this child went wrong."""
        lines = "\n".join(f"  {line}" for line in self.last_lines)
        return f"{self.name} {what}. Its log is {self.log}" + (
            f"; its end:\n{lines}" if lines else ""
        )

    def _ended(self) -> int | None:
        if self._process.returncode is not None:
            return self._process.returncode
        # WNOWAIT leaves the ended child in the table: see stop().
        result = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if result is None:
            return None
        return result.si_status if result.si_code == os.CLD_EXITED else -result.si_status

    def _write_log(self) -> None:
        stream = self._process.stdout
        if stream is None:
            return
        with self.log.open("a", encoding="utf-8") as log, stream:
            for raw in stream:
                line = raw.decode(errors="replace").rstrip()
                self.last_lines.append(line)
                log.write(f"{now()} {line}\n")
                log.flush()


def identity(pid: int) -> str | None:
    """What tells a process from a later one with the same number: when it started. None if gone."""
    if Path("/proc/self/stat").exists():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            return None
        # Field 22 of proc(5), counted from after the name. A zombie runs no more.
        return None if fields[0] == "Z" else f"{boot} {fields[19]}"
    asked = ["ps", "-o", "lstart=,stat=", "-p", str(pid)]
    words = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
    return None if not words or words[-1].startswith("Z") else " ".join(words[:-1])


def end_group(pid: int, expected: str, timeout: float = STOP_SECONDS) -> bool:
    """End a group that an earlier stack left, if its leader is still the process it was.

    Returns:
        Whether there was anything to end.
    """
    if not expected or identity(pid) != expected:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + timeout
    while identity(pid) == expected and time.monotonic() < end:
        time.sleep(_POLL_SECONDS)
    if identity(pid) == expected:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    return True
