"""Zips from S3 to S3.

Objects are fetched ahead of time, several at once, as far as a budget of bytes allows, and go
into the parts of a multipart upload in their order. What is in memory is the budget and the parts
in flight, whatever the zip's size. An object over the budget is read twice: once for its CRC,
which stands before its bytes, and once for them.
"""

import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import (
    ClientError,
    HTTPClientError,
    IncompleteReadError,
)

from shared.aws_errors import error_code
from shared.errors import Forbidden, NotFound, PermanentError, RetryableError
from shared.storage.s3_errors import s3_errors
from shared.storage.uploads import PART_BYTES, PartUpload
from shared.zips.format import Member, directory, header_size, local_header
from shared.zips.ports import MissingEntry, Progress, ZipEntry, ZipReport, checked

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MIB = 1 << 20
_CHUNK = _MIB
_TRIES = 4
_CHANGED = {"412", "PreconditionFailed"}
# What botocore lets through when a body ends early or its connection breaks.
_CUT = (HTTPClientError, IncompleteReadError, OSError)


class _MissingError(Exception):
    """The object cannot be in the zip."""

    def __init__(self, code: str, denied: Forbidden | None = None) -> None:
        super().__init__(code)
        self.missing = _Missing(code, denied)


@dataclass(frozen=True)
class _Missing:
    """Why an object cannot be in the zip; `denied` where that may hold for all of its bucket."""

    code: str
    denied: Forbidden | None


@dataclass(frozen=True)
class _Fetched:
    """An object's bytes in memory, or None where there are too many; and their CRC."""

    data: bytes | None
    size: int
    crc: int
    etag: str


