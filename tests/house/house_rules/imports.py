"""Arrows point one way. Read from the syntax tree, so nothing is imported to be judged.

app -> api -> steps -> domain, ports;  bootstrap -> adapters -> ports;  services -> shared
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

IMPURE = frozenset(
    {"asyncio", "boto3", "botocore", "httpx", "os", "random", "requests", "secrets", "socket",
     "subprocess", "tempfile", "time", "urllib.request", "uuid"}
)  # fmt: skip
CLOCKS = frozenset({"now", "today", "utcnow"})
FILES = frozenset({"open", "read_bytes", "read_text", "write_bytes", "write_text"})

# What each room may import of its own service. `models` and `settings` are plain data.
ROOMS = {
    "models": {"models"},
    "settings": {"models", "settings"},
    "domain": {"domain", "models", "settings"},
    "ports": {"domain", "models", "ports", "settings"},
    "adapters": {"adapters", "domain", "models", "ports", "settings"},
    "steps": {"domain", "models", "ports", "settings", "steps"},
    "api": {"api", "domain", "models", "ports", "settings", "steps"},
    "bootstrap": {"adapters", "bootstrap", "domain", "models", "ports", "settings"},
    # What a container runs in the place of app.py, and like it names things and does little.
    "worker": {"bootstrap", "models", "ports", "steps"},
}


class Import(NamedTuple):
    """One imported name, in full: ``chalicelib.event_images.domain.names``."""

    name: str
    line: int


def imports(source: str) -> Iterator[Import]:
    """What a module imports when it runs, at any depth; for type checkers only does not count.

    A relative import keeps its dots: ``..domain.names``.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and _is_type_checking(node.test):
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (f"{node.module}." if node.module else "")
            for alias in node.names:
                yield Import(f"{base}{alias.name}", node.lineno)


def _is_type_checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _under(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def rooms(source: str, service_package: str, room: str, *, grown: bool = False) -> list[str]:
    """A module of a service imports only rooms that its own may, of its own service, and shared.

    Args:
        source: the module's text.
        service_package: the package's name, ``event_images``.
        room: the room that the module is, or is in.
        grown: the room is a folder, in which a single dot stays in the room.
    """
    allowed = ROOMS.get(room)
    if allowed is None:
        return [f"{room} is no room of the house"]
    wrong = []
    own = f"chalicelib.{service_package}"
    for name, line in imports(source):
        if name.startswith(".." if grown else "."):
            wrong.append(f"line {line}: relative, and hides its room: {name}")
        elif _under(name, "chalicelib") and not _under(name, own):
            wrong.append(f"line {line}: {room} imports another service: {name}")
        elif _under(name, own):
            target = [*name.removeprefix(own).split("."), ""][1]
            if target not in allowed:
                wrong.append(f"line {line}: {room} imports {target or own}")
        elif _under(name, "medley"):
            wrong.append(f"line {line}: {name} is never packaged with a service")
    return wrong


def app_rooms(source: str, service_package: str) -> list[str]:
    """app.py names routes and triggers; what they do is in api and steps."""
    own = f"chalicelib.{service_package}"
    allowed = {"api", "bootstrap", "models", "ports", "steps"}
    return [
        f"line {line}: app imports {name}"
        for name, line in imports(source)
        if _under(name, "medley")
        or (_under(name, "chalicelib") and not any(_under(name, f"{own}.{r}") for r in allowed))
    ]


def shared_is_below(source: str) -> list[str]:
    """The shared library knows no service and no tool."""
    return [
        f"line {line}: shared imports {name}"
        for name, line in imports(source)
        if any(_under(name, above) for above in ("chalicelib", "medley", "services"))
    ]


def pure(source: str) -> list[str]:
    """The rules of the domain: no AWS, no clock, no chance, no files, no network."""
    wrong = [
        f"line {line}: domain imports {name}"
        for name, line in imports(source)
        if any(_under(name, impure) for impure in IMPURE)
    ]
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else called
        if called in CLOCKS:
            wrong.append(f"line {node.lineno}: domain reads the clock: {called}()")
        if name in FILES:
            wrong.append(f"line {node.lineno}: domain touches files: {name}()")
    return wrong


def environment(source: str) -> list[str]:
    """Nobody reads the environment; settings and bootstrap do, and are not asked this."""
    wrong = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "os" and node.attr in {"environ", "environb", "getenv", "putenv"}:
                wrong.append(f"line {node.lineno}: os.{node.attr}")
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            named = {alias.name for alias in node.names} & {"environ", "getenv", "putenv"}
            wrong += [f"line {node.lineno}: from os import {name}" for name in sorted(named)]
    return wrong


def module_level_clients(source: str) -> list[str]:
    """No boto3 client is made while a module is imported."""
    wrong = []
    waiting: list[ast.AST] = list(ast.parse(source).body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            # What a call of the function does is not done on import; its defaults are.
            waiting += [*node.decorator_list, *node.args.defaults]
            waiting += [default for default in node.args.kw_defaults if default is not None]
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            root: ast.expr = node.func
            while isinstance(root, ast.Attribute | ast.Call):
                root = root.value if isinstance(root, ast.Attribute) else root.func
            made = node.func.attr in {"client", "resource", "Session"}
            if made and isinstance(root, ast.Name) and root.id in {"boto3", "botocore"}:
                wrong.append(f"line {node.lineno}: {ast.unparse(node.func)}() on import")
        waiting += ast.iter_child_nodes(node)
    return wrong


def short_bodies(source: str, longest: int = 3) -> list[str]:
    """A function of app.py is one to three lines; what it does is elsewhere."""
    wrong = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            if lines > longest:
                wrong.append(f"line {node.lineno}: {node.name} has {lines} lines")
    return wrong


def retryable_has_no_subclass(source: str) -> list[str]:
    """Machines retry by the class's exact name, so a subclass would silently not be retried."""
    return [
        f"line {node.lineno}: {node.name} is a RetryableError that no machine retries"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).split(".")[-1] == "RetryableError" for base in node.bases)
    ]
