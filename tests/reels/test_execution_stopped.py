"""A request whose execution was stopped ends, and the next one makes what is left."""

from typing import Any

from chalicelib.reels import steps
from chalicelib.reels.models import ExecutionStoppedInput


def stopped(world: Any, name: str, status: str = "ABORTED") -> Any:
    event = {"detail": {"name": name, "status": status}}
    return steps.execution_stopped(ExecutionStoppedInput.model_validate(event), world.deps)


def test_its_request_ends_and_the_next_one_makes_the_reels_that_are_missing(world: Any) -> None:
    for bib in ("7", "8"):
        world.photo(bib)
    first, second = world.extract(world.request("r1"))
    world.generate(first)

    assert stopped(world, "r1").state == "FAILED"
    job = world.deps.jobs.get("r1")
    assert (job.error.code, job.counts.done, job.counts.total) == ("stopped", 1, 2)
    rendered = len(world.renderer.plans)
    assert world.run("r2").state == "SUCCEEDED"
    assert len(world.renderer.plans) == rendered + 1
    assert set(world.rows()) == {first["reel"]["bib"], second["reel"]["bib"]}
    world.check()


def test_a_reel_that_was_in_hand_when_its_request_was_stopped_is_kept(world: Any) -> None:
    world.photo("7")
    (item,) = world.extract(world.request("r1"))
    stopped(world, "r1", "TIMED_OUT")
    world.generate(item)

    assert set(world.rows()) == {"7"}
    job = world.deps.jobs.get("r1")
    assert (job.state, job.error.code) == ("FAILED", "timeout")
    world.check()


def test_a_request_that_went_with_its_event_stays_gone(world: Any) -> None:
    assert stopped(world, "gone").job_id is None
