"""Opting out: the runner is found nowhere from then on, and soon stored nowhere."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.event_images.domain import opt_outs
from chalicelib.event_images.domain.opt_outs import OptOuts, without_bib
from chalicelib.event_images.domain.photo_rows import photo_key
from chalicelib.event_images.steps import forget_runner as forgetting
from chalicelib.event_images.steps.people import load_people
from shared.errors import PermanentError, RetryableError
from shared.tables import Put, Update
from shared.topics import MemoryTopics
from tests.event_images_people import EVENT, LIST, do, everything, put_list, queue_of, work

RUNNER = f"/events/{EVENT}/participants/4821"
LISTED = LIST + "4821,Grace Hopper,W40,Cobol,1:02:03\n"


@pytest.fixture
def race(api: Any, world: Any) -> dict[str, str]:
    """A race in which 4821 is alone on one photo, with somebody on another, and unsure on one."""
    put_list(api, world, LISTED)
    ids = {
        "alone.jpg": world.put("alone.jpg", world.jpeg("4821")),
        "both.jpg": world.put("both.jpg", world.jpeg("04821", "1234")),
        "unsure.jpg": world.put("unsure.jpg", world.jpeg("4821", confidence=0.2)),
        "other.jpg": world.put("other.jpg", world.jpeg("77")),
    }
    world.run()
    return ids


def pictures(world: Any) -> set[str]:
    """The ids of the photos that have pictures."""
    keys = [info.key for info in world.deps.storage.list("media", f"{EVENT}/photos/")]
    return {key.split("/")[2] for key in keys}


def traces(world: Any, bib: str = "4821") -> list[str]:
    """Rows and objects in which the number stands by itself, besides in hexadecimal."""
    number = re.compile(rf"(?<![0-9a-f])0*{bib}(?![0-9a-f])")
    return [text for text in everything(world) if number.search(text) or "Hopper" in text]


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
