"""Trying again after a while, where neither botocore nor the state machine does it."""

import random
import time
from collections.abc import Callable


class Backoff:
    """Waits between tries: full jitter under a doubling ceiling.

    Full jitter (a wait anywhere between nothing and the ceiling) spreads a hundred writers of
    one row best. With 8 tries the waits sum up to 2.6 s on average, and 5.2 s at most.

    Args:
        tries: How often something is tried in all.
        first: The first ceiling, in seconds.
        most: The highest ceiling, in seconds.
        sleep: Sleeps so many seconds.
        draw: A number from 0 to 1.
    """

    def __init__(
        self,
        *,
        tries: int = 8,
        first: float = 0.05,
        most: float = 2.0,
        sleep: Callable[[float], None] = time.sleep,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.tries = tries
        self._first = first
        self._most = most
        self._sleep = sleep
        self._draw = draw

    def wait(self, failures: int) -> None:
        """Waits after so many failures (1 or more)."""
        ceiling = min(self._most, self._first * 2 ** (failures - 1))
        self._sleep(self._draw() * ceiling)

    def run[T](self, call: Callable[[], T], retry: Callable[[Exception], bool]) -> T:
        """What the call gives; its last error when no try went well or `retry` says no."""
        for failures in range(1, self.tries):
            try:
                return call()
            except Exception as exc:
                if not retry(exc):
                    raise
            self.wait(failures)
        return call()
