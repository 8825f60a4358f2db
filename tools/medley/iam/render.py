"""From a service's ``build()`` to the ``.chalice/policy.json.in`` that is committed.

The file holds a policy for each Lambda function, by its name. `medley configure` fills in what
belongs to one account, and gives each function its own file and role.
"""

import importlib.util
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from medley.iam.statements import Statement
from medley.paths import SERVICES

SOURCE = "policies.py"
RENDERED = ".chalice/policy.json.in"
_WIDTH = 100

type Policies = Mapping[str, Sequence[Statement]]
"""The statements of each function."""


def documents(policies: Policies) -> dict[str, dict[str, Any]]:
    """The policy of each function, as IAM takes it."""
    return {
        function: {"Version": "2012-10-17", "Statement": list(statements)}
        for function, statements in policies.items()
    }


def render(policies: Policies) -> str:
    """The policies as JSON, with what fits into a line on one line, and a final newline."""
    return _text(documents(policies), "") + "\n"


def _text(node: Any, indent: str) -> str:
    flat = json.dumps(node, ensure_ascii=False)
    inner = indent + "  "
    if isinstance(node, dict):
        lines = [f"{inner}{json.dumps(key)}: {_text(value, inner)}" for key, value in node.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    # The key before a list, and a comma after it, are not counted: a line may be a little longer.
    if not isinstance(node, list) or len(indent) + len(flat) <= _WIDTH:
        return flat
    lines = [inner + _text(value, inner) for value in node]
    return "[\n" + ",\n".join(lines) + f"\n{indent}]"


def services_with_policies() -> list[str]:
    """The slugs of the services that have policies, sorted."""
    return sorted(source.parent.name for source in SERVICES.glob(f"*/{SOURCE}"))


def load_policies(slug: str) -> Policies:
    """What ``build()`` in a service's ``policies.py`` gives.

    The file is loaded under a name of its own, since each service has one of that name.

    Raises:
        FileNotFoundError: the service has no ``policies.py``.
    """
    source = SERVICES / slug / SOURCE
    name = f"medley_policies_{slug.replace('-', '_')}"
    spec = importlib.util.spec_from_file_location(name, source)
    if not source.is_file() or spec is None or spec.loader is None:
        raise FileNotFoundError(f"{slug} has no {SOURCE}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast("Callable[[], Policies]", module.build)()


def is_current(slug: str) -> bool:
    """Whether the committed file is what ``build()`` renders."""
    committed = SERVICES / slug / RENDERED
    return committed.is_file() and committed.read_text("utf-8") == render(load_policies(slug))


def write(slug: str) -> Path:
    """Render a service's policies into its folder, and return the file."""
    target = SERVICES / slug / RENDERED
    target.write_text(render(load_policies(slug)), "utf-8")
    return target
