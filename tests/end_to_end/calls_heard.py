"""Waiting for a call that a stack's functions make while they are recorded, and what needs it."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def heard(file: Path, *words: str) -> Callable[[], bool]:
    """Asks whether a recorded call with all these words was answered."""
    return lambda: times(file, *words) > 0


def times(file: Path, *words: str) -> int:
    """How many recorded calls with all these words were answered."""
    lines = file.read_text().splitlines()
    return sum(
        all(word in line for word in words) and json.loads(line)["status"] is not None
        for line in lines
    )


class LargeFile:
    """A file that a zip reads twice, for its sum and for its bytes, and that changes in between.

    Parts of the zip are written by then, so they have to be given up.
    """

    # A zip reads a file of more than 24 MiB twice.
    BYTES = 64 << 20

    def __init__(self, file: Path, s3: Any, bucket: str, key: str) -> None:
        self._calls = file
        self._s3 = s3
        self._place = {"Bucket": bucket, "Key": key}
        self._reads = 0

    def put(self) -> str:
        """The file as the zip is to find it; its ETag."""
        self._reads = self._times_read()
        return str(self._s3.put_object(**self._place, Body=bytes(self.BYTES))["ETag"])

    def change_when_read(self, too_late: Callable[[], bool]) -> None:
        """Change it as soon as the first read has begun, or leave it if it is too late."""
        while self._times_read() == self._reads and not too_late():
            time.sleep(0.01)
        self._s3.put_object(**self._place, Body=b"another")

    def _times_read(self) -> int:
        return times(self._calls, "GetObject", self._place["Key"])
