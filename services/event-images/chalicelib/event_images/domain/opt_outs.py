"""Opt-outs: kept so that a bib is recognised when it is seen again, and found by no search.

A row holds the HMAC of a bib under a random key of the event. Whoever may read the table could
try all numbers; but no copy, export or log says by itself who opted out.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.event_images.domain.photos import normal_bib
from chalicelib.event_images.models.people import OptOut, RemovalState
from shared.contracts import opt_out_partition
from shared.tables import Item, Key

ROWS = "OPTOUT#"
KEY_ROW = "OPTOUTS"
# An event or a file may be called as a bib is.
_OWN = frozenset(
    {"pk", "sk", "gsi1pk", "gsi1sk", "eventId", "imageId", "bucket", "key", "filename", "etag"}
)


@dataclass(frozen=True)
class OptOuts:
    """Who opted out of an event: ``bib in opt_outs``, in any spelling of the number."""

    secret: str = ""
    digests: frozenset[str] = frozenset()

    def __contains__(self, bib: object) -> bool:
        # Most events have none, and this is asked for each reading.
        if not self.digests or not isinstance(bib, str):
            return False
        return digest(self.secret, bib) in self.digests

    def __len__(self) -> int:
        return len(self.digests)

    @classmethod
    def of_rows(cls, rows: Iterable[Item]) -> "OptOuts":
        """The opt-outs of all rows of an event's partition of them."""
        secret, digests = "", set()
        for row in rows:
            if row["sk"] == KEY_ROW:
                secret = str(row["secret"])
            else:
                digests.add(str(row["sk"]).removeprefix(ROWS))
        return cls(secret, frozenset(digests))


def digest(secret: str, bib: str) -> str:
    """What stands for a bib, in hexadecimal."""
    number = normal_bib(bib).encode()
    return hmac.new(bytes.fromhex(secret), number, hashlib.sha256).hexdigest()[:40]


def secret_key(event_id: str) -> Key:
    """Where the event's key is."""
    return opt_out_partition(event_id), KEY_ROW


def opt_out_key(event_id: str, fingerprint: str) -> Key:
    """Where an opt-out's row is."""
    return opt_out_partition(event_id), f"{ROWS}{fingerprint}"


def opt_out_row(event_id: str, fingerprint: str, at: datetime, reason: str | None) -> Item:
    """The row of a new opt-out."""
    pk, sk = opt_out_key(event_id, fingerprint)
    row: Item = {"pk": pk, "sk": sk, "at": at.isoformat(), "state": RemovalState.REMOVING.value}
    return row if reason is None else {**row, "reason": reason}


def opt_out_of(row: Item) -> OptOut:
    """A row as the API shows it."""
    return OptOut(
        id=str(row["sk"]).removeprefix(ROWS),
        at=row["at"],
        state=row["state"],
        reason=row.get("reason"),
    )


def without_bib(value: Any, bib: str) -> Any:
    """A row's value with every trace of ``bib`` taken out; other values stay as they are.

    Of a list, entries go that are the bib or are about it (``{"bib": ...}``). Of an object, the
    attributes go that are named after it or hold nothing else.
    """
    if isinstance(value, dict):
        return {
            name: without_bib(inner, bib)
            for name, inner in value.items()
            if not _is(name, bib) and not _is(inner, bib)
        }
    if isinstance(value, (list, tuple)):
        return [without_bib(inner, bib) for inner in value if not _about(inner, bib)]
    return value


def scrubbed(row: Item, bib: str) -> Item:
    """A row without any trace of ``bib``, besides what names the row and its object."""
    kept = {name: value for name, value in row.items() if name in _OWN}
    rest = {name: value for name, value in row.items() if name not in _OWN}
    return {**without_bib(rest, bib), **kept}


def _about(value: Any, bib: str) -> bool:
    return _is(value, bib) or (isinstance(value, dict) and _is(value.get("bib"), bib))


def _is(value: Any, bib: str) -> bool:
    return _number(value) and normal_bib(value) == normal_bib(bib)


def _number(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 12
