"""Parts of objects in S3."""

import hashlib
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared.aws_errors import error_code
from shared.errors import PermanentError
from shared.storage import ObjectInfo, S3Storage
from shared.storage.s3_errors import s3_errors

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CHUNK = 1 << 20


class S3Files:
    """See ``ports.Files``."""

    def __init__(self, s3_client: "S3Client") -> None:
        self._s3 = s3_client
        self._storage = S3Storage(s3_client)

    def head(self, bucket: str, key: str, count: int) -> tuple[ObjectInfo, bytes]:
        info = self._storage.head(bucket, key)
        if not info.size:
            return info, b""  # an empty object has no range
        try:
            with s3_errors("read", bucket, key):
                answer = self._s3.get_object(
                    # Pinned, so that size and bytes are those of one version.
                    Bucket=bucket,
                    Key=key,
                    Range=f"bytes=0-{count - 1}",
                    IfMatch=info.etag,
                )
                with closing(answer["Body"]) as body:
                    return info, body.read()
        except ClientError as exc:
            if error_code(exc) in {"412", "PreconditionFailed"}:
                return self.head(bucket, key, count)
            raise

    def digest(self, bucket: str, key: str, algorithm: str) -> str:
        found = hashlib.new(algorithm, usedforsecurity=False)
        with (
            s3_errors("read", bucket, key),
            closing(self._s3.get_object(Bucket=bucket, Key=key)["Body"]) as body,
        ):
            while chunk := body.read(_CHUNK):
                found.update(chunk)
        return found.hexdigest()

    def download(self, bucket: str, key: str, path: Path, max_bytes: int) -> None:
        size = self._storage.head(bucket, key).size
        if size > max_bytes:
            raise PermanentError("object_too_large", f"The file is over {max_bytes} bytes.")
        with s3_errors("read", bucket, key):
            self._s3.download_file(bucket, key, str(path))
