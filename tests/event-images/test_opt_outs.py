"""Opting out: the runner is found nowhere from then on, and soon stored nowhere."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.event_images.steps import forget_runner as forgetting
from chalicelib.event_images.steps.people import load_people
from shared.errors import RetryableError
from shared.tables import Put
from shared.topics import MemoryTopics
from tests.event_images_people import (
    EVENT,
    LISTED,
    RUNNER,
    do,
    make_race,
    pictures,
    put_list,
    queue_of,
    traces,
    work,
)


@pytest.fixture
def race(api: Any, world: Any) -> dict[str, str]:
    return make_race(api, world)


def test_after_an_opt_out_the_bib_stands_nowhere(api: Any, world: Any, race: Any) -> None:
    assert len(traces(world)) > 5
    answer = api("DELETE", RUNNER)
    assert (answer.status_code, answer.json_body["state"]) == (202, "REMOVING")
    work(world)
    assert traces(world) == []
    assert pictures(world) == {race[name] for name in ("both.jpg", "unsure.jpg", "other.jpg")}
    assert {row["bib"] for row in world.rows("TAG#")} == {"1234", "77"}
    world.check()
    (row,) = api("GET", f"/events/{EVENT}/opt-outs").json_body["items"]
    assert (row["state"], row["reason"]) == ("REMOVED", None)
    assert "4821" not in json.dumps(row)


def test_it_holds_at_once_before_anything_is_removed(api: Any, world: Any, race: Any) -> None:
    api("DELETE", RUNNER)
    found = api("GET", f"/events/{EVENT}/photos?bib=4821").json_body
    assert (found["items"], found["near"]) == ([], [])
    assert "4821" not in api("GET", f"/events/{EVENT}/photos").body.decode()
    alone = api("GET", f"/events/{EVENT}/photos/{race['alone.jpg']}").json_body
    assert (alone["bibs"], alone["readings"], alone["withheld"]) == ([], [], True)
    assert alone["webUrl"] is None
    near = api("GET", f"/events/{EVENT}/photos?bib=4822").json_body["near"]
    assert "4821" not in [one["bib"] for one in near]
    assert "4821" in {row["bib"] for row in world.rows("TAG#")}  # still there


def test_other_services_are_told_once_it_is_done(api: Any, world: Any, race: Any) -> None:
    topics = world.deps.topics
    assert isinstance(topics, MemoryTopics)
    api("DELETE", f"/events/{EVENT}/participants/04821")
    work(world, late=False)
    (told,) = topics.published
    assert (told.arn, told.kind) == (world.deps.settings.opt_outs_topic_arn, "RunnerOptedOut")
    assert (told.body["eventId"], told.body["bib"]) == (EVENT, "4821")
    (last,) = queue_of(world).sent
    assert last.body["last"]
    assert last.delay_seconds >= 60
    work(world)
    assert len(topics.published) == 1


@pytest.mark.parametrize("force", [False, True])
def test_reruns_bring_nothing_back(api: Any, world: Any, race: Any, force: bool) -> None:
    api("DELETE", RUNNER)
    work(world)
    world.run("r2", force=force)
    world.put("new.jpg", world.jpeg("4821", "77"))
    world.put("new-alone.jpg", world.jpeg("4821"))
    world.run("r3")
    assert traces(world) == []
    assert race["alone.jpg"] not in pictures(world)
    assert len(pictures(world)) == 4
    world.check()


def test_a_new_list_does_not_bring_the_name_back(api: Any, world: Any, race: Any) -> None:
    api("DELETE", RUNNER)
    work(world)
    put_list(api, world, LISTED)
    assert traces(world) == []
    people = load_people(EVENT, world.deps)
    assert "4821" not in (people.start_list or ())
    assert "004821" in people.opted_out
    assert len(people.start_list or ()) == 3


def test_a_list_that_is_imported_meanwhile_does_not_either(
    api: Any, world: Any, race: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.event_images.steps import import_participants

    switch = import_participants._switch

    def late(*given: Any) -> bool:
        api("DELETE", RUNNER)
        return switch(*given)

    monkeypatch.setattr(import_participants, "_switch", late)
    put_list(api, world, LISTED)
    assert traces(world) == []


def test_a_photo_that_was_being_read_is_found_by_the_last_round(
    api: Any, world: Any, race: Any
) -> None:
    before = world.photo(race["both.jpg"])
    tag = next(row for row in world.rows("TAG#4821#") if row["imageId"] == race["both.jpg"])
    api("DELETE", RUNNER)
    work(world, late=False)
    assert traces(world) == []
    # A reader that knew of nothing writes what it had read.
    now = world.photo(race["both.jpg"])
    world.deps.images.write(Put({**before, "version": now["version"] + 1}))
    world.deps.images.write(Put(tag))
    assert traces(world)
    work(world)
    assert traces(world) == []
    world.check()


@pytest.mark.parametrize("after", range(12))
def test_it_may_be_cut_off_anywhere(
    api: Any, world: Any, race: Any, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call to the outside may be the last one; the next delivery finishes the work."""
    api("DELETE", RUNNER)
    (message,) = queue_of(world).sent
    left = [after]

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def made(*given: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise RetryableError("aws_busy", "cut")
            return call(*given, **named)

        return made

    with monkeypatch.context() as cut:
        cut.setattr(world.deps.tables, "transact", counted(world.deps.tables.transact))
        cut.setattr(world.deps.images, "write", counted(world.deps.images.write))
        cut.setattr(world.deps.storage, "delete_many", counted(world.deps.storage.delete_many))
        cut.setattr(world.deps.topics, "publish", counted(world.deps.topics.publish))
        try:
            do(world, message.body)
        except RetryableError:
            pass
        else:
            queue_of(world).sent.clear()
    do(world, message.body)
    work(world)
    assert traces(world) == []
    assert race["alone.jpg"] not in pictures(world)
    world.check()


def test_many_photos_are_searched_in_bounded_steps(
    api: Any, world: Any, race: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "PAGE", 1)
    monkeypatch.setattr(forgetting, "ROWS_AT_ONCE", 1)
    api("DELETE", RUNNER)
    assert len(work(world)) >= 6
    assert traces(world) == []
