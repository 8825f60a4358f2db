"""What a service's part of the demo is: it makes its samples and says how they came out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rich.progress import Progress

from medley.local.stack import LocalStack


@dataclass(frozen=True)
class Sample:
    """One thing the demo made.

    ``problems`` is empty when every check held; each entry is a sentence for a person.
    """

    service: str
    name: str
    made: str
    url: str
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every check held."""
        return not self.problems


@dataclass(frozen=True)
class DemoOptions:
    """What the user asked for; ``photos`` is a folder of their own instead of drawn ones."""

    work_dir: Path
    photos: Path | None = None
    count: int = 24


class Demo(Protocol):
    """A service's part of the demo."""

    def __call__(
        self, stack: LocalStack, options: DemoOptions, progress: Progress
    ) -> Sequence[Sample]: ...


def demos() -> dict[str, Callable[[], Demo]]:
    """Each service's part, by the service's folder, imported when it runs."""

    def event_images() -> Demo:
        from medley.demo.event_images import run

        return run

    def reels() -> Demo:
        from medley.demo.reels import run

        return run

    def media_processing() -> Demo:
        from medley.demo.media_processing import run

        return run

    # In this order: reels are made of what event-images has read.
    return {"event-images": event_images, "reels": reels, "media-processing": media_processing}
