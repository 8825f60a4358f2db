"""Materials: what templates use beside photos, which people upload: music and logos."""

import datetime as dt
from enum import StrEnum
from typing import Literal

from pydantic import Field

from shared.errors import ItemError
from shared.models import Model

MaterialKind = Literal["music", "logo"]


class MaterialState(StrEnum):
    """PENDING: not uploaded, or not checked yet. Only a DONE one can be used."""

    PENDING = "PENDING"
    DONE = "DONE"
    FAILED = "FAILED"


class CreateMaterial(Model):
    """Body of ``POST /materials``. Music needs the licence that lets it be used."""

    kind: MaterialKind
    filename: str = Field(min_length=1, max_length=255)
    size: int = Field(ge=1)
    content_type: str = Field(min_length=3, max_length=255)
    licence: str | None = Field(default=None, min_length=1, max_length=500)


class Material(Model):
    """Music or a logo. ``seconds`` and ``beats`` are of music, ``width``, ``height`` of a logo."""

    material_id: str
    kind: MaterialKind
    name: str
    licence: str | None = None
    state: MaterialState
    etag: str | None = None
    seconds: float | None = None
    beats: int | None = None
    width: int | None = None
    height: int | None = None
    error: ItemError | None = None
    created_at: dt.datetime


class MaterialUpload(Model):
    """A form to POST as multipart to ``url``: all ``fields`` first, then ``file``."""

    material: Material
    url: str
    fields: dict[str, str]
    expires_at: dt.datetime


class MaterialList(Model):
    """Newest first."""

    items: list[Material]
    cursor: str | None


class Sound(Model):
    """What a sound file holds: its length, and the seconds at which its beats fall."""

    seconds: float
    beats: tuple[float, ...] = ()
