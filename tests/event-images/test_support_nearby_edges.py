"""Photos that support each other, in many messages, and while others write the same rows."""

from typing import Any

import pytest

from chalicelib.event_images import steps
from chalicelib.event_images.models import DoChoreInput
from chalicelib.event_images.models.chores import SupportNearby
from chalicelib.event_images.steps import support_nearby as step
from shared.tables import Put
from tests.event_images_nearby import NEARBY, again, audit, pair, shoot, switch
from tests.event_images_people import do, queue_of, work
from tests.event_images_review import RUN, everything, opt_out, put_start_list, tagged


def test_windows_and_messages_make_no_difference(
    api: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Three seconds from a certain one, or six, on either side.
    photos = [
        shoot(world, f"{number}.jpg", 3 * number, ("42", 0.3 if number % 4 else 0.95))
        for number in range(12)
    ]
    world.run()
    with monkeypatch.context() as small:
        small.setattr(step, "WINDOW", 2)
        small.setattr(step, "PHOTOS_AT_ONCE", 3)
        small.setattr(step, "PAGE", 2)
        switch(api, world, True)
        assert sum(bool(world.photo(one).get("nearby")) for one in photos) == 9
    before = everything(world)
    again(world)
    assert everything(world) == before
    monkeypatch.setattr(step, "PHOTOS_AT_ONCE", 3)
    monkeypatch.setattr(step, "PAGE", 2)
    switch(api, world, False)
    assert not any(world.photo(one).get("nearby") for one in photos)


def test_switching_off_while_it_runs_takes_all_of_it_back(
    api: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubtful, _ = pair(world)
    assert api("PATCH", RUN, NEARBY).status_code == 200
    window = step._support_window

    def late(*args: Any) -> int:
        monkeypatch.setattr(step, "_support_window", window)
        api("PATCH", RUN, {"nearbyEvidence": False})
        off = queue_of(world).sent.pop()
        do(world, off.body)  # it runs, and ends, before anything is written
        return window(*args)

    monkeypatch.setattr(step, "_support_window", late)
    work(world)
    assert tagged(world, doubtful) == {"7"}
    world.check()


def test_somebody_else_s_write_in_between_is_kept(
    api: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubtful, _ = pair(world)
    assert api("PATCH", RUN, NEARBY).status_code == 200
    write = step._write

    def late(*args: Any) -> None:
        monkeypatch.setattr(step, "_write", write)
        no = {"decisions": [{"action": "reject", "bib": "42"}]}
        assert api("PATCH", f"{RUN}/photos/{doubtful}", no).status_code == 200
        write(*args)

    monkeypatch.setattr(step, "_write", late)
    work(world)
    assert tagged(world, doubtful) == {"7"}
    assert [one["action"] for one in audit(api, doubtful)] == ["reject"]
    world.check()


def test_an_event_that_is_gone_ends_the_work(world: Any) -> None:
    body = SupportNearby(event_id="gone").model_dump_json(by_alias=True)
    done = steps.do_chore(DoChoreInput.model_validate({"body": body}), world.deps)
    assert (done.kind, done.more) == ("supportNearby", False)


def test_a_start_list_that_comes_meanwhile_is_what_photos_are_judged_by(
    api: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubtful, _ = pair(world)
    assert api("PATCH", RUN, NEARBY).status_code == 200
    change = step._change

    def late(*args: Any) -> bool:
        put_start_list(world, b7="Ada")
        return change(*args)

    monkeypatch.setattr(step, "_change", late)
    work(world)
    assert tagged(world, doubtful) == {"7"}
    assert audit(api, doubtful) == []
    world.check()


def test_an_opt_out_that_comes_meanwhile_leaves_nothing_in_what_is_written(
    api: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubtful, _ = pair(world)
    assert api("PATCH", RUN, NEARBY).status_code == 200
    change = step._change

    def late(*args: Any) -> bool:
        opt_out(world, "42")
        return change(*args)

    monkeypatch.setattr(step, "_change", late)
    work(world)
    assert "nearby" not in world.photo(doubtful)
    assert audit(api, doubtful) == []


def test_a_photo_that_lost_its_camera_or_failed_keeps_no_change(api: Any, world: Any) -> None:
    doubtful, _ = pair(world)
    switch(api, world, True)
    world.deps.images.write(Put({**world.photo(doubtful), "camera": None}))
    again(world)
    assert tagged(world, doubtful) == {"7"}
    assert "nearby" not in world.photo(doubtful)


def test_photos_from_before_cameras_were_kept_take_no_part(api: Any, world: Any) -> None:
    doubtful, certain = pair(world)
    for one in (doubtful, certain):
        row = world.photo(one)
        del row["camera"]
        world.deps.images.write(Put(row))
    before = everything(world)
    switch(api, world, True)
    assert everything(world) == before


def test_a_camera_whose_clock_stands_still_is_looked_at_in_bounded_windows(
    api: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [shoot(world, f"{n}.jpg", 5, ("42", 0.3 if n else 0.95)) for n in range(9)]
    world.run()
    monkeypatch.setattr(step, "WINDOW", 2)
    monkeypatch.setattr(step, "BESIDE", 2)
    sizes: list[int] = []
    support = step.support

    def counted(photos: Any, **options: Any) -> Any:
        sizes.append(len(photos))
        return support(photos, **options)

    monkeypatch.setattr(step, "support", counted)
    switch(api, world, True)
    assert max(sizes) <= 6
    assert sum(bool(world.photo(one).get("nearby")) for one in ids) >= 1
