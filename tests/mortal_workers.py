"""Tables and buckets whose writes are numbered, and a worker that is killed at one of them.

Each test runs a whole piece of work once for each number, kills the worker there, lets happen
what happens then, and checks that nothing is lost and nothing counted twice.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from shared.storage import MemoryStorage, ObjectInfo
from shared.tables import Item, MemoryTables, TransactWrite, Write
from shared.tables.memory import MemoryTable


class Plan:
    """Where to kill: at the write of this number, before or after it is done."""

    def __init__(self, at: int = -1, *, after: bool = False, killed: type[BaseException]) -> None:
        self.at = at
        self.after = after
        self.killed = killed
        self.writes = 0
        self.armed = False

    def around[T](self, write: Callable[[], T]) -> T:
        if not self.armed:
            return write()
        number, self.writes = self.writes, self.writes + 1
        if number == self.at and not self.after:
            raise self.killed
        done = write()
        if number == self.at:
            raise self.killed
        return done


class MortalTable(MemoryTable):
    plan: Plan

    def write(self, write: Write) -> Item | None:
        return self.plan.around(lambda: MemoryTable.write(self, write))


class MortalTables(MemoryTables):
    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self._plan = plan

    def table(self, name: str) -> MemoryTable:
        with self._lock:
            if name not in self._tables:
                table = MortalTable(name, self._lock)
                table.plan = self._plan
                self._tables[name] = table
            return self._tables[name]

    def transact(self, writes: Sequence[tuple[str, TransactWrite]]) -> None:
        self._plan.around(lambda: MemoryTables.transact(self, writes))


class MortalStorage(MemoryStorage):
    def __init__(self, plan: Plan, clock: Any) -> None:
        super().__init__(clock=clock)
        self._plan = plan

    def put(self, bucket: str, key: str, data: bytes, **how: Any) -> ObjectInfo:
        return self._plan.around(lambda: MemoryStorage.put(self, bucket, key, data, **how))


def deaths(mortal: Callable[..., Any], act: Callable[[Any], None]) -> Iterator[tuple[Any, str]]:
    """A world for each place where ``act`` can be killed, with a name for it."""
    world, plan = mortal()
    act(world)
    assert plan.writes, "nothing was written"
    for at in range(plan.writes):
        for after in (False, True):
            yield mortal(at, after=after)[0], f"killed {'after' if after else 'before'} write {at}"
