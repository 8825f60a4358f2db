"""Opting out: what else speaks of a runner, and what else may happen meanwhile."""

from typing import Any

import pytest

from chalicelib.event_images.domain import opt_outs
from chalicelib.event_images.domain.opt_outs import OptOuts, without_bib
from chalicelib.event_images.domain.photo_rows import photo_key
from chalicelib.event_images.steps.people import load_people
from shared.errors import PermanentError, RetryableError
from shared.tables import Put, Update
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


def test_exports_and_results_of_machines_go_too(api: Any, world: Any, race: Any) -> None:
    for body in ({"kind": "tags"}, {"kind": "zip", "bib": "4821"}):
        assert api("POST", f"/events/{EVENT}/exports", body).status_code == 202
    work(world)
    world.deps.storage.put(
        "media", "requests/r1/results/SUCCEEDED_0.json", b'["4821"]', content_type="x/y"
    )
    api("DELETE", RUNNER)
    work(world)
    assert traces(world) == []
    assert not list(world.deps.storage.list("media", "exports/"))
    assert world.rows("EXPORT#") == []


def test_reports_and_the_record_of_decisions_lose_the_number(
    api: Any, world: Any, race: Any
) -> None:
    path = f"/events/{EVENT}/photos/{race['unsure.jpg']}"
    made = api("PATCH", path, {"decisions": [{"action": "accept", "bib": "4821"}]})
    assert made.status_code == 200, made.body
    report = {
        "pk": f"EVENT#{EVENT}",
        "sk": "REPORT#aa",
        "reportId": "aa",
        "bib": "4821",
        "message": "I am 4821, take me out",
        "state": "open",
        "version": 1,
    }
    world.deps.images.write(Put(report))
    api("DELETE", RUNNER)
    work(world)
    assert traces(world) == []
    (left,) = world.rows("REPORT#")
    assert (left["state"], left["version"]) == ("open", 2)
    assert world.rows("AUDIT#")
    # Somebody had said that it is this runner, so the photo is theirs alone.
    assert race["unsure.jpg"] not in pictures(world)


def test_originals_stay_unless_the_event_says_otherwise(api: Any, world: Any) -> None:
    keys = [f"{EVENT}/uploads/1/a.jpg", f"{EVENT}/uploads/2/b.jpg", f"{EVENT}/elsewhere/c.jpg"]
    for key, bibs in zip(keys, (["4821"], ["4821", "77"], ["4821"]), strict=True):
        world.put(key, world.jpeg(*bibs), bucket="incoming")
        world.uploaded(key)
    api("DELETE", RUNNER)
    work(world)
    assert len(list(world.deps.storage.list("incoming", ""))) == 3
    changed = api("PATCH", f"/events/{EVENT}", {"deleteOriginals": True})
    assert changed.json_body["deleteOriginals"] is True
    api("DELETE", f"/events/{EVENT}/opt-outs/4821")
    world.run("again", source={"kind": "uploads"}, force=True)
    api("DELETE", RUNNER)
    work(world)
    assert [info.key for info in world.deps.storage.list("incoming", "")] == [keys[2], keys[1]]


def test_doing_it_twice_is_doing_it(api: Any, world: Any, race: Any) -> None:
    first = api("DELETE", RUNNER, {"reason": "by mail"}).json_body
    assert first["reason"] == "by mail"
    second = api("DELETE", RUNNER).json_body
    assert second == first
    work(world)
    third = api("DELETE", RUNNER)
    assert (third.status_code, third.json_body["state"]) == (202, "REMOVED")
    assert queue_of(world).sent == []
    assert traces(world) == []


def test_two_runners_who_shared_a_photo_leave_it_to_nobody(api: Any, world: Any, race: Any) -> None:
    for bib in ("4821", "1234"):
        api("DELETE", f"/events/{EVENT}/participants/{bib}")
    work(world)
    assert race["both.jpg"] not in pictures(world)
    assert traces(world, "1234") == []
    assert world.photo(race["both.jpg"])["withheld"]


def test_a_runner_of_no_list_and_no_photo_may_opt_out_beforehand(api: Any, world: Any) -> None:
    assert api("DELETE", RUNNER).status_code == 202
    work(world)
    world.put("a.jpg", world.jpeg("4821"))
    world.run()
    assert traces(world) == []
    assert pictures(world) == set()


