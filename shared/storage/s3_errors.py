"""What S3 answers, as the errors of `Storage`."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from shared.aws_errors import aws_errors, error_code
from shared.storage.ports import archived, no_bucket, no_object


@contextmanager
def s3_errors(doing: str, bucket: str, key: str) -> Iterator[None]:
    """Turns what S3 answers into the errors of `Storage`."""
    try:
        with aws_errors(f"{doing} s3://{bucket}/{key}"):
            yield
    except ClientError as exc:
        code = error_code(exc)
        if code == "NoSuchBucket":
            raise no_bucket(bucket) from exc
        if code in {"404", "NoSuchKey", "NotFound"}:
            raise no_object(bucket, key) from exc
        if code == "InvalidObjectState":
            raise archived(key) from exc
        raise
