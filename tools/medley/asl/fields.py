"""The ASL fields that the SDK does not know, and the paths that their values are made of."""

from enum import Enum
from typing import Any

from medley.asl import sdk


class Field(Enum):
    """Fields beyond the SDK's own ``Field``; a member's value is the keyword that sets it."""

    # Task, Parallel and Map
    RESULT_SELECTOR = "result_selector"
    # Map
    ITEM_SELECTOR = "item_selector"
    ITEM_READER = "item_reader"
    RESULT_WRITER = "result_writer"
    LABEL = "label"
    TOLERATED_FAILURE_COUNT = "tolerated_failure_count"
    TOLERATED_FAILURE_PERCENTAGE = "tolerated_failure_percentage"
    # The processor of a Map
    PROCESSOR_CONFIG = "processor_config"
    # Retry
    JITTER_STRATEGY = "jitter_strategy"
    MAX_DELAY_SECONDS = "max_delay_seconds"
    # Fail
    ERROR_PATH = "error_path"
    CAUSE_PATH = "cause_path"


TEMPLATES = frozenset({"ItemSelector", "Parameters", "ResultSelector"})
"""Fields whose value is a payload template: paths in them are spelled ``"name.$": path``."""


class JsonPath(sdk.Placeholder):  # type: ignore[misc]
    """A path or an intrinsic function as a template's value, written out as it is given.

    The SDK's own placeholders reach the input of a state and of the execution only; this one
    reaches the context object (``$$.Map.Item.Value``) and ``States.Format(...)`` as well.

    Raises:
        ValueError: the text is neither a path (``$``, ``$$``) nor an intrinsic (``States.``).
    """

    def __init__(self, text: str) -> None:
        if not text.startswith(("$", "States.")):
            raise ValueError(f"not a JSON path or an intrinsic function: {text!r}")
        super().__init__()
        self.text = text

    def to_jsonpath(self) -> str:
        """The text, as ASL spells it."""
        return self.text


def template(value: Any) -> Any:
    """A payload template as ASL: ``{"photo": JsonPath("$.p")}`` becomes ``{"photo.$": "$.p"}``.

    Raises:
        ValueError: a path is an element of a list, for which ASL has no spelling.
    """
    if isinstance(value, sdk.Placeholder):
        raise ValueError("ASL has no path inside a list: use the intrinsic function States.Array")
    if isinstance(value, list):
        return [template(element) for element in value]
    if not isinstance(value, dict):
        return value
    return {
        f"{name}.$" if isinstance(part, sdk.Placeholder) else name: (
            part.to_jsonpath() if isinstance(part, sdk.Placeholder) else template(part)
        )
        for name, part in value.items()
    }


def with_templates(rendered: dict[str, Any]) -> dict[str, Any]:
    """A rendered state, with the payload templates that the SDK left as they were resolved."""
    return {
        name: template(value) if name in TEMPLATES else value for name, value in rendered.items()
    }
