"""What the services need of something that makes zip files."""

from collections.abc import Callable, Sequence
from typing import Protocol

from pydantic import Field

from shared.models import Model

MOST_ENTRIES = 200_000
Progress = Callable[[int, int], None]


class ZipEntry(Model):
    """One object and its name in the zip; `size` in bytes and `etag` as the store last said.

    An object that has changed since then is missing. Without an `etag` any version will do.
    """

    bucket: str
    key: str
    name: str = Field(min_length=1, max_length=1024)
    size: int = Field(ge=0)
    etag: str | None = None


class MissingEntry(Model):
    """An object that is not in the zip, and why.

    `code` is `object_not_found`, `object_changed`, `object_archived` (until somebody restores it),
    or `object_not_readable`: it is denied, where others of its bucket are not.
    """

    name: str
    key: str
    code: str


class ZipReport(Model):
    """A zip that was written: its size in bytes, and how many entries it has."""

    bucket: str
    key: str
    size: int
    entries: int
    missing: tuple[MissingEntry, ...] = ()


class Zips(Protocol):
    """Makes zip files."""

    def write(
        self,
        entries: Sequence[ZipEntry],
        bucket: str,
        key: str,
        *,
        progress: Progress | None = None,
    ) -> ZipReport:
        """Writes a zip of the objects, over what was there, when it is complete.

        Entries are stored as they are, in the order given: photos and videos are compressed
        already. The same objects give the same bytes. An object that is gone, has changed, or
        cannot be read where others of its bucket can, is left out and reported. Names are to be
        safe and unique (`safe_names`).

        Args:
            entries: At most 200,000.
            bucket: Where the zip goes.
            key: Its key.
            progress: Is told bytes done and bytes in all, now and then.

        Raises:
            ValueError: no or too many entries, or a name that stands there twice.
            NotFound: `bucket_not_found`.
            Forbidden: `access_denied`, no object of a bucket may be read, or the zip not written.
            RetryableError: the store did not answer well enough for long enough.
        """
        ...


def checked(entries: Sequence[ZipEntry]) -> Sequence[ZipEntry]:
    """The entries, if a zip can be made of them; ValueError otherwise."""
    if not 1 <= len(entries) <= MOST_ENTRIES:
        raise ValueError(f"A zip has 1 to {MOST_ENTRIES} entries, not {len(entries)}.")
    if len({entry.name.casefold() for entry in entries}) != len(entries):
        raise ValueError("A name stands there twice.")
    return entries
