"""A worker is killed before or after any one of its writes; in the end all is accounted for."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from tests.mortal_workers import MortalStorage, MortalTables, Plan, deaths


@pytest.fixture
def mortal(make_world: Callable[..., Any], killed: type[BaseException]) -> Callable[..., Any]:
    from chalicelib.event_images.adapters.memory import ticking_clock

    def make(at: int = -1, *, after: bool = False) -> tuple[Any, Plan]:
        plan = Plan(at, after=after, killed=killed)
        world = make_world(MortalTables(plan), MortalStorage(plan, ticking_clock()))
        world.put("city-run/a.jpg", world.jpeg("1", "2"), bucket="incoming")
        world.put("city-run/b.jpg", world.jpeg("3"), bucket="incoming")
        world.put("city-run/bad.jpg", b"", bucket="incoming")
        plan.armed = True
        return world, plan

    return make


UPLOADS = {"source": {"kind": "uploads"}}


def accounted(world: Any, request_id: str, where: str) -> None:
    world.check()
    counts = world.deps.jobs.get(request_id).counts
    assert counts.done + counts.failed == counts.total, where
    assert counts.listed == counts.total + counts.skipped == 3, where
    errors, _ = world.deps.jobs.errors(request_id)
    assert len(errors) == counts.failed, where


def test_a_step_that_is_killed_and_retried_ends_as_if_nothing_had_been(mortal: Any) -> None:
    plain, _ = mortal()
    plain.run(**UPLOADS)
    for world, where in deaths(mortal, lambda one: one.run(**UPLOADS)):
        job = world.run(**UPLOADS)
        accounted(world, "r1", where)
        assert job.state == "PARTIAL", where
        assert (job.counts.done, job.counts.failed) == (2, 1), where
        assert world.counts() == {"pending": 0, "done": 2, "failed": 1}, where
        assert [tag["sk"] for tag in world.rows("TAG#")] == [
            tag["sk"] for tag in plain.rows("TAG#")
        ], where


def test_a_step_that_is_not_retried_is_recorded_and_a_second_run_finishes(
    mortal: Any, killed: type[BaseException]
) -> None:
    def once(world: Any) -> None:
        """A machine without any retry: its steps run once, the Catch states too."""
        machine = world.request("r1", **UPLOADS)
        try:
            for item in world.list_images(machine):
                try:
                    world.extract(item)
                except killed:
                    world.record_failure(item, "Runtime.ExitError")
            world.complete(machine)
        except killed:
            world.fail(machine, "Runtime.ExitError", "signal: killed")

    for world, where in deaths(mortal, once):
        with suppress(killed):  # not even the request could be written
            once(world)
        world.check()
        second = world.run("r2", **UPLOADS)
        accounted(world, "r2", where)
        assert second.state in {"SUCCEEDED", "PARTIAL", "FAILED"}, where
        assert world.counts() == {"pending": 0, "done": 2, "failed": 1}, where


def test_a_machine_that_stops_anywhere_is_finished_by_a_second_request(
    mortal: Any, killed: type[BaseException]
) -> None:
    def until_killed(world: Any) -> None:
        machine = world.request("r1", **UPLOADS)
        for item in world.list_images(machine):
            world.extract(item)
        world.complete(machine)

    for world, where in deaths(mortal, until_killed):
        with pytest.raises(killed):
            until_killed(world)
        world.check()
        world.run("r2", **UPLOADS)
        accounted(world, "r2", where)
        assert world.counts() == {"pending": 0, "done": 2, "failed": 1}, where


def test_an_uploads_worker_that_is_killed_is_repeated_by_the_queue(
    mortal: Any, killed: type[BaseException]
) -> None:
    keys = ("city-run/a.jpg", "city-run/bad.jpg", "city-run/b.jpg")

    def deliver(world: Any) -> None:
        for key in keys:
            try:
                world.uploaded(key)
            except killed:
                world.uploaded(key, attempt=2)

    for world, where in deaths(mortal, deliver):
        deliver(world)
        world.check()
        assert world.counts() == {"pending": 0, "done": 2, "failed": 1}, where
