"""Asking a server on this machine whether it is up."""

import http.client
import time
from collections.abc import Callable
from urllib.parse import urlsplit

_POLL_SECONDS = 0.05


def status_of(url: str, timeout: float = 2.0) -> int | None:
    """The status that ``url`` answers with; None when nobody answers. Never through a proxy."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def answers(url: str) -> bool:
    """Whether a server is up at ``url``: any answer but an error of its own."""
    return (status := status_of(url)) is not None and status < 500


def wait_until(ready: Callable[[], bool], alive: Callable[[], bool], timeout: float) -> bool:
    """Ask until ``ready``; False when it took ``timeout`` seconds or is not ``alive`` any more."""
    end = time.monotonic() + timeout
    while not ready():
        if not alive() or time.monotonic() > end:
            return False
        time.sleep(_POLL_SECONDS)
    return True
