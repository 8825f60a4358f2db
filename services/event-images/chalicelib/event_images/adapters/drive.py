"""Photos that lie in Google Drive: a folder that was shared with the service account."""

import hashlib
import io
from collections import deque
from collections.abc import Iterator
from typing import Any

from googleapiclient.http import MediaIoBaseDownload

from chalicelib.event_images.adapters.drive_client import Drive, DriveClient
from chalicelib.event_images.adapters.drive_errors import Subject
from chalicelib.event_images.adapters.drive_files import (
    FIELDS,
    FOLDER,
    DriveFile,
    drive_file,
    photo_of,
)
from chalicelib.event_images.domain.sources import DrivePlace
from chalicelib.event_images.models import SourceObject
from chalicelib.event_images.ports import PhotoSource
from shared.errors import Forbidden, MedleyError, NotFound, PermanentError, RetryableError
from shared.observability import logger

PAGE = 1000
CHUNK = 16 << 20
# A folder costs a call of about 0.3 s, and the step that lists has 15 minutes.
MAX_FOLDERS = 2_000
MAX_DEPTH = 50
MAX_PAGES = 2_000
# How long Google's limits are waited out. A listing may take its time. A photo's step has less
# than a minute, reads the photo after that, and is itself tried again.
LIST_SECONDS = 120.0
FETCH_SECONDS = 25.0

log = logger("event-images")


class DriveSource(PhotoSource[DrivePlace]):
    """Google Drive, people's own and shared drives alike."""

    def __init__(self, client: DriveClient) -> None:
        self._client = client

    def list(self, place: DrivePlace) -> Iterator[SourceObject | None]:
        waiting = deque([(self._root(place.folder_id), 0)])
        # A folder may be met again by a shortcut, and a photo in two folders.
        seen = {waiting[0][0].id}
        folders = 1
        refused: set[str] = set()
        while waiting:
            folder, depth = waiting.popleft()
            for entry in self._children(folder, refused):
                found = self._followed(entry) if entry else None
                if found is None or found.trashed:
                    yield None
                elif found.id in seen:
                    continue
                elif found.is_folder and not found.is_hidden:
                    folders += 1
                    _check_limits(place.folder_id, folders, depth + 1)
                    seen.add(found.id)
                    waiting.append((found, depth + 1))
                elif not found.is_folder:
                    seen.add(found.id)
                    yield photo_of(found)

    def fetch(self, photo: SourceObject, max_bytes: int) -> bytes:
        if photo.size == 0:
            return b""
        about = Subject("photo", photo.filename)
        download = _Download(photo, max_bytes)
        return self._client.run(download.run, about, FETCH_SECONDS)

    # --- folders ---------------------------------------------------------------------------

    def _root(self, folder_id: str) -> DriveFile:
        found = self._get(folder_id)
        if found and found.target and found.target.target_mime_type == FOLDER:
            found = self._get(found.target.target_id)
        if found is None or not found.is_folder:
            raise PermanentError("drive_not_a_folder", f"{folder_id} is no folder of Google Drive.")
        if found.trashed:
            raise PermanentError(
                "drive_folder_trashed", f"The folder {folder_id} is in the bin of Google Drive."
            )
        return found

    def _get(self, file_id: str) -> DriveFile | None:
        def call(drive: Drive) -> Any:
            files = drive.files()
            return files.get(fileId=file_id, fields=FIELDS, supportsAllDrives=True).execute()

        return drive_file(self._client.run(call, Subject("folder", file_id), LIST_SECONDS))

    def _followed(self, entry: DriveFile) -> DriveFile | None:
        """What a shortcut points to; None if that is not shared, or a shortcut again."""
        if entry.target is None:
            return entry
        try:
            found = self._get(entry.target.target_id)
        except (NotFound, Forbidden, PermanentError) as exc:
            log.info("shortcut left out", extra={"key": entry.id, "code": exc.code})
            return None
        return None if found and found.target else found

    def _children(self, folder: DriveFile, refused: set[str]) -> Iterator[DriveFile | None]:
        """What lies in a folder; None for what nobody can work with.

        A shared drive is asked for by its id, which is quick and complete. Whoever was let into
        one of its folders, and not into the drive, is refused that; it is then in ``refused``.
        """
        drive_id = None if folder.drive_id in refused else folder.drive_id
        token: str | None = None
        for number in range(MAX_PAGES):
            try:
                page = self._page(folder.id, drive_id, token)
            except (Forbidden, NotFound):
                if drive_id is None or number:
                    raise
                refused.add(drive_id)
                drive_id = None
                page = self._page(folder.id, None, None)
            for entry in page.get("files") or []:
                yield drive_file(entry)
            token = page.get("nextPageToken")
            if not token:
                return
        raise _too_much(folder.id, "files")

    def _page(self, folder_id: str, drive_id: str | None, token: str | None) -> dict[str, Any]:
        where = {"corpora": "drive", "driveId": drive_id} if drive_id else {"corpora": "user"}

        def call(drive: Drive) -> dict[str, Any]:
            page: dict[str, Any] = (
                drive.files()
                .list(
                    q=f"'{folder_id}' in parents and trashed = false",
                    fields=f"nextPageToken,incompleteSearch,files({FIELDS})",
                    pageSize=PAGE,
                    pageToken=token,
                    supportsAllDrives=True,
                    includeItemsFromAllDrives=True,
                    **where,
                )
                .execute()
            )
            if not isinstance(page, dict) or page.get("incompleteSearch"):
                raise RetryableError("drive_incomplete", "Google Drive did not list everything.")
            return page

        return self._client.run(call, Subject("folder", folder_id), LIST_SECONDS)


