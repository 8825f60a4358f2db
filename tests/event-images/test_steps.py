"""Each step by itself: what it writes, and that a second call changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.errors import PermanentError, RetryableError
from shared.jobs import JobState


def snapshot(world: Any) -> tuple[Any, ...]:
    """All rows, without the times of the last look."""
    partition = "EVENT#city-run"
    return (
        sorted(map(repr, world.deps.images.query_all(partition))),
        repr(world.counts()),
    )


# --- ListImages ------------------------------------------------------------------------------


def test_listing_registers_what_is_new_and_counts_the_rest(world: Any) -> None:
    world.put("a 1+ä.jpg", world.jpeg("1"))
    world.put("day 2/b.JPG", world.jpeg("2"))
    world.put("notes.txt", b"x")
    world.put(".hidden/c.jpg", b"x")
    machine = world.request()
    items = world.list_images(machine)
    assert [item["photo"]["filename"] for item in items] == ["a 1+ä.jpg", "b.JPG"]
    assert world.counts() == {"pending": 2, "done": 0, "failed": 0}
    counts = world.deps.jobs.get("r1").counts
    assert (counts.listed, counts.ignored, counts.skipped, counts.total) == (2, 2, 0, 2)
    world.check()


def test_listing_twice_gives_the_same(world: Any) -> None:
    for number in range(5):
        world.put(f"{number}.jpg", world.jpeg())
    machine = world.request()
    first, before = world.list_images(machine), snapshot(world)
    world.put("late.jpg", world.jpeg())
    assert world.list_images(machine) == first
    assert snapshot(world) == before


def test_more_photos_than_one_transaction_are_each_registered_once(world: Any) -> None:
    data = world.jpeg()
    for number in range(250):
        world.put(f"{number:03}.jpg", data)
    assert len(world.list_images(world.request())) == 250
    assert world.counts()["pending"] == 250
    world.check()


def test_an_empty_source_is_a_success(world: Any) -> None:
    job = world.run()
    assert job.state is JobState.SUCCEEDED
    assert job.counts.listed == 0


def test_a_source_over_the_limit_is_an_error_of_the_request(world: Any) -> None:
    limited = world.deps.settings.model_copy(update={"max_listed_photos": 2})
    object.__setattr__(world.deps, "settings", limited)
    for number in range(3):
        world.put(f"{number}.jpg", world.jpeg())
    machine = world.request()
    with pytest.raises(PermanentError) as caught:
        world.list_images(machine)
    assert caught.value.code == "too_many_photos"
    assert world.counts()["pending"] == 0


def test_uploads_are_listed_below_their_event_only(world: Any) -> None:
    world.put("city-run/uploads/1/a.jpg", world.jpeg(), bucket="incoming")
    world.put("city-run-2/uploads/1/b.jpg", world.jpeg(), bucket="incoming")
    items = world.list_images(world.request(source={"kind": "uploads"}))
    assert [item["photo"]["filename"] for item in items] == ["a.jpg"]


# --- ExtractBibNumber ------------------------------------------------------------------------


def test_a_photo_is_read_recorded_and_shown_smaller(world: Any) -> None:
    image_id = world.put("a.jpg", world.jpeg("0042", "7"))
    (item,) = world.list_images(world.request())
    output = world.extract(item)
    assert (output.state, output.bibs) == ("DONE", ["42", "7"])
    row = world.photo(image_id)
    assert (row["width"], row["height"], row["engine"]) == (61, 40, "memory")
    assert len(row["md5"]) == 32
    assert [reading["bib"] for reading in row["readings"]] == ["0042", "7"]
    for name in ("web", "thumb"):
        info = world.deps.storage.head("media", f"city-run/photos/{image_id}/{name}.jpg")
        assert info.content_type == "image/jpeg"
    world.check()


def test_a_reading_that_is_not_sure_is_kept_but_finds_nothing(world: Any) -> None:
    image_id = world.put("a.jpg", world.jpeg("42", confidence=0.2))
    world.run()
    (reading,) = world.photo(image_id)["readings"]
    assert reading["accepted"] is False
    assert world.rows("TAG#") == []


def test_extracting_twice_reads_once(world: Any) -> None:
    world.put("a.jpg", world.jpeg("42"))
    (item,) = world.list_images(world.request())
    first, before = world.extract(item), snapshot(world)
    assert world.extract(item) == first
    assert snapshot(world) == before
    assert world.reader.calls == 1
    assert world.deps.jobs.get("r1").counts.done == 1


BAD: dict[str, tuple[Callable[[Any], bytes], str]] = {
    "truncated": (lambda world: world.jpeg()[:-200], "truncated_image"),
    "text": (lambda world: b"no photo at all, but a long enough text" * 9, "not_an_image"),
    "empty": (lambda world: b"", "empty_file"),
    "gif": (lambda world: b"GIF89a" + bytes(200), "unsupported_format"),
    "large": (lambda world: bytes(world.deps.settings.max_photo_bytes + 1), "object_too_large"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_photo_is_recorded_and_is_no_error_of_the_step(world: Any, name: str) -> None:
    make, code = BAD[name]
    image_id = world.put("bad.jpg", make(world))
    good = world.put("good.jpg", world.jpeg("7"))
    job = world.run()
    assert (job.state, job.counts.done, job.counts.failed) == (JobState.PARTIAL, 1, 1)
    assert world.photo(image_id)["error"]["code"] == code
    assert world.photo(good)["state"] == "DONE"
    errors, _ = world.deps.jobs.errors("r1")
    assert [(error.name, error.code) for error in errors] == [("bad.jpg", code)]
    world.check()


def test_a_photo_over_the_limit_is_never_fetched(world: Any) -> None:
    world.put("big.jpg", bytes(world.deps.settings.max_photo_bytes + 1))
    (item,) = world.list_images(world.request())
    world.deps.storage.delete("races", "big.jpg")
    world.extract(item)
    errors, _ = world.deps.jobs.errors("r1")
    assert errors[0].code == "object_too_large"


def test_a_photo_that_went_away_is_recorded(world: Any) -> None:
    world.put("a.jpg", world.jpeg())
    (item,) = world.list_images(world.request())
    world.deps.storage.delete("races", "a.jpg")
    assert world.extract(item).state == "FAILED"
    errors, _ = world.deps.jobs.errors("r1")
    assert errors[0].code == "photo_gone"


def test_what_did_not_answer_is_raised_and_not_recorded(world: Any) -> None:
    image_id = world.put("a.jpg", world.jpeg())
    (item,) = world.list_images(world.request())
    before = snapshot(world)

    def busy(photo: Any, max_bytes: int) -> bytes:
        raise RetryableError("aws_busy", "Later.")

    world.deps.source.fetch = busy
    with pytest.raises(RetryableError):
        world.extract(item)
    assert snapshot(world) == before
    assert world.photo(image_id)["state"] == "PENDING"


def test_an_engine_that_cannot_start_is_not_the_photos_fault(world: Any) -> None:
    world.put("a.jpg", world.jpeg())
    (item,) = world.list_images(world.request())

    def broken() -> Any:
        raise PermanentError("models_missing", "No models.")

    object.__setattr__(world.deps, "reader", broken)
    with pytest.raises(PermanentError):
        world.extract(item)
    assert world.counts()["pending"] == 1
