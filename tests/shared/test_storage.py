"""What every object store does: the fake and S3 pass the same tests."""

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from shared.errors import Forbidden, NotFound, PermanentError, UnprocessableInput
from shared.storage import MemoryStorage, Storage

NAMES = ["a b.jpg", "a+b.jpg", "é.jpg", "e\u0301.jpg", "50%25.jpg", "写真.jpg", "a&b=c?.jpg"]


def put(storage: Storage, bucket: str, key: str, data: bytes = b"data") -> None:
    storage.put(bucket, key, data, content_type="image/jpeg")


def test_an_object_comes_back_as_it_was_put(storage: Storage, bucket: str) -> None:
    written = storage.put(
        bucket,
        "photos/1.jpg",
        b"\x00\xff",
        content_type="image/jpeg",
        metadata={"photographer-id": "7"},
        cache_control="max-age=60",
    )
    found = storage.head(bucket, "photos/1.jpg")
    assert storage.get(bucket, "photos/1.jpg") == b"\x00\xff"
    assert (found.key, found.size, found.content_type) == ("photos/1.jpg", 2, "image/jpeg")
    assert found.metadata == {"photographer-id": "7"}
    assert found.etag == written.etag
    assert '"' not in found.etag
    assert abs(datetime.now(UTC) - found.last_modified) < timedelta(minutes=1)


@pytest.mark.parametrize("key", NAMES)
def test_any_file_name_is_a_key(storage: Storage, bucket: str, key: str) -> None:
    put(storage, bucket, key)
    assert storage.get(bucket, key) == b"data"
    assert [info.key for info in storage.list(bucket, "")] == [key]


def test_a_second_put_replaces_the_first(storage: Storage, bucket: str) -> None:
    put(storage, bucket, "a", b"one")
    put(storage, bucket, "a", b"second")
    assert storage.get(bucket, "a") == b"second"
    assert storage.head(bucket, "a").size == 6


def test_empty_objects_exist(storage: Storage, bucket: str) -> None:
    put(storage, bucket, "a", b"")
    assert storage.get(bucket, "a", max_bytes=10) == b""


def test_an_absent_object_is_not_found(storage: Storage, bucket: str) -> None:
    with pytest.raises(NotFound, match="object_not_found"):
        storage.get(bucket, "nothing")
    with pytest.raises(NotFound, match="object_not_found"):
        storage.head(bucket, "nothing")


def test_an_absent_bucket_is_not_found(storage: Storage, bucket: str) -> None:
    with pytest.raises(NotFound, match="bucket_not_found"):
        storage.get(f"{bucket}-absent", "a")
    with pytest.raises(NotFound, match="bucket_not_found"):
        list(storage.list(f"{bucket}-absent", ""))


def test_deleting_twice_is_deleting(storage: Storage, bucket: str) -> None:
    put(storage, bucket, "a")
    storage.delete(bucket, "a")
    storage.delete(bucket, "a")
    with pytest.raises(NotFound):
        storage.head(bucket, "a")


def test_a_listing_is_by_prefix_and_in_the_order_of_bytes(storage: Storage, bucket: str) -> None:
    for key in ["p/é", "p/z", "p/a", "p/A", "q/a", "p"]:
        put(storage, bucket, key)
    assert [info.key for info in storage.list(bucket, "p/")] == ["p/A", "p/a", "p/z", "p/é"]
    assert list(storage.list(bucket, "nothing/")) == []


def test_a_listing_says_size_and_time_but_not_the_type(storage: Storage, bucket: str) -> None:
    storage.put(bucket, "a", b"123", content_type="image/png", metadata={"x": "y"})
    (info,) = storage.list(bucket, "")
    assert (info.size, info.content_type, info.metadata) == (3, None, {})
    assert info.etag == storage.head(bucket, "a").etag
    assert info.last_modified.tzinfo is not None