class _Download:
    """One photo's bytes, which are kept from try to try as long as they may be right."""

    def __init__(self, photo: SourceObject, max_bytes: int) -> None:
        self._photo = photo
        self._max_bytes = max_bytes
        self._begin()

    def _begin(self) -> None:
        self._data = io.BytesIO()
        self._media: MediaIoBaseDownload | None = None

    def run(self, drive: Drive) -> bytes:
        """The bytes, whole and of the listed MD5; or of the current one, if it has changed."""
        if self._media is None:
            request = drive.files().get_media(fileId=self._photo.key, supportsAllDrives=True)
            self._media = MediaIoBaseDownload(self._data, request, chunksize=CHUNK)
        done = False
        while not done:
            before = self._data.tell()
            try:
                _, done = self._media.next_chunk()
            except (KeyError, ValueError) as exc:
                # The library trusts the headers of a part.
                raise self._cut() from exc
            if self._data.tell() > self._max_bytes:
                raise PermanentError(
                    "object_too_large", f"{self._photo.filename} is over {self._max_bytes} bytes."
                )
            if not done and self._data.tell() == before:
                raise self._cut()
        data = self._data.getvalue()
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        if md5 != self._photo.etag and md5 != self._current_md5(drive):
            raise self._cut()
        return data

    def _current_md5(self, drive: Drive) -> str | None:
        files = drive.files()
        answer = files.get(fileId=self._photo.key, fields=FIELDS, supportsAllDrives=True).execute()
        found = drive_file(answer)
        return found.md5_checksum if found else None

    def _cut(self) -> MedleyError:
        self._begin()
        return RetryableError(
            "drive_download_cut", f"Google Drive gave {self._photo.filename} in part only."
        )


def _check_limits(root: str, folders: int, depth: int) -> None:
    if folders > MAX_FOLDERS:
        raise _too_much(root, "folders")
    if depth > MAX_DEPTH:
        raise PermanentError(
            "drive_too_deep", f"The folder {root} has folders within folders, over {MAX_DEPTH}."
        )


def _too_much(folder: str, what: str) -> PermanentError:
    return PermanentError(
        f"drive_too_many_{what}",
        f"The folder {folder} holds too many {what} for one request; "
        "ask for its folders one by one.",
    )
