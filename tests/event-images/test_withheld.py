"""Photos of a runner who opted out, once the others on them are in doubt, and back again."""

from typing import Any

import pytest

from tests.event_images_people import EVENT, RUNNER, make_race, pictures, put_list, traces, work


@pytest.fixture
def both(api: Any, world: Any) -> str:
    """A photo of two runners, one of whom has opted out."""
    image_id = make_race(api, world)["both.jpg"]
    api("DELETE", RUNNER)
    work(world)
    assert tagged(world) == {"1234"}
    return image_id


def tagged(world: Any) -> set[str]:
    return {row["bib"] for row in world.rows("TAG#") if row["bib"] != "77"}


def decide(api: Any, image_id: str, body: dict[str, Any]) -> Any:
    answer = api("PATCH", f"/events/{EVENT}/photos/{image_id}", body)
    assert answer.status_code == 200, answer.body
    return answer.json_body


def reject(api: Any, image_id: str) -> Any:
    return decide(api, image_id, {"decisions": [{"action": "reject", "bib": "1234"}]})


def test_a_photo_is_withheld_once_the_last_other_tag_is_rejected(
    api: Any, world: Any, both: str
) -> None:
    assert both in pictures(world)
    photo = reject(api, both)["photo"]
    assert (photo["withheld"], photo["webUrl"], photo["thumbUrl"]) == (True, None, None)
    work(world)
    assert both not in pictures(world)
    assert traces(world) == []
    world.check()


def test_what_is_taken_back_in_time_loses_nothing(api: Any, world: Any, both: str) -> None:
    (decision,) = reject(api, both)["decisionIds"]
    photo = decide(api, both, {"undo": decision})["photo"]
    assert (photo["bibs"], photo["withheld"]) == (["1234"], False)
    work(world)
    assert both in pictures(world)
    assert photo["webUrl"]


def test_what_is_taken_back_later_has_its_pictures_again_after_the_next_run(
    api: Any, world: Any, both: str
) -> None:
    (decision,) = reject(api, both)["decisionIds"]
    work(world)
    photo = decide(api, both, {"undo": decision})["photo"]
    assert (photo["bibs"], photo["withheld"], photo["webUrl"]) == (["1234"], False, None)
    assert tagged(world) == {"1234"}
    link = api("POST", f"/events/{EVENT}/gallery-link").json_body["path"]
    assert api("GET", f"{link}/photos?bib=1234").json_body["count"] == 0

    assert world.run("next").counts.total == 1
    assert both in pictures(world)
    assert api("GET", f"/events/{EVENT}/photos/{both}").json_body["webUrl"]
    assert api("GET", f"{link}/photos?bib=1234").json_body["count"] == 1
    assert world.run("nothing").counts.total == 0
    assert traces(world) == []
    world.check()


def test_a_start_list_without_the_other_runner_withholds_it_too(
    api: Any, world: Any, both: str
) -> None:
    put_list(api, world, "bib,name\n77,Bo\n")
    work(world)
    assert tagged(world) == set()
    assert world.photo(both)["withheld"]
    assert both not in pictures(world)
    world.check()


def test_another_picture_in_its_place_is_judged_by_itself(api: Any, world: Any, both: str) -> None:
    reject(api, both)
    work(world)
    world.put("both.jpg", world.jpeg())
    world.run("next")
    row = world.photo(both)
    assert (row["withheld"], row["hides"], row["readings"]) == (False, False, [])
    assert both in pictures(world)


def test_a_rerun_that_read_it_meanwhile_leaves_no_pictures(
    api: Any, world: Any, both: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = type(world.deps.source)
    fetch = source.fetch

    def late(self: Any, photo: Any, most: int) -> bytes:
        if photo.key == "both.jpg" and not world.photo(both)["withheld"]:
            reject(api, both)
            work(world)
        data: bytes = fetch(self, photo, most)
        return data

    monkeypatch.setattr(source, "fetch", late)
    world.run("next", force=True)
    assert world.photo(both)["withheld"]
    assert both not in pictures(world)
    world.check()


def test_a_message_that_comes_late_or_twice_does_no_harm(api: Any, world: Any, both: str) -> None:
    from chalicelib.event_images.models.chores import HidePictures
    from chalicelib.event_images.steps.hide_pictures import hide_pictures

    chore = HidePictures(event_id=EVENT, image_id=both)
    hide_pictures(chore, world.deps)
    assert both in pictures(world)
    reject(api, both)
    for _ in range(2):
        hide_pictures(chore, world.deps)
    assert both not in pictures(world)
    hide_pictures(HidePictures(event_id=EVENT, image_id="f" * 20), world.deps)
