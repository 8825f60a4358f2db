"""The runners of an event: what a start list says of them, and who opted out."""

import datetime as dt
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from shared.errors import ItemError
from shared.models import Model

MOST_FIELD = 120
"""The longest name, category, team or time, in characters."""

RunnerBib = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_FIELD)]


class Runner(Model):
    """One runner of the start list. ``bib`` has no leading zeros; the time is as it was given."""

    bib: RunnerBib
    name: Words | None = None
    category: Words | None = None
    team: Words | None = None
    finish_time: Words | None = None


class Participant(Runner):
    """A runner as the organiser sees them."""

    has_photos: bool


class RowProblem(Model):
    """A row of a start list that was left out, and why. It never repeats what the row says."""

    line: int
    code: str
    message: str


class StartListReport(Model):
    """What came of a start list: how many rows are kept, and the first of the bad ones.

    ``badRows`` counts all of them; ``reportUrl`` has them all, as CSV, where ``problems`` does
    not.
    """

    uploaded_at: dt.datetime
    rows: int
    bad_rows: int
    problems: tuple[RowProblem, ...] = ()
    report_url: str | None = None


class ImportState(StrEnum):
    """PENDING: not looked at yet. DONE: it is the start list, or was. FAILED: it is none."""

    PENDING = "PENDING"
    DONE = "DONE"
    FAILED = "FAILED"


class StartListImport(Model):
    """The last file that was handed in as a start list, and what came of it."""

    import_id: str
    state: ImportState
    error: ItemError | None = None


class Coverage(Model):
    """Runners of the start list by whether they have a photo, as of a moment."""

    runners: int
    with_photos: int
    without_photos: int
    as_of: dt.datetime


class ParticipantList(Model):
    """A page of the start list, by bib. Without a list ``startList`` and ``coverage`` are null.

    ``coverage`` is also null while it is counted for the first time in a large event.
    """

    items: list[Participant]
    cursor: str | None
    coverage: Coverage | None
    start_list: StartListReport | None
    last_import: StartListImport | None


class PutParticipants(Model):
    """Body of ``PUT .../participants`` as JSON: rows whose fields are named as headings are."""

    participants: list[dict[str, str | int | None]] = Field(min_length=1, max_length=10_000)


class StartListAccepted(Model):
    """That a start list will be imported; ``GET .../participants`` tells how that went."""

    import_id: str
    state: ImportState = ImportState.PENDING


class StartListUpload(Model):
    """A form to POST the CSV to: all ``fields`` first, then ``file``. It is then imported."""

    import_id: str
    url: str
    fields: dict[str, str]
    expires_at: dt.datetime
    max_bytes: int


class RemovalState(StrEnum):
    """REMOVING: being taken out of all rows and objects. REMOVED: that is done."""

    REMOVING = "REMOVING"
    REMOVED = "REMOVED"


class Removal(Model):
    """An event that is being removed, or was. ``reason`` is ``deleted`` or ``expired``."""

    event_id: str
    state: RemovalState
    deleted_at: dt.datetime
    reason: str


class OptOut(Model):
    """An opt-out as it is kept: no bib, only what recognises it. ``id`` is that fingerprint."""

    id: str
    at: dt.datetime
    state: RemovalState
    reason: str | None = None


class OptOutList(Model):
    """Who opted out, without saying who."""

    items: list[OptOut]
    cursor: str | None


class NearBib(Model):
    """A bib much like the one that was looked for. ``score`` is 0 to 1; ``photos`` at most 100."""

    bib: str
    score: float
    photos: int


class NearBibs(Model):
    """Bibs much like the one that was looked for, the likeliest first."""

    near: tuple[NearBib, ...]


class OptOutReason(Model):
    """Body of ``DELETE .../participants/{bib}``, which may be left out. Who it was is not kept,
    so a reason must not say it either."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None
