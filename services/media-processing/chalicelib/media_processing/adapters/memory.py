"""Fakes of the ports, for tests and nothing else."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chalicelib.media_processing.adapters.memory_images import (
    MemoryDetector,
    MemoryImageQueue,
    MemorySignedPuts,
)
from chalicelib.media_processing.ports import Answer, Dependencies, Detector, Undeliverable
from chalicelib.media_processing.settings import Settings
from shared.errors import PermanentError
from shared.jobs import Jobs
from shared.secrets import MemorySecrets
from shared.storage import MemoryStorage, ObjectInfo, Storage
from shared.tables import MemoryTables, Tables
from shared.workflows import MemoryWorkflows
from shared.zips import MemoryZips

SETTINGS = Settings(
    jobs_table_name="jobs",
    media_table="media",
    s3_bucket="incoming",
    media_bucket="media",
    sqs_queue_url="https://sqs.invalid/images",
    images_dead_letters_url="https://sqs.invalid/images-dead-letters",
    state_machine_arn="arn:aws:states:us-east-1:000000000000:stateMachine:pipeline",
    callback_secret="callbacks",  # noqa: S106 -- a name
)
SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class MemoryFiles:
    """Parts of objects of a storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def head(self, bucket: str, key: str, count: int) -> tuple[ObjectInfo, bytes]:
        """See ``ports.Files``."""
        return self._storage.head(bucket, key), self._storage.get(bucket, key)[:count]

    def digest(self, bucket: str, key: str, algorithm: str) -> str:
        """See ``ports.Files``."""
        data = self._storage.get(bucket, key)
        return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()

    def download(self, bucket: str, key: str, path: Path, max_bytes: int) -> None:
        """See ``ports.Files``."""
        path.write_bytes(self._storage.get(bucket, key, max_bytes=max_bytes))


class MemoryPosters:
    """Gives the same picture for each video."""

    def __init__(self, picture: bytes = b"") -> None:
        self.picture = picture

    def poster(self, video: Path) -> bytes:
        """See ``ports.Posters``."""
        if not self.picture or not video.stat().st_size:
            raise PermanentError("not_a_video", "The video is cut off or damaged.")
        return self.picture


@dataclass
class Posted:
    """A callback that was sent."""

    url: str
    body: bytes
    headers: dict[str, str]


@dataclass
class MemoryReceivers:
    """Answers what is laid out, in its order, and 200 after that."""

    answers: list[Answer | Undeliverable] = field(default_factory=list)
    posted: list[Posted] = field(default_factory=list)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """See ``ports.Receivers``."""
        self.posted.append(Posted(url, body, dict(headers)))
        answer = self.answers.pop(0) if self.answers else Answer(200)
        if isinstance(answer, Undeliverable):
            raise answer
        return answer


class Clock:
    """A time that goes on by a millisecond at each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


def memory_dependencies(
    *,
    tables: Tables | None = None,
    storage: Storage | None = None,
    poster: bytes = b"",
    detector: Detector | None = None,
    **settings: object,
) -> Dependencies:
    """Everything in memory."""
    config = SETTINGS.model_copy(update=settings)
    clock = Clock()
    tables = tables or MemoryTables()
    storage = storage or MemoryStorage(clock=clock)
    looks = detector or MemoryDetector()
    return Dependencies(
        settings=config,
        tables=tables,
        storage=storage,
        files=MemoryFiles(storage),
        zips=MemoryZips(storage),
        jobs=Jobs(tables, "jobs", clock),
        workflows=MemoryWorkflows(),
        posters=MemoryPosters(poster),
        receivers=MemoryReceivers(),
        secrets=MemorySecrets(secrets={"callbacks": SECRET}),
        images=MemoryImageQueue(clock),
        puts=MemorySignedPuts(),
        detector=lambda: looks,
        clock=clock,
        random=lambda: 1.0,
    )
