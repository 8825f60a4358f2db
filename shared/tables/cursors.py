"""Opaque cursors: where a page ended, checked when they come back."""

import base64
import binascii
import json
from typing import Any

from shared.errors import BadRequest
from shared.tables.ports import Index, Item

# DynamoDB's limits of a partition key and a sort key, in bytes.
_MOST_BYTES = {"pk": 2048, "sk": 1024, "gsi1pk": 2048, "gsi1sk": 1024}
# All four at their longest, escaped and in base64, with room for the punctuation.
_MOST_CHARACTERS = 50_000


def names(index: Index | None) -> tuple[str, ...]:
    """The key attributes that say where a row stands."""
    return ("pk", "sk") if index is None else ("gsi1pk", "gsi1sk", "pk", "sk")


def after(item: Item, index: Index | None) -> str:
    """The cursor of what follows `item` in a query of the table or of `index`."""
    document = json.dumps([item[name] for name in names(index)], separators=(",", ":"))
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def read(cursor: str, pk: str, begins: str, index: Index | None) -> dict[str, str]:
    """The key attributes after which a query goes on.

    A cursor is no secret, so one may be made up: it is held to the query's own partition and
    prefix, and can therefore show nothing that the query itself would not.

    Raises:
        BadRequest: `bad_cursor`.
    """
    expected = names(index)
    values = _decode(cursor)
    if not isinstance(values, list) or len(values) != len(expected):
        raise _bad()
    key: dict[str, str] = {}
    for name, value in zip(expected, values, strict=True):
        if not isinstance(value, str) or not 1 <= _length(value) <= _MOST_BYTES[name]:
            raise _bad()
        key[name] = value
    if key[expected[0]] != pk or not key[expected[1]].startswith(begins):
        raise _bad()
    return key


def _decode(cursor: str) -> Any:
    if not cursor.isascii() or len(cursor) > _MOST_CHARACTERS:
        raise _bad()
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise _bad() from None


def _length(value: str) -> int:
    try:
        return len(value.encode())
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can spell
        raise _bad() from None


def _bad() -> BadRequest:
    return BadRequest("bad_cursor", "The cursor is not one that this list gave.")
