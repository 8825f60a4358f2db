"""Events that are over are removed as a whole, in steps, and leave only a tombstone."""

import importlib
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.event_images import steps
from chalicelib.event_images.domain import events
from chalicelib.event_images.models import ExpireEventsInput
from shared.contracts import EventRemoved
from tests.event_images_people import EVENT, everything, put_list, queue_of, work

PATH = f"/events/{EVENT}"
# By its name: the package's attribute of this name is the step.
removing = importlib.import_module("chalicelib.event_images.steps.expire_events")


def expire(world: Any) -> Any:
    return steps.expire_events(ExpireEventsInput(), world.deps)


def later(world: Any, monkeypatch: pytest.MonkeyPatch, **delta: int) -> None:
    clock = world.deps.clock
    object.__setattr__(world.deps, "clock", lambda: clock() + timedelta(**delta))


@pytest.fixture
def race(api: Any, world: Any) -> None:
    put_list(api, world)
    world.put("a.jpg", world.jpeg("1234"))
    world.put(f"{EVENT}/uploads/1/b.jpg", world.jpeg("77", "5"), bucket="incoming")
    world.run()
    world.run("r2", source={"kind": "uploads"})
    api("POST", f"{PATH}/exports", {"kind": "tags"})
    api("DELETE", f"{PATH}/participants/5")
    api("POST", f"{PATH}/gallery-link")
    work(world)
    world.add_event("another")


def left(world: Any) -> list[str]:
    """What is stored of the event; another event's row is not."""
    return [text for text in everything(world) if EVENT in text or "1234" in text]


def test_days_count_from_the_race_or_the_creation_whichever_is_later(api: Any) -> None:
    made = api("POST", "/events", {"name": "x", "eventId": "x", "retentionDays": 30}).json_body
    created = date.fromisoformat(made["createdAt"][:10])
    assert made["expiresOn"] == str(created + timedelta(days=30))
    far = api("PATCH", "/events/x", {"date": "2030-01-01"}).json_body
    assert far["expiresOn"] == "2030-01-31"
    past = api("PATCH", "/events/x", {"date": "2001-01-01"}).json_body
    assert past["expiresOn"] == made["expiresOn"]
    kept = api("PATCH", "/events/x", {"retentionDays": None}).json_body
    assert (kept["retentionDays"], kept["expiresOn"]) == (None, None)


def test_a_patch_changes_what_it_names_and_nothing_else(api: Any) -> None:
    body = {"name": "Old", "date": "2026-05-01", "eventId": "x"}
    made = api("POST", "/events", body).json_body
    changed = api("PATCH", "/events/x", {"name": "New", "retentionDays": 7}).json_body
    same = ("name", "retentionDays", "expiresOn")
    assert {**changed, **{name: made[name] for name in same}} == made
    assert (changed["name"], changed["retentionDays"]) == ("New", 7)
    assert api("PATCH", "/events/x", {}).json_body == changed
    assert api("PATCH", "/events/x", {"name": None}).json_body == changed
    assert api("PATCH", "/events/x", {"date": None}).json_body["date"] is None
    for bad in ({"retentionDays": 0}, {"retentionDays": 4000}, {"name": ""}, {"eventId": "y"}):
        assert api("PATCH", "/events/x", bad).status_code == 400
    api.problem(api("PATCH", "/events/none", {}), 404, "event_not_found")


def test_nothing_happens_before_the_day(api: Any, world: Any, race: None) -> None:
    api("PATCH", PATH, {"retentionDays": 30})
    assert expire(world).expired == []
    assert api("GET", PATH).status_code == 200


