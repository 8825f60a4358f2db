"""S3's notifications, as they come in an SQS message."""

import json
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import PermanentError
from shared.s3_events import UploadedObject, uploaded_objects


def record(key: str, name: str = "ObjectCreated:Post") -> dict[str, Any]:
    return {
        "eventSource": "aws:s3",
        "eventName": name,
        "s3": {
            "bucket": {"name": "incoming"},
            "object": {"key": key, "size": 5, "eTag": "abc", "sequencer": "0055AED6"},
        },
    }


def body(*records: Any) -> str:
    return json.dumps({"Records": list(records)})


def test_a_new_object_is_told_in_full() -> None:
    assert uploaded_objects(body(record("e1/uploads/u1/a.jpg"))) == [
        UploadedObject(
            bucket="incoming",
            key="e1/uploads/u1/a.jpg",
            size=5,
            etag="abc",
            sequencer="0055AED6",
            event_name="ObjectCreated:Post",
        )
    ]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("a+b.jpg", "a b.jpg"),
        ("a%2Bb.jpg", "a+b.jpg"),
        ("%C3%A9t%C3%A9.jpg", "été.jpg"),
        ("100%25.jpg", "100%.jpg"),
        ("a%252Bb", "a%2Bb"),
    ],
)
def test_keys_are_decoded_once(written: str, key: str) -> None:
    assert uploaded_objects(body(record(written)))[0].key == key


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_key_comes_through(key: str) -> None:
    assert uploaded_objects(body(record(quote_plus(key, safe="/"))))[0].key == key


@pytest.mark.parametrize("name", ["ObjectCreated:Put", "s3:ObjectCreated:CompleteMultipartUpload"])
def test_every_way_to_make_an_object_counts(name: str) -> None:
    (found,) = uploaded_objects(body(record("a", name)))
    assert found.event_name == name.removeprefix("s3:")


def test_other_events_are_left_out() -> None:
    found = uploaded_objects(
        body(record("a", "ObjectRemoved:Delete"), record("b"), record("c", "ObjectTagging:Put"))
    )
    assert [upload.key for upload in found] == ["b"]


def test_the_test_message_of_s3_is_nothing() -> None:
    message = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "incoming"}
    assert uploaded_objects(json.dumps(message)) == []
    assert uploaded_objects(body()) == []


def test_size_and_tag_may_be_absent() -> None:
    bare = record("a")
    bare["s3"]["object"] = {"key": "a"}
    (found,) = uploaded_objects(body(bare))
    assert (found.size, found.etag, found.sequencer) == (0, "", "")


BROKEN = record("a")
del BROKEN["s3"]["bucket"]


@pytest.mark.parametrize(
    "message",
    [
        "",
        "not json",
        "[" * 100_000,
        "[]",
        '"text"',
        "{}",
        '{"Records": 5}',
        body(BROKEN),
        body({"eventName": "ObjectCreated:Put", "s3": None}),
        body({"eventName": "ObjectCreated:Put"}),
        body(record("%FF")),
        body(record(5)),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_notification_can_never_work(message: str) -> None:
    with pytest.raises(PermanentError, match="invalid_s3_event"):
        uploaded_objects(message)


def test_records_that_are_no_events_are_left_out() -> None:
    assert uploaded_objects(body(5, None, {}, {"eventName": 5})) == []
