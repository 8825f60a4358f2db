"""Objects written chunk by chunk, and many deleted at once: the fake and S3 do the same."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.errors import Forbidden, NotFound, RetryableError
from shared.storage import Storage, uploads
from shared.storage.s3 import undeleted


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PART_BYTES", 5 * 1024 * 1024)


@pytest.mark.parametrize(
    "sizes", [[], [0], [3, 0, 4], [5 * 1024 * 1024], [1 << 20] * 12, [11 << 20]]
)
def test_chunks_become_one_object(storage: Storage, bucket: str, sizes: list[int]) -> None:
    chunks = [bytes([at % 251]) * size for at, size in enumerate(sizes)]
    written = storage.put_chunks(bucket, "a.zip", iter(chunks), content_type="application/zip")
    assert written == sum(sizes)
    assert storage.get(bucket, "a.zip") == b"".join(chunks)
    assert storage.head(bucket, "a.zip").content_type == "application/zip"


def test_chunks_that_break_off_leave_nothing(
    storage: Storage, bucket: str, request: pytest.FixtureRequest
) -> None:
    def breaking() -> Iterator[bytes]:
        yield bytes(12 << 20)
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        storage.put_chunks(bucket, "a", breaking(), content_type="x/y")
    with pytest.raises(NotFound):
        storage.head(bucket, "a")
    if "s3" in request.node.name:
        uploads: Any = request.getfixturevalue("aws").s3.list_multipart_uploads(Bucket=bucket)
        assert not uploads.get("Uploads")


def test_an_absent_bucket_is_said(storage: Storage, bucket: str) -> None:
    with pytest.raises(NotFound, match="bucket_not_found"):
        storage.put_chunks(f"{bucket}-no", "a", [b"1"], content_type="x/y")
    with pytest.raises(NotFound, match="bucket_not_found"):
        storage.delete_many(f"{bucket}-no", ["a"])


def test_many_are_deleted_at_once_and_a_second_time(storage: Storage, bucket: str) -> None:
    keys = [f"p/{number} é" for number in range(30)]
    for key in keys:
        storage.put(bucket, key, b"1", content_type="x/y")
    storage.put(bucket, "stays", b"1", content_type="x/y")
    assert storage.delete_many(bucket, iter([*keys, keys[0], "absent"])) == 32
    assert storage.delete_many(bucket, keys) == 30
    assert storage.delete_many(bucket, []) == 0
    assert [info.key for info in storage.list(bucket, "")] == ["stays"]


def test_what_s3_could_not_delete_is_never_passed_over() -> None:
    undeleted("b", [])
    with pytest.raises(Forbidden, match="access_denied"):
        undeleted("b", [{"Code": "AccessDenied", "Key": "a"}])
    with pytest.raises(RetryableError, match="aws_busy"):
        undeleted("b", [{"Code": "InternalError", "Key": "a"}])
