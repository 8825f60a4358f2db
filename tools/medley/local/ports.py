"""Ports: free ones, and who holds a busy one."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from medley.deploy.errors import ToolError

HOST = "127.0.0.1"
_LISTENING = "0A"


class PortBusyError(ToolError):
    """A port that the stack needs is taken."""

    def __init__(self, port: int, purpose: str, setting: str) -> None:
        super().__init__(
            f"Port {port} ({purpose}) is taken by {holder(port)}. "
            f"Stop that, or set {setting} to another port."
        )
        self.port = port


def is_free(port: int) -> bool:
    """Whether a server could listen on ``port`` of the loopback address."""
    with socket.socket() as probe:
        # Connections of a stack that has just ended may still linger; servers set this too.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def holder(port: int) -> str:
    """Who listens on ``port``, as well as it can be known without being root."""
    if Path("/proc/net/tcp").exists():
        inodes = {inode for number, inode in listening() if number == port}
        for pid, command in _owners(inodes):
            return f"process {pid} ({command})"
        return "another program"
    try:
        asked = ["lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fpc"]
        lines = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    except OSError:
        return "another program"
    fields = {line[0]: line[1:] for line in lines.splitlines() if line}
    return f"process {fields['p']} ({fields.get('c', '?')})" if "p" in fields else "another program"


def listening() -> Iterator[tuple[int, str]]:
    """(port, inode) of each listening TCP socket of this machine; Linux only."""
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        lines = table.read_text().splitlines()[1:] if table.exists() else []
        for fields in (line.split() for line in lines):
            if fields[3] == _LISTENING:
                yield int(fields[1].rsplit(":", 1)[1], 16), fields[9]


def sockets_of(pid: int) -> set[str]:
    """Inodes of the sockets that a process has open; empty when it may not be looked at."""
    found = set()
    try:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            target = str(descriptor.readlink())
            if target.startswith("socket:["):
                found.add(target[8:-1])
    except OSError:
        pass
    return found


def _owners(inodes: set[str]) -> Iterator[tuple[int, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        if sockets_of(int(folder.name)) & inodes:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            yield int(folder.name), " ".join(words).strip()[:60]
