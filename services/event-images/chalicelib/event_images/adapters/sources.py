"""All sources of photos as one."""

from collections.abc import Callable, Iterator

from chalicelib.event_images.domain.sources import DrivePlace, Place, S3Place
from chalicelib.event_images.models import SourceObject
from chalicelib.event_images.ports import PhotoSource


class Sources(PhotoSource):
    """Each place and each photo by the source that knows it.

    Args:
        s3: For buckets.
        drive: Makes the one for Google Drive when it is first needed: its library is in a layer
            that only the functions with photos have, and takes a while to load.
    """

    def __init__(
        self, s3: PhotoSource[S3Place], drive: Callable[[], PhotoSource[DrivePlace]]
    ) -> None:
        self._s3 = s3
        self._drive = drive

    def list(self, place: Place) -> Iterator[SourceObject | None]:
        if isinstance(place, DrivePlace):
            return self._drive().list(place)
        return self._s3.list(place)

    def fetch(self, photo: SourceObject, max_bytes: int) -> bytes:
        if photo.store == "drive":
            return self._drive().fetch(photo, max_bytes)
        return self._s3.fetch(photo, max_bytes)
