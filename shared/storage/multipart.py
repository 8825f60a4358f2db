"""Objects whose length is not known when their writing begins, and deleting many at once."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import Forbidden, RetryableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# S3's limit of one DeleteObjects.
MOST_AT_ONCE = 1000
# S3 takes 10,000 parts of 5 MiB and more: at this size 80 GB.
PART_BYTES = 8 * 1024 * 1024


def upload(
    client: "S3Client", bucket: str, key: str, chunks: Iterable[bytes], content_type: str
) -> int:
    """Writes `chunks` as one object, by parts when they are more than one part; its bytes.

    What was begun is given up when anything raises, so that no parts stay behind unseen.
    """
    parts = _parts(chunks)
    first = next(parts, b"")
    second = next(parts, None)
    if second is None:
        client.put_object(Bucket=bucket, Key=key, Body=first, ContentType=content_type)
        return len(first)
    begun = client.create_multipart_upload(Bucket=bucket, Key=key, ContentType=content_type)
    upload_id = begun["UploadId"]
    done: list[dict[str, Any]] = []
    written = 0
    try:
        for part in _after(first, second, parts):
            answer = client.upload_part(
                Bucket=bucket,
                Key=key,
                UploadId=upload_id,
                PartNumber=len(done) + 1,
                Body=part,
            )
            done.append({"PartNumber": len(done) + 1, "ETag": answer["ETag"]})
            written += len(part)
        client.complete_multipart_upload(
            Bucket=bucket,
            Key=key,
            UploadId=upload_id,
            MultipartUpload={"Parts": cast(Any, done)},
        )
    except BaseException:
        # What went wrong first is what is told; the bucket's own rule clears up what this cannot.
        with suppress(ClientError, BotoCoreError):
            client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload_id)
        raise
    return written


def undeleted(bucket: str, errors: Sequence[Any]) -> None:
    """Raises for the first of the objects that S3 says it could not delete, if there is one."""
    for error in errors:
        if error.get("Code") == "AccessDenied":
            raise Forbidden("access_denied", f"Objects of {bucket} may not be deleted.")
        raise RetryableError("aws_busy", f"Some objects of {bucket} could not be deleted.")


def _parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= PART_BYTES:
            yield bytes(held[:PART_BYTES])
            del held[:PART_BYTES]
    if held:
        yield bytes(held)


def _after(first: bytes, second: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield second
    yield from rest
