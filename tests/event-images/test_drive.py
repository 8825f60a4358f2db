"""Google Drive as a source: what is listed, and what is tried again."""

from collections.abc import Iterator

import pytest

from chalicelib.event_images.adapters import drive as drive_module
from chalicelib.event_images.adapters.drive import LIST_SECONDS
from shared.errors import RetryableError
from tests.google_drive_caller import Caller, problem
from tests.google_drive_server import GoogleDrive, Trouble, google_drive


@pytest.fixture
def google() -> Iterator[GoogleDrive]:
    with google_drive() as server:
        yield server


@pytest.fixture
def caller(google: GoogleDrive) -> Caller:
    return Caller(google)


def test_two_shared_drives_are_listed_page_by_page(google: GoogleDrive, caller: Caller) -> None:
    first, second = google.drive("Finish"), google.drive("Start")
    for number in range(2500):
        google.file(f"IMG_{number:04}.JPG", first, b"%d" % number)
    google.file("other.jpg", second)
    photos = caller.photos(first)
    assert len({photo.key for photo in photos}) == len(photos) == 2500
    pages = google.calls("list")
    assert [page.query.get("pageToken") for page in pages] == [None, "1000", "2000"]
    assert {(page.query["corpora"], page.query["driveId"]) for page in pages} == {("drive", first)}
    assert caller.names(second) == ["other.jpg"]
    assert len(google.calls("token")) == 1


def test_a_photo_is_known_by_its_file_and_its_md5(google: GoogleDrive, caller: Caller) -> None:
    folder = google.folder("Shared with us")
    file_id = google.file("a.jpg", folder, b"one")
    (before,) = caller.photos(folder)
    assert (before.store, before.bucket, before.key) == ("drive", "drive", file_id)
    assert (before.size, before.etag) == (3, google.files[file_id]["md5Checksum"])
    google.change(file_id, b"two")
    google.files[file_id]["name"] = "renamed.jpg"
    (after,) = caller.photos(folder)
    assert (after.key, after.etag != before.etag) == (file_id, True)


def test_subfolders_are_listed_and_hidden_ones_are_not(google: GoogleDrive, caller: Caller) -> None:
    folder = google.folder("Race")
    for name in ("km 10", "__MACOSX", ".trash"):
        inner = google.folder(name, folder)
        google.file(f"{name.strip('._')}.jpg", inner)
    deep = google.folder("water", google.folder("km 20", folder))
    google.file("deep.jpg", deep)
    assert caller.names(folder) == ["deep.jpg", "km 10.jpg"]


def test_shortcuts_are_followed_once_and_circles_end(google: GoogleDrive, caller: Caller) -> None:
    folder, elsewhere = google.folder("Race"), google.folder("Elsewhere")
    photo = google.file("a.jpg", elsewhere)
    google.shortcut("to elsewhere", folder, elsewhere)
    google.shortcut("to a photo", folder, photo)
    google.shortcut("to itself", elsewhere, folder)
    google.shortcut("to nothing", folder, "0" * 27 + "x")
    google.shortcut("to a shortcut", folder, google.shortcut("one", elsewhere, photo))
    assert caller.names(folder) == ["a.jpg"]
    assert google.calls("list")


def test_a_shortcut_to_a_folder_can_be_the_source(google: GoogleDrive, caller: Caller) -> None:
    folder = google.folder("Race")
    google.file("a.jpg", folder)
    assert caller.names(google.shortcut("link", google.folder("Mine"), folder)) == ["a.jpg"]


def test_a_folder_of_a_shared_drive_needs_no_membership(
    google: GoogleDrive, caller: Caller
) -> None:
    folder = google.folder("Only this", google.drive("Closed", member=False))
    google.file("a.jpg", google.folder("inner", folder))
    assert caller.names(folder) == ["a.jpg"]
    assert [page.query["corpora"] for page in google.calls("list")] == ["drive", "user", "user"]


def test_what_is_no_photo_is_counted_and_left_out(google: GoogleDrive, caller: Caller) -> None:
    folder = google.folder("Race")
    google.file("a.jpg", folder)
    google.file("no suffix", folder, kind="image/jpeg")
    google.file("list.csv", folder, kind="text/csv")
    google.file("raw.CR2", folder, kind="image/x-canon-cr2")
    google.file("._a.jpg", folder)
    google.file("a.jpg", folder, md5Checksum=None)
    google.file("broken", folder, md5Checksum="not a checksum")
    google.file("huge.jpg", folder, size=str(1 << 60))
    found = caller.all(folder)
    assert [photo.filename for photo in found if photo] == ["a.jpg", "no suffix"]
    assert found.count(None) == 6


def test_a_name_is_made_safe(google: GoogleDrive, caller: Caller) -> None:
    folder = google.folder("Race")
    google.file("../10/05\n2026 \u202efinish.jpg" + "", folder)
    google.file("x" * 5000 + ".jpg", folder)
    for name in caller.names(folder):
        assert "/" not in name
        assert name.isprintable()
        assert len(name.encode()) <= 150


def test_too_many_folders_and_too_deep_ones_are_refused(
    google: GoogleDrive, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drive_module, "MAX_FOLDERS", 4)
    monkeypatch.setattr(drive_module, "MAX_DEPTH", 2)
    wide, deep = google.folder("wide"), google.folder("deep")
    for number in range(4):
        google.folder(f"{number}", wide)
    google.folder("3", google.folder("2", google.folder("1", deep)))
    assert problem(caller, wide).code == "drive_too_many_folders"
    assert problem(caller, deep).code == "drive_too_deep"


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble("list", 403, "rateLimitExceeded"),
        Trouble("list", 403, "userRateLimitExceeded"),
        Trouble("list", 429, "rateLimitExceeded"),
        Trouble("list", 500, "backendError"),
        Trouble("get", 503, "backendError"),
    ],
)
def test_a_busy_google_is_asked_again(
    google: GoogleDrive, caller: Caller, trouble: Trouble
) -> None:
    folder = google.folder("Race")
    google.file("a.jpg", folder)
    google.troubles = [trouble, trouble]
    assert caller.names(folder) == ["a.jpg"]
    assert caller.slept == [1.0, 2.0]


def test_google_is_not_asked_before_the_time_it_names(google: GoogleDrive, caller: Caller) -> None:
    folder = google.folder("Race")
    google.troubles = [Trouble("list", 429, "rateLimitExceeded", {"Retry-After": "17"})]
    assert caller.all(folder) == []
    assert caller.slept == [17.0]


def test_patience_ends(google: GoogleDrive, caller: Caller) -> None:
    folder = google.folder("Race")
    google.troubles = [Trouble("list", 503, "backendError") for _ in range(100)]
    assert isinstance(problem(caller, folder), RetryableError)
    assert sum(caller.slept) < LIST_SECONDS
    google.troubles = [Trouble("list", 429, "x", {"Retry-After": "86400"})]
    assert problem(caller, folder).code == "drive_busy"
