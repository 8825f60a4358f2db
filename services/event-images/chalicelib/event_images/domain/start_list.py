"""The start list: which bibs are in the race, and where its rows are.

All rows of a list carry its version, and one row says which version holds, so a reader sees the
old list or the new one and never a mixture.

What a reader of photos needs is only which numbers are listed. That is a bit for each possible
bib: a list of any length loads with one read of one row, and takes 125 kB.
"""

import base64
import re
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import datetime
from threading import Lock

from chalicelib.event_images.domain.lookalikes import MOST_DIGITS, one_edit
from chalicelib.event_images.domain.photos import normal_bib
from chalicelib.event_images.models.people import Runner
from shared.contracts import event_partition
from shared.tables import Item, Key

META = "STARTLIST"
RUNNERS = "RUNNER#"
BITS = "STARTLIST#"
IMPORT = "LISTIMPORT"

# The problems that the row itself keeps; with more, a file has them all.
SHOWN_PROBLEMS = 50

_BYTES = 10**MOST_DIGITS // 8
_INCOMING = re.compile(r"([^/]+)/participants/([0-9a-f]{20})\.csv")


class StartList:
    """The bibs of one list. Immutable; leading zeros do not matter.

    Args:
        bibs: Numbers of 1 to 6 digits.
    """

    __slots__ = ("_bits", "_count")

    def __init__(self, bibs: Iterable[str] = ()) -> None:
        bits = bytearray(_BYTES)
        for bib in bibs:
            number = int(bib)
            bits[number >> 3] |= 1 << (number & 7)
        self._bits = bytes(bits)
        self._count = int.from_bytes(self._bits).bit_count()

    def __contains__(self, bib: object) -> bool:
        if not isinstance(bib, str) or not (bib.isascii() and bib.isdigit()):
            return False
        number = int(bib)
        return number < 10**MOST_DIGITS and bool(self._bits[number >> 3] >> (number & 7) & 1)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        """The bibs, by number, without leading zeros."""
        for at, byte in enumerate(self._bits):
            if byte:
                yield from (str(at * 8 + bit) for bit in range(8) if byte >> bit & 1)

    def near(self, bib: str) -> list[str]:
        """Listed bibs one edit away from ``bib``, the likeliest slip of a reader first."""
        costs = one_edit(bib)
        found = [other for other in costs if other in self]
        return sorted(found, key=lambda other: (costs[other], len(other), other))

    def without(self, bib: str) -> "StartList":
        """The list as if ``bib`` had never been in it."""
        return StartList(other for other in self if other != normal_bib(bib))

    def pack(self) -> str:
        """A short text that `unpack` takes; at most 170 kB, usually far less."""
        return base64.b64encode(zlib.compress(self._bits, 9)).decode()

    @classmethod
    def unpack(cls, text: str) -> "StartList":
        """The list that `pack` wrote."""
        made = cls()
        made._bits = zlib.decompress(base64.b64decode(text))
        made._count = int.from_bytes(made._bits).bit_count()
        return made


class KeptLists:
    """The last few lists that a process has unpacked, by what the row says that holds.

    Args:
        most: How many; each takes 125 kB.
    """

    def __init__(self, most: int = 8) -> None:
        self._most = most
        self._lists: OrderedDict[tuple[str, str, int], StartList] = OrderedDict()
        self._lock = Lock()

    def get(self, meta: Item) -> StartList | None:
        """The list of this row, if it is kept."""
        with self._lock:
            return self._lists.get(_place(meta))

    def keep(self, meta: Item, packed: Item) -> StartList:
        """Unpack the list of this row, and keep it."""
        listed = StartList.unpack(packed["bibs"])
        with self._lock:
            self._lists[_place(meta)] = listed
            while len(self._lists) > self._most:
                self._lists.popitem(last=False)
        return listed


def _place(meta: Item) -> tuple[str, str, int]:
    # An opt-out changes a list without a new version.
    return meta["pk"], meta["version"], int(meta.get("revision") or 0)


KEPT = KeptLists()


def meta_key(event_id: str) -> Key:
    """Where the row is that says which version holds."""
    return event_partition(event_id), META


def bits_key(event_id: str, version: str) -> Key:
    """Where a version's packed list is."""
    return event_partition(event_id), f"{BITS}{version}"


def runners_prefix(version: str) -> str:
    """How the sort keys of a version's runners begin."""
    return f"{RUNNERS}{version}#"


def runner_key(event_id: str, version: str, bib: str) -> Key:
    """Where a runner's row is; with zeros before the bib, so that rows come by number."""
    return event_partition(event_id), f"{runners_prefix(version)}{normal_bib(bib):0>6}"


def new_version(current: Item | None, seed: str) -> str:
    """A version that sorts after the current one; ``seed`` (hex) keeps two of one time apart."""
    count = int(str(current["version"]).split("-")[0]) if current else 0
    return f"{count + 1:08}-{seed[:12]}"


def replaced(version: str, by: str) -> bool:
    """Whether a version can never hold again once ``by`` holds.

    One that sorts after it may be on its way; one with the same count has lost the race.
    """
    return version != by and version.split("-")[0] <= by.split("-")[0]


def runner_row(event_id: str, version: str, runner: Runner) -> Item:
    """A runner's row."""
    pk, sk = runner_key(event_id, version, runner.bib)
    values = runner.model_dump(by_alias=True, mode="json", exclude_none=True)
    return {"pk": pk, "sk": sk, "version": version, **values}


def runner_of(row: Item) -> Runner:
    """The runner that a row holds."""
    known = {field.alias or name for name, field in Runner.model_fields.items()}
    return Runner.model_validate({name: row[name] for name in known if name in row})


def bits_row(event_id: str, version: str, listed: StartList) -> Item:
    """The row with a version's packed list."""
    pk, sk = bits_key(event_id, version)
    return {"pk": pk, "sk": sk, "version": version, "bibs": listed.pack()}


def meta_row(
    event_id: str,
    version: str,
    *,
    rows: int,
    bad_rows: int,
    problems: list[Item],
    digest: str,
    report_key: str | None,
    now: datetime,
) -> Item:
    """The row that makes a version the one that holds."""
    pk, sk = meta_key(event_id)
    return {
        "pk": pk,
        "sk": sk,
        "eventId": event_id,
        "version": version,
        "rows": rows,
        "badRows": bad_rows,
        "problems": problems,
        "digest": digest,
        "reportKey": report_key,
        "uploadedAt": now.isoformat(),
    }


def import_row(event_id: str, import_id: str, state: str, error: Item | None = None) -> Item:
    """The row of what came of the last file."""
    row = {"pk": event_partition(event_id), "sk": IMPORT, "importId": import_id, "state": state}
    return row if error is None else {**row, "error": error}


def import_key(event_id: str) -> Key:
    """Where that row is."""
    return event_partition(event_id), IMPORT


def incoming_key(event_id: str, import_id: str) -> str:
    """Where a list is uploaded, in ``incoming``; the uploads queue tells that it is there."""
    return f"{event_id}/participants/{import_id}.csv"


def import_of_key(key: str) -> tuple[str, str] | None:
    """The event and the import that an object of ``incoming`` is of; None if it is no list."""
    found = _INCOMING.fullmatch(key)
    return (found[1], found[2]) if found else None


def staged_key(event_id: str, import_id: str) -> str:
    """Where a list waits that came in a request, in ``media``."""
    return f"{event_id}/people/{import_id}.csv"


def report_key(event_id: str, import_id: str) -> str:
    """Where the report of all bad rows is, in ``media``."""
    return f"{event_id}/people/{import_id}-report.csv"
