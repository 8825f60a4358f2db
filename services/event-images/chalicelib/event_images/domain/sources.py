"""Sources: where their photos are, and which of them a request may name."""

from collections.abc import Collection

from chalicelib.event_images.domain import names
from chalicelib.event_images.models import S3Source, Source

ANY = "*"


def place(source: Source, event_id: str, incoming: str) -> tuple[str, str]:
    """The bucket and the prefix that a source means."""
    if isinstance(source, S3Source):
        return source.bucket or incoming, source.prefix
    return incoming, names.uploads_prefix(event_id)


def allowed(source: Source, incoming: str, readable: Collection[str]) -> bool:
    """Whether a request may read this source: ``incoming``, or a bucket that a setting names."""
    if not isinstance(source, S3Source) or source.bucket in (None, incoming):
        return True
    return source.bucket in readable or ANY in readable
