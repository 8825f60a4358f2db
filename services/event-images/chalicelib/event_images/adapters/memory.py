"""A reader and a whole set of dependencies in memory, for tests of steps and routes."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from chalicelib.event_images.adapters.s3_source import S3Source
from chalicelib.event_images.models import BibReading
from chalicelib.event_images.ports import BibReader, Dependencies
from chalicelib.event_images.settings import Settings
from shared.jobs import Jobs
from shared.storage import MemoryStorage, Storage
from shared.tables import MemoryTables, Tables
from shared.workflows import MemoryWorkflows

if TYPE_CHECKING:
    from PIL.Image import Image

START = datetime(2026, 5, 10, 8, 30, tzinfo=UTC)

SETTINGS = Settings(
    event_requests_table="requests",
    event_images_table="images",
    incoming_bucket="incoming",
    media_bucket="media",
    state_machine_arn="arn:aws:states:us-east-1:000000000000:stateMachine:process-event-images",
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


def memory_dependencies(
    *,
    settings: Settings = SETTINGS,
    tables: Tables | None = None,
    storage: Storage | None = None,
    reader: BibReader | None = None,
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
        source=S3Source(storage),
        reader=lambda: engine,
        clock=clock,
    )
