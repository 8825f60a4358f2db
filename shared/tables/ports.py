"""What the services need of a database: rows by key, one index, and transactions.

A row is a dictionary of JSON values with the strings `pk` and `sk`; a row that also has the
strings `gsi1pk` and `gsi1sk` is in the index `gsi1`. Whole floats come back as integers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from shared.errors import Conflict

type Item = dict[str, Any]
type Key = tuple[str, str]
type Index = Literal["gsi1"]

# DynamoDB's limit of one transaction.
MOST_WRITES = 100


@dataclass(frozen=True)
class Absent:
    """Holds when there is no row with this key."""


@dataclass(frozen=True)
class Exists:
    """Holds when there is a row with this key."""


@dataclass(frozen=True)
class Equals:
    """Holds when the row exists and these attributes equal; None: it is absent or null."""

    values: dict[str, Any]


@dataclass(frozen=True)
class OneOf:
    """Holds when the row exists and the attribute equals one of the values (1 to 100)."""

    attribute: str
    values: tuple[Any, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.values) <= 100:
            raise ValueError("OneOf takes 1 to 100 values")


type Condition = Absent | Exists | Equals | OneOf


@dataclass(frozen=True)
class Put:
    """Writes a whole row."""

    item: Item
    when: Condition | None = None

    @property
    def key(self) -> Key:
        """The row's key."""
        return self.item["pk"], self.item["sk"]


@dataclass(frozen=True)
class Update:
    """Changes attributes of a row, which is made if there is none and no condition says no."""

    key: Key
    set: dict[str, Any] = field(default_factory=dict)
    add: dict[str, int | float] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    when: Condition | None = None

    def __post_init__(self) -> None:
        names = [*self.set, *self.add, *self.remove]
        if not names:
            raise ValueError("an update changes at least one attribute")
        if len(frozenset(names)) < len(names):
            raise ValueError(f"an attribute is changed twice: {names}")
        if not frozenset(names).isdisjoint({"pk", "sk"}):
            raise ValueError("a key never changes")


@dataclass(frozen=True)
class Delete:
    """Deletes a row; one that is absent is deleted already."""

    key: Key
    when: Condition | None = None


@dataclass(frozen=True)
class Check:
    """Changes nothing: the transaction goes through only if the condition holds."""

    key: Key
    when: Condition


type Write = Put | Update | Delete
type TransactWrite = Put | Update | Delete | Check


class ConditionFailed(Conflict):
    """A condition did not hold, and nothing was written.

    `failed` are the indexes of the writes whose condition did not hold.
    """

    def __init__(self, failed: tuple[int, ...] = (0,)) -> None:
        super().__init__("condition_failed", "The row has changed meanwhile.")
        self.failed = failed
        self.args = (failed,)  # what pickle gives to __init__


@dataclass(frozen=True)
class Page:
    """Some rows, and the cursor of the rest; None when there is no more."""

    items: list[Item]
    cursor: str | None


class Table(Protocol):
    """One table. Every call may raise RetryableError."""

    name: str

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        """One row, or None."""
        ...

    def get_many(self, keys: Sequence[Key]) -> list[Item]:
        """The rows that exist, in the order of any number of keys. Strongly consistent."""
        ...

    def write(self, write: Write) -> Item | None:
        """One write. An Update gives the new row, the others None. ConditionFailed."""
        ...

    def put_many(self, items: Iterable[Item]) -> int:
        """Writes any number of rows without a condition; of two with one key the last stays.

        Not a transaction: when it raises, some rows may be there. Returns how many were given.
        """
        ...

    def query(
        self,
        pk: str,
        *,
        begins: str = "",
        index: Index | None = None,
        limit: int = 100,
        cursor: str | None = None,
        forward: bool = True,
    ) -> Page:
        """A page of one partition, by the bytes of the sort key.

        The table itself is read strongly consistently; the index lags a little behind.

        Raises:
            BadRequest: `bad_cursor`, one that this query did not give.
        """
        ...

    def query_all(self, pk: str, *, begins: str = "", index: Index | None = None) -> Iterator[Item]:
        """All rows of a partition, page by page."""
        ...


class Tables(Protocol):
    """Several tables, because a transaction spans them."""

    def table(self, name: str) -> Table:
        """The table of this name."""
        ...

    def transact(self, writes: Sequence[tuple[str, TransactWrite]]) -> None:
        """Does up to 100 writes to different rows, all or none; each with its table's name.

        Raises:
            ConditionFailed: With the indexes of the conditions that did not hold.
            RetryableError: `busy`, other writers held the rows all the time.
            ValueError: No write, more than 100, or two of one row.
        """
        ...


def checked_transaction(
    writes: Sequence[tuple[str, TransactWrite]],
) -> Sequence[tuple[str, TransactWrite]]:
    """The writes, if a transaction can hold them; ValueError otherwise."""
    if not 1 <= len(writes) <= MOST_WRITES:
        raise ValueError(f"a transaction takes 1 to {MOST_WRITES} writes, not {len(writes)}")
    rows = [(table, write.key) for table, write in writes]
    if len(frozenset(rows)) < len(rows):
        raise ValueError("a transaction changes a row only once")
    return writes
