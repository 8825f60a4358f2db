"""Uploads that are read by themselves: messages late, twice, out of order, and of no use."""

import json
from typing import Any

import pytest

from shared.errors import PermanentError, RetryableError

KEY = "city-run/uploads/u-00/IMG 1+ä.jpg"


def test_an_upload_is_registered_read_and_found(world: Any) -> None:
    image_id = world.put(KEY, world.jpeg("0042"), bucket="incoming")
    output = world.uploaded(KEY)
    assert [(one.image_id, one.state, one.bibs) for one in output.photos] == [
        (image_id, "DONE", ["42"])
    ]
    assert world.photo(image_id)["filename"] == "IMG 1+ä.jpg"
    assert world.counts() == {"pending": 0, "done": 1, "failed": 0}
    world.check()


def test_a_message_that_comes_twice_reads_once(world: Any) -> None:
    world.put(KEY, world.jpeg("42"), bucket="incoming")
    first = world.uploaded(KEY)
    assert world.uploaded(KEY, attempt=2) == first
    assert world.reader.calls == 1
    assert world.counts()["done"] == 1


def test_a_bad_upload_is_recorded_once(world: Any) -> None:
    image_id = world.put(KEY, b"", bucket="incoming")
    for _ in range(2):
        (output,) = world.uploaded(KEY).photos
        assert output.state == "FAILED"
    assert world.photo(image_id)["error"]["code"] == "empty_file"
    assert world.photo(image_id)["version"] == 2
    world.check()


def test_an_upload_that_is_replaced_is_read_again(world: Any) -> None:
    world.put(KEY, world.jpeg("1"), bucket="incoming")
    world.uploaded(KEY)
    world.put(KEY, world.jpeg("2"), bucket="incoming")
    world.uploaded(KEY)
    # The late message of the first bytes finds the newer ones read.
    world.uploaded(KEY)
    assert world.reader.calls == 2
    assert [tag["bib"] for tag in world.rows("TAG#")] == ["2"]
    assert world.counts() == {"pending": 0, "done": 1, "failed": 0}
    world.check()


@pytest.mark.parametrize(
    ("bucket", "key"),
    [
        ("incoming", "a.jpg"),
        ("incoming", "City-Run/a.jpg"),
        ("incoming", "nobody/a.jpg"),
        ("incoming", "city-run/notes.txt"),
        ("incoming", "city-run/folder/"),
        ("incoming", "city-run/.DS_Store"),
        ("races", "city-run/a.jpg"),
        ("incoming", "city-run/was-deleted.jpg"),
    ],
)
def test_what_is_no_photo_of_an_event_is_left_alone(world: Any, bucket: str, key: str) -> None:
    if "deleted" not in key:
        world.put(key, world.jpeg("1"), bucket=bucket)
    assert world.uploaded(key, bucket=bucket).photos == []
    assert world.counts() == {"pending": 0, "done": 0, "failed": 0}
    assert world.rows("") == []


def test_the_test_message_of_s3_is_ignored(world: Any) -> None:
    body = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "incoming"}
    assert world.deliver(json.dumps(body)).photos == []


@pytest.mark.parametrize("body", ["", "no json", "[]", "{}", '{"Records": 1}'])
def test_a_message_that_is_not_of_s3_ends_as_a_dead_letter(world: Any, body: str) -> None:
    with pytest.raises(PermanentError) as caught:
        world.deliver(body)
    assert caught.value.code == "invalid_s3_event"


def test_an_object_that_was_deleted_is_no_upload(world: Any) -> None:
    world.put(KEY, world.jpeg("7"), bucket="incoming")
    body = world.message(KEY, event="ObjectRemoved:Delete")
    assert world.deliver(body).photos == []


def test_one_message_may_name_several_photos(world: Any) -> None:
    keys = [f"city-run/{name}.jpg" for name in "ab"]
    for key in keys:
        world.put(key, world.jpeg("7"), bucket="incoming")
    assert len(world.uploaded(*keys, "city-run/x.txt").photos) == 2
    world.check()


