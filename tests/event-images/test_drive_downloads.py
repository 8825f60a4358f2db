"""Photos of Google Drive are fetched whole, or not at all."""

from collections.abc import Iterator

import pytest

from chalicelib.event_images.adapters import drive as drive_module
from shared.errors import PermanentError, RetryableError
from tests.google_drive_caller import Caller
from tests.google_drive_server import GoogleDrive, Trouble, google_drive


@pytest.fixture
def google() -> Iterator[GoogleDrive]:
    with google_drive() as server:
        yield server


@pytest.fixture
def caller(google: GoogleDrive) -> Caller:
    return Caller(google)


MOST = 50_000_000


def fetch(caller: Caller, folder: str, most: int = MOST) -> bytes:
    (photo,) = caller.photos(folder)
    return caller.source.fetch(photo, most)


def test_a_photo_of_a_shared_drive_is_fetched(google: GoogleDrive, caller: Caller) -> None:
    folder = google.drive()
    google.file("a.jpg", folder, b"photo" * 1000)
    assert fetch(caller, folder) == b"photo" * 1000
    (asked,) = google.calls("media")
    assert asked.query["supportsAllDrives"] == "true"


def test_a_large_photo_comes_in_parts(
    google: GoogleDrive, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drive_module, "CHUNK", 1000)
    folder = google.drive()
    google.file("a.jpg", folder, bytes(range(250)) * 10)
    google.troubles = [Trouble("media", 503, "backendError")]
    assert fetch(caller, folder) == bytes(range(250)) * 10
    assert len(google.calls("media")) == 4


def test_a_download_that_was_cut_is_made_again(google: GoogleDrive, caller: Caller) -> None:
    folder = google.drive()
    google.file("a.jpg", folder, b"photo" * 1000)
    google.troubles = [Trouble("media"), Trouble("media")]
    assert fetch(caller, folder) == b"photo" * 1000
    assert len(google.calls("media")) == 3


def test_bytes_that_are_not_the_photos_are_never_taken(google: GoogleDrive, caller: Caller) -> None:
    folder = google.drive()
    file_id = google.file("a.jpg", folder, b"right")
    google.data[file_id] = b"wrong"
    with pytest.raises(RetryableError, match="drive_download_cut"):
        fetch(caller, folder)


def test_a_photo_that_changed_after_it_was_listed_is_taken_as_it_is(
    google: GoogleDrive, caller: Caller
) -> None:
    folder = google.drive()
    file_id = google.file("a.jpg", folder, b"before")
    (photo,) = caller.photos(folder)
    google.change(file_id, b"after")
    assert caller.source.fetch(photo, MOST) == b"after"


def test_a_photo_over_the_limit_is_given_up(google: GoogleDrive, caller: Caller) -> None:
    folder = google.drive()
    google.file("a.jpg", folder, b"photo" * 1000)
    with pytest.raises(PermanentError, match="object_too_large"):
        fetch(caller, folder, most=100)


def test_an_empty_file_is_empty(google: GoogleDrive, caller: Caller) -> None:
    folder = google.drive()
    google.file("a.jpg", folder, b"")
    assert fetch(caller, folder) == b""


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (Trouble("media", 404, "notFound"), "photo_gone"),
        (Trouble("media", 403, "cannotDownloadFile"), "drive_photo_refused"),
        (Trouble("media", 403, "downloadQuotaExceeded"), "drive_download_quota"),
    ],
)
def test_a_photo_that_google_does_not_give_is_its_own_failure(
    google: GoogleDrive, caller: Caller, trouble: Trouble, code: str
) -> None:
    folder = google.drive()
    google.file("a.jpg", folder)
    google.troubles = [trouble]
    with pytest.raises(PermanentError, match=code):
        fetch(caller, folder)
