"""The review as a caller sees it: questions, decisions, undo, and the record."""

import json
from typing import Any

import pytest

from shared.tables import ConditionFailed
from tests.event_images_review import (
    BOX,
    RUN,
    everything,
    opt_out,
    put_photo,
    put_start_list,
    tagged,
)


@pytest.fixture
def photos(world: Any) -> dict[str, str]:
    """Photos with a doubtful reading, one of nobody's number, one with two, one without."""
    put_start_list(world, b123="Ada Lovelace", b42="Bo", b7="Cy", b55="Di")
    ids = {
        "nobody": put_photo(world, "nobody.jpg", ("128", 0.9)),
        "doubt": put_photo(world, "doubt.jpg", ("0042", 0.2, "55"), ("7", 0.95)),
        "two": put_photo(world, "two.jpg", ("55", 0.2), ("42", 0.18)),
        "clear": put_photo(world, "clear.jpg", ("7", 0.9)),
    }
    world.run()
    world.check()
    return ids


def patch(api: Any, image_id: str, *decisions: dict[str, Any], **more: Any) -> Any:
    key = more.pop("key", None)
    body = {**({"decisions": list(decisions)} if decisions else {}), **more}
    headers = {"Idempotency-Key": key} if key else None
    return api("PATCH", f"{RUN}/photos/{image_id}", body, headers)


def review(api: Any, query: str = "") -> Any:
    answer = api("GET", f"{RUN}/review{query}")
    assert answer.status_code == 200, answer.json_body
    return answer.json_body


def audit(api: Any, image_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = api("GET", f"{RUN}/photos/{image_id}/audit").json_body["items"]
    return items


def test_the_review_asks_what_is_doubtful_with_names_and_alternatives(
    api: Any, photos: dict[str, str]
) -> None:
    found = review(api)
    items = {item["imageId"]: item for item in found["items"]}
    assert set(items) == {photos["nobody"], photos["doubt"], photos["two"]}
    assert found["left"] == 4 == api("GET", RUN).json_body["review"]
    (question,) = items[photos["nobody"]]["questions"]
    assert (question["bib"], question["name"], question["box"]) == ("128", None, list(BOX))
    assert question["reasons"] == ["unlisted", "one_edit_away"]
    (choice,) = question["alternatives"]
    assert (choice["bib"], choice["name"], choice["waiting"]) == ("123", "Ada Lovelace", True)
    doubt = items[photos["doubt"]]
    assert (doubt["bibs"], doubt["version"], doubt["filename"]) == (["7"], 2, "doubt.jpg")
    (question,) = doubt["questions"]
    assert (question["bib"], question["name"]) == ("0042", "Bo")
    assert question["alternatives"][0]["name"] == "Di"
    assert f"/photos/{photos['doubt']}/web.jpg" in doubt["webUrl"]
    assert f"/photos/{photos['doubt']}/thumb.jpg" in doubt["thumbUrl"]


def test_the_review_is_paged(api: Any, photos: dict[str, str]) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = review(api, f"?limit=1{cursor}")
        seen += [item["imageId"] for item in page["items"]]
        if not page["cursor"]:
            break
        cursor = f"&cursor={page['cursor']}"
    assert sorted(seen) == sorted(photos[name] for name in ("nobody", "doubt", "two"))


@pytest.mark.parametrize(
    ("decision", "bibs", "left"),
    [
        ({"action": "accept", "bib": "42"}, {"7", "42"}, 3),
        ({"action": "reject", "bib": "0042"}, {"7"}, 3),
        ({"action": "correct", "bib": "42", "to": "0055"}, {"7", "55"}, 3),
        ({"action": "correct", "bib": "42", "to": "9"}, {"7", "9"}, 3),
        ({"action": "add", "bib": "9"}, {"7", "9"}, 4),
        ({"action": "reject", "bib": "7"}, set(), 4),
    ],
)
def test_a_decision_changes_tags_counters_and_the_review_at_once(
    api: Any, world: Any, photos: dict[str, str], decision: Any, bibs: set[str], left: int
) -> None:
    answer = patch(api, photos["doubt"], decision)
    assert answer.status_code == 200
    body = answer.json_body
    assert set(body["photo"]["bibs"]) == bibs == tagged(world, photos["doubt"])
    assert body["photo"]["version"] == 3
    assert review(api)["left"] == left
    world.check()
    (entry,) = audit(api, photos["doubt"])
    assert (entry["action"], entry["bib"]) == (decision["action"], decision["bib"])
    assert (entry["before"], set(entry["after"])) == (["7"], bibs)
    assert [entry["auditId"]] == body["decisionIds"]
    assert entry["by"] is None


def test_undo_restores_the_photo_and_its_place_in_the_review(
    api: Any, world: Any, photos: dict[str, str]
) -> None:
    before, listed = world.photo(photos["two"]), world.rows("REVIEW#")
    done = patch(
        api,
        photos["two"],
        {"action": "accept", "bib": "55"},
        {"action": "correct", "bib": "42", "to": "123"},
    ).json_body
    assert tagged(world, photos["two"]) == {"55", "123"}
    for decision_id in done["decisionIds"]:
        for _ in range(2):  # the second time there is nothing left to undo
            answer = patch(api, photos["two"], undo=decision_id)
            assert answer.status_code == 200
    after = world.photo(photos["two"])
    changing = {"version"}
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }
    assert world.rows("REVIEW#") == listed
    world.check()
    entries = audit(api, photos["two"])
    assert [entry["action"] for entry in entries] == ["accept", "correct", "undo", "undo"]
    assert [entry["undoes"] for entry in entries[2:]] == done["decisionIds"]
    api.problem(patch(api, photos["two"], undo="0" * 20), 404, "decision_not_found")


