"""Making new photos known: their rows, and the event's counter of what is pending."""

from collections.abc import Sequence
from itertools import batched

from chalicelib.event_images.domain.photo_rows import photo_key, registration
from chalicelib.event_images.domain.photos import identify
from chalicelib.event_images.models import SourceObject
from chalicelib.event_images.ports import Dependencies
from shared.errors import NotFound, RetryableError
from shared.tables import ConditionFailed, TransactWrite

# One transaction takes 100 writes; one of them is the event's counter.
ROWS_AT_ONCE = 99
TRIES = 5


def register(event_id: str, photos: Sequence[SourceObject], deps: Dependencies) -> None:
    """Write a PENDING row for each photo that has none, and count exactly those.

    Rows and counter are one transaction, so a repeat, or another run over the same photos at the
    same time, counts nothing twice.

    Raises:
        NotFound: ``event_not_found``.
        RetryableError: ``busy``, others registered the same photos all the time.
    """
    for batch in batched(photos, ROWS_AT_ONCE, strict=False):
        _register(event_id, batch, deps)


def _register(event_id: str, batch: Sequence[SourceObject], deps: Dependencies) -> None:
    missing = list(batch)
    for _ in range(TRIES):
        rows, counter = registration(event_id, missing, deps.clock())
        writes: list[tuple[str, TransactWrite]] = [(deps.images.name, row) for row in rows]
        writes.append((deps.requests.name, counter))
        try:
            deps.tables.transact(writes)
        except ConditionFailed as exc:
            if len(rows) in exc.failed:
                raise NotFound("event_not_found", f"There is no event {event_id}.") from None
            missing = _still_missing(event_id, missing, deps)
            if not missing:
                return
        else:
            return
    raise RetryableError("busy", "Other runs register the same photos.")


def _still_missing(
    event_id: str, photos: Sequence[SourceObject], deps: Dependencies
) -> list[SourceObject]:
    keys = [photo_key(event_id, identify(photo)) for photo in photos]
    known = {row["imageId"] for row in deps.images.get_many(keys)}
    return [photo for photo in photos if identify(photo) not in known]
