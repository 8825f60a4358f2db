"""A reader and a whole set of dependencies in memory, for tests of steps and routes."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from chalicelib.event_images.adapters.s3_source import S3Source
from chalicelib.event_images.adapters.sources import Sources
from chalicelib.event_images.domain.sources import DrivePlace
from chalicelib.event_images.models import BibReading
from chalicelib.event_images.ports import BibReader, Dependencies, PhotoSource
from chalicelib.event_images.settings import Settings
from shared.errors import Unavailable
from shared.jobs import Jobs
from shared.queues import MemoryQueues
from shared.storage import MemoryStorage, Storage
from shared.tables import MemoryTables, Tables
from shared.topics import MemoryTopics
from shared.workflows import MemoryWorkflows
from shared.zips import MemoryZips

if TYPE_CHECKING:
    from PIL.Image import Image

START = datetime(2026, 5, 10, 8, 30, tzinfo=UTC)

SETTINGS = Settings(
    event_requests_table="requests",
    event_images_table="images",
    incoming_bucket="incoming",
    media_bucket="media",
    state_machine_arn="arn:aws:states:us-east-1:000000000000:stateMachine:process-event-images",
    chores_queue_url="https://sqs.us-east-1.amazonaws.com/000000000000/chores",
    opt_outs_topic_arn="arn:aws:sns:us-east-1:000000000000:opt-outs",
    source_buckets=("races",),
)


class MemoryBibReader(BibReader):
    """Gives the readings that were set for an image's size, and counts its calls.

    Args:
        readings: (width, height) of the upright image -> what is read in it.
    """

    def __init__(self, readings: Mapping[tuple[int, int], list[BibReading]] | None = None) -> None:
        self.readings = dict(readings or {})
        self.calls = 0

    @property
    def name(self) -> str:
        return "memory"

    def read(self, image: "Image") -> list[BibReading]:
        self.calls += 1
        return list(self.readings.get(image.size, []))


def ticking_clock(start: datetime = START) -> Callable[[], datetime]:
    """A clock that goes on by a second with each look."""
    seconds: Iterator[int] = count()
    return lambda: start + timedelta(seconds=next(seconds))


def _no_drive() -> PhotoSource[DrivePlace]:
    raise Unavailable("drive_key_missing", "There is no Google Drive here.")


def memory_dependencies(
    *,
    settings: Settings = SETTINGS,
    tables: Tables | None = None,
    storage: Storage | None = None,
    reader: BibReader | None = None,
    drive: Callable[[], PhotoSource[DrivePlace]] | None = None,
) -> Dependencies:
    """Dependencies that share nothing with any other set, nor with the world."""
    clock = ticking_clock()
    tables = tables or MemoryTables()
    storage = storage or MemoryStorage(clock=clock)
    engine = reader or MemoryBibReader()
    return Dependencies(
        settings=settings,
        tables=tables,
        storage=storage,
        jobs=Jobs(tables, settings.event_requests_table, clock),
        workflows=MemoryWorkflows(),
        source=Sources(S3Source(storage), drive or _no_drive),
        reader=lambda: engine,
        queues=MemoryQueues(),
        topics=MemoryTopics(),
        zips=MemoryZips(storage),
        clock=clock,
    )
