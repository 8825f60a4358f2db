"""The object store of AWS, and of anything that speaks like it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any, cast

from shared.errors import Forbidden, RetryableError
from shared.storage.ports import (
    ObjectInfo,
    PresignedPost,
    Storage,
    checked_metadata,
    disposition,
    post_conditions,
    too_large,
)
from shared.storage.s3_errors import s3_errors
from shared.storage.uploads import PartUpload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CHUNK = 1 << 20
# S3's limit of one DeleteObjects.
_MOST_AT_ONCE = 1000


def _now() -> datetime:
    return datetime.now(UTC)


class S3Storage(Storage):
    """S3, by a client that signs with s3v4 (`shared.settings.Clients` makes such a one)."""

    def __init__(self, s3_client: "S3Client", clock: Callable[[], datetime] = _now) -> None:
        self._s3 = s3_client
        self._clock = clock

    def head(self, bucket: str, key: str) -> ObjectInfo:
        with s3_errors("look at", bucket, key):
            answer = self._s3.head_object(Bucket=bucket, Key=key)
        return ObjectInfo(
            key=key,
            size=answer["ContentLength"],
            etag=answer["ETag"].strip('"'),
            last_modified=answer["LastModified"],
            content_type=answer.get("ContentType"),
            metadata=answer.get("Metadata", {}),
        )

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        with s3_errors("list", bucket, prefix):
            for page in pages:
                for entry in page.get("Contents", []):
                    yield ObjectInfo(
                        key=entry["Key"],
                        size=entry["Size"],
                        etag=entry["ETag"].strip('"'),
                        last_modified=entry["LastModified"],
                    )

    def get(self, bucket: str, key: str, *, max_bytes: int | None = None) -> bytes:
        with s3_errors("read", bucket, key):
            answer = self._s3.get_object(Bucket=bucket, Key=key)
            body = answer["Body"]
            # Closing an unread body drops the connection, so an object that is too large
            # costs its headers and what is in flight.
            try:
                if max_bytes is not None and answer["ContentLength"] > max_bytes:
                    raise too_large(key, max_bytes)
                data = bytearray()
                # Until an empty read: botocore compares the length with the header's only then.
                while chunk := body.read(_CHUNK):
                    data += chunk
                    if max_bytes is not None and len(data) > max_bytes:
                        raise too_large(key, max_bytes)
                return bytes(data)
            finally:
                body.close()

    def put(
        self,
        bucket: str,
        key: str,
        data: bytes,
        *,
        content_type: str,
        metadata: Mapping[str, str] | None = None,
        cache_control: str | None = None,
    ) -> ObjectInfo:
        known = checked_metadata(metadata)
        extra: dict[str, Any] = {} if cache_control is None else {"CacheControl": cache_control}
        with s3_errors("write", bucket, key):
            answer = self._s3.put_object(
                Bucket=bucket, Key=key, Body=data, ContentType=content_type, Metadata=known, **extra
            )
        return ObjectInfo(
            key=key,
            size=len(data),
            etag=answer["ETag"].strip('"'),
            last_modified=self._clock(),
            content_type=content_type,
            metadata=known,
        )

    def delete(self, bucket: str, key: str) -> None:
        with s3_errors("delete", bucket, key):
            self._s3.delete_object(Bucket=bucket, Key=key)

    def put_chunks(
        self, bucket: str, key: str, chunks: Iterable[bytes], *, content_type: str
    ) -> int:
        with PartUpload(self._s3, bucket, key, content_type=content_type) as upload:
            for chunk in chunks:
                upload.add(chunk)
        return upload.size

    def delete_many(self, bucket: str, keys: Iterable[str]) -> int:
        count = 0
        for batch in batched(keys, _MOST_AT_ONCE, strict=False):
            count += len(batch)
            names = dict.fromkeys(batch)
            with s3_errors("delete from", bucket, ""):
                answer = self._s3.delete_objects(
                    Bucket=bucket,
                    Delete={"Objects": [{"Key": key} for key in names], "Quiet": True},
                )
            undeleted(bucket, answer.get("Errors", []))
        return count

    def presign_get(
        self, bucket: str, key: str, *, expires: int = 3600, filename: str | None = None
    ) -> str:
        params = {"Bucket": bucket, "Key": key}
        if filename is not None:
            params["ResponseContentDisposition"] = disposition(filename)
        return self._s3.generate_presigned_url("get_object", Params=params, ExpiresIn=expires)

    def presign_post(
        self,
        bucket: str,
        key: str,
        *,
        content_type: str,
        max_bytes: int,
        min_bytes: int = 1,
        expires: int = 3600,
    ) -> PresignedPost:
        form = self._s3.generate_presigned_post(
            Bucket=bucket,
            Key=key,
            Fields={"Content-Type": content_type},
            # botocore adds the conditions for the bucket and the key itself.
            Conditions=post_conditions(bucket, key, content_type, min_bytes, max_bytes)[2:],
            ExpiresIn=expires,
        )
        return PresignedPost(
            url=form["url"],
            fields=cast(dict[str, str], form["fields"]),
            expires_at=self._clock() + timedelta(seconds=expires),
        )


def undeleted(bucket: str, errors: Sequence[Any]) -> None:
    """Raises for the first of the objects that S3 says it could not delete, if there is one."""
    for error in errors:
        if error.get("Code") == "AccessDenied":
            raise Forbidden("access_denied", f"Objects of {bucket} may not be deleted.")
        raise RetryableError("aws_busy", f"Some objects of {bucket} could not be deleted.")
