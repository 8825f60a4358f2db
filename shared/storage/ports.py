"""What the services need of an object store."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

from pydantic import Field

from shared.errors import NotFound, PermanentError, UnprocessableInput
from shared.models import Model


class ObjectInfo(Model):
    """One object. A listing does not say the content type or the metadata.

    `size` is in bytes, `etag` comes without quotes.
    """

    key: str
    size: int
    etag: str
    last_modified: datetime
    content_type: str | None = None
    metadata: dict[str, str] = Field(default_factory=dict)


class PresignedPost(Model):
    """A form that a browser may post once or more: the fields first, then one named `file`."""

    url: str
    fields: dict[str, str]
    expires_at: datetime


class Storage(Protocol):
    """An object store of many buckets.

    Every call may raise RetryableError, and Forbidden `access_denied`; NotFound is
    `object_not_found` or `bucket_not_found`.
    """

    def head(self, bucket: str, key: str) -> ObjectInfo:
        """What is known of an object. NotFound."""
        ...

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        """The objects whose key begins with `prefix`, by the bytes of their keys. NotFound."""
        ...

    def get(self, bucket: str, key: str, *, max_bytes: int | None = None) -> bytes:
        """An object's bytes.

        Raises:
            NotFound: There is no such object.
            PermanentError: `object_too_large`, before more than `max_bytes` are read;
                `object_archived`, somebody has to restore it first.
        """
        ...

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
        """Writes an object, whole, over what was there.

        Metadata names are lower-case ASCII; a value that is not printable ASCII is a ValueError.
        """
        ...

    def put_chunks(
        self, bucket: str, key: str, chunks: Iterable[bytes], *, content_type: str
    ) -> int:
        """Writes an object of any length from chunks of any size, in bounded memory.

        It appears whole, at the end; when `chunks` raises, it does not appear at all.

        Returns:
            Its bytes.
        """
        ...

    def delete(self, bucket: str, key: str) -> None:
        """Deletes an object; one that is absent is deleted already."""
        ...

    def delete_many(self, bucket: str, keys: Iterable[str]) -> int:
        """Deletes any number of objects; those that are absent are deleted already.

        Returns:
            How many keys were given.
        """
        ...

    def presign_get(
        self, bucket: str, key: str, *, expires: int = 3600, filename: str | None = None
    ) -> str:
        """A URL that reads the object for `expires` seconds; with `filename` it is a download."""
        ...

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
        """A form that writes this key, with this type and a size between the two, and no other."""
        ...


def no_object(bucket: str, key: str) -> NotFound:
    """The error for an absent object."""
    return NotFound("object_not_found", f"There is no object {key}.", bucket=bucket)


def no_bucket(bucket: str) -> NotFound:
    """The error for an absent bucket."""
    return NotFound("bucket_not_found", f"There is no bucket {bucket}.")


def too_large(key: str, max_bytes: int) -> PermanentError:
    """The error for an object over the limit of `get`."""
    return PermanentError("object_too_large", f"{key} is over {max_bytes} bytes.")


def archived(key: str) -> PermanentError:
    """The error for an object whose storage class cannot be read from."""
    return PermanentError("object_archived", f"{key} is archived, and must be restored first.")


def checked_metadata(metadata: Mapping[str, str] | None) -> dict[str, str]:
    """The metadata, if HTTP headers can carry it; ValueError otherwise."""
    checked = dict(metadata or {})
    for name, value in checked.items():
        if not (name.isascii() and name.replace("-", "").isalnum() and name == name.lower()):
            raise ValueError(f"not a metadata name: {name!r}")
        if not (value.isascii() and value.isprintable()):
            raise ValueError(f"not a metadata value: {name}={value!r}")
    return checked


def disposition(filename: str) -> str:
    """The Content-Disposition of a download, for any file name (RFC 6266)."""
    plain = "".join(
        c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in filename
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def post_conditions(
    bucket: str, key: str, content_type: str, min_bytes: int, max_bytes: int
) -> list[Any]:
    """What a posted form is held to, as the conditions of its policy document.

    S3 puts the browser's file name for `${filename}`; the key is the server's choice alone.
    """
    if "${filename}" in key:
        raise UnprocessableInput("bad_upload_key", "An upload's name must not hold ${filename}.")
    return [
        {"bucket": bucket},
        {"key": key},
        {"Content-Type": content_type},
        ["content-length-range", min_bytes, max_bytes],
    ]
