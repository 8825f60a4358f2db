"""A worker is killed before or after any one of its writes; in the end all is accounted for.

Every write of a whole request, to tables and to buckets, is numbered. Each test runs the request
once for each number, kills the worker there, lets the machine do what it does then, and checks
that nothing is lost and nothing counted twice.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import pytest

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


@pytest.fixture
def mortal(make_world: Callable[..., Any], killed: type[BaseException]) -> Callable[..., Any]:
    from chalicelib.reels.adapters.memory import ticking_clock

    def make(at: int = -1, *, after: bool = False) -> tuple[Any, Plan]:
        plan = Plan(at, after=after, killed=killed)
        world = make_world(MortalTables(plan), MortalStorage(plan, ticking_clock()))
        world.photo("1")
        world.photo("2")
        world.photo("3", data=b"damaged")
        world.run("r0")
        world.photo("1")
        plan.armed = True
        return world, plan

    return make


def deaths(mortal: Callable[..., Any], act: Callable[[Any], None]) -> Iterator[tuple[Any, str]]:
    """A world for each place where ``act`` can be killed, with a name for it."""
    world, plan = mortal()
    act(world)
    assert plan.writes > 8
    for at in range(plan.writes):
        for after in (False, True):
            yield mortal(at, after=after)[0], f"killed {'after' if after else 'before'} write {at}"


def accounted(world: Any, request_id: str, where: str) -> None:
    counts = world.deps.jobs.get(request_id).counts
    assert counts.done + counts.failed == counts.total == 3, where
    assert counts.failed == 1, where
    rows = world.rows()
    assert {bib: row["state"] for bib, row in rows.items()} == {
        "1": "DONE",
        "2": "DONE",
        "3": "FAILED",
    }, where
    assert len(rows["1"]["sources"]) == 2, where
    world.check()


def test_a_step_that_is_killed_and_retried_ends_as_if_nothing_had_been(mortal: Any) -> None:
    for world, where in deaths(mortal, lambda one: one.run("r1")):
        assert world.run("r1").state == "PARTIAL", where
        accounted(world, "r1", where)


def test_a_step_that_is_not_retried_is_recorded_and_a_second_run_finishes(
    mortal: Any, killed: type[BaseException]
) -> None:
    def once(world: Any) -> None:
        """A machine without any retry: its steps run once, the Catch states too."""
        machine = world.request("r1")
        try:
            for item in world.extract(machine):
                try:
                    world.generate(item)
                except killed:
                    world.record_failure(item, "Runtime.ExitError")
            world.complete(machine)
        except killed:
            world.fail(machine, "Runtime.ExitError", "signal: killed")

    for world, where in deaths(mortal, once):
        with suppress(killed):  # not even the request could be written
            once(world)
        for row in world.rows().values():
            assert row["videos"] or row["error"], where
        world.run("r2")
        accounted(world, "r2", where)