class S3Zips:
    """Makes zips with one client, which needs a connection for each fetch and part at once."""

    def __init__(
        self,
        s3_client: "S3Client",
        *,
        budget: int = 48 * _MIB,
        fetches: int = 8,
        uploads: int = 2,
        part_size: int = PART_BYTES,
    ) -> None:
        self._s3 = s3_client
        self._budget = budget
        self._fetches = fetches
        self._uploads = uploads
        self._part_size = part_size

    def write(
        self,
        entries: Sequence[ZipEntry],
        bucket: str,
        key: str,
        *,
        progress: Progress | None = None,
    ) -> ZipReport:
        """See `Zips.write`."""
        entries = checked(entries)
        expected = sum(header_size(entry.name, entry.size) + entry.size for entry in entries)
        members: list[Member] = []
        missing: list[MissingEntry] = []
        readable: set[str] = set()
        denied: dict[str, Forbidden] = {}
        done, total = 0, sum(entry.size for entry in entries)
        with (
            ThreadPoolExecutor(self._fetches, "zip-fetch") as pool,
            PartUpload(
                self._s3,
                bucket,
                key,
                content_type="application/zip",
                expected=expected,
                part_size=self._part_size,
                at_once=self._uploads,
            ) as upload,
        ):
            for entry, fetched in self._ahead(pool, entries):
                if isinstance(fetched, _Missing):
                    code = fetched.code
                    missing.append(MissingEntry(name=entry.name, key=entry.key, code=code))
                    if fetched.denied is not None:
                        denied.setdefault(entry.bucket, fetched.denied)
                else:
                    readable.add(entry.bucket)
                    members.append(self._add(entry, fetched, upload))
                done += entry.size
                if progress is not None:
                    progress(done, total)
            # S3 does not say whether an object or its bucket is denied. If nothing of a bucket can
            # be read, it is no object's fault, and a zip without them would hide whose it is.
            for source, error in denied.items():
                if source not in readable:
                    raise error
            upload.add(directory(members, upload.size))
        return ZipReport(
            bucket=bucket,
            key=key,
            size=upload.size,
            entries=len(members),
            missing=tuple(missing),
        )

    def _ahead(
        self, pool: ThreadPoolExecutor, entries: Sequence[ZipEntry]
    ) -> Iterator[tuple[ZipEntry, _Fetched | _Missing]]:
        """The entries in their order, fetched ahead within the budget."""
        waiting: deque[tuple[ZipEntry, Future[_Fetched | _Missing]]] = deque()
        held = 0
        coming = iter(entries)
        following = next(coming, None)
        try:
            while following is not None or waiting:
                while following is not None and (
                    not waiting or held + self._cost(following) <= self._budget
                ):
                    held += self._cost(following)
                    waiting.append((following, pool.submit(self._fetch, following)))
                    following = next(coming, None)
                entry, future = waiting.popleft()
                yield entry, future.result()
                held -= self._cost(entry)
        finally:
            for _, future in waiting:
                future.cancel()

    def _cost(self, entry: ZipEntry) -> int:
        # Small objects cost something too: their futures and buffers.
        return max(_CHUNK if self._is_large(entry) else entry.size, 4096)

    def _is_large(self, entry: ZipEntry) -> bool:
        return entry.size > self._budget // 2

    def _fetch(self, entry: ZipEntry) -> _Fetched | _Missing:
        """The object, or why it is missing."""
        for attempt in range(_TRIES):
            try:
                body, etag = self._open(entry)
                with closing(body):
                    return self._received(entry, body, etag)
            except _MissingError as gone:
                return gone.missing
            except _CUT as exc:
                if attempt == _TRIES - 1:
                    raise RetryableError(
                        "storage_unavailable", f"{entry.key} was cut off {_TRIES} times."
                    ) from exc
        raise AssertionError("unreachable")

    def _received(self, entry: ZipEntry, body: Any, etag: str) -> _Fetched:
        if not self._is_large(entry):
            data = body.read()
            # botocore compares the length with the header's once there is nothing left to read.
            body.read(1)
            return _Fetched(data, len(data), zlib.crc32(data), etag)
        crc, received = 0, 0
        while chunk := body.read(_CHUNK):
            crc = zlib.crc32(chunk, crc)
            received += len(chunk)
        return _Fetched(None, received, crc, etag)

    def _open(self, entry: ZipEntry) -> tuple[Any, str]:
        pinned: dict[str, Any] = {"IfMatch": entry.etag} if entry.etag else {}
        try:
            with s3_errors("read", entry.bucket, entry.key):
                answer = self._s3.get_object(Bucket=entry.bucket, Key=entry.key, **pinned)
        except NotFound as exc:
            if exc.code == "bucket_not_found":
                raise
            raise _MissingError("object_not_found") from exc
        except PermanentError as exc:
            raise _MissingError(exc.code) from exc
        except Forbidden as exc:
            raise _MissingError("object_not_readable", denied=exc) from exc
        except ClientError as exc:
            if error_code(exc) in _CHANGED:
                raise _MissingError("object_changed") from exc
            raise
        if answer["ContentLength"] != entry.size:
            answer["Body"].close()
            raise _MissingError("object_changed")
        return answer["Body"], answer["ETag"]

    def _add(self, entry: ZipEntry, fetched: _Fetched, upload: PartUpload) -> Member:
        member = Member(entry.name, fetched.size, fetched.crc, upload.size)
        upload.add(local_header(entry.name, fetched.size, fetched.crc))
        if fetched.data is not None:
            upload.add(fetched.data)
        else:
            self._add_large(entry, fetched, upload)
        return member

    def _add_large(self, entry: ZipEntry, fetched: _Fetched, upload: PartUpload) -> None:
        """The bytes a second time, from where the last try was cut off."""
        sent = 0
        for _ in range(_TRIES):
            try:
                with s3_errors("read", entry.bucket, entry.key):
                    answer = self._s3.get_object(
                        Bucket=entry.bucket,
                        Key=entry.key,
                        IfMatch=fetched.etag,
                        Range=f"bytes={sent}-",
                    )
                with closing(answer["Body"]) as body:
                    while chunk := body.read(_CHUNK):
                        sent += len(chunk)
                        upload.add(chunk)
            except (NotFound, PermanentError, Forbidden, ClientError) as exc:
                # Its header is written already, so the zip has to begin anew. If it cannot be read
                # for longer, the first read says so then.
                raise RetryableError("object_changed", f"{entry.key} changed meanwhile.") from exc
            except _CUT:
                continue
            if sent == fetched.size:
                return
        raise RetryableError("storage_unavailable", f"{entry.key} was cut off {_TRIES} times.")
