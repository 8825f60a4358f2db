"""Parts of objects: the fake and S3 pass the same tests."""

from collections.abc import Iterator
from hashlib import md5, sha256
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.media_processing.adapters.files import S3Files
from chalicelib.media_processing.adapters.memory import MemoryFiles
from chalicelib.media_processing.ports import Files
from shared.errors import NotFound, PermanentError
from shared.storage import MemoryStorage, S3Storage

DATA = bytes(range(256)) * 8192


@pytest.fixture(params=["memory", "s3"])
def files(request: pytest.FixtureRequest) -> Iterator[Files]:
    if request.param == "memory":
        storage: Any = MemoryStorage()
        storage.put("a-bucket", "k", DATA, content_type="image/jpeg")
        storage.put("a-bucket", "empty", b"", content_type="image/jpeg")
        yield MemoryFiles(storage)
        return
    with mock_aws(config={"core": {"reset_boto3_session": False}}):
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="a-bucket")
        storage = S3Storage(client)
        storage.put("a-bucket", "k", DATA, content_type="image/jpeg")
        storage.put("a-bucket", "empty", b"", content_type="image/jpeg")
        yield S3Files(client)


def test_the_first_bytes_come_with_the_size_of_all(files: Files) -> None:
    info, head = files.head("a-bucket", "k", 1000)
    assert (info.size, head) == (len(DATA), DATA[:1000])
    assert files.head("a-bucket", "empty", 1000)[1] == b""
    assert files.head("a-bucket", "k", 10**9)[1] == DATA


@pytest.mark.parametrize("digest", [md5, sha256])
def test_a_digest_is_of_all_bytes(files: Files, digest: Any) -> None:
    assert files.digest("a-bucket", "k", digest().name) == digest(DATA).hexdigest()


def test_a_download_is_the_object(files: Files, tmp_path: Path) -> None:
    files.download("a-bucket", "k", tmp_path / "f", len(DATA))
    assert (tmp_path / "f").read_bytes() == DATA


def test_what_is_too_large_is_not_downloaded(files: Files, tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="object_too_large"):
        files.download("a-bucket", "k", tmp_path / "f", len(DATA) - 1)
    assert not (tmp_path / "f").exists()


def test_what_is_absent_is_not_found(files: Files, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="object_not_found"):
        files.head("a-bucket", "none", 10)
    with pytest.raises(NotFound, match="object_not_found"):
        files.digest("a-bucket", "none", "md5")
    with pytest.raises(NotFound, match="object_not_found"):
        files.download("a-bucket", "none", tmp_path / "f", 10)


@pytest.mark.parametrize("files", ["s3"], indirect=True)
def test_what_is_archived_says_so(files: Files, tmp_path: Path) -> None:
    boto3.client("s3", region_name="us-east-1").put_object(
        Bucket="a-bucket", Key="k", Body=DATA, StorageClass="GLACIER"
    )
    for read in (
        lambda: files.head("a-bucket", "k", 10),
        lambda: files.digest("a-bucket", "k", "md5"),
        lambda: files.download("a-bucket", "k", tmp_path / "f", 10**9),
    ):
        with pytest.raises(PermanentError, match="object_archived"):
            read()
