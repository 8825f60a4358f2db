"""Sources: where their photos are, and which of them a request may name."""

from collections.abc import Collection
from typing import NamedTuple

from chalicelib.event_images.domain import names
from chalicelib.event_images.models import DriveSource, S3Source, Source

ANY = "*"


class S3Place(NamedTuple):
    """All objects whose key begins with ``prefix``."""

    bucket: str
    prefix: str


class DrivePlace(NamedTuple):
    """A folder of Google Drive with its subfolders."""

    folder_id: str


type Place = S3Place | DrivePlace


def place(source: Source, event_id: str, incoming: str) -> Place:
    """The place that a source means."""
    if isinstance(source, DriveSource):
        return DrivePlace(source.folder)
    if isinstance(source, S3Source):
        return S3Place(source.bucket or incoming, source.prefix)
    return S3Place(incoming, names.uploads_prefix(event_id))


def allowed(source: Source, incoming: str, readable: Collection[str]) -> bool:
    """Whether a request may read this source.

    Of S3 that is ``incoming``, or a bucket that a setting names; of Drive, what its owner has
    shared with the service account.
    """
    if not isinstance(source, S3Source) or source.bucket in (None, incoming):
        return True
    return source.bucket in readable or ANY in readable
