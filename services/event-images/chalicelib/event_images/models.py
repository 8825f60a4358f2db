"""Requests, messages, each step's input and output, and table items."""

from pydantic import Field

from shared.models import Model


class BibReading(Model):
    """One bib number seen in a photo.

    ``box`` is ``(x0, y0, x1, y1)`` in pixels of the upright image.
    """

    bib: str = Field(pattern=r"^[0-9]{1,6}$")
    confidence: float = Field(ge=0, le=1)
    box: tuple[float, float, float, float]
