"""One who reads Google Drive through Google's own client library, from a server on loopback."""

from dataclasses import dataclass, field

import pytest

from chalicelib.event_images.adapters.drive import DriveSource
from chalicelib.event_images.adapters.drive_client import DriveClient
from chalicelib.event_images.domain.sources import DrivePlace
from chalicelib.event_images.models import SourceObject
from shared.errors import MedleyError
from tests.google_drive_server import GoogleDrive


@dataclass
class Caller:
    """A source on a server, with a clock that only sleeping moves."""

    google: GoogleDrive
    key: str | None = None
    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.source = DriveSource(
            DriveClient(
                self._key,
                "google-service-account",
                endpoint=self.google.endpoint,
                clock=lambda: self.now,
                sleep=self._sleep,
                draw=lambda: 1.0,
            )
        )

    def _key(self) -> str:
        return self.google.key() if self.key is None else self.key

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def all(self, folder: str) -> list[SourceObject | None]:
        return list(self.source.list(DrivePlace(folder)))

    def photos(self, folder: str) -> list[SourceObject]:
        return [photo for photo in self.all(folder) if photo]

    def names(self, folder: str) -> list[str]:
        return sorted(photo.filename for photo in self.photos(folder))


def problem(caller: Caller, folder: str) -> MedleyError:
    with pytest.raises(MedleyError) as caught:
        caller.all(folder)
    return caught.value
