"""Writing what came of a photo, exactly once: row, tags, counters and the request's item."""

from collections.abc import Callable

from chalicelib.event_images.domain.names import thumb_key, web_key
from chalicelib.event_images.domain.photo_rows import (
    decide,
    error_of,
    names_any,
    photo_key,
    withholds,
)
from chalicelib.event_images.domain.photos import Outcome, identify, settled
from chalicelib.event_images.models import SourceObject
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.judging import judge_of
from chalicelib.event_images.steps.people import load_opt_outs
from chalicelib.event_images.steps.register import register
from chalicelib.event_images.steps.retag import retag_photo
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
            if outcome and outcome.error is None and row.get("withheld"):
                # It became so while it was read, and its pictures were written once more.
                _delete_pictures(row, deps)
            note(request_id, photo, error_of(row), deps)
            return honour(row, deps)
        outcome = outcome or attempt()
        try:
            save(row, outcome, request_id, deps)
        except ConditionFailed:
            row = load(event_id, photo, deps)
        else:
            return honour(load(event_id, photo, deps), deps)
    raise RetryableError("busy", "Other runs write the same photo.")


def honour(row: Item, deps: Dependencies) -> Item:
    """Take an opt-out into account that came while the photo was read; the row as it is then.

    Whoever opts a runner out records that first and then removes what is there, so at least one
    of the two sees the other. A worker that dies before this is called again.
    """
    opted_out = load_opt_outs(row["eventId"], deps)
    if not names_any(row, opted_out):
        return row
    retag_photo(row, judge_of(row["eventId"], deps), deps)
    return deps.images.get((row["pk"], row["sk"])) or row


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
    judge = judge_of(row["eventId"], deps)
    images, requests = decide(row, outcome, judge, deps.clock())
    if outcome.error is None and withholds(images):
        # Before the row says so: if this ends here, the next try writes and deletes them again.
        _delete_pictures(row, deps)
    writes: list[tuple[str, TransactWrite]] = [(deps.images.name, write) for write in images]
    writes += [(deps.requests.name, write) for write in requests]
    if request_id is None:
        deps.tables.transact(writes)
    else:
        photo = outcome.photo
        deps.jobs.record(
            request_id, identify(photo), name=photo.filename, error=outcome.error, extra=writes
        )


def _delete_pictures(row: Item, deps: Dependencies) -> None:
    # The pictures alone: originals are not for a reader of photos to delete.
    pictures = [make(row["eventId"], row["imageId"]) for make in (web_key, thumb_key)]
    deps.storage.delete_many(deps.settings.media_bucket, pictures)
