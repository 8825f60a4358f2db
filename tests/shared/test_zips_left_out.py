"""What cannot be in a zip is left out and reported, unless it is not the objects' fault."""

import pytest

from shared.errors import Forbidden, NotFound, RetryableError
from shared.storage import S3Storage, Storage
from shared.zips import Zips
from tests.shared.zip_parts import archive, flaky_setup, put, unpacked

from .conftest import REGION


def test_an_object_that_is_gone_or_changed_is_left_out_and_reported(
    storage: Storage, bucket: str, zips: Zips
) -> None:
    kept = put(storage, bucket, "kept.jpg", b"kept")
    gone = put(storage, bucket, "gone.jpg", b"gone")
    changed = put(storage, bucket, "changed.jpg", b"before")
    swapped = put(storage, bucket, "swapped.jpg", b"before")
    storage.delete(bucket, "gone.jpg")
    put(storage, bucket, "changed.jpg", b"afterwards")
    put(storage, bucket, "swapped.jpg", b"behind")
    report = zips.write([gone, kept, changed, swapped], bucket, "out.zip")
    assert {(one.name, one.code) for one in report.missing} == {
        ("gone.jpg", "object_not_found"),
        ("changed.jpg", "object_changed"),
        ("swapped.jpg", "object_changed"),
    }
    assert report.entries == 1
    assert unpacked(storage.get(bucket, "out.zip")) == {"kept.jpg": b"kept"}


@pytest.mark.parametrize("storage", ["s3"], indirect=True)
@pytest.mark.parametrize("size", [20_000, 2_000_000])
def test_an_archived_object_is_left_out_and_reported(
    storage: Storage, bucket: str, zips: Zips, size: int
) -> None:
    entries = [put(storage, bucket, name, b"x" * size) for name in ("kept", "archived")]
    archive(storage, bucket, "archived")
    report = zips.write(entries, bucket, "out.zip")
    assert [(one.name, one.code) for one in report.missing] == [("archived", "object_archived")]
    assert set(unpacked(storage.get(bucket, "out.zip"))) == {"kept"}


@pytest.mark.parametrize("storage", ["s3"], indirect=True)
def test_an_object_that_is_denied_where_others_are_not_is_left_out_and_reported(
    storage: Storage, bucket: str
) -> None:
    _, zips = flaky_setup(storage, denied=["denied"])
    entries = [put(storage, bucket, name, b"x") for name in ("denied", "kept")]
    report = zips.write(entries, bucket, "out.zip")
    assert [(one.name, one.code) for one in report.missing] == [("denied", "object_not_readable")]
    assert unpacked(storage.get(bucket, "out.zip")) == {"kept": b"x"}


@pytest.mark.parametrize("storage", ["s3"], indirect=True)
def test_a_bucket_of_which_nothing_may_be_read_is_an_error(storage: Storage, bucket: str) -> None:
    assert isinstance(storage, S3Storage)
    client, zips = flaky_setup(storage, denied=["a", "b"])
    storage._s3.create_bucket(
        Bucket=f"{bucket}-open", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    large = put(storage, f"{bucket}-open", "large", b"x" * 6_000_000)
    entries = [large, *(put(storage, bucket, name, b"x") for name in ("a", "b"))]
    with pytest.raises(Forbidden, match="access_denied"):
        zips.write(entries, bucket, "out.zip")
    assert "Uploads" not in client.list_multipart_uploads(Bucket=bucket)
    with pytest.raises(NotFound):
        storage.head(bucket, "out.zip")


@pytest.mark.parametrize("storage", ["s3"], indirect=True)
def test_a_large_object_that_is_archived_between_its_two_reads_begins_the_zip_anew(
    storage: Storage, bucket: str
) -> None:
    client, zips = flaky_setup(storage)
    entry = put(storage, bucket, "large", b"x" * 2_000_000)
    client.afterwards = lambda: archive(storage, bucket, "large")
    with pytest.raises(RetryableError, match="object_changed"):
        zips.write([entry], bucket, "out.zip")
    client.afterwards = lambda: None
    report = zips.write([entry], bucket, "out.zip")
    assert [one.code for one in report.missing] == ["object_archived"]


def test_a_source_that_does_not_exist_is_an_error(
    storage: Storage, bucket: str, zips: Zips
) -> None:
    entry = put(storage, bucket, "a.jpg", b"a").model_copy(update={"bucket": "no-such-bucket"})
    with pytest.raises(NotFound, match="bucket_not_found"):
        zips.write([entry], bucket, "out.zip")
