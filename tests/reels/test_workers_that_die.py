"""A worker is killed before or after any one of its writes; in the end all is accounted for."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from tests.mortal_workers import MortalStorage, MortalTables, Plan, deaths


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
