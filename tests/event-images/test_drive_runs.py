"""Requests over Google Drive: what they name, what a rerun leaves alone, how they fail."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.event_images.adapters.drive import DriveSource as Drive
from chalicelib.event_images.adapters.drive_client import DriveClient
from chalicelib.event_images.adapters.s3_source import S3Source
from chalicelib.event_images.adapters.sources import Sources
from chalicelib.event_images.domain import names
from chalicelib.event_images.domain.sources import DrivePlace, allowed, place
from chalicelib.event_images.models import DriveSource
from chalicelib.event_images.models.sources import folder_of_link
from chalicelib.event_images.settings import Settings
from shared.errors import MedleyError
from shared.settings import MissingSettings, load
from tests.google_drive_server import ACCOUNT, GoogleDrive, google_drive

ID = "1aB-cD_eF0123456789xyz"


@pytest.fixture
def google() -> Iterator[GoogleDrive]:
    with google_drive() as server:
        yield server


@pytest.fixture
def world(google: GoogleDrive, make_world: Callable[..., Any]) -> Any:
    made = make_world()
    client = DriveClient(google.key, "google-service-account", endpoint=google.endpoint)
    sources = Sources(S3Source(made.deps.storage), lambda: Drive(client))
    made.deps = replace(made.deps, source=sources)
    return made


def source(folder: str) -> dict[str, str]:
    return {"kind": "drive", "folderId": folder}


# --- whole requests ------------------------------------------------


def test_photos_of_drive_are_read_as_any_other(google: GoogleDrive, world: Any) -> None:
    folder = google.drive()
    file_id = google.file("a.jpg", google.folder("km 10", folder), world.jpeg("42"))
    google.file("broken.jpg", folder, b"no photo")
    google.file("notes.txt", folder, b"hello", kind="text/plain")
    job = world.run(source=source(folder))
    assert (job.counts.done, job.counts.failed, job.counts.ignored) == (1, 1, 1)
    image_id = names.image_id("drive:", file_id)
    row = world.photo(image_id)
    assert (row["store"], row["bucket"], row["key"]) == ("drive", "drive", file_id)
    assert row["md5"] == row["etag"] == google.files[file_id]["md5Checksum"]
    world.check()


def test_a_rerun_reads_only_what_is_new_changed_or_failed(google: GoogleDrive, world: Any) -> None:
    folder = google.drive()
    changed, same = (google.file(f"{n}.jpg", folder, world.jpeg(str(n))) for n in (1, 2))
    google.file("broken.jpg", folder, b"no photo")
    world.run("r1", source=source(folder))
    google.asked.clear()
    # An older file that is uploaded over a newer one is new all the same.
    google.change(changed, world.jpeg("7"))
    google.files[changed]["modifiedTime"] = "1999-01-01T00:00:00Z"
    google.files[same].update(name="renamed.jpg", parents=[google.folder("moved", folder)])
    new = google.file("new.jpg", folder, world.jpeg("9"))
    job = world.run("r2", source=source(folder))
    assert (job.counts.listed, job.counts.skipped, job.counts.done) == (4, 1, 2)
    assert {asked.id for asked in google.calls("media")} >= {changed, new}
    assert same not in {asked.id for asked in google.calls("media")}
    world.check()
    assert {tag["bib"] for tag in world.rows("TAG#")} == {"2", "7", "9"}


def test_a_file_of_drive_and_an_object_are_never_one_photo(google: GoogleDrive, world: Any) -> None:
    folder = google.drive()
    file_id = google.file("a.jpg", folder, world.jpeg("1"))
    world.run("r1", source=source(folder))
    world.deps.storage.put("drive", file_id, world.jpeg("2"), content_type="image/jpeg")
    assert names.image_id("drive", file_id) not in {row["imageId"] for row in world.rows("PHOTO#")}


def test_a_source_that_cannot_be_listed_leaves_nothing_behind(
    google: GoogleDrive, world: Any
) -> None:
    folder = google.drive()
    google.file("a.jpg", folder, world.jpeg("1"))
    google.file("b.jpg", google.folder("inner", folder), world.jpeg("2"))
    deps = world.deps
    world.deps = replace(deps, settings=deps.settings.model_copy(update={"max_listed_photos": 1}))
    machine = world.request(source=source(folder))
    with pytest.raises(MedleyError, match="too_many_photos"):
        world.list_images(machine)
    assert world.rows("PHOTO#") == []
    assert world.counts() == {"pending": 0, "done": 0, "failed": 0}


def test_a_folder_that_is_not_shared_ends_the_request_with_what_to_do(
    google: GoogleDrive, world: Any
) -> None:
    machine = world.request(source=source("nobody-shared-this"))
    with pytest.raises(MedleyError) as caught:
        world.list_images(machine)
    world.fail(machine, "NotFound", str(caught.value))
    error = world.deps.jobs.get("r1").error
    assert error.code == "drive_folder_not_shared"
    assert ACCOUNT in error.message


# --- what a request names ------------------------------------------------


@pytest.mark.parametrize(
    "link",
    [
        f"https://drive.google.com/drive/folders/{ID}",
        f"https://drive.google.com/drive/folders/{ID}?usp=sharing",
        f"https://drive.google.com/drive/folders/{ID}?resourcekey=0-abc&usp=drive_link#top",
        f"https://drive.google.com/drive/u/0/folders/{ID}/",
        f"https://drive.google.com/drive/mobile/folders/{ID}",
        f"https://drive.google.com/a/club.example/drive/u/1/folders/{ID}",
        f"https://drive.google.com/open?id={ID}&usp=drive_fs",
        f"https://drive.google.com/folderview?id={ID}",
        f"http://DRIVE.google.com/drive/folders/{ID}",
        f"  drive.google.com/drive/folders/{ID}\n",
    ],
)
def test_a_folders_link_is_taken_as_people_paste_it(link: str) -> None:
    asked = DriveSource.model_validate({"kind": "drive", "folderUrl": link})
    assert place(asked, "run", "incoming") == DrivePlace(ID)
    assert allowed(asked, "incoming", ())


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        (f"https://evil.test/drive/folders/{ID}", "begins with"),
        (f"https://drive.google.com.evil.test/drive/folders/{ID}", "begins with"),
        (f"https://drive.google.com@evil.test/drive/folders/{ID}", "begins with"),
        (f"https://drive.google.com:8443/drive/folders/{ID}", "begins with"),
        (f"ftp://drive.google.com/drive/folders/{ID}", "begins with"),
        (f"https://drive.google.com/file/d/{ID}/view", "the link of a file"),
        ("https://drive.google.com/drive/my-drive", "no link of a folder"),
        ("https://drive.google.com/drive/folders/root", "no link of a folder"),
        (f"https://drive.google.com/drive/folders/{ID}'", "no link of a folder"),
        (f"https://drive.google.com/drive/folders/{ID}%27", "no link of a folder"),
        (f"https://drive.google.com/open?id={ID}&id={ID}", "no link of a folder"),
        ("https://drive.google.com:x/", "no link"),
        ("https://[", "no link"),
        ("", "begins with"),
    ],
)
def test_any_other_link_is_refused_with_what_it_is(link: str, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        DriveSource.model_validate({"kind": "drive", "folderUrl": link})


@given(st.text(max_size=200))
def test_a_link_gives_an_id_that_is_safe_in_a_query_or_nothing(text: str) -> None:
    for link in (text, f"https://drive.google.com/drive/folders/{text}"):
        try:
            found = folder_of_link(link)
        except ValueError:
            continue
        assert found.replace("-", "").replace("_", "").isalnum()
        assert found.isascii()


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"folderId": ID, "folderUrl": f"https://drive.google.com/drive/folders/{ID}"},
        {"folderId": "x' or name contains '"},
        {"folderId": f"{ID}\n"},
        {"folderId": "root"},
        {"folderUrl": "https://drive.google.com/" + "x" * 3000},
    ],
)
def test_a_source_names_one_folder(asked: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        DriveSource.model_validate({"kind": "drive", **asked})


def test_the_route_takes_a_folder_and_says_what_is_wrong_with_a_link(api: Any) -> None:
    link = f"https://drive.google.com/drive/folders/{ID}?usp=sharing"
    body = {"source": {"kind": "drive", "folderUrl": link}}
    answer = api("POST", "/events/city-run/process", body)
    assert answer.status_code == 202
    assert answer.json_body["source"]["folderUrl"] == link
    wrong = {"source": {"kind": "drive", "folderUrl": "https://drive.google.com/file/d/x/view"}}
    answer = api("POST", "/events/city-run/process", wrong)
    assert answer.status_code == 400
    assert "give the link of its folder" in str(answer.json_body)


@pytest.mark.parametrize(
    ("endpoint", "fine"),
    [
        ("http://127.0.0.1:9/drive/v3/", True),
        ("http://localhost/drive/v3/", True),
        ("https://drive.example/drive/v3/", True),
        ("http://drive.example/drive/v3/", False),
        ("http://127.0.0.1@evil.test/", False),
    ],
)
def test_tokens_go_to_no_address_without_encryption(endpoint: str, fine: bool) -> None:
    fields = {name for name, field in Settings.model_fields.items() if field.is_required()}
    env = {name.upper(): "x" for name in fields} | {"GDRIVE_API_ENDPOINT": endpoint}
    if fine:
        assert load(Settings, env).gdrive_api_endpoint == endpoint
    else:
        with pytest.raises(MissingSettings, match="GDRIVE_API_ENDPOINT"):
            load(Settings, env)
