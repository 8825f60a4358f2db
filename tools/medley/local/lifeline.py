"""Ends a child when its parent is gone, even if that was killed without a chance to clean up.

The parent holds the writing end of a pipe and never writes. The system closes it with the parent,
and the child's read returns.
"""

import os
import signal
import threading
import time

VARIABLE = "MEDLEY_LIFELINE"
# What the child gets between the polite signal and the end of its whole process group.
GRACE_SECONDS = 8.0


def hold_on() -> None:
    """Watch the parent from a thread; without a lifeline in the environment, do nothing."""
    descriptor = os.environ.pop(VARIABLE, None)
    if descriptor is None:
        return
    # Not for grandchildren: a worker that keeps it open would keep nothing alive, but would leak.
    os.set_inheritable(int(descriptor), False)
    threading.Thread(target=_watch, args=(int(descriptor),), daemon=True, name="lifeline").start()


def _watch(descriptor: int) -> None:
    os.read(descriptor, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(os.getpgrp(), signal.SIGKILL)
