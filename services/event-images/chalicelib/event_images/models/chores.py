"""Work that a route asks for and a function does later: the messages of the chores queue."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from shared.models import Model
from shared.steps import MessageAttributes, StepInput


class ImportStartList(Model):
    """A start list that lies in a bucket is to be made the event's. Its object is deleted."""

    kind: Literal["importStartList"] = "importStartList"
    event_id: str
    import_id: str
    bucket: str
    key: str


class ForgetRunner(Model):
    """Every trace of a runner who opted out is to be removed.

    ``cursor`` is how far the photos are searched. The ``last`` round comes later, for what was
    being read or written when the runner opted out.
    """

    kind: Literal["forgetRunner"] = "forgetRunner"
    event_id: str
    bib: str
    cursor: str | None = None
    last: bool = False


class HidePictures(Model):
    """The pictures of a photo are to be deleted, if it is still withheld."""

    kind: Literal["hidePictures"] = "hidePictures"
    event_id: str
    image_id: str


class RemoveEvent(Model):
    """Everything of an event is to be removed, whose tombstone stands already."""

    kind: Literal["removeEvent"] = "removeEvent"
    event_id: str


class RetagEvent(Model):
    """Photos are to be judged anew, after a start list came."""

    kind: Literal["retagEvent"] = "retagEvent"
    event_id: str
    cursor: str | None = None


class SupportNearby(Model):
    """Photos are to support each other's doubtful readings where the event's setting says so; where
    it does not, what they changed is to be taken back. ``cursor`` is how far that is.
    """

    kind: Literal["supportNearby"] = "supportNearby"
    event_id: str
    cursor: str | None = None


class CountCoverage(Model):
    """Which bibs have photos is to be counted anew."""

    kind: Literal["countCoverage"] = "countCoverage"
    event_id: str


class ExportKind(StrEnum):
    """``tags``: a CSV of all tags. ``zip``: the photos of one bib."""

    TAGS = "tags"
    ZIP = "zip"


class MakeExport(Model):
    """A file is to be written; ``bib`` goes with a zip."""

    kind: Literal["makeExport"] = "makeExport"
    event_id: str
    export_id: str
    export: ExportKind
    bib: str | None = None


Chore = Annotated[
    ImportStartList
    | ForgetRunner
    | HidePictures
    | RemoveEvent
    | RetagEvent
    | SupportNearby
    | CountCoverage
    | MakeExport,
    Field(discriminator="kind"),
]
CHORE: TypeAdapter[Chore] = TypeAdapter(Chore)


class DoChoreInput(StepInput):
    """One message of the chores queue, as SQS gives it to a Lambda."""

    body: str
    attributes: MessageAttributes = MessageAttributes()


class DoChoreOutput(Model):
    """What was done; ``more`` says that a further message goes on with it."""

    kind: str
    more: bool = False


class ExpireEventsInput(StepInput):
    """What the daily schedule sends, of which nothing is needed."""


class ExpireEventsOutput(Model):
    """Events whose removal began, and those whose removal goes on."""

    expired: list[str]
    resumed: list[str]
