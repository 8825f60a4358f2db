"""What the service needs from outside. Adapters implement these; so do the fakes beside them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.reels.models import Picture, RaceEvent, Rendered, Shot, Sound
from chalicelib.reels.settings import Settings
from shared.contracts import RunnerEntry
from shared.jobs import Jobs
from shared.queues import Queues
from shared.storage import Storage
from shared.tables import Table, Tables, TransactWrite
from shared.video.plan import Plan
from shared.workflows import Workflows

__all__ = ["Dependencies", "EventImages", "Pictures", "Renderer", "Sounds"]


class EventImages(Protocol):
    """What event-images knows, read only.

    Every call may raise RetryableError, and Unavailable `event_images_absent` where that service
    is not deployed.
    """

    def events(self, limit: int, cursor: str | None) -> tuple[list[RaceEvent], str | None]:
        """A page of events, newest first, and the cursor of the rest."""
        ...

    def event(self, event_id: str) -> RaceEvent | None:
        """One event; None if there is none, or none any more: its id is never given again."""
        ...

    def tagged(self, event_id: str) -> list[str]:
        """The bibs that were seen on photos, each once, in no certain order."""
        ...

    def listed(self, event_id: str) -> list[str]:
        """The bibs on the start list; none where there is no list."""
        ...

    def opted_out(self, event_id: str, bibs: Collection[str]) -> frozenset[str]:
        """Those among ``bibs``, which have no leading zeros, who must not be shown."""
        ...

    def unless_opted_out(self, event_id: str, bib: str) -> tuple[str, TransactWrite]:
        """What a transaction checks, so that it fails when the runner opts out meanwhile.

        It may also fail when another runner of the event is the first to do so: ask again then.
        """
        ...

    def unless_removed(self, event_id: str) -> tuple[str, TransactWrite]:
        """What a transaction checks, so that it fails when the event is removed meanwhile."""
        ...

    def runner(self, event_id: str, bib: str) -> RunnerEntry | None:
        """What the start list says of a runner."""
        ...

    def shots(self, event_id: str, bib: str, most: int) -> list[Shot]:
        """The photos that show a bib, and were read: at most ``most``, the surest first."""
        ...

    def picture(self, event_id: str, image_id: str) -> bytes:
        """A photo's picture without metadata. PermanentError `photo_gone`."""
        ...


class Pictures(Protocol):
    """Looks into pictures before they are rendered."""

    def measure(self, data: bytes) -> Picture:
        """The size of an upright picture that can be decoded to its end.

        Raises:
            PermanentError: what is wrong with it, by the codes of `shared.images`;
                `bad_shape` when it is too narrow to fill a frame.
        """
        ...

    def logo(self, data: bytes) -> tuple[bytes, Picture]:
        """A logo as PNG without metadata, at most 1200 pixels wide or high. PermanentError."""
        ...


class Sounds(Protocol):
    """Looks into sound files."""

    def examine(self, data: bytes) -> Sound:
        """The length and the beats of a music.

        Raises:
            PermanentError: `not_audio`, `audio_empty`, `audio_too_short`, `audio_too_long`.
        """
        ...


class Renderer(Protocol):
    """Makes videos."""

    @property
    def version(self) -> str:
        """Changes whenever the same plan would give another video."""
        ...

    def render(self, plan: Plan, files: Mapping[str, bytes], *, fast: bool) -> Rendered:
        """Renders a plan whose sources are names of ``files``.

        Raises:
            PermanentError: it cannot be rendered; `disk_full` when there is no room for it.
            RetryableError: it may work later.
        """
        ...


@dataclass(frozen=True)
class Dependencies:
    """All that routes and steps work with; made once by ``bootstrap``.

    ``renderer``, ``pictures`` and ``sounds`` are made when they are first called: few functions
    have the layer that they need.
    """

    settings: Settings
    tables: Tables
    storage: Storage
    jobs: Jobs
    workflows: Workflows
    queues: Queues
    event_images: EventImages
    renderer: Callable[[], Renderer]
    pictures: Callable[[], Pictures]
    sounds: Callable[[], Sounds]
    clock: Callable[[], datetime]
    token: Callable[[], str]

    @property
    def reels(self) -> Table:
        """Reels, templates, materials, links, and the jobs."""
        return self.tables.table(self.settings.event_reels_table)
