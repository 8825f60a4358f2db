"""Of an event that event-images has removed nothing is left, and nothing comes back."""

import importlib
import json
from typing import Any

import pytest

from shared.errors import PermanentError
from shared.jobs.rows import job_key
from shared.tables import Put

# By its name: nothing else of the package has it.
removing = importlib.import_module("chalicelib.reels.steps.remove_event")


def everything(world: Any) -> str:
    """All rows of the service's table as one text."""
    rows = world.deps.tables.table(world.deps.settings.event_reels_table)._rows
    return json.dumps(list(rows.values()), default=str)


@pytest.fixture
def race(world: Any, api: Any) -> str:
    """Three runners, one of whom fails, a preview, two requests and links; a link's token."""
    world.photo("7")
    world.photo("4711")
    world.photo("9", data=b"damaged")
    world.run("r1", aspects=["9:16", "1:1"])
    world.run("r2", preview=True)
    world.deps.storage.put(
        world.deps.settings.media_bucket, "requests/r1/results/7.json", b"7", content_type="x/y"
    )
    api("POST", "/events/city-run/reels/7/share")
    token: str = api("POST", "/events/city-run/reels/4711/share").json_body["token"]
    return token


def put_beside(world: Any) -> None:
    """What does not belong to the event: another event whose name begins alike, and a template."""
    world.deps.reels.write(Put({"pk": "EVENT#city-run-2", "sk": "REEL#7", "bib": "7"}))
    world.deps.reels.write(Put({"pk": "TEMPLATES", "sk": "TEMPLATE#t", "name": "t"}))
    media = world.deps.settings.media_bucket
    for key in ("reels/current/city-run-2/7/a.mp4", "materials/m/e"):
        world.deps.storage.put(media, key, b"x", content_type="video/mp4")


def beside(world: Any) -> tuple[set[str], list[str]]:
    rows = world.deps.tables.table(world.deps.settings.event_reels_table)._rows
    return {row["sk"] for row in rows.values()}, world.files("")


@pytest.mark.parametrize("envelope", [False, True])
def test_a_removed_event_takes_reels_links_files_and_requests_along(
    world: Any, api: Any, race: str, envelope: bool
) -> None:
    put_beside(world)
    world.remove_event()

    removed = world.told_of_removal(envelope=envelope)
    world.work()

    assert (removed.bib, removed.more) == (None, True)
    assert removed.files == 2 * 2 * 2 + 2 * 2 + 1
    assert beside(world) == (
        {"REEL#7", "TEMPLATE#t"},
        ["materials/m/e", "reels/current/city-run-2/7/a.mp4"],
    )
    assert api("GET", f"/w/{race}").status_code == 404
    again = world.told_of_removal()
    assert (again.files, again.more) == (0, False)
    assert world.work() == 0


