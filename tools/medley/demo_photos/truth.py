"""What a drawn photo shows, for whoever measures a reader against it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BibTruth:
    """A bib in a photo.

    `box` is the visible part of the card in pixels of the upright picture (x0, y0, x1, y1);
    `visible` the share of its number that nothing covers (0..1); `legible` whether a person
    could be expected to read all of it.
    """

    bib: str
    box: tuple[float, float, float, float]
    visible: float
    legible: bool = True


@dataclass(frozen=True)
class DrawnPhoto:
    """A photo that was drawn: its file name, its bibs, and what makes it hard."""

    filename: str
    bibs: list[BibTruth]
    conditions: tuple[str, ...]
