"""Distributed Map: a child execution for each item of a list in S3.

An inline Map ends at 40 items at once, 25,000 events of history and 256 KB of list. This one has
none of the three: it reads the list from S3, counts the failed items, and writes results to S3.
"""

import re
from typing import Any, Literal

from medley.asl import sdk
from medley.asl.fields import Field, JsonPath, template, with_templates

_LABEL = re.compile(r"[A-Za-z0-9_-]{1,40}")

ITEM = JsonPath("$$.Map.Item.Value")
"""The item that a child execution is about, in an ``item_selector``."""


def s3_json_reader(*, bucket: str | JsonPath, key: str | JsonPath) -> dict[str, Any]:
    """An ItemReader over one S3 object that is a JSON array, an item an element."""
    return {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON"},
        "Parameters": template({"Bucket": bucket, "Key": key}),
    }


def s3_result_writer(*, bucket: str | JsonPath, prefix: str | JsonPath) -> dict[str, Any]:
    """A ResultWriter: what the children answered goes to S3, a manifest under the prefix."""
    return {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": template({"Bucket": bucket, "Prefix": prefix}),
    }


class ItemProcessor(sdk.Graph):  # type: ignore[misc]
    """What runs for each item, in a child execution of its own."""

    def __init__(
        self, start: sdk.State | sdk.Chain, execution_type: Literal["EXPRESS", "STANDARD"]
    ) -> None:
        super().__init__(
            start, processor_config={"Mode": "DISTRIBUTED", "ExecutionType": execution_type}
        )

    def allowed_fields(self) -> list[Any]:
        """The SDK's fields and ours."""
        return [*super().allowed_fields(), Field.PROCESSOR_CONFIG]


class DistributedMap(sdk.Map):  # type: ignore[misc]
    """A Map over a list in S3, each item in a child execution.

    Args:
        state_id: the state's name.
        item_processor: what runs for one item.
        item_reader: where the list is (:func:`s3_json_reader`).
        result_writer: where the results go (:func:`s3_result_writer`).
        max_concurrency: how many children run at once.
        label: 1 to 40 letters, digits, ``-`` or ``_``; it is in the ARN of each child, and
            without it the ARN changes with each deployment.
        item_selector: a child's input; without it, the item.
        tolerated_failure_percentage: 0 to 100; above it, the Map fails.
        tolerated_failure_count: the same as a number of items.
        fields: the SDK's own (``result_path``, ``retry``, ``catch``, ``comment`` ...).

    Raises:
        ValueError: Step Functions would refuse the label, the concurrency or the tolerance.
    """

    def __init__(
        self,
        state_id: str,
        *,
        item_processor: ItemProcessor,
        item_reader: dict[str, Any],
        result_writer: dict[str, Any],
        max_concurrency: int,
        label: str,
        item_selector: dict[str, Any] | None = None,
        tolerated_failure_percentage: float | None = None,
        tolerated_failure_count: int | None = None,
        **fields: Any,
    ) -> None:
        if not _LABEL.fullmatch(label):
            raise ValueError(f"label {label!r}: 1 to 40 letters, digits, '-' or '_'")
        if max_concurrency < 1:
            raise ValueError("max_concurrency is at least 1; 0 is a run without a limit")
        if not 0 <= (tolerated_failure_percentage or 0) <= 100:
            raise ValueError("tolerated_failure_percentage is 0 to 100")
        if (tolerated_failure_count or 0) < 0:
            raise ValueError("tolerated_failure_count is 0 or more")
        super().__init__(
            state_id,
            item_reader=item_reader,
            item_selector=item_selector,
            max_concurrency=max_concurrency,
            label=label,
            tolerated_failure_percentage=tolerated_failure_percentage,
            tolerated_failure_count=tolerated_failure_count,
            result_writer=result_writer,
            **fields,
        )
        self.item_processor = item_processor

    def allowed_fields(self) -> list[Any]:
        """The SDK's fields and ours."""
        return [
            *super().allowed_fields(),
            Field.RESULT_SELECTOR,
            Field.ITEM_SELECTOR,
            Field.ITEM_READER,
            Field.RESULT_WRITER,
            Field.LABEL,
            Field.TOLERATED_FAILURE_COUNT,
            Field.TOLERATED_FAILURE_PERCENTAGE,
        ]

    def to_dict(self) -> dict[str, Any]:
        """The state as ASL, with ``ItemProcessor`` where the SDK writes ``Iterator``."""
        # Past sdk.Map on purpose: its own to_dict() insists on the deprecated Iterator.
        rendered = sdk.State.to_dict(self)
        return with_templates(rendered) | {"ItemProcessor": self.item_processor.to_dict()}