def test_a_large_event_is_removed_in_bounded_steps(
    world: Any, race: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removing, "OBJECTS_AT_ONCE", 2)
    monkeypatch.setattr(removing, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(removing, "ROWS_IN_ONE", 1)
    world.remove_event()

    assert world.told_of_removal().files <= 2 + 1
    assert world.work() > 5

    assert everything(world) == "[]"
    assert world.files("") == []


def test_a_removal_that_was_cut_short_goes_on_with_the_next_delivery(
    world: Any, race: str, killed: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.remove_event()
    delete_many = world.deps.storage.delete_many

    def dies(*_: Any) -> int:
        raise killed

    monkeypatch.setattr(world.deps.storage, "delete_many", dies)
    with pytest.raises(killed):
        world.told_of_removal()
    monkeypatch.setattr(world.deps.storage, "delete_many", delete_many)

    world.told_of_removal()
    world.work()

    assert everything(world) == "[]"
    assert world.files("") == []


def test_an_event_that_is_there_loses_nothing(world: Any, race: str) -> None:
    removed = world.told_of_removal()

    assert (removed.files, removed.more) == (0, False)
    assert set(world.rows()) == {"7", "9", "4711"}
    world.check()


@pytest.mark.parametrize("event_id", ["", "city-run/7", "..", "city-run/"])
def test_a_message_cannot_name_a_part_of_another_event(
    world: Any, race: str, event_id: str
) -> None:
    with pytest.raises(PermanentError, match="invalid_message"):
        world.told_of_removal(event_id)
    world.check()


def test_nothing_of_the_event_is_shown_before_the_message_comes(
    world: Any, api: Any, race: str
) -> None:
    world.remove_event()

    base = "/events/city-run"
    for path in (base, f"{base}/reels", f"{base}/reel-requests", f"{base}/reel-requests/r1"):
        api.problem(api("GET", path), 404, "event_not_found")
    api.problem(api("GET", f"{base}/reels/7"), 404, "reel_not_found")
    api.problem(api("POST", f"{base}/reels/7/share"), 404, "reel_not_found")
    api.problem(api("POST", f"{base}/reels"), 404, "event_not_found")
    assert api("GET", f"/w/{race}").status_code == 404


def test_no_link_is_made_when_the_event_is_removed_at_that_moment(
    world: Any, api: Any, race: str
) -> None:
    token = world.deps.token

    def removed_meanwhile() -> str:
        world.remove_event()
        return str(token())

    object.__setattr__(world.deps, "token", removed_meanwhile)
    before = everything(world)

    api.problem(api("POST", "/events/city-run/reels/7/share"), 404, "reel_not_found")

    assert everything(world) == before


@pytest.mark.parametrize("told", [False, True])
def test_a_reel_that_is_made_meanwhile_is_not_saved(world: Any, told: bool) -> None:
    world.photo("7")
    machine = world.request()
    (item,) = world.extract(machine)
    render = world.renderer.render

    def removed_meanwhile(*arguments: Any, **words: Any) -> Any:
        world.remove_event()
        if told:
            world.told_of_removal()
            world.work()
        return render(*arguments, **words)

    world.renderer.render = removed_meanwhile

    made = world.generate(item)

    assert (made.state, made.rendered) == (None, False)
    assert world.rows() == {}
    assert world.files() == []
    assert world.complete(machine).counts.done == 0
    assert world.files("requests/") == []
    world.told_of_removal()
    world.work()
    assert everything(world) == "[]"


@pytest.mark.parametrize("told", [False, True])
def test_a_machine_of_a_removed_event_comes_to_a_quiet_end(world: Any, told: bool) -> None:
    world.photo("7")
    world.run("r0")
    machine = world.request()
    (item,) = world.extract(machine)
    world.remove_event()
    if told:
        world.told_of_removal()
        world.work()

    assert world.generate(item).state is None
    assert world.record_failure(item, "Runtime.ExitError").state is None
    world.complete(machine)

    assert world.rows() == {}
    assert world.files("") == []


@pytest.mark.parametrize("told", [False, True])
def test_a_removed_event_has_nobody_to_list(world: Any, told: bool) -> None:
    world.photo("7")
    machine = world.request()
    world.remove_event()
    if told:
        world.told_of_removal()
        world.work()

    assert listed(world, machine) == 0
    assert world.files("") == []


def test_a_list_that_was_being_written_goes_with_the_machine(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.photo("7")
    machine = world.request()
    put = world.deps.storage.put

    def removed_meanwhile(*arguments: Any, **words: Any) -> Any:
        world.remove_event()
        world.told_of_removal()
        world.work()
        return put(*arguments, **words)

    monkeypatch.setattr(world.deps.storage, "put", removed_meanwhile)

    assert listed(world, machine) == 0
    world.complete(machine)

    assert world.files("") == []


def test_an_unchanged_reel_is_not_counted_for_a_removed_event(world: Any) -> None:
    world.photo("7")
    world.run("r1")
    machine = world.request("r2")
    (item,) = world.extract(machine)
    source = world.deps.event_images
    shots = source.shots

    def removed_meanwhile(*arguments: Any) -> Any:
        found = shots(*arguments)
        world.remove_event()
        return found

    source.shots = removed_meanwhile

    assert world.generate(item).state is None

    assert world.rows() == {}
    assert world.deps.jobs.recorded("r2").isdisjoint({"7"})
    assert world.deps.reels.get(job_key("r2"))["done"] == 1


def listed(world: Any, machine: Any) -> int:
    """How many runners EventImagesBibExtraction answers."""
    from chalicelib.reels import steps
    from chalicelib.reels.models import EventImagesBibExtractionInput

    step = EventImagesBibExtractionInput.model_validate(machine)
    total: int = steps.event_images_bib_extraction(step, world.deps).total
    return total
