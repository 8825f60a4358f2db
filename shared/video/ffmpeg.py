"""Finding and running ffmpeg, so that it never waits for input and never fails without a word."""

import errno
import shutil
import signal
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from shared.environment import ffmpeg_setting
from shared.errors import MedleyError, PermanentError, RetryableError, Unavailable

LAYER = Path("/opt/bin/ffmpeg")
_TOLD = 600  # characters of what ffmpeg said that an error keeps


@cache
def ffmpeg_path() -> str:
    """The program: the setting FFMPEG, the layer's, the one in PyPI's package, or the PATH's.

    Raises:
        Unavailable: `ffmpeg_missing`, there is none.
    """
    if named := ffmpeg_setting():
        return named
    if LAYER.is_file():
        return str(LAYER)
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        return str(get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        found = shutil.which("ffmpeg")
    if found is None:
        raise Unavailable("ffmpeg_missing", "There is no ffmpeg; the layer `media` carries one.")
    return found


def command(node: Any) -> list[str]:
    """The command line of what was put together with ffmpeg-python."""
    compiled: list[str] = node.global_args(
        "-nostdin", "-hide_banner", "-loglevel", "error"
    ).compile(cmd=ffmpeg_path(), overwrite_output=True)
    return compiled


def run(node: Any, timeout: float | None = None) -> bytes:
    """Runs what was put together with ffmpeg-python; what it writes to its standard output.

    Raises:
        PermanentError: `encoding_failed`, with the end of what ffmpeg said.
        RetryableError: `disk_full`, `encoder_died` (killed) or `encoder_timeout`.
    """
    done = run_command(command(node), timeout=timeout)
    return done.stdout


def run_command(
    arguments: Sequence[str], timeout: float | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Runs a whole command line; the same errors as `run`."""
    try:
        done = subprocess.run(  # noqa: S603 -- a list, and never a shell
            arguments,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise RetryableError("encoder_timeout", f"ffmpeg took over {timeout} s.") from exc
    except OSError as exc:
        raise RetryableError("encoder_died", f"ffmpeg cannot be started: {exc.strerror}.") from exc
    if done.returncode:
        raise failure(done.returncode, done.stderr)
    return done


def failure(returncode: int, said: bytes) -> MedleyError:
    """The error that an unhappy end of ffmpeg means."""
    text = said.decode(errors="replace").strip()
    if "No space left on device" in text:
        return disk_full()
    if returncode < 0:
        name = signal.Signals(-returncode).name if -returncode in _SIGNALS else str(-returncode)
        return RetryableError("encoder_died", f"ffmpeg was killed by {name}.")
    return PermanentError("encoding_failed", f"ffmpeg failed: {text[-_TOLD:] or returncode}")


def disk_full() -> RetryableError:
    """The error of a disk without room."""
    return RetryableError("disk_full", "There is no room left for the video's files.")


def no_memory() -> RetryableError:
    """The error of a machine without memory to spare."""
    return RetryableError("no_memory", "There is not enough memory for the video.")


def raise_os_error(exc: OSError) -> NoReturn:
    """Turns an OSError of writing into an error with a code."""
    if exc.errno in {errno.ENOSPC, errno.EDQUOT}:
        raise disk_full() from exc
    raise RetryableError("write_failed", f"The video cannot be written: {exc.strerror}.") from exc


_SIGNALS = {int(number) for number in signal.Signals}
