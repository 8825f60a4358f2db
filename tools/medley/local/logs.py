"""The logs of one service, from its routes and its functions, in the order of time."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from medley.local.layout import Layout

_LOOK_SECONDS = 0.3


@dataclass(frozen=True, order=True)
class Line:
    """One line: when (ISO 8601, UTC), from where (routes or a handler's name), and what."""

    time: str
    source: str = field(compare=False)
    text: str = field(compare=False)


@dataclass
class ServiceLogs:
    """Reads on where it stopped, so that it can follow logs that grow.

    Args:
        layout: the state folder.
        slug: the service, or a part such as ``ministack``.
        prefix: how the names of its functions begin: ``<app>-<stage>-``.
    """

    layout: Layout
    slug: str
    prefix: str
    _read: dict[Path, int] = field(default_factory=dict)

    def new_lines(self) -> list[Line]:
        """What was written since the last call, oldest first."""
        lines: list[Line] = []
        for path, source in self._files():
            with path.open("rb") as log:
                log.seek(self._read.get(path, 0))
                written = log.read()
            # A line that is being written is left for the next time.
            whole = written[: written.rfind(b"\n") + 1]
            self._read[path] = self._read.get(path, 0) + len(whole)
            for line in whole.decode(errors="replace").splitlines():
                moment, _, text = line.partition(" ")
                lines.append(Line(moment, source, text))
        return sorted(lines)

    def follow(self) -> Iterator[Line]:
        """Lines as they come, without end."""
        while True:
            yield from self.new_lines()
            time.sleep(_LOOK_SECONDS)

    def _files(self) -> Iterator[tuple[Path, str]]:
        routes = self.layout.log(self.slug)
        if routes.exists():
            yield routes, "routes"
        deployment = self.layout.log(f"{self.slug}-deployment")
        if deployment.exists():
            yield deployment, "deployment"
        for path in sorted(self.layout.function_logs.glob(f"{self.prefix}*.log")):
            yield path, path.stem.removeprefix(self.prefix)
