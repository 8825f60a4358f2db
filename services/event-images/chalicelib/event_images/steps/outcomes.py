"""Writing what came of a photo, exactly once: row, tags, counters and the request's item."""

from collections.abc import Callable

from chalicelib.event_images.domain.photo_rows import decide, error_of, photo_key
from chalicelib.event_images.domain.photos import Outcome, identify, settled
from chalicelib.event_images.models import SourceObject
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.register import register
from shared.errors import ItemError, RetryableError
from shared.tables import ConditionFailed, Item, TransactWrite

TRIES = 6


def process(
    event_id: str,
    photo: SourceObject,
    attempt: Callable[[], Outcome],
    deps: Dependencies,
    *,
    request_id: str | None = None,
    since: int = 0,
) -> Item:
    """Give ``photo`` the outcome of ``attempt()``, unless it has a newer one already.

    Args:
        event_id: The event.
        photo: What is read.
        attempt: Does the work; not called when there is nothing to do.
        deps: The dependencies.
        request_id: The request whose item this is; None for an upload by itself.
        since: Outcomes up to this version of the row are the ones to replace.

    Returns:
        The photo's row as it is afterwards.

    Raises:
        RetryableError: other runs wrote the same photo all the time.
    """
    row = load(event_id, photo, deps)
    outcome: Outcome | None = None
    for _ in range(TRIES):
        if settled(row, photo, since=since):
            note(request_id, photo, error_of(row), deps)
            return row
        outcome = outcome or attempt()
        try:
            save(row, outcome, request_id, deps)
        except ConditionFailed:
            row = load(event_id, photo, deps)
        else:
            return load(event_id, photo, deps)
    raise RetryableError("busy", "Other runs write the same photo.")


def load(event_id: str, photo: SourceObject, deps: Dependencies) -> Item:
    """The photo's row, made if there is none."""
    key = photo_key(event_id, identify(photo))
    row = deps.images.get(key)
    if row is None:
        register(event_id, [photo], deps)
        row = deps.images.get(key)
    if row is None:
        raise RetryableError("busy", "The photo's row went away.")
    return row


def note(
    request_id: str | None, photo: SourceObject, error: ItemError | None, deps: Dependencies
) -> None:
    """Record the item on its request alone; the photo has its outcome."""
    if request_id:
        deps.jobs.record(request_id, identify(photo), name=photo.filename, error=error)


def save(row: Item, outcome: Outcome, request_id: str | None, deps: Dependencies) -> None:
    """Write an outcome over ``row``; nothing at all when the request has this item already.

    Raises:
        ConditionFailed: the row has changed since it was read.
    """
    images, requests = decide(row, outcome, deps.clock())
    writes: list[tuple[str, TransactWrite]] = [(deps.images.name, write) for write in images]
    writes += [(deps.requests.name, write) for write in requests]
    if request_id is None:
        deps.tables.transact(writes)
    else:
        photo = outcome.photo
        deps.jobs.record(
            request_id, identify(photo), name=photo.filename, error=outcome.error, extra=writes
        )
