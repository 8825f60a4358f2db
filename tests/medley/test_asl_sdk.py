"""Importing the SDK leaves no trace in the process that does it."""

import subprocess
import sys

PROGRAM = """
import logging, os, socket, sys

def refuse(*_):
    raise AssertionError("the import reached for the network")

socket.socket.connect = refuse
logging.getLogger().setLevel(logging.INFO)
logging.getLogger().addHandler(logging.NullHandler())
environment = dict(os.environ)
handlers = list(logging.getLogger().handlers)

from medley.asl import sdk

assert logging.getLogger().level == logging.INFO, logging.getLogger().level
assert logging.getLogger().handlers == handlers
assert dict(os.environ) == environment
assert "stepfunctions" in sys.modules
"""

LAZY = """
import sys
from medley.asl.commands import asl_app
assert "stepfunctions" not in sys.modules
"""


def _run(program: str) -> subprocess.CompletedProcess[str]:
    # No credentials: with some, sagemaker would have no reason to ask the metadata address.
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
        check=False,
    )


def test_importing_the_sdk_is_silent_and_changes_nothing() -> None:
    done = _run(PROGRAM)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_command_line_does_not_import_the_sdk() -> None:
    done = _run(LAZY)

    assert done.returncode == 0, done.stderr
