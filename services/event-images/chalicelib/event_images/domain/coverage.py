"""Which runners have a photo.

Tags are by bib and photo, so to know the bibs is to read them all: half a million in a large
event. What was found is kept, and counted anew when it is asked for and older than some time,
which grows with the event.
"""

from datetime import datetime, timedelta

from chalicelib.event_images.domain.start_list import StartList
from chalicelib.event_images.models.people import Coverage
from shared.contracts import event_partition
from shared.tables import Item, Key

# Up to so many photos that are read, a route counts by itself.
SMALL = 3_000
FRESH = timedelta(seconds=60)


def coverage_key(event_id: str) -> Key:
    """Where the row is."""
    return event_partition(event_id), "COVERAGE"


def coverage_row(event_id: str, tagged: StartList, now: datetime) -> Item:
    """The row of what was found."""
    pk, sk = coverage_key(event_id)
    return {"pk": pk, "sk": sk, "bibs": tagged.pack(), "asOf": now.isoformat()}


def stale(row: Item | None, now: datetime) -> bool:
    """Whether it is time to count again."""
    return row is None or datetime.fromisoformat(row["asOf"]) + FRESH < now


def coverage_of(listed: StartList, tagged: StartList, as_of: datetime) -> Coverage:
    """The counts."""
    with_photos = sum(1 for bib in listed if bib in tagged)
    return Coverage(
        runners=len(listed),
        with_photos=with_photos,
        without_photos=len(listed) - with_photos,
        as_of=as_of,
    )
