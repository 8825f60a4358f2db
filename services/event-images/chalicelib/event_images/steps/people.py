"""Who runs and who opted out, as the readers of photos and the routes need it."""

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.event_images.domain.opt_outs import OptOuts
from chalicelib.event_images.domain.photo_rows import tags_of_bib
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
from shared.contracts import event_partition, opt_out_partition
from shared.errors import RetryableError

TRIES = 3


@dataclass(frozen=True)
class People:
    """The runners of an event.

    ``start_list`` and its ``version`` are None when the event has none, which says nothing about
    any bib. ``bib in opted_out`` asks for an opt-out; nothing else can be learned of those.
    """

    start_list: StartList | None
    version: str | None
    opted_out: OptOuts


def load_people(event_id: str, deps: Dependencies) -> People:
    """Who runs and who opted out, as of now; a start list is kept between calls, by its version.

    Raises:
        RetryableError: ``busy``, newer start lists come all the time.
    """
    # Opt-outs first: the list that is read after them cannot hold one that they name.
    opted_out = load_opt_outs(event_id, deps)
    for _ in range(TRIES):
        meta = deps.images.get(meta_key(event_id))
        if meta is None:
            return People(None, None, opted_out)
        version = str(meta["version"])
        kept = KEPT.get(meta)
        if kept is not None:
            return People(kept, version, opted_out)
        row = deps.images.get(bits_key(event_id, version))
        if row is not None:
            return People(KEPT.keep(meta, row), version, opted_out)
        # A newer list came between the two reads, and this one was cleared away.
    raise RetryableError("busy", "The start list is being replaced.")


def load_opt_outs(event_id: str, deps: Dependencies) -> OptOuts:
    """Who opted out, as of now: never kept, since an opt-out holds from the moment it is made."""
    return OptOuts.of_rows(deps.images.query_all(opt_out_partition(event_id)))


def runners_of(
    event_id: str, people: People, bibs: Iterable[str], deps: Dependencies
) -> dict[str, Runner]:
    """The listed runners of these bibs, by bib without leading zeros."""
    listed = people.start_list
    if listed is None or people.version is None:
        return {}
    wanted = sorted({normal_bib(bib) for bib in bibs if bib in listed})
    keys = [runner_key(event_id, people.version, bib) for bib in wanted]
    found = [runner_of(row) for row in deps.images.get_many(keys)] if keys else []
    return {normal_bib(runner.bib): runner for runner in found}


def has_photo(event_id: str, bib: str, deps: Dependencies) -> bool:
    """Whether any photo is tagged with the bib."""
    pk = event_partition(event_id)
    return bool(deps.images.query(pk, begins=tags_of_bib(bib), limit=1).items)
