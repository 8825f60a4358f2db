"""Which photos a person should look at first, and what they are asked there.

One answer is worth as much as it settles: a reading that is as likely right as wrong is worth the
most, one that is nearly certain either way almost nothing. Numbers that start count double, since
they lead to a runner.
"""

import math
from collections.abc import Callable, Sequence

from chalicelib.event_images.domain.photos import normal_bib
from chalicelib.event_images.models import PhotoReading
from shared.contracts import event_partition
from shared.tables import Item, Key

# What one answer about a runner, or about a reading that may be nobody's, counts.
LISTED_WEIGHT = 1.0
UNLISTED_WEIGHT = 0.5
# Of a photo's further questions: they come with the first, without another photo to look at.
FURTHER_WEIGHT = 0.25
_MOST_BITS = 10.0
_LAST = 99_999


def review_partition(event_id: str) -> str:
    """The index partition of an event's photos that wait for a person."""
    return f"EVENT#{event_id}#REVIEW"


def review_key(event_id: str, image_id: str) -> Key:
    """Where a photo's row in the list of reviews is."""
    return (event_partition(event_id), f"REVIEW#{image_id}")


def review_row(
    event_id: str,
    image_id: str,
    asked: Sequence[PhotoReading],
    listed: Callable[[str], bool] | None,
) -> Item | None:
    """The row that puts a photo into the list; None when there is nothing to ask.

    It holds the photo's place alone. What is asked is in the photo's row, so that the two cannot
    contradict each other.
    """
    if not asked:
        return None
    pk, sk = review_key(event_id, image_id)
    return {
        "pk": pk,
        "sk": sk,
        "gsi1pk": review_partition(event_id),
        "gsi1sk": f"{rank(asked, listed):05d}#{image_id}",
        "eventId": event_id,
        "imageId": image_id,
        "questions": len(asked),
    }


def rank(asked: Sequence[PhotoReading], listed: Callable[[str], bool] | None) -> int:
    """The place of a photo among others, 0 to 99999: the lower, the more useful."""
    worth = sorted((value(reading, listed) for reading in asked), reverse=True)
    total = sum(worth[:1]) + FURTHER_WEIGHT * sum(worth[1:])
    return round((1 - min(total, _MOST_BITS) / _MOST_BITS) * _LAST)


def value(reading: PhotoReading, listed: Callable[[str], bool] | None) -> float:
    """What an answer is expected to tell, in bits, weighed by whether it concerns a runner."""
    told = information([reading.confidence, *(other.confidence for other in reading.alternatives)])
    numbers = [reading.bib, *(other.bib for other in reading.alternatives)]
    starts = listed is None or any(listed(normal_bib(bib)) for bib in numbers)
    return told * (LISTED_WEIGHT if starts else UNLISTED_WEIGHT)


def information(chances: Sequence[float]) -> float:
    """The entropy in bits of "one of these numbers, or none of them"."""
    total = sum(chances)
    scale = 1 / total if total > 1 else 1.0
    shares = [chance * scale for chance in chances]
    shares.append(max(0.0, 1 - sum(shares)))
    return -sum(share * math.log2(share) for share in shares if share > 0)