def test_an_object_over_the_limit_is_refused(storage: Storage, bucket: str) -> None:
    put(storage, bucket, "a", b"12345")
    assert storage.get(bucket, "a", max_bytes=5) == b"12345"
    with pytest.raises(PermanentError, match="object_too_large"):
        storage.get(bucket, "a", max_bytes=4)


@pytest.mark.parametrize("metadata", [{"Upper": "a"}, {"a b": "a"}, {"a": "é"}, {"a": "x\ny"}])
def test_metadata_that_headers_cannot_carry_is_refused(
    storage: Storage, bucket: str, metadata: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="metadata"):
        storage.put(bucket, "a", b"", content_type="text/plain", metadata=metadata)


def test_a_presigned_url_names_the_object_and_its_life(storage: Storage, bucket: str) -> None:
    url = urlsplit(storage.presign_get(bucket, "photos/a b+é.jpg", expires=60))
    assert unquote(url.path).endswith("photos/a b+é.jpg")
    assert bucket in url.netloc + url.path
    assert "60" in [value for values in parse_qs(url.query).values() for value in values]


def test_a_download_has_a_file_name_that_any_browser_reads(storage: Storage, bucket: str) -> None:
    url = storage.presign_get(bucket, "a", filename='Zieleinlauf "Süd".jpg')
    (value,) = parse_qs(urlsplit(url).query)["response-content-disposition"]
    assert value == (
        'attachment; filename="Zieleinlauf _S_d_.jpg"; '
        "filename*=UTF-8''Zieleinlauf%20%22S%C3%BCd%22.jpg"
    )


def test_a_form_binds_bucket_key_type_and_size(storage: Storage, bucket: str) -> None:
    before = datetime.now(UTC)
    form = storage.presign_post(
        bucket, "e1/u1/a b+é.jpg", content_type="image/jpeg", max_bytes=1000, expires=60
    )
    conditions = json.loads(base64.b64decode(form.fields["policy"]))["conditions"]
    for expected in [
        {"bucket": bucket},
        {"key": "e1/u1/a b+é.jpg"},
        {"Content-Type": "image/jpeg"},
        ["content-length-range", 1, 1000],
    ]:
        assert expected in conditions
    assert form.fields["key"] == "e1/u1/a b+é.jpg"
    assert form.fields["Content-Type"] == "image/jpeg"
    assert 55 < (form.expires_at - before).total_seconds() < 65
    assert bucket in form.url


def test_a_form_whose_key_the_browser_would_choose_is_refused(
    storage: Storage, bucket: str
) -> None:
    with pytest.raises(UnprocessableInput, match="bad_upload_key"):
        storage.presign_post(bucket, "e1/${filename}", content_type="a/b", max_bytes=1)


@pytest.fixture
def memory() -> MemoryStorage:
    return MemoryStorage()


def test_the_fake_takes_a_form_as_a_browser_posts_it(memory: MemoryStorage) -> None:
    form = memory.presign_post("b", "k", content_type="image/jpeg", max_bytes=3)
    memory.post(form, b"123")
    assert memory.get("b", "k") == b"123"
    assert memory.head("b", "k").content_type == "image/jpeg"


@pytest.mark.parametrize(
    ("data", "fields"),
    [(b"", {}), (b"1234", {}), (b"1", {"key": "x"}), (b"1", {"Content-Type": "text/html"})],
)
def test_the_fake_refuses_what_the_form_does_not_allow(
    memory: MemoryStorage, data: bytes, fields: dict[str, str]
) -> None:
    form = memory.presign_post("b", "k", content_type="image/jpeg", max_bytes=3)
    changed = form.model_copy(update={"fields": {**form.fields, **fields}})
    with pytest.raises(Forbidden, match="post_refused"):
        memory.post(changed, data)


def test_the_fake_refuses_an_expired_form() -> None:
    times = iter([datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)])
    memory = MemoryStorage(clock=lambda: next(times))
    form = memory.presign_post("b", "k", content_type="image/jpeg", max_bytes=3)
    with pytest.raises(Forbidden, match="expired"):
        memory.post(form, b"1")
