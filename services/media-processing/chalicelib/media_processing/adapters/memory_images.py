"""Fakes of the image API's ports, for tests and nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING

from chalicelib.media_processing.models import DeadLetter, Detection, ImageMessage
from chalicelib.media_processing.ports import Message, Redrive
from shared.errors import RetryableError

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_RECEIVES = 5


@dataclass
class MemoryDetector:
    """Finds one thing in the middle of each picture; fails with what is laid out, in its order."""

    name: str = "memory"
    version: str = "1"
    raises: list[Exception] = field(default_factory=list)
    seen: list[tuple[int, int]] = field(default_factory=list)

    def detect(self, image: "Image") -> list[Detection]:
        """See ``ports.Detector``."""
        self.seen.append(image.size)
        if self.raises:
            raise self.raises.pop(0)
        width, height = image.size
        box = (width / 4, height / 4, width / 2, height / 2)
        return [Detection(label="thing", confidence=0.9, bbox=box)]


@dataclass
class _Held:
    message_id: str
    body: str
    sent: datetime
    deliveries: int = 0
    hidden: bool = False


class MemoryImageQueue:
    """A queue in which time does not pass: what was received comes back by ``hide(…, 0)``, or all
    of it by ``time_out``. Safe to share between threads."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._ids = count(1)
        self.held: dict[str, _Held] = {}
        self.dead: dict[str, _Held] = {}
        self.hides: list[tuple[str, int]] = []
        self.failing = 0

    def send(self, messages: Sequence[ImageMessage]) -> None:
        """See ``ports.ImageQueue``."""
        for message in messages:
            if self.failing:
                self.failing -= 1
                raise RetryableError("queue_busy", "SQS did not take all messages.")
            self.put(message.model_dump_json(by_alias=True))

    def put(self, body: str) -> None:
        """A message of any kind."""
        with self._lock:
            message_id = f"m{next(self._ids)}"
            self.held[message_id] = _Held(message_id, body, self._clock())

    def receive(self, most: int, wait: int, visibility: int) -> list[Message]:  # noqa: ARG002
        """See ``ports.ImageQueue``."""
        found: list[Message] = []
        with self._lock:
            for one in list(self.held.values()):
                if one.hidden or len(found) == most:
                    continue
                if one.deliveries == MOST_RECEIVES:
                    self.dead[one.message_id] = self.held.pop(one.message_id)
                    continue
                one.deliveries += 1
                one.hidden = True
                attributes = {
                    "ApproximateReceiveCount": str(one.deliveries),
                    "SentTimestamp": str(round(one.sent.timestamp() * 1000)),
                }
                record: dict[str, object] = {"body": one.body, "attributes": attributes}
                found.append(Message(one.message_id, one.message_id, record))
        return found

    def hide(self, message: Message, seconds: int) -> None:
        """See ``ports.ImageQueue``."""
        with self._lock:
            self.hides.append((message.message_id, seconds))
            if seconds == 0 and message.message_id in self.held:
                self.held[message.message_id].hidden = False

    def time_out(self) -> None:
        """Messages whose receivers died are there again."""
        for one in self.held.values():
            one.hidden = False

    def delete(self, message: Message) -> None:
        """See ``ports.ImageQueue``."""
        with self._lock:
            self.held.pop(message.message_id, None)

    def dead_letters(self, most: int) -> tuple[int, list[DeadLetter]]:
        """See ``ports.ImageQueue``."""
        letters = []
        for one in list(self.dead.values())[:most]:
            try:
                known = ImageMessage.model_validate_json(one.body)
            except ValueError:
                known = None
            letters.append(
                DeadLetter(
                    message_id=one.message_id,
                    job_id=known.job_id if known else None,
                    image_index=known.image_index if known else None,
                    sent_at=one.sent,
                    deliveries=one.deliveries,
                    body=one.body,
                )
            )
        return len(self.dead), letters

    def redrive(self) -> Redrive:
        """See ``ports.ImageQueue``."""
        moved = list(self.dead.values())
        self.dead.clear()
        for one in moved:
            self.put(one.body)
        return Redrive(moved=len(moved))


class MemorySignedPuts:
    """URLs that say what they take."""

    def presign_put(
        self, bucket: str, key: str, *, content_type: str, size: int | None, expires: int
    ) -> str:
        """See ``ports.SignedPuts``."""
        bound = "" if size is None else f"&size={size}"
        return f"https://memory.invalid/{bucket}/{key}?type={content_type}{bound}&expires={expires}"
