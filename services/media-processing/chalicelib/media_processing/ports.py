"""What the service needs from outside. Adapters implement these; so do the fakes beside them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from chalicelib.media_processing.models import DeadLetter, Detection, ImageMessage
from chalicelib.media_processing.settings import Settings
from shared.errors import PermanentError
from shared.jobs import Jobs
from shared.secrets import Secrets
from shared.storage import ObjectInfo, Storage
from shared.tables import Table, Tables
from shared.workflows import Workflows
from shared.zips import Zips

if TYPE_CHECKING:
    from PIL.Image import Image


class Files(Protocol):
    """Objects that are too large to be read whole, or need not be."""

    def head(self, bucket: str, key: str, count: int) -> tuple[ObjectInfo, bytes]:
        """What is known of an object, and its first ``count`` bytes.

        Raises:
            NotFound: ``object_not_found``.
            PermanentError: ``object_archived``.
        """
        ...

    def digest(self, bucket: str, key: str, algorithm: str) -> str:
        """The ``md5`` or ``sha256`` of an object, in hexadecimal. NotFound."""
        ...

    def download(self, bucket: str, key: str, path: Path, max_bytes: int) -> None:
        """An object into a file.

        Raises:
            NotFound: ``object_not_found``.
            PermanentError: ``object_too_large``, ``object_archived``.
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


class Detector(Protocol):
    """Finds things in pictures. One serves all threads of a process."""

    name: str
    version: str

    def detect(self, image: "Image") -> list[Detection]:
        """What is in an upright RGB picture, with boxes in its pixels, in any order.

        Raises:
            PermanentError: it cannot look at this picture.
            RetryableError: it does not answer just now.
            Unavailable: it lacks its model, or the right to be asked.
        """
        ...


class SignedPuts(Protocol):
    """URLs by which one object is put."""

    def presign_put(
        self, bucket: str, key: str, *, content_type: str, size: int | None, expires: int
    ) -> str:
        """A URL that takes this key and type, and exactly ``size`` bytes if that is given."""
        ...


@dataclass(frozen=True)
class Message:
    """A message that was received; ``record`` is as SQS gives it to a Lambda."""

    message_id: str
    receipt: str
    record: dict[str, object]


@dataclass(frozen=True)
class Redrive:
    """``moved`` messages, or a task of SQS that moves them."""

    moved: int | None = None
    task_handle: str | None = None


class ImageQueue(Protocol):
    """The queue with one message an image. Every call may raise RetryableError."""

    def send(self, messages: Sequence[ImageMessage]) -> None:
        """Sends all; some may be sent twice, and some may have been when it raises."""
        ...

    def receive(self, most: int, wait: int, visibility: int) -> list[Message]:
        """Up to ``most`` (1 to 10) messages, after up to ``wait`` seconds; then nobody else gets
        them for ``visibility`` seconds."""
        ...

    def hide(self, message: Message, seconds: int) -> None:
        """From now on nobody else gets the message for so long; 0: anybody may."""
        ...

    def delete(self, message: Message) -> None:
        """The message is done with."""
        ...

    def dead_letters(self, most: int) -> tuple[int, list[DeadLetter]]:
        """About how many there are, and up to ``most`` of them, which stay."""
        ...

    def redrive(self) -> Redrive:
        """Puts the dead letters back into the queue."""
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
    images: ImageQueue
    puts: SignedPuts
    detector: Callable[[], Detector]
    clock: Callable[[], datetime]
    random: Callable[[], float]

    @property
    def media(self) -> Table:
        """Batches, items, deliveries, results."""
        return self.tables.table(self.settings.media_table)
