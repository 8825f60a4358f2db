"""A whole request through its steps: who gets a reel, what is rendered again, what is recorded."""

from typing import Any

import pytest

from shared.errors import PermanentError, RetryableError


def test_each_runner_on_a_photo_gets_one_reel_in_the_order_of_the_course(world: Any) -> None:
    late, early = world.photo("7", taken=900), world.photo("7", taken=60)
    world.photo("12")

    job = world.run()

    assert (job.state, job.counts.total, job.counts.done) == ("SUCCEEDED", 2, 2)
    assert set(world.rows()) == {"7", "12"}
    row = world.rows()["7"]
    assert [source["imageId"] for source in row["sources"]] == [early, late]
    assert row["state"] == "DONE"
    assert row["seconds"] > 0
    world.check()


def test_a_runner_of_the_start_list_without_photos_is_counted_and_left_out(world: Any) -> None:
    world.photo("7")
    world.runner("7", name="Ana")
    world.runner("8", name="Bo")

    counts = world.run().counts

    assert (counts.listed, counts.total, counts.skipped, counts.done) == (2, 1, 1, 1)
    assert set(world.rows()) == {"7"}
    assert world.rows()["7"]["name"] == "Ana"


def test_only_the_asked_for_get_a_reel_whatever_zeros_they_were_asked_with(world: Any) -> None:
    for bib in ("7", "8", "9"):
        world.photo(bib)

    counts = world.run(bibs=["007", "9", "55"]).counts

    assert set(world.rows()) == {"7", "9"}
    assert (counts.listed, counts.skipped, counts.total) == (3, 1, 2)


def test_what_has_not_changed_is_not_rendered_again(world: Any) -> None:
    world.photo("7")
    world.photo("8")
    world.run("r1")
    rendered = len(world.renderer.plans)

    job = world.run("r2")

    assert len(world.renderer.plans) == rendered == 2
    assert (job.counts.done, job.counts.failed) == (2, 0)
    assert world.deps.reels.get(("JOB#r2", "TALLY"))["unchanged"] == 2


@pytest.mark.parametrize("change", ["photo", "engine", "name", "force"])
def test_what_has_changed_is_rendered_again_and_the_earlier_files_go(
    world: Any, change: str
) -> None:
    world.photo("7")
    world.run("r1")
    before = world.files()
    if change == "photo":
        world.photo("7")
    elif change == "engine":
        world.renderer.edition = "memory-2"
    elif change == "name":
        world.runner("7", name="Ana")

    world.run("r2", force=change == "force")

    assert len(world.renderer.plans) == 2
    row = world.rows()["7"]
    assert row["version"] >= 2
    assert row["superseded"] == []
    assert (world.files() == before) == (change == "force")
    world.check()


def test_a_team_that_no_text_tells_needs_no_new_reel(world: Any) -> None:
    world.photo("7")
    world.runner("7", name="Ana", team="Old")
    world.run("r1")
    world.runner("7", name="Ana", team="New")

    world.run("r2")

    assert len(world.renderer.plans) == 1


def test_several_shapes_are_made_in_one_request(world: Any) -> None:
    world.photo("7")

    world.run(aspects=["9:16", "1:1", "16:9"])

    assert [(v["width"], v["height"]) for v in world.rows()["7"]["videos"]] == [
        (1080, 1920),
        (1080, 1080),
        (1920, 1080),
    ]
    assert len(world.files()) == 6


def test_a_preview_is_small_and_leaves_the_reel_alone(world: Any) -> None:
    world.photo("7")
    world.run("r1")
    reel = world.rows()["7"]

    world.run("r2", preview=True)

    assert world.rows()["7"] == reel
    preview = world.rows("PREVIEW#")["7"]
    assert max(preview["videos"][0]["width"], preview["videos"][0]["height"]) == 640
    assert preview["expiresAt"] > 0
    assert world.files("reels/previews/")


def test_a_photo_that_vanished_gives_its_place_to_the_next_one(world: Any) -> None:
    gone, kept = world.photo("7"), world.photo("7")
    world.lose_picture(gone)

    job = world.run()

    row = world.rows()["7"]
    assert job.counts.done == 1
    assert [source["imageId"] for source in row["sources"]] == [kept]
    assert [(one["imageId"], one["code"]) for one in row["warnings"]] == [(gone, "photo_gone")]


