"""Exports as they are asked for and followed."""

import datetime as dt
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from chalicelib.event_images.models.chores import ExportKind
from chalicelib.event_images.models.people import RunnerBib
from shared.errors import ItemError
from shared.models import Model


class ExportState(StrEnum):
    """PENDING: being written. DONE: there. FAILED: it could not be made; the error says why."""

    PENDING = "PENDING"
    DONE = "DONE"
    FAILED = "FAILED"


class CreateExport(Model):
    """Body of ``POST /events/{eventId}/exports``: all tags as CSV, or the photos of a bib."""

    kind: ExportKind
    bib: RunnerBib | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.bib is not None) != (self.kind is ExportKind.ZIP):
            raise ValueError("`bib` goes with a zip, and with nothing else")
        return self


class ExportFile(Model):
    """An export. ``url`` reads the file for an hour; the file itself is kept for seven days.

    ``entries`` are the tags of a CSV or the photos of a zip, ``size`` is in bytes.
    """

    export_id: str
    kind: ExportKind
    state: ExportState
    created_at: dt.datetime
    url: str | None = None
    size: int | None = None
    entries: int | None = None
    error: ItemError | None = None
