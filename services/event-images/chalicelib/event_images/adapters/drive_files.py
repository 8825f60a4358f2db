"""What Drive says of files, which is checked before it is used: people name and fill them."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, ConfigDict, Field, ValidationError

from chalicelib.event_images.domain import names
from chalicelib.event_images.models import SourceObject
from chalicelib.event_images.models.sources import DRIVE_ID
from shared.models import Model

FOLDER = "application/vnd.google-apps.folder"
SHORTCUT = "application/vnd.google-apps.shortcut"
BUCKET = "drive"
FIELDS = "id,name,mimeType,driveId,trashed,size,md5Checksum,modifiedTime,shortcutDetails"

# A file without a suffix is a photo if Drive says that it is one of these. Camera raw files are
# images too, and are left out as they are in S3.
PHOTO_TYPES = frozenset(
    f"image/{kind}" for kind in ("jpeg", "png", "webp", "heic", "heif", "avif", "tiff", "gif")
)
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{2,5}$")


class _Loose(Model):
    # Drive may say more than it was asked for.
    model_config = ConfigDict(extra="ignore")


class ShortcutDetails(_Loose):
    """What a shortcut points to."""

    target_id: str = Field(pattern=DRIVE_ID)
    target_mime_type: str = ""


class DriveFile(_Loose):
    """One file, folder or shortcut, within limits."""

    id: str = Field(pattern=DRIVE_ID)
    name: str = Field(default="", max_length=40_000)
    mime_type: str = Field(default="", max_length=300)
    drive_id: str | None = Field(default=None, pattern=DRIVE_ID)
    trashed: bool = False
    size: int | None = Field(default=None, ge=0, lt=1 << 53)
    md5_checksum: str | None = Field(default=None, pattern=r"^[0-9a-f]{32}$")
    modified_time: AwareDatetime | None = None
    shortcut_details: ShortcutDetails | None = None

    @property
    def is_folder(self) -> bool:
        return self.mime_type == FOLDER

    @property
    def is_hidden(self) -> bool:
        """Whether an operating system or a file server put it there."""
        return self.name.startswith(".") or self.name in names.SHADOW_FOLDERS

    @property
    def target(self) -> ShortcutDetails | None:
        """What it points to, if it is a shortcut."""
        return self.shortcut_details if self.mime_type == SHORTCUT else None


def drive_file(answer: Mapping[str, Any]) -> DriveFile | None:
    """What Drive says of one file; None for what nobody can work with."""
    try:
        return DriveFile.model_validate(answer)
    except ValidationError:
        return None


def photo_of(file: DriveFile) -> SourceObject | None:
    """A file as a photo; None if it is none.

    It is one by its name, or by its type if its name has no suffix. Only what has bytes of its
    own has an MD5; a document of Google's editors has none.
    """
    if file.is_hidden or file.md5_checksum is None or file.size is None:
        return None
    # In Drive, a name may hold slashes, line ends and anything else.
    name = names.safe_filename(file.name.replace("/", "_").replace("\\", "_"))
    by_type = file.mime_type in PHOTO_TYPES and not _SUFFIX.search(name)
    if not (by_type or names.is_image_name(name)):
        return None
    return SourceObject(
        store="drive",
        bucket=BUCKET,
        key=file.id,
        size=file.size,
        etag=file.md5_checksum,
        filename=name,
        last_modified=file.modified_time or datetime.fromisoformat("1970-01-01T00:00:00Z"),
    )
