"""Photos that lie in S3: under a prefix of a bucket, uploads among them."""

from collections.abc import Iterator

from chalicelib.event_images.domain import names
from chalicelib.event_images.domain.sources import S3Place
from chalicelib.event_images.models import SourceObject
from chalicelib.event_images.ports import PhotoSource
from shared.errors import NotFound, PermanentError
from shared.storage import Storage


class S3Source(PhotoSource[S3Place]):
    """Any bucket that the storage reaches."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def list(self, place: S3Place) -> Iterator[SourceObject | None]:
        for found in self._storage.list(place.bucket, place.prefix):
            if not names.is_image_name(found.key, place.prefix):
                yield None
                continue
            yield SourceObject(
                bucket=place.bucket,
                key=found.key,
                size=found.size,
                etag=found.etag,
                filename=names.filename(found.key),
                last_modified=found.last_modified,
            )

    def fetch(self, photo: SourceObject, max_bytes: int) -> bytes:
        try:
            return self._storage.get(photo.bucket, photo.key, max_bytes=max_bytes)
        except NotFound as exc:
            raise PermanentError("photo_gone", f"{photo.filename} is not there any more.") from exc
