"""An object store in memory, for tests."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from threading import RLock
from urllib.parse import quote, urlencode

from shared.errors import Forbidden
from shared.storage.ports import (
    ObjectInfo,
    PresignedPost,
    Storage,
    checked_metadata,
    disposition,
    no_bucket,
    no_object,
    post_conditions,
    too_large,
)


def _now() -> datetime:
    return datetime.now(UTC)


class MemoryStorage(Storage):
    """Keeps objects in a dictionary.

    Args:
        buckets: The buckets that exist; None when any name does.
        clock: The time of writes and of presigned forms.
    """

    def __init__(
        self, buckets: Iterable[str] | None = None, clock: Callable[[], datetime] = _now
    ) -> None:
        self._buckets = None if buckets is None else frozenset(buckets)
        self._clock = clock
        self._objects: dict[tuple[str, str], tuple[ObjectInfo, bytes]] = {}
        self._lock = RLock()

    def head(self, bucket: str, key: str) -> ObjectInfo:
        return self._find(bucket, key)[0]

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        self._check(bucket)
        with self._lock:
            found = [
                info.model_copy(update={"content_type": None, "metadata": {}})
                for (place, key), (info, _) in self._objects.items()
                if place == bucket and key.startswith(prefix)
            ]
        yield from sorted(found, key=lambda info: info.key.encode())

    def get(self, bucket: str, key: str, *, max_bytes: int | None = None) -> bytes:
        info, data = self._find(bucket, key)
        if max_bytes is not None and info.size > max_bytes:
            raise too_large(key, max_bytes)
        return data

    def put(
        self,
        bucket: str,
        key: str,
        data: bytes,
        *,
        content_type: str,
        metadata: Mapping[str, str] | None = None,
        cache_control: str | None = None,  # noqa: ARG002
    ) -> ObjectInfo:
        self._check(bucket)
        info = ObjectInfo(
            key=key,
            size=len(data),
            etag=hashlib.md5(data, usedforsecurity=False).hexdigest(),
            last_modified=self._clock(),
            content_type=content_type,
            metadata=checked_metadata(metadata),
        )
        with self._lock:
            self._objects[bucket, key] = (info, bytes(data))
        return info

    def delete(self, bucket: str, key: str) -> None:
        self._check(bucket)
        with self._lock:
            self._objects.pop((bucket, key), None)

    def put_chunks(
        self, bucket: str, key: str, chunks: Iterable[bytes], *, content_type: str
    ) -> int:
        return self.put(bucket, key, b"".join(chunks), content_type=content_type).size

    def delete_many(self, bucket: str, keys: Iterable[str]) -> int:
        given = list(keys)
        for key in given:
            self.delete(bucket, key)
        return len(given)

    def presign_get(
        self, bucket: str, key: str, *, expires: int = 3600, filename: str | None = None
    ) -> str:
        query = {"expires": str(expires)}
        if filename is not None:
            query["response-content-disposition"] = disposition(filename)
        return f"https://memory.invalid/{bucket}/{quote(key)}?{urlencode(query)}"

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
        expires_at = self._clock() + timedelta(seconds=expires)
        policy = {
            "expiration": expires_at.isoformat(),
            "conditions": post_conditions(bucket, key, content_type, min_bytes, max_bytes),
        }
        return PresignedPost(
            url=f"https://memory.invalid/{bucket}",
            fields={
                "key": key,
                "Content-Type": content_type,
                "policy": base64.b64encode(json.dumps(policy).encode()).decode(),
            },
            expires_at=expires_at,
        )

    def post(self, form: PresignedPost, data: bytes) -> ObjectInfo:
        """What a browser does with a form; Forbidden where S3 would refuse it."""
        bucket = form.url.rpartition("/")[2]
        policy = json.loads(base64.b64decode(form.fields["policy"]))
        for condition in policy["conditions"]:
            if isinstance(condition, list):
                held = condition[1] <= len(data) <= condition[2]
            else:
                held = all(
                    {"bucket": bucket, **form.fields}.get(name) == value
                    for name, value in condition.items()
                )
            if not held:
                raise Forbidden("post_refused", f"The policy does not allow it: {condition}")
        if self._clock() > form.expires_at:
            raise Forbidden("post_refused", "The form has expired.")
        return self.put(bucket, form.fields["key"], data, content_type=form.fields["Content-Type"])

    def _check(self, bucket: str) -> None:
        if self._buckets is not None and bucket not in self._buckets:
            raise no_bucket(bucket)

    def _find(self, bucket: str, key: str) -> tuple[ObjectInfo, bytes]:
        self._check(bucket)
        with self._lock:
            try:
                return self._objects[bucket, key]
            except KeyError:
                raise no_object(bucket, key) from None