def test_a_repeat_with_the_same_key_changes_nothing(
    api: Any, world: Any, photos: dict[str, str]
) -> None:
    wanted = {"action": "accept", "bib": "42"}
    first = patch(api, photos["doubt"], wanted, key="k1", ifVersion=2).json_body
    # The answer may have been lost: the caller still knows the old version only.
    again = patch(api, photos["doubt"], wanted, key="k1", ifVersion=2)
    assert again.status_code == 200
    assert again.json_body["decisionIds"] == first["decisionIds"]
    assert world.photo(photos["doubt"])["version"] == 3
    patch(api, photos["doubt"], undo=first["decisionIds"][0])
    assert patch(api, photos["doubt"], wanted, key="k1").json_body["photo"]["bibs"] == ["7"]
    other = patch(api, photos["doubt"], {"action": "reject", "bib": "42"}, key="k1")
    api.problem(other, 409, "idempotency_key_reused")
    assert len(audit(api, photos["doubt"])) == 2


def test_a_decision_about_an_older_version_is_refused(
    api: Any, world: Any, photos: dict[str, str]
) -> None:
    patch(api, photos["doubt"], {"action": "reject", "bib": "42"})
    late = patch(api, photos["doubt"], {"action": "accept", "bib": "42"}, ifVersion=2)
    api.problem(late, 409, "version_conflict")
    assert tagged(world, photos["doubt"]) == {"7"}


def test_decisions_that_meet_another_write_are_made_again_on_top_of_it(
    api: Any, world: Any, photos: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = type(world.deps.tables)
    transact = tables.transact
    met: list[int] = []

    def meet(self: Any, writes: Any) -> None:
        if not met:
            met.append(1)
            assert patch(api, photos["doubt"], {"action": "add", "bib": "9"}).status_code == 200
            raise ConditionFailed
        transact(self, writes)

    monkeypatch.setattr(tables, "transact", meet)
    assert patch(api, photos["doubt"], {"action": "accept", "bib": "42"}).status_code == 200
    assert tagged(world, photos["doubt"]) == {"7", "9", "42"}
    world.check()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "invalid_body"),
        ({"decisions": []}, 400, "invalid_body"),
        ({"decisions": [{"action": "accept", "bib": "7"}], "undo": "0" * 20}, 400, "invalid_body"),
        ({"decisions": [{"action": "accept", "bib": "7"}] * 11}, 400, "invalid_body"),
        ({"decisions": [{"action": "accept", "bib": "8"}]}, 409, "reading_not_found"),
        (
            {"decisions": [{"action": "add", "bib": "8", "box": [0, 0, 9999, 1]}]},
            400,
            "bad_box",
        ),
    ],
)
def test_a_bad_patch_says_why_and_changes_nothing(
    api: Any, world: Any, photos: dict[str, str], body: Any, status: int, code: str
) -> None:
    before = everything(world)
    api.problem(api("PATCH", f"{RUN}/photos/{photos['doubt']}", body), status, code)
    assert everything(world) == before