def test_an_event_goes_when_its_time_is_over(
    api: Any, world: Any, race: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    api("PATCH", PATH, {"retentionDays": 30})
    later(world, monkeypatch, days=31)
    assert expire(world).expired == [EVENT]
    api.problem(api("GET", PATH), 410, "event_removed")
    work(world)
    (tombstone,) = left(world)
    assert "TOMBSTONE" in tombstone
    assert '"reason": "expired"' in tombstone
    assert '"state": "REMOVED"' in tombstone
    assert list(world.deps.storage.list("media", "")) == []
    assert list(world.deps.storage.list("incoming", "")) == []
    # What lies elsewhere is the organiser's own.
    assert [info.key for info in world.deps.storage.list("races", "")] == ["a.jpg"]
    assert expire(world).expired == []
    assert api("GET", "/events/another").status_code == 200


def test_deleting_an_event_does_the_same_at_once(api: Any, world: Any, race: None) -> None:
    answer = api("DELETE", PATH)
    assert (answer.status_code, answer.json_body["state"]) == (202, "REMOVING")
    assert answer.json_body["reason"] == "deleted"
    api.problem(api("GET", f"{PATH}/photos"), 410, "event_removed")
    assert [one["eventId"] for one in api("GET", "/events").json_body["items"]] == ["another"]
    work(world)
    assert len(left(world)) == 1
    again = api("DELETE", PATH)
    assert (again.status_code, again.json_body["state"]) == (202, "REMOVED")
    assert queue_of(world).sent == []
    api.problem(api("DELETE", "/events/none"), 404, "event_not_found")


def test_other_services_are_told_when_a_removal_begins_and_when_it_has_settled(
    api: Any, world: Any, race: None
) -> None:
    topics = world.deps.topics
    topics.published.clear()
    row = api("DELETE", PATH).json_body
    assert topics.published == []  # a route answers at once
    work(world, late=False)
    first = list(topics.published)
    assert [(one.kind, one.body["eventId"]) for one in first] == [("EventRemoved", EVENT)]
    told = EventRemoved.model_validate(first[0].body)
    assert told.removed_at == datetime.fromisoformat(row["deletedAt"])
    work(world)
    assert topics.published == [*first, *first]


def test_a_large_removal_is_told_of_once_when_it_begins(
    api: Any, world: Any, race: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removing, "OBJECTS_AT_ONCE", 2)
    monkeypatch.setattr(removing, "ROWS_AT_ONCE", 3)
    world.deps.topics.published.clear()
    api("DELETE", PATH)
    work(world, late=False)
    assert len(world.deps.topics.published) == 1


def test_an_id_is_never_given_to_another_race(api: Any, world: Any, race: None) -> None:
    api("DELETE", PATH)
    body = {"name": "Another", "eventId": EVENT}
    api.problem(api("POST", "/events", body), 409, "event_exists")
    work(world)
    api.problem(api("POST", "/events", body), 409, "event_exists")


def test_a_large_event_is_removed_in_bounded_steps(
    api: Any, world: Any, race: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removing, "OBJECTS_AT_ONCE", 2)
    monkeypatch.setattr(removing, "ROWS_AT_ONCE", 3)
    api("DELETE", PATH)
    assert len(work(world)) > 5
    assert len(left(world)) == 1


def test_a_removal_that_was_cut_short_is_taken_up_by_the_schedule(
    api: Any, world: Any, race: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    api("DELETE", PATH)
    queue_of(world).sent.clear()  # its message is lost
    assert expire(world).resumed == []  # it may still be at work
    later(world, monkeypatch, hours=2)
    assert expire(world).resumed == [EVENT]
    work(world)
    assert len(left(world)) == 1


def test_whoever_is_still_at_work_writes_nothing_back(api: Any, world: Any, race: None) -> None:
    api("DELETE", PATH)
    work(world, late=False)
    key = f"{EVENT}/uploads/9/late.jpg"
    world.put(key, world.jpeg("1234"), bucket="incoming")
    world.uploaded(key)  # to an event that is no more
    assert world.rows("PHOTO#") == []
    # A picture that was being written is cleared by the round that comes later.
    world.deps.storage.put("media", f"{EVENT}/photos/ab/web.jpg", b"x", content_type="image/jpeg")
    work(world)
    assert list(world.deps.storage.list("media", "")) == []
    assert list(world.deps.storage.list("incoming", "")) == []
    assert world.deps.requests.get(events.event_key(EVENT)) is None


def test_the_nightly_look_comes_back_once_for_late_uploads(
    api: Any, world: Any, race: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    api("DELETE", PATH)
    work(world)
    world.put(f"{EVENT}/uploads/9/late.jpg", world.jpeg("1234"), bucket="incoming")
    later(world, monkeypatch, hours=2)
    assert expire(world).resumed == [EVENT]
    work(world)
    assert list(world.deps.storage.list("incoming", "")) == []
    later(world, monkeypatch, hours=4)
    assert expire(world).resumed == []
    assert len(left(world)) == 1
