"""Templates: what a reel is made of, as JSON that people write."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.models import Model
from shared.video.plan import Colour, Place

TemplateId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$")]
MaterialId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{20}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class Aspect(StrEnum):
    """Width to height of a video."""

    PORTRAIT = "9:16"
    TALL = "4:5"
    SQUARE = "1:1"
    LANDSCAPE = "16:9"


class SlotTransition(Model):
    """How a picture comes in; a ``cut`` takes no time, the others take ``seconds``."""

    kind: Literal["cut", "crossfade", "dip", "wipe", "slide"] = "cut"
    seconds: float = Field(default=0.35, ge=0.05, le=3)


class Slot(Model):
    """A place for one photo, and how long it is shown."""

    seconds: float = Field(default=2.2, ge=0.4, le=15)
    transition: SlotTransition = SlotTransition()


class TemplateText(Model):
    """A text over the pictures.

    ``during`` says when it is shown: with the first photo, with all, with the last one, on the
    closing card, or all the time. A text that names a variable without a value, such as the
    finish time of a runner who is on no start list, is replaced by ``otherwise``, or left out.
    """

    kind: Literal["title", "caption", "lower_third", "badge"]
    text: Line
    subtext: Line | None = None
    otherwise: Line | None = None
    during: Literal["first", "photos", "last", "card", "all"] = "photos"
    position: Place | None = None
    colour: Colour | None = None
    background: Colour | None = None
    size: float | None = Field(default=None, gt=0, le=0.5)


class Card(Model):
    """The closing card: one colour with the texts that are shown during ``card``."""

    seconds: float = Field(default=2.6, ge=0.5, le=15)
    transition: SlotTransition = SlotTransition(kind="crossfade", seconds=0.4)


class Brand(Model):
    """The colours of the event: of cards, of texts, and of the panels behind badges."""

    background: Colour = "#15181a"
    foreground: Colour = "#ffffff"
    accent: Colour = "#d3f53b"


class Logo(Model):
    """A picture that is shown all the time. ``width`` is a part of the frame's width."""

    material_id: MaterialId
    position: Place = "top_right"
    width: float = Field(default=0.18, gt=0.02, le=0.6)
    opacity: float = Field(default=1.0, gt=0, le=1)


class Music(Model):
    """What is heard. Its licence is kept with the uploaded material; ``gain`` is in decibels."""

    material_id: MaterialId
    gain: float = Field(default=0.0, ge=-30, le=12)
    fade_in: float = Field(default=0.3, ge=0, le=10)
    fade_out: float = Field(default=1.5, ge=0, le=10)
    skip: float = Field(default=0.0, ge=0, le=3600)
    cut_on_beats: bool = True


class Template(Model):
    """A reel as it is meant to be; a runner with fewer photos gets fewer slots, longer held.

    ``seconds`` is how long all photos together are shown at least, as far as few photos can fill
    it: no photo is held longer than ``longestHold``.
    """

    schema_version: Literal[1] = Field(default=1, alias="schema")
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    slots: tuple[Slot, ...] = Field(min_length=1, max_length=30)
    seconds: float = Field(default=9.0, ge=1, le=120)
    longest_hold: float = Field(default=4.5, ge=0.5, le=15)
    texts: tuple[TemplateText, ...] = Field(default=(), max_length=30)
    card: Card | None = Card()
    brand: Brand = Brand()
    logo: Logo | None = None
    music: Music | None = None
    fps: Literal[24, 25, 30, 50, 60] = 30


class TemplateProblem(Model):
    """One thing that is wrong, and where: ``texts.2.text``."""

    path: str
    code: str
    message: str


class TemplateCheck(Model):
    """Answer to ``POST /templates/validate``: all problems, not only the first."""

    valid: bool
    problems: tuple[TemplateProblem, ...] = ()


class StoredTemplate(Model):
    """A template as it is kept. Each change makes a new version; ``builtIn`` ones never change."""

    template_id: str
    version: int
    built_in: bool = False
    created_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None
    template: Template


class TemplateList(Model):
    """The current version of each, by id; the built-in ones first."""

    items: list[StoredTemplate]
    cursor: str | None
