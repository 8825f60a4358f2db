"""What lies where in the state folder of one local stack."""

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The state folder; two stacks with two folders share nothing."""

    root: Path

    @property
    def lock(self) -> Path:
        """Locked for as long as a stack runs."""
        return self.root / "lock"

    @property
    def run(self) -> Path:
        """Which processes belong to the stack."""
        return self.root / "run.json"

    @property
    def logs(self) -> Path:
        """Logs of the last run: one file a process, one a function."""
        return self.root / "logs"

    @property
    def function_logs(self) -> Path:
        """One file a Lambda function."""
        return self.logs / "functions"

    @property
    def aws(self) -> Path:
        """The embedded AWS: what it keeps with --keep, and its temporary files."""
        return self.root / "aws"

    @property
    def temporary(self) -> Path:
        """TMPDIR of every child, so that nothing stays behind elsewhere."""
        return self.aws / "tmp"

    def workspace(self, slug: str) -> Path:
        """A service's rendered configuration, its package, and what was deployed of it."""
        return self.root / "services" / slug

    def log(self, name: str) -> Path:
        """The log of a process; a service's slug is the process of its routes."""
        return self.logs / f"{name}.log"

    @property
    def port(self) -> Path:
        """The port that the kept state belongs to."""
        return self.aws / "port"

    def kept_port(self) -> int | None:
        """The port that the kept state belongs to; None when nothing is kept."""
        try:
            return int(self.port.read_text())
        except (OSError, ValueError):
            return None

    def prepare(self, *, keep: bool, port: int) -> None:
        """Make the folders, empty but for the state when ``keep``."""
        stale = [self.logs, self.temporary]
        if not keep:
            stale += [self.aws, self.root / "services"]
        for folder in stale:
            shutil.rmtree(folder, ignore_errors=True)
        for folder in (self.function_logs, self.temporary):
            folder.mkdir(parents=True, exist_ok=True)
        if keep:
            self.port.write_text(f"{port}\n")
