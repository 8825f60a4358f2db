"""Photos of one camera, seconds apart, support each other where an event switches that on."""

import json
from typing import Any

import pytest

from tests.event_images_nearby import NEARBY, again, audit, pair, plain, shoot, switch
from tests.event_images_people import put_list, queue_of, work
from tests.event_images_review import RUN, everything, put_start_list, tagged


def test_it_is_off_and_changes_nothing_until_an_event_wants_it(api: Any, world: Any) -> None:
    doubtful, _ = pair(world)
    assert api("GET", RUN).json_body["nearbyEvidence"] is False
    assert queue_of(world).sent == []
    before = everything(world)
    again(world)
    assert everything(world) == before
    assert tagged(world, doubtful) == {"7"}
    assert "nearby" not in world.photo(doubtful)


def test_a_doubtful_reading_becomes_a_tag_with_its_reason_and_a_record(
    api: Any, world: Any
) -> None:
    doubtful, certain = pair(world)
    switch(api, world, True)
    assert tagged(world, doubtful) == {"42", "7"}
    shown = api("GET", f"{RUN}/photos/{doubtful}").json_body
    (reading,) = [one for one in shown["readings"] if one["bib"] == "42"]
    assert (reading["verdict"], reading["reasons"]) == ("accepted", ["seen_nearby"])
    assert 0.5 < reading["confidence"] < 1
    assert not {"camera", "nearby"} & set(shown)
    (entry,) = audit(api, doubtful)
    assert (entry["by"], entry["action"], entry["bib"]) == ("nearby", "support", "42")
    assert (entry["before"], sorted(entry["after"])) == (["7"], ["42", "7"])
    assert entry["nearby"]["before"] == {"confidence": 0.3, "verdict": "review"}
    assert entry["nearby"]["after"]["verdict"] == "accepted"
    assert entry["nearby"]["supporters"] == [{"imageId": certain, "seconds": 2}]
    assert audit(api, certain) == []
    assert api("GET", f"{RUN}/review").json_body["left"] == 0


def test_the_end_of_a_request_has_photos_support_each_other(api: Any, world: Any) -> None:
    switch(api, world, True)
    doubtful, _ = pair(world)
    work(world)
    assert tagged(world, doubtful) == {"42", "7"}
    world.check()


def test_an_event_may_be_made_with_it(api: Any, world: Any) -> None:
    made = api("POST", "/events", {"name": "Other", "eventId": "other", **NEARBY})
    assert made.json_body["nearbyEvidence"] is True
    assert api("GET", "/events/other").json_body["nearbyEvidence"] is True


def test_a_second_run_changes_nothing_and_feeds_on_nothing(api: Any, world: Any) -> None:
    first = shoot(world, "a.jpg", 0, ("42", 0.95))
    second = shoot(world, "b.jpg", 9, ("42", 0.49))
    third = shoot(world, "c.jpg", 18, ("42", 0.45))  # near the second alone
    world.run()
    switch(api, world, True)
    assert tagged(world, first) == tagged(world, second) == {"42"}
    before = everything(world)
    again(world)
    again(world)
    assert everything(world) == before
    assert tagged(world, third) == set()


def test_switching_it_off_restores_every_row_and_says_so_in_the_record(
    api: Any, world: Any
) -> None:
    doubtful, certain = pair(world)
    rows = {one: plain(world.photo(one)) for one in (doubtful, certain)}
    switch(api, world, True)
    assert plain(world.photo(doubtful)) != rows[doubtful]
    switch(api, world, False)
    assert {one: plain(world.photo(one)) for one in rows} == rows
    assert tagged(world, doubtful) == {"7"}
    made, undone = audit(api, doubtful)
    assert (undone["by"], undone["action"]) == ("nearby", "undo")
    assert (undone["before"], undone["after"]) == (made["after"], made["before"])
    assert undone["nearby"] == made["nearby"]
    switch(api, world, False)
    assert len(audit(api, doubtful)) == 2


