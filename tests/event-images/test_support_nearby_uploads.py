"""Photos that are uploaded without a request support each other, too, some minutes later."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.event_images.domain import events
from shared.errors import Unavailable
from shared.queues import MemoryQueues
from tests.event_images_nearby import shoot, switch
from tests.event_images_people import queue_of, work
from tests.event_images_review import EVENT, tagged

DOUBTFUL, CERTAIN = f"{EVENT}/doubtful.jpg", f"{EVENT}/certain.jpg"


def put_pair(world: Any) -> tuple[str, str]:
    """A doubtful 42 and, two seconds later, one that is certain; put, not read yet."""
    doubtful = shoot(world, DOUBTFUL, 10, ("42", 0.3), ("7", 0.9), bucket="incoming")
    certain = shoot(world, CERTAIN, 12, ("42", 0.95), bucket="incoming")
    return doubtful, certain


def mark(world: Any) -> Any:
    return world.deps.requests.get(events.event_key(EVENT)).get(events.NEARBY_UNTIL)


def test_uploads_without_a_request_support_each_other(api: Any, world: Any) -> None:
    switch(api, world, True)
    doubtful, _ = put_pair(world)
    world.uploaded(DOUBTFUL)
    world.uploaded(CERTAIN)
    assert tagged(world, doubtful) == {"7"}
    work(world)
    assert tagged(world, doubtful) == {"42", "7"}
    world.check()


def test_uploads_of_the_same_minutes_are_looked_at_together(api: Any, world: Any) -> None:
    switch(api, world, True)
    put_pair(world)
    for key in (DOUBTFUL, CERTAIN, CERTAIN):
        world.uploaded(key)
    (message,) = queue_of(world).sent
    assert (message.body["kind"], message.delay_seconds) == ("supportNearby", 300)
    # The next one might be too late for that message.
    clock = world.deps.clock
    world.deps = replace(world.deps, clock=lambda: clock() + timedelta(seconds=295))
    world.uploaded(CERTAIN)
    assert len(queue_of(world).sent) == 2


def test_without_the_setting_nothing_is_sent_or_marked(world: Any) -> None:
    put_pair(world)
    world.uploaded(CERTAIN)
    assert queue_of(world).sent == []
    assert mark(world) is None


def test_of_two_uploads_at_once_one_sends(
    api: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch(api, world, True)
    put_pair(world)

    def another_was_first(*_: Any) -> bool:
        world.deps.requests.write(events.mark_nearby(EVENT, None, "2026-05-01T00:00:00+00:00"))
        return False

    monkeypatch.setattr(events, "nearby_waits", another_was_first)
    world.uploaded(CERTAIN)
    assert queue_of(world).sent == []


def test_a_message_that_could_not_be_sent_is_sent_by_the_next_try(api: Any, world: Any) -> None:
    switch(api, world, True)
    put_pair(world)
    working = world.deps
    world.deps = replace(working, queues=MemoryQueues(frozenset()))
    with pytest.raises(Unavailable):
        world.uploaded(CERTAIN)
    assert mark(world) is None
    world.deps = working
    world.uploaded(CERTAIN, attempt=2)
    assert len(queue_of(world).sent) == 1
