"""Tables in memory, for tests; the same rules as DynamoDB's."""

from collections.abc import Iterable, Iterator, Sequence
from threading import RLock
from typing import Any

from shared.tables import cursors
from shared.tables.ports import (
    Absent,
    Check,
    Condition,
    ConditionFailed,
    Delete,
    Equals,
    Exists,
    Index,
    Item,
    Key,
    OneOf,
    Page,
    Put,
    Table,
    Tables,
    TransactWrite,
    Update,
    Write,
    checked_transaction,
)
from shared.tables.values import decode_item, encode, encode_item


class MemoryTables(Tables):
    """Tables that come to be when they are named. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._tables: dict[str, MemoryTable] = {}

    def table(self, name: str) -> "MemoryTable":
        with self._lock:
            return self._tables.setdefault(name, MemoryTable(name, self._lock))

    def transact(self, writes: Sequence[tuple[str, TransactWrite]]) -> None:
        with self._lock:
            pairs = [(self.table(name), write) for name, write in checked_transaction(writes)]
            failed = tuple(
                index for index, (table, write) in enumerate(pairs) if not table.allows(write)
            )
            if failed:
                raise ConditionFailed(failed)
            # Worked out before any is stored: a value that no table can hold leaves no trace.
            rows = [(table, write.key, table.outcome(write)) for table, write in pairs]
            for table, key, row in rows:
                table.store(key, row)


class MemoryTable(Table):
    """One table of MemoryTables."""

    def __init__(self, name: str, lock: Any) -> None:
        self.name = name
        self._lock = lock
        self._rows: dict[Key, Item] = {}

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:  # noqa: ARG002
        with self._lock:
            row = self._rows.get(key)
        return None if row is None else _copy(row)

    def get_many(self, keys: Sequence[Key]) -> list[Item]:
        return [row for key in keys if (row := self.get(key)) is not None]

    def write(self, write: Write) -> Item | None:
        with self._lock:
            if not self.allows(write):
                raise ConditionFailed
            row = self.outcome(write)
            self.store(write.key, row)
        return _copy(row) if isinstance(write, Update) and row is not None else None

    def put_many(self, items: Iterable[Item]) -> int:
        count = 0
        for item in items:
            self.write(Put(item))
            count += 1
        return count

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
        names = cursors.names(index)
        start = None if cursor is None else cursors.read(cursor, pk, begins, index)
        with self._lock:
            rows = [
                row
                for row in self._rows.values()
                if row.get(names[0]) == pk
                and isinstance(row.get(names[1]), str)
                and row[names[1]].startswith(begins)
            ]
        rows.sort(key=lambda row: _place(row, names), reverse=not forward)
        if start is not None:
            place = _place(start, names)
            rows = [
                r
                for r in rows
                if (_place(r, names) > place) == forward and _place(r, names) != place
            ]
        page = [_copy(row) for row in rows[:limit]]
        return Page(page, cursors.after(page[-1], index) if len(rows) > limit else None)

    def query_all(self, pk: str, *, begins: str = "", index: Index | None = None) -> Iterator[Item]:
        cursor = None
        while True:
            page = self.query(pk, begins=begins, index=index, cursor=cursor)
            yield from page.items
            if (cursor := page.cursor) is None:
                return

    def allows(self, write: TransactWrite) -> bool:
        """Whether the write's condition holds now."""
        return write.when is None or _holds(write.when, self._rows.get(write.key))

    def outcome(self, write: TransactWrite) -> Item | None:
        """What the row is after the write; None when there is none."""
        match write:
            case Put(item):
                return _copy(item)
            case Delete():
                return None
            case Check(key):
                return self._rows.get(key)
            case Update((pk, sk) as key, changes, added, removed):
                row = dict(self._rows.get(key) or {"pk": pk, "sk": sk})
                row.update(changes)
                for name, amount in added.items():
                    row[name] = row.get(name, 0) + amount
                for name in removed:
                    row.pop(name, None)
                return _copy(row)

    def store(self, key: Key, row: Item | None) -> None:
        """Makes the row what `outcome` said."""
        if row is None:
            self._rows.pop(key, None)
        else:
            self._rows[key] = row


def _place(row: Item, names: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(str(row[name]).encode() for name in names[1:])


def _copy(row: Item) -> Item:
    # By way of DynamoDB's notation: what it refuses is refused, 1.0 comes back as 1.
    return decode_item(encode_item(row))


def _same(left: Any, right: Any) -> bool:
    # 1 equals 1.0, but not True: as in DynamoDB, kinds never mix.
    (one,), (two,) = _copy({"": left}).values(), _copy({"": right}).values()
    return bool(encode(one) == encode(two))


def _equals(row: Item, name: str, value: Any) -> bool:
    return _same(row.get(name), value)


def _holds(condition: Condition, row: Item | None) -> bool:
    match condition:
        case Absent():
            return row is None
        case Exists():
            return row is not None
        case Equals(values):
            return row is not None and all(_equals(row, *pair) for pair in values.items())
        case OneOf(name, values):
            return row is not None and any(_equals(row, name, value) for value in values)
