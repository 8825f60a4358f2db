"""Where a request's photos come from."""

import re
from typing import Annotated, Literal, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, model_validator

from shared.models import Model

_ID = r"[A-Za-z0-9_-]{10,128}"
DRIVE_ID = f"^{_ID}$"

_DRIVE_HOST = "drive.google.com"
_FOLDER_PATH = re.compile(r"(?:/a/[^/]+)?/drive/(?:mobile/)?(?:u/\d{1,2}/)?folders/([^/]+)/?")
_ID_PATHS = {"/open", "/folderview"}


class UploadsSource(Model):
    """What was uploaded for the event: all that lies under ``{eventId}/`` of ``incoming``."""

    kind: Literal["uploads"] = "uploads"


class S3Source(Model):
    """A prefix of a bucket; without a bucket, of the ``incoming`` one."""

    kind: Literal["s3"]
    bucket: str | None = Field(default=None, min_length=3, max_length=63)
    prefix: str = Field(max_length=1024)


class DriveSource(Model):
    """A folder of Google Drive with all its subfolders: by its id, or by its link."""

    kind: Literal["drive"]
    folder_id: str | None = Field(default=None, pattern=DRIVE_ID)
    folder_url: str | None = Field(default=None, max_length=2048)

    @model_validator(mode="after")
    def _names_one_folder(self) -> Self:
        if (self.folder_id is None) == (self.folder_url is None):
            raise ValueError("give either folderId or folderUrl")
        if self.folder_url is not None:
            folder_of_link(self.folder_url)
        return self

    @property
    def folder(self) -> str:
        """The folder's id."""
        return self.folder_id or folder_of_link(self.folder_url or "")


Source = Annotated[UploadsSource | S3Source | DriveSource, Field(discriminator="kind")]


def folder_of_link(link: str) -> str:
    """The id of the folder that a link shows, as people copy it from their browser.

    Raises:
        ValueError: it is no link to a folder of Google Drive; the message says what it is.
    """
    text = link.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("this is no link") from None
    if parts.scheme not in {"http", "https"} or host != _DRIVE_HOST or port or "@" in parts.netloc:
        raise ValueError(f"a folder's link begins with https://{_DRIVE_HOST}/")
    if parts.path.startswith("/file/"):
        raise ValueError("this is the link of a file; give the link of its folder")
    found = _FOLDER_PATH.fullmatch(parts.path)
    if found:
        ids = [found[1]]
    elif parts.path in _ID_PATHS:
        ids = parse_qs(parts.query, max_num_fields=20).get("id", [])
    else:
        ids = []
    if len(ids) != 1 or not re.fullmatch(_ID, ids[0]):
        raise ValueError(
            f"this is no link of a folder; one looks like https://{_DRIVE_HOST}/drive/folders/ID"
        )
    return ids[0]
