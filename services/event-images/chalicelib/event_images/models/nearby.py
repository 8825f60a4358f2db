"""What photos that were taken nearby change about a doubtful reading, as it is stored and shown."""

from pydantic import Field

from chalicelib.event_images.models.photos import Verdict
from shared.models import Model


class NearbyWeight(Model):
    """How sure a reading is, 0 to 1, and what becomes of it."""

    confidence: float = Field(ge=0, le=1)
    verdict: Verdict


class NearbySupporter(Model):
    """A photo that speaks for a reading, and how many seconds apart it was taken."""

    image_id: str
    seconds: float


class NearbyChange(Model):
    """One change: of which reading, what it was, what it is, and which photos are behind it.

    ``others`` are the confidences of the reading's alternatives afterwards, in their order. It
    names no number but the reading's own, so that it goes with the runner whose number that is.
    """

    bib: str = Field(pattern=r"^[0-9]{1,6}$")
    before: NearbyWeight
    after: NearbyWeight
    others: tuple[float, ...] = ()
    supporters: tuple[NearbySupporter, ...]
