"""What a cold import takes, by what is imported: the reading of ``python -X importtime``."""

from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True)
class Import:
    """A package by its first name; ``own`` is its modules' own time, in milliseconds."""

    name: str
    modules: int
    own: float


def by_package(importtime: str) -> list[Import]:
    """The packages of an import's log, slowest first."""
    modules: dict[str, list[float]] = defaultdict(list)
    for line in importtime.splitlines():
        columns = line.removeprefix("import time:").split("|")
        if len(columns) == 3 and columns[0].strip().isdigit():
            modules[columns[2].strip().split(".")[0]].append(int(columns[0]) / 1000)
    found = [Import(name, len(times), sum(times)) for name, times in modules.items()]
    return sorted(found, key=lambda one: -one.own)
