"""What one service may read of another: the models, and where the rows are."""

from datetime import datetime
from typing import Any, Self

from shared.models import Model


def event_partition(event_id: str) -> str:
    """The partition of an event's photos and tags in the table of event-images."""
    return f"EVENT#{event_id}"


def tag_prefix(bib: str | None = None) -> str:
    """What the sort keys of tags begin with: all of an event's, or those of one bib."""
    return "TAG#" if bib is None else f"TAG#{bib}#"


class BibTag(Model):
    """One bib number seen on one photo: a row of event-images' images table, which owns it.

    `box` is x0, y0, x1, y1 in pixels of the upright photo, `confidence` is 0 to 1, and
    `taken_at` is the camera's own time, without a zone.
    """

    event_id: str
    bib: str
    image_id: str
    confidence: float
    box: tuple[float, float, float, float]
    taken_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The row's `pk` and `sk`."""
        return event_partition(self.event_id), f"{tag_prefix(self.bib)}{self.image_id}"

    def row(self) -> dict[str, Any]:
        """The row as it is stored."""
        pk, sk = self.key
        return {"pk": pk, "sk": sk, **self.model_dump(mode="json", by_alias=True)}

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> Self:
        """The tag that a row holds; attributes that this model does not know are left out."""
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return cls.model_validate({name: value for name, value in row.items() if name in known})
