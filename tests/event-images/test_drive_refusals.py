"""Google Drive refuses: the error says who can mend it, and how."""

from collections.abc import Iterator

import pytest

from chalicelib.event_images.adapters.drive import DriveSource
from chalicelib.event_images.adapters.drive_client import DriveClient
from chalicelib.event_images.domain.sources import DrivePlace
from shared.errors import Forbidden, NotFound, Unavailable
from tests.google_drive_caller import Caller, problem
from tests.google_drive_server import ACCOUNT, GoogleDrive, Trouble, google_drive


@pytest.fixture
def google() -> Iterator[GoogleDrive]:
    with google_drive() as server:
        yield server


@pytest.fixture
def caller(google: GoogleDrive) -> Caller:
    return Caller(google)


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