def test_a_photo_that_was_not_read_takes_no_decision(api: Any, world: Any) -> None:
    bad = world.put("bad.jpg", b"")
    world.run()
    answer = patch(api, bad, {"action": "add", "bib": "8"})
    api.problem(answer, 409, "photo_not_done")
    api.problem(patch(api, "0" * 20, {"action": "add", "bib": "8"}), 404, "photo_not_found")


def test_a_photo_full_of_tags_takes_no_more(api: Any, world: Any) -> None:
    image_id = put_photo(world, "crowd.jpg")
    world.run()
    for start in range(0, 40, 10):
        adds = [{"action": "add", "bib": str(n)} for n in range(start + 1, start + 11)]
        assert patch(api, image_id, *adds).status_code == 200
    answer = patch(api, image_id, {"action": "add", "bib": "41"})
    api.problem(answer, 409, "too_many_tags")
    assert len(tagged(world, image_id)) == 40
    world.check()


def test_a_runner_who_opted_out_can_neither_be_tagged_nor_asked_about(
    api: Any, world: Any, photos: dict[str, str]
) -> None:
    opt_out(world, "123")
    for decision in (
        {"action": "correct", "bib": "128", "to": "123"},
        {"action": "add", "bib": "0123"},
    ):
        api.problem(patch(api, photos["nobody"], decision), 409, "opted_out")
    text = json.dumps(review(api))
    assert '"123"' not in text
    assert "Ada" not in text


def test_an_opt_out_in_the_middle_of_a_decision_wins(
    api: Any, world: Any, photos: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = type(world.deps.tables)
    transact = tables.transact
    done: list[int] = []

    def late(self: Any, writes: Any) -> None:
        if not done:
            done.append(1)
            opt_out(world, "123")
        transact(self, writes)

    monkeypatch.setattr(tables, "transact", late)
    answer = patch(api, photos["nobody"], {"action": "correct", "bib": "128", "to": "123"})
    assert answer.status_code == 200
    assert answer.json_body["photo"]["bibs"] == []
    assert '"123"' not in everything(world)
    world.check()


def test_without_a_start_list_questions_have_no_names(api: Any, world: Any) -> None:
    put_photo(world, "a.jpg", ("42", 0.3, "43"))
    world.run()
    (item,) = review(api)["items"]
    (question,) = item["questions"]
    assert (question["name"], question["waiting"]) == (None, False)
    assert [one["bib"] for one in question["alternatives"]] == ["43"]


def test_runners_without_a_photo_come_first(api: Any, world: Any) -> None:
    put_start_list(world, b7="Cy", b42="Bo")
    put_photo(world, "has.jpg", ("7", 0.95))
    less = put_photo(world, "less.jpg", ("42", 0.1))
    put_photo(world, "more.jpg", ("7", 0.2))
    world.run()
    first, second = review(api)["items"]
    assert first["imageId"] == less
    assert (first["questions"][0]["waiting"], second["questions"][0]["waiting"]) == (True, False)


@pytest.mark.parametrize("query", ["?limit=0", "?limit=201", "?cursor=x"])
def test_a_page_that_cannot_be_is_refused(api: Any, photos: dict[str, str], query: str) -> None:
    assert api("GET", f"{RUN}/review{query}").status_code == 400


def test_an_event_without_doubts_has_nothing_to_review(api: Any) -> None:
    assert review(api) == {"items": [], "cursor": None, "left": 0}
    api.problem(api("GET", "/events/none/review"), 404, "event_not_found")