def test_taking_it_back_lets_a_later_run_tag_again(api: Any, world: Any, race: Any) -> None:
    api("DELETE", RUNNER)
    work(world)
    undo = f"/events/{EVENT}/opt-outs/4821"
    assert api("DELETE", undo).status_code == 204
    api.problem(api("DELETE", undo), 404, "opt_out_not_found")
    assert {row["bib"] for row in world.rows("TAG#")} == {"1234", "77"}
    put_list(api, world, LISTED)
    assert "4821" in (load_people(EVENT, world.deps).start_list or ())
    world.run("r2", force=True)
    assert len(world.rows("TAG#4821#")) == 2
    assert race["alone.jpg"] in pictures(world)


def test_an_undone_opt_out_stops_a_removal_that_waits(api: Any, world: Any, race: Any) -> None:
    api("DELETE", RUNNER)
    api("DELETE", f"/events/{EVENT}/opt-outs/4821")
    work(world)
    assert len(world.rows("TAG#4821#")) == 2


def test_bad_bibs_and_unknown_events_are_refused(api: Any) -> None:
    for path in (f"/events/{EVENT}/participants/x1", f"/events/{EVENT}/opt-outs/1234567"):
        api.problem(api("DELETE", path), 400, "bad_bib")
    api.problem(api("DELETE", "/events/none/participants/1"), 404, "event_not_found")


def test_a_photo_that_goes_away_meanwhile_stops_nothing(api: Any, world: Any, race: Any) -> None:
    pk, sk = photo_key(EVENT, race["alone.jpg"])
    world.deps.images._rows.pop((pk, sk))
    api("DELETE", RUNNER)
    work(world)
    assert traces(world) == []


def test_a_row_is_cleaned_at_any_depth_and_keeps_what_names_it() -> None:
    row = {
        "pk": "EVENT#42",
        "eventId": "42",
        "filename": "42",
        "width": 42,
        "note": "42",
        "bibs": ["042", "43"],
        "readings": [{"bib": "0042", "x": 1}, {"bib": "43", "alternatives": [{"bib": "42"}]}],
        "by": {"42": 1, "43": {"bib": "42", "to": "7"}},
    }
    clean = opt_outs.scrubbed(row, "42")
    assert clean == {
        "pk": "EVENT#42",
        "eventId": "42",
        "filename": "42",
        "width": 42,
        "bibs": ["43"],
        "readings": [{"bib": "43", "alternatives": []}],
        "by": {"43": {"to": "7"}},
    }
    assert without_bib("42nd street", "42") == "42nd street"


def test_a_fingerprint_is_the_events_own_and_of_the_number() -> None:
    one, two = "ab" * 32, "cd" * 32
    assert opt_outs.digest(one, "042") == opt_outs.digest(one, "42")
    assert opt_outs.digest(one, "42") != opt_outs.digest(two, "42")
    known = OptOuts(one, frozenset({opt_outs.digest(one, "42")}))
    assert "0042" in known
    assert not any(bib in known for bib in ("43", "", None, 42))
    assert "42" not in OptOuts()


def test_a_report_that_somebody_handles_at_once_is_tried_again(
    api: Any, world: Any, race: Any
) -> None:
    report = {
        "pk": f"EVENT#{EVENT}",
        "sk": "REPORT#aa",
        "bib": "4821",
        "message": "x",
        "version": 1,
    }
    world.deps.images.write(Put(report))
    query = world.deps.images.query

    def handled(*given: Any, **named: Any) -> Any:
        page = query(*given, **named)
        if named.get("begins") == "REPORT#":
            world.deps.images.write(Update(("EVENT#" + EVENT, "REPORT#aa"), add={"version": 1}))
        return page

    api("DELETE", RUNNER)
    (message,) = queue_of(world).sent
    world.deps.images.query = handled
    with pytest.raises(RetryableError, match="busy"):
        do(world, message.body)
    world.deps.images.query = query
    work(world)
    assert traces(world) == []


def test_a_message_that_is_none_is_said_without_repeating_it(world: Any) -> None:
    with pytest.raises(PermanentError, match="invalid_chore") as caught:
        do(world, {"kind": "forgetRunner", "bib": "4821"})
    assert "4821" not in str(caught.value)
