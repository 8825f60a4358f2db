"""Writing what came of a runner's reel, exactly once: the row, and the request's item."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from chalicelib.reels.domain import reel_rows
from chalicelib.reels.domain.request_rows import count_unchanged
from chalicelib.reels.models import (
    ReelGenerationOutput,
    ReelWarning,
    Shot,
    VideoFile,
    WantedReel,
)
from chalicelib.reels.ports import Dependencies
from chalicelib.reels.steps.removal import hidden_item, is_removed, remove_all
from shared.errors import ItemError, NotFound, RetryableError
from shared.tables import ConditionFailed, Item, Put, TransactWrite

TRIES = 6


@dataclass(frozen=True)
class Rendering:
    """What is told of a reel that was rendered, beside its files."""

    name: str | None
    fingerprint: str
    engine: str
    shots: tuple[Shot, ...]
    warnings: tuple[ReelWarning, ...]


class _HiddenError(Exception):
    """The runner has opted out, or the event was removed, while the reel was made."""


def stale(event_id: str, wanted: WantedReel, fingerprint: str, deps: Dependencies) -> bool:
    """Whether the reel has to be rendered: there is none, or it is of other contents."""
    return not reel_rows.unchanged(_row(event_id, wanted, deps), fingerprint)


def save_reel(
    request_id: str,
    event_id: str,
    wanted: WantedReel,
    rendering: Rendering,
    videos: Sequence[VideoFile],
    deps: Dependencies,
) -> ReelGenerationOutput:
    """Put the new reel in the place of the current one; then the files of the earlier one go.

    Raises:
        RetryableError: other runs wrote the same runner's reel all the time.
    """

    def put(row: Item | None) -> Put:
        return reel_rows.made(
            row,
            event_id,
            wanted,
            name=rendering.name,
            fingerprint=rendering.fingerprint,
            engine=rendering.engine,
            videos=videos,
            shots=rendering.shots,
            warnings=rendering.warnings,
            now=deps.clock(),
        )

    try:
        _save(request_id, event_id, wanted, None, put, deps)
    except _HiddenError:
        return note_hidden(request_id, event_id, wanted, deps)
    _sweep(event_id, wanted, deps)
    return _now(event_id, wanted, deps, rendered=True)


def save_failure(
    request_id: str,
    event_id: str,
    wanted: WantedReel,
    error: ItemError,
    deps: Dependencies,
) -> ReelGenerationOutput:
    """Record why there is no new reel; one that was there stays. RetryableError."""
    try:
        _save(
            request_id,
            event_id,
            wanted,
            error,
            lambda row: reel_rows.failed(row, event_id, wanted, error, deps.clock()),
            deps,
        )
    except _HiddenError:
        return note_hidden(request_id, event_id, wanted, deps)
    # The step that failed may have died between saving a reel and deleting the earlier files.
    _sweep(event_id, wanted, deps)
    return _now(event_id, wanted, deps, rendered=False)


def note_unchanged(
    request_id: str, event_id: str, wanted: WantedReel, deps: Dependencies
) -> ReelGenerationOutput:
    """Count a reel that is current already; an error of an earlier attempt is over."""
    row = _row(event_id, wanted, deps)
    extra: list[tuple[str, TransactWrite]] = [
        deps.event_images.unless_removed(event_id),
        (deps.reels.name, count_unchanged(request_id)),
    ]
    try:
        deps.jobs.record(request_id, wanted.bib, name=wanted.bib, error=None, extra=extra)
    except (ConditionFailed, NotFound):
        if not is_removed(event_id, deps):
            raise
        return note_hidden(request_id, event_id, wanted, deps)
    if row and row.get("error"):
        # Another run that has written the row meanwhile knows better.
        with suppress(ConditionFailed):
            deps.reels.write(reel_rows.mended(row))
    _sweep(event_id, wanted, deps)
    return _now(event_id, wanted, deps, rendered=False)


def note_hidden(
    request_id: str, event_id: str, wanted: WantedReel, deps: Dependencies
) -> ReelGenerationOutput:
    """Leave nothing of a runner who is not to be shown, and count the item as done."""
    remove_all(event_id, wanted.bib, deps)
    try:
        # A name tells who it was: the request keeps the item without it.
        deps.jobs.record(request_id, hidden_item(wanted.bib), name="", error=None)
    except NotFound:
        # The request of a removed event has gone with it.
        if not is_removed(event_id, deps):
            raise
    return ReelGenerationOutput(bib=wanted.bib, state=None, rendered=False)


def _save(
    request_id: str,
    event_id: str,
    wanted: WantedReel,
    error: ItemError | None,
    put: Callable[[Item | None], Put],
    deps: Dependencies,
) -> None:
    """One transaction: the reel's row, the request's item, and that both are still wanted."""
    for _ in range(TRIES):
        row = _row(event_id, wanted, deps)
        extra: list[tuple[str, TransactWrite]] = [
            deps.event_images.unless_opted_out(event_id, wanted.bib),
            deps.event_images.unless_removed(event_id),
            (deps.reels.name, put(row)),
        ]
        try:
            deps.jobs.record(request_id, wanted.bib, name=wanted.bib, error=error, extra=extra)
        except ConditionFailed as exc:
            if 0 in exc.failed and deps.event_images.opted_out(event_id, [wanted.bib]):
                raise _HiddenError from exc
            if 1 in exc.failed:
                raise _HiddenError from exc
        except NotFound as exc:
            if is_removed(event_id, deps):
                raise _HiddenError from exc
            raise
        else:
            # When the item had its outcome before, this is a repeat: the row is of that outcome.
            return
    raise RetryableError("busy", "Other runs write the same reel.")


def _sweep(event_id: str, wanted: WantedReel, deps: Dependencies) -> None:
    """Delete the files that the current reel took the place of."""
    row = _row(event_id, wanted, deps)
    if row is None or not row.get("superseded"):
        return
    for key in row["superseded"]:
        deps.storage.delete(deps.settings.media_bucket, key)
    with suppress(ConditionFailed):
        deps.reels.write(reel_rows.swept(row))


def _row(event_id: str, wanted: WantedReel, deps: Dependencies) -> Item | None:
    return deps.reels.get(reel_rows.reel_key(event_id, wanted.bib, preview=wanted.preview))


def _now(
    event_id: str, wanted: WantedReel, deps: Dependencies, *, rendered: bool
) -> ReelGenerationOutput:
    row = _row(event_id, wanted, deps)
    state = reel_rows.state_of(row) if row else None
    return ReelGenerationOutput(bib=wanted.bib, state=state, rendered=rendered)
