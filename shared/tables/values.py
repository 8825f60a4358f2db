"""JSON values in DynamoDB's own notation, and back."""

import math
from decimal import Decimal
from typing import Any

from shared.tables.ports import Item

# DynamoDB's range of numbers.
_SMALLEST, _LARGEST = 1e-130, 9.9e125


def encode(value: Any) -> dict[str, Any]:
    """A JSON value as DynamoDB's attribute value, such as {"N": "1"}.

    Raises:
        TypeError: Something that JSON does not know.
        ValueError: A number that DynamoDB cannot hold.
    """
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": str(value)}
        case int() | float():
            return {"N": _number(value)}
        case dict():
            return {"M": encode_item(value)}
        case list() | tuple():
            return {"L": [encode(entry) for entry in value]}
    raise TypeError(f"a table cannot hold a {type(value).__name__}")


def encode_item(item: Item) -> dict[str, Any]:
    """A row, or any dictionary, by `encode`."""
    return {name: encode(value) for name, value in item.items()}


def decode(value: dict[str, Any]) -> Any:
    """The JSON value of an attribute value; whole numbers are integers."""
    (kind, content), *_ = value.items()
    match kind:
        case "S" | "BOOL":
            return content
        case "NULL":
            return None
        case "N":
            number = Decimal(content)
            return int(number) if number == number.to_integral_value() else float(number)
        case "M":
            return decode_item(content)
        case "L":
            return [decode(entry) for entry in content]
    raise TypeError(f"a row holds a {kind}, which these tables do not use")


def decode_item(item: dict[str, Any]) -> Item:
    """A row of DynamoDB as a dictionary of JSON values."""
    return {name: decode(value) for name, value in item.items()}


def _number(value: int | float) -> str:
    if isinstance(value, int):
        # 38 digits; trailing zeros do not count, but nobody here needs such integers.
        if abs(value) >= 10**38:
            raise ValueError(f"a table cannot hold the number {value}")
        return str(value)
    if not math.isfinite(value) or (value and not _SMALLEST <= abs(value) <= _LARGEST):
        raise ValueError(f"a table cannot hold the number {value}")
    # By way of the shortest text that reads back the same, so 0.1 is stored as 0.1.
    return str(Decimal(str(value)))
