"""A multipart upload that is fed bytes of any length, and leaves nothing behind when it fails."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from botocore.exceptions import BotoCoreError, ClientError

from shared.storage.s3_errors import s3_errors

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

_MIB = 1 << 20
# At this size 10,000 parts, which is as many as S3 takes, are 80 GB.
PART_BYTES = 8 * _MIB
# S3 takes 10,000 parts; some are left for what the caller did not expect.
_MOST_PARTS = 9_000


class PartUpload:
    """`with PartUpload(...) as upload: upload.add(data)`; complete when the block ends well.

    Parts are sent while the next one fills, `at_once` of them. What is smaller than one part is
    put as one object.
    """

    def __init__(
        self,
        s3_client: "S3Client",
        bucket: str,
        key: str,
        *,
        content_type: str,
        expected: int = 0,
        part_size: int | None = None,
        at_once: int = 2,
    ) -> None:
        self._s3 = s3_client
        self._bucket = bucket
        self._key = key
        self._type = content_type
        least = -(-expected // _MOST_PARTS)
        self._part_size = max(part_size or PART_BYTES, -(-least // _MIB) * _MIB)
        self._at_once = at_once
        self._pool = ThreadPoolExecutor(at_once, "part")
        self._pending: deque[Future[CompletedPartTypeDef]] = deque()
        self._parts: list[CompletedPartTypeDef] = []
        self._buffer = bytearray()
        self._upload_id: str | None = None
        self._number = 0
        self.size = 0

    def add(self, data: bytes | bytearray) -> None:
        """Appends bytes; waits when too many parts are on their way."""
        self.size += len(data)
        view = memoryview(data)
        while view:
            room = self._part_size - len(self._buffer)
            self._buffer += view[:room]
            view = view[room:]
            if len(self._buffer) == self._part_size:
                self._send()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._complete()
        except BaseException:
            self._abort()
            raise
        else:
            if error is not None:
                self._abort()
        finally:
            self._pool.shutdown(cancel_futures=True)

    def _send(self) -> None:
        if self._upload_id is None:
            with s3_errors("write", self._bucket, self._key):
                self._upload_id = self._s3.create_multipart_upload(
                    Bucket=self._bucket, Key=self._key, ContentType=self._type
                )["UploadId"]
        while len(self._pending) >= self._at_once:
            self._parts.append(self._pending.popleft().result())
        self._number += 1
        # Handed over, not copied: the next part fills a buffer of its own.
        data, self._buffer = self._buffer, bytearray()
        self._pending.append(self._pool.submit(self._part, self._number, data))

    def _part(self, number: int, data: bytearray) -> "CompletedPartTypeDef":
        with s3_errors("write", self._bucket, self._key):
            answer = self._s3.upload_part(
                Bucket=self._bucket,
                Key=self._key,
                UploadId=self._upload_id or "",
                PartNumber=number,
                Body=cast("bytes", data),  # botocore takes a bytearray as well
            )
        return {"ETag": answer["ETag"], "PartNumber": number}

    def _complete(self) -> None:
        if self._upload_id is None:
            with s3_errors("write", self._bucket, self._key):
                self._s3.put_object(
                    Bucket=self._bucket,
                    Key=self._key,
                    Body=bytes(self._buffer),
                    ContentType=self._type,
                )
            return
        if self._buffer:
            self._send()
        while self._pending:
            self._parts.append(self._pending.popleft().result())
        with s3_errors("write", self._bucket, self._key):
            self._s3.complete_multipart_upload(
                **self._target(), MultipartUpload={"Parts": self._parts}
            )

    def _abort(self) -> None:
        if self._upload_id is None:
            return
        for future in self._pending:
            # A part that arrives after the end would stay, and cost money.
            with suppress(Exception):
                future.result()
        # A lifecycle rule takes what cannot be aborted now.
        with suppress(ClientError, BotoCoreError):
            self._s3.abort_multipart_upload(**self._target())

    def _target(self) -> Any:
        return {"Bucket": self._bucket, "Key": self._key, "UploadId": self._upload_id or ""}