@pytest.mark.parametrize("first", ["decision", "support"])
def test_a_person_s_decision_counts_before_it(api: Any, world: Any, first: str) -> None:
    doubtful, _ = pair(world)
    if first == "support":
        switch(api, world, True)
    no = {"decisions": [{"action": "reject", "bib": "42"}]}
    made = api("PATCH", f"{RUN}/photos/{doubtful}", no).json_body["decisionIds"][0]
    if first == "decision":
        switch(api, world, True)
    again(world)
    assert tagged(world, doubtful) == {"7"}
    api("PATCH", f"{RUN}/photos/{doubtful}", {"undo": made})
    again(world)
    assert tagged(world, doubtful) == {"42", "7"}


def test_what_a_person_rejected_supports_nothing(api: Any, world: Any) -> None:
    doubtful, certain = pair(world)
    no = {"decisions": [{"action": "reject", "bib": "42"}]}
    api("PATCH", f"{RUN}/photos/{certain}", no)
    switch(api, world, True)
    assert tagged(world, doubtful) == {"7"}


def test_an_unlisted_number_stays_a_question(api: Any, world: Any) -> None:
    put_start_list(world, b123="Ada", b7="Bo")
    asked = shoot(world, "asked.jpg", 10, ("128", 0.6, "123"))
    shoot(world, "next.jpg", 11, ("123", 0.95))
    shoot(world, "last.jpg", 12, ("128", 0.99))
    world.run()
    switch(api, world, True)
    assert tagged(world, asked) == set()
    items = {one["imageId"]: one for one in api("GET", f"{RUN}/review").json_body["items"]}
    (question,) = items[asked]["questions"]
    assert (question["bib"], question["reasons"][-1]) == ("128", "seen_nearby")
    assert question["alternatives"][0]["bib"] == "123"
    assert question["alternatives"][0]["confidence"] > 0.8
    # The row names no number in this but the reading's own.
    assert '"123"' not in json.dumps(world.photo(asked)["nearby"])


@pytest.mark.parametrize("camera", ["R6", None])
def test_another_camera_says_nothing(api: Any, world: Any, camera: str | None) -> None:
    doubtful = shoot(world, "a.jpg", 10, ("42", 0.3))
    shoot(world, "b.jpg", 11, ("42", 0.95), camera=camera)
    world.run()
    switch(api, world, True)
    assert tagged(world, doubtful) == set()


def test_a_runner_who_opts_out_leaves_nothing(api: Any, world: Any) -> None:
    doubtful, certain = pair(world)
    other = shoot(world, "other.jpg", 13, ("7", 0.3, "42"))
    world.run("r2")
    switch(api, world, True)
    assert '"42"' in everything(world)
    assert world.photo(doubtful)["nearby"]
    assert api("DELETE", f"{RUN}/participants/42").status_code == 202
    work(world)
    assert '"42"' not in everything(world)
    assert "nearby" not in world.photo(doubtful)
    assert tagged(world, doubtful) == tagged(world, other) == {"7"}
    (entry,) = audit(api, doubtful)
    assert (entry["bib"], entry["nearby"], entry["before"]) == (None, None, ["7"])
    assert certain not in json.dumps(audit(api, doubtful))
    world.check()
    switch(api, world, False)
    assert '"42"' not in everything(world)


def test_a_new_start_list_has_photos_support_each_other_anew(api: Any, world: Any) -> None:
    doubtful, _ = pair(world)
    switch(api, world, True)
    put_list(api, world, "bib,name\n7,Ada\n")
    assert tagged(world, doubtful) == {"7"}
    put_list(api, world, "bib,name\n42,Bo\n7,Ada\n")
    assert tagged(world, doubtful) == {"42", "7"}
    world.check()


def test_a_rerun_does_not_leave_what_no_longer_holds(api: Any, world: Any) -> None:
    doubtful, _ = pair(world)
    switch(api, world, True)
    shoot(world, "certain.jpg", 40, ("42", 0.95))
    world.run("r2")
    work(world)
    assert tagged(world, doubtful) == {"7"}
    assert [one["action"] for one in audit(api, doubtful)] == ["support", "undo"]
    world.check()
