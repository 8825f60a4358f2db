"""Fakes, and a whole set of dependencies in memory, for tests of steps and routes."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count

from chalicelib.reels.adapters.event_images import EventImagesTables
from chalicelib.reels.models import Picture, Rendered, Sound
from chalicelib.reels.ports import Dependencies, EventImages, Pictures, Renderer, Sounds
from chalicelib.reels.settings import Settings
from shared.errors import PermanentError
from shared.jobs import Jobs
from shared.queues import MemoryQueues
from shared.storage import MemoryStorage, Storage
from shared.tables import MemoryTables, Tables
from shared.video.plan import Plan
from shared.workflows import MemoryWorkflows

START = datetime(2026, 5, 17, 12, 0, tzinfo=UTC)

SETTINGS = Settings(
    event_reels_table="reels",
    incoming_bucket="reels-incoming",
    media_bucket="reels-media",
    opt_outs_queue_url="https://sqs.us-east-1.amazonaws.com/000000000000/reels-opt-outs",
    state_machine_arn="arn:aws:states:us-east-1:000000000000:stateMachine:generate-event-reels",
    event_requests_table="event-requests",
    event_images_table="event-images",
    event_images_media_bucket="event-images-media",
)


class MemoryRenderer(Renderer):
    """Remembers the plans, and makes a file that tells of its plan; ``fail`` is raised if set."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []
        self.files: list[dict[str, bytes]] = []
        self.fail: BaseException | None = None
        self.edition = "memory-1"

    @property
    def version(self) -> str:
        return self.edition

    def render(self, plan: Plan, files: Mapping[str, bytes], *, fast: bool) -> Rendered:
        if self.fail is not None:
            raise self.fail
        self.plans.append(plan)
        self.files.append(dict(files))
        name = f"{plan.width}x{plan.height} {'fast' if fast else 'quality'} {len(self.plans)}"
        return Rendered(
            video=f"video {name}".encode(),
            poster=f"poster {name}".encode(),
            width=plan.width,
            height=plan.height,
            seconds=plan.seconds,
            fps=plan.fps,
            frames=round(plan.seconds * plan.fps),
        )


class MemoryPictures(Pictures):
    """A picture is the text ``WIDTHxHEIGHT ...``; anything else is damaged."""

    def measure(self, data: bytes) -> Picture:
        head = data.decode(errors="replace").partition(" ")[0]
        width, _, height = head.partition("x")
        if not (width.isdigit() and height.isdigit()):
            raise PermanentError("truncated_image", "The image is cut off or damaged.")
        if max(int(width), int(height)) > 5 * min(int(width), int(height)):
            raise PermanentError("bad_shape", "The photo is too narrow to fill a frame.")
        return Picture(width=int(width), height=int(height))

    def logo(self, data: bytes) -> tuple[bytes, Picture]:
        return b"png " + data, self.measure(data)


class MemorySounds(Sounds):
    """Music is the text ``SECONDS BEAT BEAT ...``; anything else is no audio."""

    def examine(self, data: bytes) -> Sound:
        try:
            seconds, *beats = (float(part) for part in data.decode().split())
        except ValueError as exc:
            raise PermanentError("not_audio", "The file is not audio, or damaged.") from exc
        return Sound(seconds=seconds, beats=tuple(beats))


def ticking_clock(start: datetime = START) -> Callable[[], datetime]:
    """A clock that goes on by a second with each look."""
    seconds: Iterator[int] = count()
    return lambda: start + timedelta(seconds=next(seconds))


def memory_dependencies(
    *,
    settings: Settings = SETTINGS,
    tables: Tables | None = None,
    storage: Storage | None = None,
    renderer: Renderer | None = None,
    event_images: EventImages | None = None,
) -> Dependencies:
    """Dependencies that share nothing with any other set, nor with the world."""
    clock = ticking_clock()
    tables = tables or MemoryTables()
    storage = storage or MemoryStorage(clock=clock)
    engine = renderer or MemoryRenderer()
    tokens = count(1)
    return Dependencies(
        settings=settings,
        tables=tables,
        storage=storage,
        jobs=Jobs(tables, settings.event_reels_table, clock),
        workflows=MemoryWorkflows(),
        queues=MemoryQueues(),
        event_images=event_images
        or EventImagesTables(
            tables,
            storage,
            requests=settings.event_requests_table,
            images=settings.event_images_table,
            media=settings.event_images_media_bucket,
            most_bytes=settings.max_photo_bytes,
        ),
        renderer=lambda: engine,
        pictures=MemoryPictures,
        sounds=MemorySounds,
        clock=clock,
        token=lambda: f"{next(tokens):043d}",
    )
