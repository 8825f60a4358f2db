"""What the tests of zips put into them, and a client that does not always do as it is told."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError, IncompleteReadError

from shared.storage import S3Storage, Storage
from shared.zips import S3Zips, ZipEntry

MIB = 1 << 20


def put(storage: Storage, bucket: str, key: str, data: bytes, name: str | None = None) -> ZipEntry:
    info = storage.put(bucket, key, data, content_type="application/octet-stream")
    return ZipEntry(
        bucket=bucket, key=key, name=name or key.rsplit("/", 1)[-1], size=info.size, etag=info.etag
    )


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def archive(storage: Storage, bucket: str, key: str) -> None:
    """Move an object to where it cannot be read from."""
    assert isinstance(storage, S3Storage)
    data = storage.get(bucket, key)
    storage._s3.put_object(Bucket=bucket, Key=key, Body=data, StorageClass="GLACIER")


class Flaky:
    """A client whose bodies break off, whose parts are refused when told so, and which may not
    read the `denied` keys; what `afterwards` does happens before each read but the first."""

    def __init__(
        self, client: Any, cuts: int = 0, refuse: bool = False, denied: Sequence[str] = ()
    ) -> None:
        self._client = client
        self.cuts = cuts
        self.refuse = refuse
        self.denied = denied
        self.afterwards: Callable[[], object] = lambda: None
        self._reads = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_object(self, **options: Any) -> Any:
        self._reads += 1
        if self._reads > 1:
            self.afterwards()
        if options["Key"] in self.denied:
            error = {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
            raise ClientError(error, "GetObject")  # type: ignore[arg-type]
        answer = self._client.get_object(**options)
        if self.cuts:
            self.cuts -= 1
            answer["Body"] = CutBody(answer["Body"])
        return answer

    def upload_part(self, **options: Any) -> Any:
        if self.refuse:
            error = {
                "Error": {"Code": "InternalError"},
                "ResponseMetadata": {"HTTPStatusCode": 500},
            }
            raise ClientError(error, "UploadPart")  # type: ignore[arg-type]
        return self._client.upload_part(**options)


class CutBody:
    """Gives some bytes, and breaks off."""

    def __init__(self, body: Any) -> None:
        self._body = body
        self._reads = 0

    def read(self, size: int = 10_000) -> bytes:
        self._reads += 1
        if self._reads > 1:
            raise IncompleteReadError(actual_bytes=1, expected_bytes=2)
        return bytes(self._body.read(min(size, 10_000)))

    def close(self) -> None:
        self._body.close()


def flaky_setup(storage: Storage, **options: Any) -> tuple[Flaky, S3Zips]:
    assert isinstance(storage, S3Storage)
    client = Flaky(storage._s3, **options)
    return client, S3Zips(client, budget=MIB, part_size=5 * MIB)  # type: ignore[arg-type]
