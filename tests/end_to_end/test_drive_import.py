"""Photos from Google Drive into an event: the whole stack, and a Google on loopback."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from medley.local.stack import LocalStack
from medley.settings import LocalSettings
from tests.end_to_end.drive_flow import upload_key
from tests.google_drive_server import ACCOUNT, GoogleDrive, Trouble, google_drive
from tests.large_event import SERVICE, LargeEvent, photo, stub_reader

pytestmark = pytest.mark.end_to_end

SECONDS = 240


class World(NamedTuple):
    """A stack whose Google is a server of the test's own."""

    google: GoogleDrive
    event: LargeEvent


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("drive")
    settings = LocalSettings(aws_port=0, base_port=0, state_dir=folder / "state")
    with google_drive() as google, stub_reader():
        environment = {SERVICE: {"GDRIVE_API_ENDPOINT": google.endpoint}}
        with LocalStack(settings, [SERVICE], environment=environment) as stack:
            upload_key(stack, google, folder)
            url = stack.urls[SERVICE].rstrip("/")
            with httpx.Client(base_url=url, timeout=60) as api:
                yield World(google, LargeEvent(stack, api))


def source(folder: str) -> dict[str, str]:
    return {"kind": "drive", "folderUrl": f"https://drive.google.com/drive/folders/{folder}"}


def test_two_shared_drives_are_imported_through_googles_troubles(world: World) -> None:
    google, event = world
    first, second = google.drive("Finish"), google.drive("Start")
    for bib in range(100, 120):
        google.file(f"{bib}.jpg", first if bib % 2 else google.folder("km 10", first), photo(bib))
    google.file("200.jpg", second, photo(200))
    google.file("notes.txt", first, b"hello", kind="text/plain")
    google.troubles = [
        Trouble("list", 403, "userRateLimitExceeded"),
        Trouble("list", 429, "rateLimitExceeded", {"Retry-After": "1"}),
        Trouble("get", 503, "backendError"),
        Trouble("media"),
        Trouble("media", 500, "backendError"),
    ]

    run = event.run(source(first), seconds=SECONDS)
    assert run.request["state"] == "SUCCEEDED", run.request
    assert (run.counts["done"], run.counts["ignored"]) == (20, 1)
    assert google.troubles == []
    assert event.run(source(second), seconds=SECONDS).counts["done"] == 1
    assert event.bibs(117) == ["117.jpg"]
    assert event.bibs(200) == ["200.jpg"]

    # What is known by its MD5 is not fetched again; what is new or was replaced is.
    google.asked.clear()
    known = next(one for one in google.files.values() if one["name"] == "101.jpg")
    google.change(known["id"], photo(301))
    google.file("302.jpg", first, photo(302))
    again = event.run(source(first), seconds=SECONDS)
    assert (again.counts["skipped"], again.counts["done"]) == (19, 2)
    assert len(google.calls("media")) == 2
    assert event.bibs(301) == ["101.jpg"]
    assert event.bibs(101) == []


def test_a_folder_that_is_not_shared_is_the_requests_error(world: World) -> None:
    request = world.event.run(source("nobody-shared-this"), seconds=SECONDS).request
    assert request["state"] == "FAILED"
    assert request["error"]["code"] == "drive_folder_not_shared"
    assert ACCOUNT in request["error"]["message"]


def test_a_revoked_key_is_the_requests_error(world: World) -> None:
    google, event = world
    folder = google.drive("Revoked")
    google.revoked = True
    # A function that has a token goes on with it for an hour; Google then says 401.
    google.troubles = [Trouble("get", 401, "authError") for _ in range(4)]
    try:
        request = event.run(source(folder), seconds=SECONDS).request
    finally:
        google.revoked, google.troubles = False, []
    assert request["state"] == "FAILED"
    assert request["error"]["code"] == "drive_key_refused"
    assert "medley upload-service-account" in request["error"]["message"]
