"""Decisions, opt-outs and start lists over time: reruns, new bytes, and judging anew."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.event_images.models import BibReading
from chalicelib.event_images.steps.people import load_people
from chalicelib.event_images.steps.retag import retag_event
from tests.event_images_review import (
    BOX,
    RUN,
    everything,
    opt_out,
    put_photo,
    put_start_list,
    tagged,
)

FORCE = {"force": True}


def patch(api: Any, image_id: str, **decision: Any) -> Any:
    answer = api("PATCH", f"{RUN}/photos/{image_id}", {"decisions": [decision]})
    assert answer.status_code == 200, answer.json_body
    return answer.json_body


def retag(world: Any, rows: int = 200) -> int:
    cursor, changed = None, 0
    while True:
        done = retag_event("city-run", world.deps, cursor, rows=rows)
        changed += done.changed
        if (cursor := done.cursor) is None:
            world.check()
            return changed


def test_decisions_survive_a_rerun_with_force_that_reads_something_else(
    api: Any, world: Any
) -> None:
    image_id = put_photo(world, "a.jpg", ("42", 0.3), ("7", 0.9))
    world.run()
    patch(api, image_id, action="accept", bib="42")
    patch(api, image_id, action="reject", bib="7")
    size = next(iter(world.reader.readings))
    world.reader.readings[size] = [BibReading(bib="7", confidence=0.99, box=BOX)]
    world.run("r2", **FORCE)
    assert tagged(world, image_id) == {"42"}
    assert world.photo(image_id)["version"] == 5
    world.check()


def test_a_photo_that_fails_and_is_read_again_has_its_decisions_back(
    api: Any, world: Any, killed: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    image_id = put_photo(world, "a.jpg", ("42", 0.3))
    world.run()
    patch(api, image_id, action="accept", bib="42")
    settings_ = world.deps.settings.model_copy(update={"max_photo_pixels": 1})
    deps = world.deps
    world.deps = type(deps)(**{**vars(deps), "settings": settings_})
    world.run("r2", **FORCE)
    assert world.photo(image_id)["state"] == "FAILED"
    assert tagged(world, image_id) == set()
    world.check()
    world.deps = deps
    world.run("r3")
    assert tagged(world, image_id) == {"42"}
    world.check()


def test_other_bytes_under_the_same_name_are_another_picture(api: Any, world: Any) -> None:
    image_id = put_photo(world, "a.jpg", ("42", 0.3))
    world.run()
    patch(api, image_id, action="accept", bib="42")
    assert put_photo(world, "a.jpg", ("9", 0.9)) == image_id
    world.run("r2")
    assert tagged(world, image_id) == {"9"}
    (entry,) = api("GET", f"{RUN}/photos/{image_id}/audit").json_body["items"]
    assert entry["bib"] == "42"


def test_a_start_list_after_the_photos_corrects_them_without_reading_again(
    api: Any, world: Any
) -> None:
    wrong = put_photo(world, "wrong.jpg", ("128", 0.9))
    right = put_photo(world, "right.jpg", ("42", 0.45))
    decided = put_photo(world, "decided.jpg", ("999", 0.9))
    world.run()
    patch(api, decided, action="accept", bib="999")
    calls = world.reader.calls
    put_start_list(world, b123="Ada", b42="Bo")
    assert retag(world, rows=1) == 3  # of the decided one, why it was doubtful
    assert world.reader.calls == calls
    assert (tagged(world, wrong), tagged(world, right)) == (set(), {"42"})
    assert tagged(world, decided) == {"999"}
    (item,) = api("GET", f"{RUN}/review").json_body["items"]
    assert item["questions"][0]["alternatives"][0]["name"] == "Ada"
    assert retag(world) == 0


def test_an_opt_out_is_swept_out_of_readings_questions_decisions_and_the_record(
    api: Any, world: Any
) -> None:
    put_start_list(world, b123="Ada", b42="Bo", b122="Al")
    tagged_ = put_photo(world, "tagged.jpg", ("123", 0.95), ("42", 0.9))
    asked = put_photo(world, "asked.jpg", ("128", 0.9, "0123"))
    corrected = put_photo(world, "corrected.jpg", ("129", 0.9))
    undone = put_photo(world, "undone.jpg", ("42", 0.95))
    world.run()
    patch(api, corrected, action="correct", bib="129", to="123")
    decision = patch(api, undone, action="add", bib="123")["decisionIds"][0]
    api("PATCH", f"{RUN}/photos/{undone}", {"undo": decision})
    assert '"123"' in everything(world)
    opt_out(world, "123")
    retag(world, rows=2)
    for text in ('"123"', '"0123"'):
        assert text not in everything(world)
    assert tagged(world, tagged_) == {"42"}
    assert tagged(world, corrected) == set()
    items = api("GET", f"{RUN}/review").json_body["items"]
    assert [item["imageId"] for item in items] == [asked]
    world.run("r2", **FORCE)
    assert '"123"' not in everything(world)
    world.check()
    assert [
        one["action"] for one in api("GET", f"{RUN}/photos/{undone}/audit").json_body["items"]
    ] == [
        "add",
        "undo",
    ]


def test_an_opt_out_while_a_photo_is_read_is_honoured(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_id = put_photo(world, "a.jpg", ("123", 0.95), ("42", 0.9))
    tables = type(world.deps.tables)
    transact = tables.transact

    def late(self: Any, writes: Any) -> None:
        if any(getattr(write, "key", ("", ""))[1] == f"TAG#123#{image_id}" for _, write in writes):
            opt_out(world, "123")
        transact(self, writes)

    monkeypatch.setattr(tables, "transact", late)
    world.run()
    assert tagged(world, image_id) == {"42"}
    assert '"123"' not in everything(world)
    world.check()


def test_a_photo_whose_pictures_are_withheld_asks_nothing_until_somebody_is_tagged(
    api: Any, world: Any
) -> None:
    opt_out(world, "123")
    image_id = put_photo(world, "a.jpg", ("123", 0.95), ("42", 0.3))
    world.run()
    assert world.photo(image_id)["withheld"] is True
    assert api("GET", f"{RUN}/review").json_body == {"items": [], "cursor": None, "left": 0}
    world.check()
    patch(api, image_id, action="accept", bib="42")
    assert world.photo(image_id)["withheld"] is False
    assert tagged(world, image_id) == {"42"}
    world.check()


def test_what_nobody_opted_out_of_is_left_as_it_is(world: Any) -> None:
    put_photo(world, "a.jpg", ("123", 0.95))
    world.put("bad.jpg", b"")
    world.run()
    before = everything(world)
    assert retag(world) == 0
    assert everything(world) == before
    assert load_people("city-run", world.deps).start_list is None


def test_a_row_from_before_the_review_keeps_its_tags_when_judged_anew(world: Any) -> None:
    image_id = put_photo(world, "a.jpg", ("42", 0.9), ("7", 0.4))
    world.run()
    row = world.photo(image_id)
    old = {name: value for name, value in row.items() if name not in {"seen", "decisions"}}
    from shared.tables import Put

    world.deps.images.write(Put(old))
    retag(world)
    assert tagged(world, image_id) == {"42"}
    assert [one["bib"] for one in world.photo(image_id)["seen"]] == ["42", "7"]


EVENTS = st.sampled_from(["accept", "reject", "correct", "undo", "rerun", "force", "list", "retag"])


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(EVENTS, min_size=2, max_size=7))
def test_no_order_of_events_loses_a_decision(
    make_world: Any, load_app: Any, monkeypatch: pytest.MonkeyPatch, order: list[str]
) -> None:
    from chalice.test import Client

    world = make_world()
    module = load_app()
    monkeypatch.setattr(module, "deps", lambda: world.deps)
    image_id = put_photo(world, "a.jpg", ("42", 0.3), ("7", 0.9))
    world.run("r0")
    standing: list[tuple[str, str]] = []  # decision id, action

    def send(body: str) -> Any:
        with Client(module.app) as client:
            return client.http.request(
                "PATCH",
                f"{RUN}/photos/{image_id}",
                headers={"Content-Type": "application/json"},
                body=body.encode(),
            )

    for number, event in enumerate(order):
        if event in {"rerun", "force"}:
            world.run(f"r{number + 1}", force=event == "force")
        elif event == "list":
            put_start_list(world, b42="Bo", b55="Di")
        elif event == "retag":
            retag(world)
        elif event == "undo":
            if standing:
                decision_id, _ = standing.pop()
                assert send(f'{{"undo": "{decision_id}"}}').status_code == 200
        else:
            to = ', "to": "55"' if event == "correct" else ""
            answer = send(f'{{"decisions": [{{"action": "{event}", "bib": "42"{to}}}]}}')
            assert answer.status_code == 200, answer.json_body
            standing.append((answer.json_body["decisionIds"][0], event))
        world.check()
        if standing:
            last = standing[-1][1]
            assert ("42" in tagged(world, image_id)) is (last == "accept")
            if last == "correct":
                assert "55" in tagged(world, image_id)