def test_what_did_not_answer_leaves_the_message_to_the_queue(world: Any) -> None:
    world.put(KEY, world.jpeg("7"), bucket="incoming")
    fetch = world.deps.source.fetch

    def busy(photo: Any, max_bytes: int) -> bytes:
        raise RetryableError("aws_busy", "Later.")

    world.deps.source.fetch = busy
    with pytest.raises(RetryableError):
        world.uploaded(KEY)
    assert world.counts() == {"pending": 1, "done": 0, "failed": 0}
    world.deps.source.fetch = fetch
    world.uploaded(KEY, attempt=2)
    assert world.counts() == {"pending": 0, "done": 1, "failed": 0}
    world.check()


def test_a_photo_that_kills_its_workers_fails_in_the_end(world: Any) -> None:
    image_id = world.put(KEY, world.jpeg("7"), bucket="incoming")
    (output,) = world.uploaded(KEY, attempt=6).photos
    assert output.state == "FAILED"
    assert world.reader.calls == 0
    assert world.photo(image_id)["error"]["code"] == "attempts_exhausted"
    world.check()
    # Somebody processes the event, and now it goes well.
    assert world.run(source={"kind": "uploads"}).counts.done == 1
    assert world.counts() == {"pending": 0, "done": 1, "failed": 0}


def test_an_upload_during_a_request_is_counted_once(world: Any) -> None:
    image_id = world.put(KEY, world.jpeg("7"), bucket="incoming")
    machine = world.request(source={"kind": "uploads"})
    (item,) = world.list_images(machine)
    world.uploaded(KEY)
    world.extract(item)
    output = world.complete(machine)
    assert (output.state, output.counts.total, output.counts.done) == ("SUCCEEDED", 1, 1)
    assert world.counts() == {"pending": 0, "done": 1, "failed": 0}
    assert world.reader.calls == 1
    assert world.photo(image_id)["version"] == 2
    world.check()


def test_a_request_and_the_queue_that_read_at_once_write_one_after_the_other(world: Any) -> None:
    """The upload's message comes while the request's worker is reading."""
    world.put(KEY, world.jpeg("7"), bucket="incoming")
    machine = world.request(source={"kind": "uploads"})
    (item,) = world.list_images(machine)
    read = world.reader.read

    def interrupted(image: Any) -> Any:
        world.reader.read = read
        world.uploaded(KEY)
        return read(image)

    world.reader.read = interrupted
    world.extract(item)
    world.complete(machine)
    counts = world.deps.jobs.get("r1").counts
    assert (counts.done, counts.failed, counts.total) == (1, 0, 1)
    assert world.counts() == {"pending": 0, "done": 1, "failed": 0}
    world.check()


def test_two_forced_requests_over_one_photo_are_each_counted(world: Any) -> None:
    world.put("a.jpg", world.jpeg("7"))
    world.run("r0")
    machines = [world.request(name, force=True) for name in ("r1", "r2")]
    items = [world.list_images(machine)[0] for machine in machines]
    for item in items:
        world.extract(item)
    for machine in machines:
        assert world.complete(machine).counts.done == 1
    assert world.counts() == {"pending": 0, "done": 1, "failed": 0}
    world.check()


def test_an_upload_that_is_registered_while_a_request_lists_it_is_counted_once(
    world: Any,
) -> None:
    image_id = world.put(KEY, world.jpeg("7"), bucket="incoming")
    world.put("city-run/z.jpg", world.jpeg("8"), bucket="incoming")
    look = world.deps.images.get_many

    def interrupted(keys: Any) -> Any:
        found = look(keys)
        world.deps.images.get_many = look
        world.uploaded(KEY)
        return found

    world.deps.images.get_many = interrupted
    machine = world.request(source={"kind": "uploads"})
    items = world.list_images(machine)
    assert world.counts() == {"pending": 1, "done": 1, "failed": 0}
    for item in items:
        world.extract(item)
    assert world.complete(machine).counts.done == 2
    assert world.counts() == {"pending": 0, "done": 2, "failed": 0}
    assert world.photo(image_id)["version"] == 2
    world.check()
