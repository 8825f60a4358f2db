"""What the service needs from outside. Adapters implement these; so do the fakes beside them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from chalicelib.media_processing.settings import Settings
from shared.errors import PermanentError
from shared.jobs import Jobs
from shared.secrets import Secrets
from shared.storage import ObjectInfo, Storage
from shared.tables import Table, Tables
from shared.workflows import Workflows
from shared.zips import Zips


class Files(Protocol):
    """Objects that are too large to be read whole, or need not be."""

    def head(self, bucket: str, key: str, count: int) -> tuple[ObjectInfo, bytes]:
        """What is known of an object, and its first ``count`` bytes. NotFound."""
        ...

    def digest(self, bucket: str, key: str, algorithm: str) -> str:
        """The ``md5`` or ``sha256`` of an object, in hexadecimal. NotFound."""
        ...

    def download(self, bucket: str, key: str, path: Path, max_bytes: int) -> None:
        """An object into a file.

        Raises:
            NotFound: ``object_not_found``.
            PermanentError: ``object_too_large``.
        """
        ...


class Posters(Protocol):
    """Takes a picture out of a video."""

    def poster(self, video: Path) -> bytes:
        """A JPEG of a frame near the beginning that is not black, if there is one.

        Raises:
            PermanentError: ``not_a_video``, ``no_picture``, ``took_too_long``.
        """
        ...


@dataclass(frozen=True)
class Answer:
    """What a receiver answered; ``retry_after`` is its header, as it came."""

    status: int
    retry_after: str | None = None


class Undeliverable(PermanentError):  # noqa: N818 -- the house's errors are named as states
    """The receiver could not be reached, or may not be."""


class Receivers(Protocol):
    """Sends callbacks."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """POSTs to a receiver; redirects are answers like any other.

        Raises:
            Undeliverable: ``forbidden_address`` and ``bad_url`` never become better;
                ``unknown_host``, ``no_connection``, ``no_answer``, ``bad_certificate`` may.
        """
        ...


@dataclass(frozen=True)
class Dependencies:
    """All that routes and steps work with; made once by ``bootstrap``."""

    settings: Settings
    tables: Tables
    storage: Storage
    files: Files
    zips: Zips
    jobs: Jobs
    workflows: Workflows
    posters: Posters
    receivers: Receivers
    secrets: Secrets
    clock: Callable[[], datetime]
    random: Callable[[], float]

    @property
    def media(self) -> Table:
        """Batches, items, deliveries, results."""
        return self.tables.table(self.settings.media_table)
