"""From a service's ``build()`` to the ``state_machine.asl.json`` that is committed."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from medley.paths import SERVICES

SOURCE = "state_machine.py"
RENDERED = "state_machine.asl.json"

# ASL gives the order of fields no meaning; a reader does. The order of states and of payload
# fields is the author's, and is kept.
_STATE_ORDER = (
    "Type", "Comment", "InputPath", "ItemReader", "ItemsPath", "ItemSelector", "MaxConcurrency",
    "ToleratedFailurePercentage", "ToleratedFailureCount", "Label", "Resource", "Parameters",
    "TimeoutSeconds", "HeartbeatSeconds", "ItemProcessor", "Branches", "ResultWriter",
    "ResultSelector", "ResultPath", "OutputPath", "Choices", "Default", "Error", "Cause",
    "ErrorPath", "CausePath", "Retry", "Catch", "Next", "End",
)  # fmt: skip
_MACHINE_ORDER = ("Comment", "ProcessorConfig", "StartAt", "TimeoutSeconds", "States")


def _ordered(fields: dict[str, Any], order: tuple[str, ...]) -> dict[str, Any]:
    """The same fields, known ones first; ``sorted`` is stable, so others keep their order."""
    place = {name: index for index, name in enumerate(order)}
    return dict(sorted(fields.items(), key=lambda field: place.get(field[0], len(order))))


def _machine(definition: dict[str, Any]) -> dict[str, Any]:
    states = {name: _state(state) for name, state in definition["States"].items()}
    return _ordered(definition | {"States": states}, _MACHINE_ORDER)


def _state(state: dict[str, Any]) -> dict[str, Any]:
    inner = dict(state)
    if "ItemProcessor" in inner:
        inner["ItemProcessor"] = _machine(inner["ItemProcessor"])
    if "Branches" in inner:
        inner["Branches"] = [_machine(branch) for branch in inner["Branches"]]
    return _ordered(inner, _STATE_ORDER)


def render(build: Callable[[], Any]) -> str:
    """The machine as JSON: two spaces, states in the order they are reached, a final newline.

    The same machine is the same text, on every run.
    """
    return json.dumps(_machine(build().to_dict()), indent=2, ensure_ascii=False) + "\n"


def services_with_machines() -> list[str]:
    """The slugs of the services that have a state machine, sorted."""
    return sorted(source.parent.name for source in SERVICES.glob(f"*/{SOURCE}"))


def load_build(slug: str) -> Callable[[], Any]:
    """The ``build`` of a service's ``state_machine.py``.

    The file is loaded under a name of its own, since each service has one of that name.

    Raises:
        FileNotFoundError: the service has no ``state_machine.py``.
    """
    source = SERVICES / slug / SOURCE
    if not source.is_file():
        raise FileNotFoundError(f"{slug} has no {SOURCE}")
    name = f"medley_state_machine_{slug.replace('-', '_')}"
    spec = importlib.util.spec_from_file_location(name, source)
    if spec is None or spec.loader is None:  # cannot be: the file is there and ends in .py
        raise FileNotFoundError(str(source))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast("Callable[[], Any]", module.build)


def is_current(slug: str) -> bool:
    """Whether the committed file is what ``build()`` renders."""
    committed = SERVICES / slug / RENDERED
    rendered = render(load_build(slug))
    return committed.is_file() and committed.read_text("utf-8") == rendered


def write(slug: str) -> Path:
    """Render a service's machine into its folder, and return the file."""
    target = SERVICES / slug / RENDERED
    target.write_text(render(load_build(slug)), "utf-8")
    return target
