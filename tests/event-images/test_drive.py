"""Google Drive as a source: Google's own client library against a server on loopback."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from chalicelib.event_images.adapters import drive as drive_module
from chalicelib.event_images.adapters.drive import LIST_SECONDS, DriveSource
from chalicelib.event_images.adapters.drive_client import DriveClient
from chalicelib.event_images.domain.sources import DrivePlace
from chalicelib.event_images.models import SourceObject
from shared.errors import (
    Forbidden,
    MedleyError,
    NotFound,
    PermanentError,
    RetryableError,
    Unavailable,
)
from tests.google_drive_server import ACCOUNT, GoogleDrive, Trouble, google_drive

MOST = 50_000_000


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


@pytest.fixture
def google() -> Iterator[GoogleDrive]:
    with google_drive() as server:
        yield server


@pytest.fixture
def caller(google: GoogleDrive) -> Caller:
    return Caller(google)


def problem(caller: Caller, folder: str) -> MedleyError:
    with pytest.raises(MedleyError) as caught:
        caller.all(folder)
    return caught.value


# --- listing -------------------------------------------------------------------------------------


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


# --- what goes wrong, and passes ------------------------------------------------------------------


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


# --- what somebody must mend ----------------------------------------------------------------------


def test_a_folder_that_is_not_shared_says_with_whom_to_share_it(
    google: GoogleDrive, caller: Caller
) -> None:
    found = problem(caller, "nobody-shared-this")
    assert isinstance(found, NotFound)
    assert found.code == "drive_folder_not_shared"
    assert ACCOUNT in found.message
    assert "Share" in found.message


def test_a_refused_folder_says_with_whom_to_share_it(google: GoogleDrive, caller: Caller) -> None:
    google.troubles = [Trouble("get", 403, "insufficientFilePermissions")]
    found = problem(caller, google.folder("Race"))
    assert isinstance(found, Forbidden)
    assert ACCOUNT in found.message


@pytest.mark.parametrize("how", ["revoked", "unauthorized"])
def test_a_revoked_key_says_how_to_bring_a_new_one(
    google: GoogleDrive, caller: Caller, how: str
) -> None:
    folder = google.folder("Race")
    google.revoked = how == "revoked"
    if how == "unauthorized":
        google.troubles = [Trouble("get", 401, "authError") for _ in range(5)]
    found = problem(caller, folder)
    assert isinstance(found, Unavailable)
    assert found.code == "drive_key_refused"
    assert "medley upload-service-account" in found.message
    assert caller.slept == []


def test_a_new_key_is_used_without_a_restart(google: GoogleDrive) -> None:
    folder = google.folder("Race")
    google.file("a.jpg", folder)
    caller = Caller(google, key=google.key(client_email="gone@elsewhere.test"))
    assert problem(caller, folder).code == "drive_key_refused"
    caller.key = None
    assert caller.names(folder) == ["a.jpg"]


@pytest.mark.parametrize("key", ["", "{", "[]", "{}", '{"client_email": "a@b"}'])
def test_a_parameter_that_holds_no_key_is_said_to(google: GoogleDrive, key: str) -> None:
    found = problem(Caller(google, key=key), google.folder("Race"))
    assert found.code == "drive_key_invalid"
    assert "google-service-account" in found.message


def test_a_missing_parameter_is_said_to_be(google: GoogleDrive) -> None:
    def missing() -> str:
        raise NotFound("parameter_not_found", "There is no parameter.")

    source = DriveSource(DriveClient(missing, "google-service-account"))
    with pytest.raises(Unavailable, match="drive_key_missing"):
        list(source.list(DrivePlace("anything-at-all")))


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("accessNotConfigured", "drive_api_disabled"),
        ("dailyLimitExceeded", "drive_quota_used_up"),
        ("<script>", "drive_access_denied"),
    ],
)
def test_the_other_refusals_have_codes_of_their_own(
    google: GoogleDrive, caller: Caller, reason: str, code: str
) -> None:
    google.troubles = [Trouble("get", 403, reason)]
    found = problem(caller, google.folder("Race"))
    assert found.code == code
    assert "<" not in found.message


def test_a_file_or_a_folder_in_the_bin_is_no_source(google: GoogleDrive, caller: Caller) -> None:
    folder = google.folder("Race")
    assert problem(caller, google.file("a.jpg", folder)).code == "drive_not_a_folder"
    google.files[folder]["trashed"] = True
    assert problem(caller, folder).code == "drive_folder_trashed"


# --- downloads ------------------------------------------------------------------------------------


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
