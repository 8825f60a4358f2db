"""What the service needs from outside. Adapters implement these; so do the fakes beside them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from chalicelib.event_images.domain.sources import Place
from chalicelib.event_images.models import BibReading, SourceObject
from chalicelib.event_images.settings import Settings
from shared.jobs import Jobs
from shared.queues import Queues
from shared.storage import Storage
from shared.tables import Table, Tables
from shared.topics import Topics
from shared.workflows import Workflows
from shared.zips import Zips

if TYPE_CHECKING:
    # Pillow comes in a layer that only the readers have.
    from PIL.Image import Image

__all__ = ["BibReader", "BibReading", "Dependencies", "PhotoSource", "Place", "SourceObject"]


class BibReader(Protocol):
    """Reads the bib numbers in a photo."""

    @property
    def name(self) -> str:
        """The engine, as it is stored with what it read."""
        ...

    def read(self, image: "Image") -> list[BibReading]:
        """What is printed on the bibs of an upright RGB image: best first, one per number."""
        ...


class PhotoSource[P = Place](Protocol):
    """What photos come from; ``P`` are the places that it knows."""

    def list(self, place: P) -> Iterator[SourceObject | None]:
        """What lies at ``place``: each photo once, and None for each thing that is no photo.

        Raises:
            NotFound: ``bucket_not_found``; ``drive_folder_not_shared``.
            Forbidden: ``access_denied``; ``drive_access_denied``.
            Unavailable: ``drive_key_missing``, ``drive_key_refused`` and others of the key.
            PermanentError: ``drive_not_a_folder`` and others of the folder.
            RetryableError: it did not answer.
        """
        ...

    def fetch(self, photo: SourceObject, max_bytes: int) -> bytes:
        """The photo's bytes.

        Raises:
            PermanentError: ``object_too_large``; ``photo_gone``, it is not there any more.
            RetryableError: it did not answer, or gave something else than the photo's bytes.
        """
        ...


@dataclass(frozen=True)
class Dependencies:
    """All that routes and steps work with; made once by ``bootstrap``.

    ``reader`` makes the engine when it is first called: only two of the functions read, and the
    models cost them memory and a second.
    """

    settings: Settings
    tables: Tables
    storage: Storage
    jobs: Jobs
    workflows: Workflows
    source: PhotoSource
    reader: Callable[[], BibReader]
    queues: Queues
    topics: Topics
    zips: Zips
    clock: Callable[[], datetime]

    @property
    def requests(self) -> Table:
        """Events and requests."""
        return self.tables.table(self.settings.event_requests_table)

    @property
    def images(self) -> Table:
        """Photos and tags."""
        return self.tables.table(self.settings.event_images_table)
