"""Waiting for a call that a stack's functions make while they are recorded."""

import json
from collections.abc import Callable
from pathlib import Path


def heard(file: Path, *words: str) -> Callable[[], bool]:
    """Asks whether a recorded call with all these words was answered."""

    def was() -> bool:
        lines = file.read_text().splitlines()
        return any(
            all(word in line for word in words) and json.loads(line)["status"] is not None
            for line in lines
        )

    return was
