"""Who runs and who opted out, as the readers of photos and the routes need it."""

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.event_images.domain.opt_outs import PREFIX, OptOuts
from chalicelib.event_images.domain.photos import normal_bib
from chalicelib.event_images.domain.start_list import (
    KEPT,
    StartList,
    bits_key,
    meta_key,
    runner_key,
    runner_of,
)
from chalicelib.event_images.models.people import Runner
from chalicelib.event_images.ports import Dependencies
from shared.contracts import event_partition


@dataclass(frozen=True)
class People:
    """The runners of an event.

    ``start_list`` is None when the event has none, which says nothing about any bib.
    ``bib in opted_out`` asks for an opt-out; nothing else can be learned of those.
    """

    start_list: StartList | None
    opted_out: OptOuts


def load_people(event_id: str, deps: Dependencies) -> People:
    """Who runs and who opted out, as of now. RetryableError."""
    return People(load_start_list(event_id, deps), load_opt_outs(event_id, deps))


def load_opt_outs(event_id: str, deps: Dependencies) -> OptOuts:
    """Who opted out, as of now: never kept, since an opt-out holds from the moment it is made."""
    rows = deps.images.query_all(event_partition(event_id), begins=PREFIX)
    return OptOuts.of_rows(rows)


def load_start_list(event_id: str, deps: Dependencies) -> StartList | None:
    """The start list that holds now; kept between calls, by its version."""
    meta = deps.images.get(meta_key(event_id))
    if meta is None:
        return None
    known = KEPT.get(meta)
    if known is not None:
        return known
    row = deps.images.get(bits_key(event_id, meta["version"]))
    if row is None:
        # A newer list came between the two reads, and this one was cleared away.
        fresh = deps.images.get(meta_key(event_id))
        if fresh is None or fresh["version"] == meta["version"]:
            return StartList()
        return load_start_list(event_id, deps)
    return KEPT.keep(meta, row)


def runners_of(event_id: str, bibs: Iterable[str], deps: Dependencies) -> dict[str, Runner]:
    """The runners of these bibs, by bib without leading zeros; unlisted ones are left out."""
    wanted = sorted({normal_bib(bib) for bib in bibs})
    if not wanted:
        return {}
    meta = deps.images.get(meta_key(event_id))
    if meta is None:
        return {}
    rows = deps.images.get_many([runner_key(event_id, meta["version"], bib) for bib in wanted])
    runners = [runner_of(row) for row in rows]
    return {runner.bib: runner for runner in runners}
