"""What the routes take and give, beside reels, templates and materials."""

import datetime as dt
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from chalicelib.reels.models.templates import Aspect, Template, TemplateId
from shared.errors import ItemError
from shared.jobs import JobState
from shared.models import Model

Bib = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}$")]
MAX_BIBS = 5000


class CreateReels(Model):
    """Body of ``POST /events/{eventId}/reels``; without ``bibs`` for all runners.

    ``force`` renders again what has not changed. A ``preview`` is small and quick, stands beside
    the reel, and goes after a day.
    """

    bibs: tuple[Bib, ...] | None = Field(default=None, min_length=1, max_length=MAX_BIBS)
    aspects: tuple[Aspect, ...] = Field(default=(Aspect.PORTRAIT,), min_length=1, max_length=4)
    template_id: TemplateId = "default"
    preview: bool = False
    force: bool = False

    @field_validator("aspects")
    @classmethod
    def _each_once(cls, aspects: tuple[Aspect, ...]) -> tuple[Aspect, ...]:
        return tuple(dict.fromkeys(aspects))


class ReelCounts(Model):
    """Runners: ``listed = total + withoutPhotos``; at the end ``done + failed = total``.

    ``optedOut`` runners are in no other count. ``unchanged`` of the ``done`` were rendered before.
    """

    listed: int = 0
    opted_out: int = 0
    without_photos: int = 0
    total: int = 0
    done: int = 0
    failed: int = 0
    unchanged: int = 0


class ReelRequestError(Model):
    """A runner whose reel could not be made, and why."""

    bib: str
    code: str
    message: str


class ReelRequest(Model):
    """One run over an event's runners, as it can be followed."""

    request_id: str
    event_id: str
    state: JobState
    aspects: tuple[Aspect, ...]
    template_id: str
    preview: bool
    force: bool
    counts: ReelCounts
    error: ItemError | None
    errors: tuple[ReelRequestError, ...] = ()
    errors_cursor: str | None = None
    created_at: dt.datetime
    started_at: dt.datetime | None
    completed_at: dt.datetime | None


class ReelRequestList(Model):
    """Newest first, without the errors of single runners."""

    items: list[ReelRequest]
    cursor: str | None


class RaceSummary(Model):
    """One event of event-images that reels can be made for."""

    event_id: str
    name: str
    date: str | None


class RaceList(Model):
    """Newest first."""

    items: list[RaceSummary]
    cursor: str | None


class CreateTemplate(Model):
    """Body of ``POST /templates``."""

    template_id: TemplateId
    template: Template


class ReplaceTemplate(Model):
    """Body of ``PUT /templates/{templateId}``; ``version`` is the one that was read."""

    version: int = Field(ge=1)
    template: Template


class ShareLink(Model):
    """A link that shows one runner's reel to whoever has it.

    ``token`` and ``url`` are given once, when the link is made; only a hash of them is kept.
    """

    link_id: str
    event_id: str
    bib: str
    created_at: dt.datetime
    token: str | None = None
    url: str | None = None


class ShareLinkList(Model):
    """The links that were not revoked."""

    items: list[ShareLink]


class Revoked(Model):
    """How many links no longer work."""

    revoked: int