@pytest.mark.parametrize(
    ("data", "code"), [(b"damaged", "truncated_image"), (b"60000x1 x", "bad_shape")]
)
def test_a_runner_whose_only_photo_cannot_be_used_has_a_clear_error(
    world: Any, data: bytes, code: str
) -> None:
    world.photo("7", data=data)
    world.photo("8")

    job = world.run()

    assert (job.state, job.counts.done, job.counts.failed) == ("PARTIAL", 1, 1)
    row = world.rows()["7"]
    assert (row["state"], row["error"]["code"], row["videos"]) == ("FAILED", code, [])
    assert [error.code for error in world.deps.jobs.errors("r1")[0]] == [code]
    assert not [key for key in world.files() if "/7/" in key]


def test_a_sliver_is_not_even_fetched(world: Any) -> None:
    world.photo("7", size=(60_000, 1))

    world.run()

    assert world.rows()["7"]["error"]["code"] == "no_usable_photos"


@pytest.mark.parametrize(
    "error",
    [PermanentError("disk_full", "There is no room."), PermanentError("encoding_failed", "No.")],
)
def test_a_rendering_that_fails_keeps_the_earlier_reel_and_tells_why(
    world: Any, error: Exception
) -> None:
    world.photo("7")
    world.run("r1")
    files = world.files()
    world.photo("7")
    world.renderer.fail = error

    job = world.run("r2")

    row = world.rows()["7"]
    assert job.counts.failed == 1
    assert (row["state"], row["error"]["code"]) == ("DONE", error.code)
    assert world.files() == files

    world.renderer.fail = None
    world.run("r3")
    assert world.rows()["7"]["error"] is None
    world.check()


def test_an_error_that_is_over_is_not_told_any_more(world: Any) -> None:
    world.photo("7")
    world.run("r1")
    item = world.extract(world.request("r2"))[0]
    world.record_failure(item, "Runtime.ExitError")
    assert world.rows()["7"]["error"]["code"] == "worker_died"

    world.run("r3")

    assert world.rows()["7"]["error"] is None


def test_what_may_pass_is_not_recorded(world: Any) -> None:
    world.photo("7")
    world.renderer.fail = RetryableError("disk_full", "There is no room.")
    (item,) = world.extract(world.request())

    with pytest.raises(RetryableError):
        world.generate(item)

    assert world.rows() == {}
    world.record_failure(item, "RetryableError", '{"errorMessage": "disk_full: There is no room."}')
    assert world.rows()["7"]["error"]["code"] == "disk_full"


def test_a_reel_that_nobody_accounted_for_is_recorded_at_the_end(world: Any) -> None:
    world.photo("7")
    world.photo("8")
    machine = world.request()
    items = world.extract(machine)
    world.generate(items[0])

    ended = world.complete(machine)

    assert (ended.state, ended.counts.done, ended.counts.failed) == ("PARTIAL", 1, 1)
    assert world.rows()["8"]["error"]["code"] == "worker_lost"
    assert world.files("requests/") == []
    assert world.complete(machine).state == "PARTIAL"


def test_a_step_that_runs_twice_changes_nothing(world: Any) -> None:
    world.photo("7")
    machine = world.request()
    (item,) = world.extract(machine)
    world.generate(item)
    row = world.rows()["7"]

    assert world.extract(machine) == [item]
    world.generate(item)

    assert world.rows()["7"] == row
    assert world.deps.jobs.get("r1").counts.done == 1


def test_a_machine_that_cannot_go_on_ends_the_request(world: Any) -> None:
    machine = world.request()

    ended = world.fail(machine, "Unavailable", '{"errorMessage": "event_images_absent: Not here."}')

    assert ended.state == "FAILED"
    assert world.deps.jobs.get("r1").error.code == "event_images_absent"


def test_a_template_that_is_gone_is_the_requests_error(world: Any) -> None:
    with pytest.raises(PermanentError, match="template_not_found"):
        world.extract(world.request(templateId="gone"))


def test_an_event_without_photos_is_a_success_without_reels(world: Any) -> None:
    job = world.run()

    assert (job.state, job.counts.total) == ("SUCCEEDED", 0)
