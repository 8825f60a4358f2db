"""Review: what people are asked about readings, what they decide, and the record of it."""

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from chalicelib.event_images.models.nearby import NearbyChange
from chalicelib.event_images.models.photos import BibAlternative, DecisionAction, Photo
from shared.models import Model

MOST_DECISIONS_AT_ONCE = 10

BibText = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}$")]
DecisionId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{20}$")]
type Box = tuple[float, float, float, float]


class NewDecision(Model):
    """What a person says of one number in a photo.

    ``accept`` and ``reject`` are about the reading ``bib``; ``correct`` says that it is ``to``
    instead; ``add`` names a number that was not read, with its ``box`` (x0, y0, x1, y1 in pixels
    of the upright photo) where that is known.
    """

    action: DecisionAction
    bib: BibText
    to: BibText | None = None
    box: Box | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.to is not None) != (self.action == "correct"):
            raise ValueError("`to` goes with `correct`, and with nothing else")
        if self.box is not None and self.action != "add":
            raise ValueError("`box` goes with `add`; other decisions have the reading's")
        return self


class Decision(Model):
    """A decision that stands, as a photo's row keeps it. ``by`` is the API key's id."""

    id: DecisionId
    action: DecisionAction
    bib: BibText
    to: BibText | None = None
    box: Box
    at: dt.datetime
    by: str | None = None


class DecidePhoto(Model):
    """Body of ``PATCH /events/{eventId}/photos/{imageId}``: decisions, or one to undo.

    With ``ifVersion`` it is refused (409) unless the photo still has this version.
    """

    decisions: list[NewDecision] = Field(default=[], max_length=MOST_DECISIONS_AT_ONCE)
    undo: DecisionId | None = None
    if_version: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if bool(self.decisions) == (self.undo is not None):
            raise ValueError("either `decisions` or `undo`")
        return self


class DecidedPhoto(Model):
    """Answer to a PATCH: the photo afterwards, and the ids by which each decision is undone."""

    photo: Photo
    decision_ids: tuple[str, ...]


class AuditEntry(Model):
    """One decision, or the undoing of one, with the photo's bibs before and after it.

    ``by`` is ``nearby`` where photos nearby ``support`` a reading, or no longer do (``undo``);
    ``nearby`` is then that change.
    """

    audit_id: str
    image_id: str
    at: dt.datetime
    by: str | None
    action: Literal["accept", "correct", "reject", "add", "undo", "support"]
    bib: str | None = None
    to: str | None = None
    undoes: str | None = None
    nearby: NearbyChange | None = None
    before: tuple[str, ...]
    after: tuple[str, ...]


class AuditList(Model):
    """Oldest first."""

    items: list[AuditEntry]
    cursor: str | None


class Choice(BibAlternative):
    """A number that may be right. ``name`` is the runner's; ``waiting``: has no photo so far."""

    name: str | None = None
    waiting: bool = False


class Question(Model):
    """One uncertain reading. ``alternatives`` are likeliest first."""

    bib: str
    confidence: float
    box: Box
    reasons: tuple[str, ...]
    name: str | None = None
    waiting: bool = False
    alternatives: tuple[Choice, ...] = ()


class ReviewItem(Model):
    """A photo with something to decide. ``version`` is what ``ifVersion`` takes."""

    image_id: str
    filename: str
    version: int
    width: int | None
    height: int | None
    taken_at: str | None
    bibs: tuple[str, ...]
    web_url: str | None
    thumb_url: str | None
    questions: tuple[Question, ...]


class ReviewList(Model):
    """Most useful first. ``left`` counts the event's uncertain readings."""

    items: list[ReviewItem]
    cursor: str | None
    left: int
