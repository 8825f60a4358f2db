"""What routes know of an event's runners: who is listed, who opted out, and their names."""

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.event_images.domain.opt_outs import PREFIX, OptOuts
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
from chalicelib.event_images.domain.tagging import Judge
from chalicelib.event_images.models.people import Runner
from chalicelib.event_images.ports import Dependencies
from shared.contracts import event_partition
from shared.errors import RetryableError

_TRIES = 3


@dataclass(frozen=True)
class Runners:
    """An event's runners. ``version`` is of the start list; None without one."""

    start_list: StartList | None
    version: str | None
    opted_out: OptOuts

    def judge(self, deps: Dependencies) -> Judge:
        """What the event's readings are judged by."""
        listed = self.start_list
        return Judge(
            min_confidence=deps.settings.bib_min_confidence,
            listed=None if listed is None else listed.__contains__,
            near=None if listed is None else listed.near,
            opted_out=self.opted_out,
        )


def load_runners(event_id: str, deps: Dependencies) -> Runners:
    """The runners as of now. RetryableError."""
    # Opt-outs first: the list that is read after them cannot hold one that they name.
    opted_out = load_opted_out(event_id, deps)
    for _ in range(_TRIES):
        meta = deps.images.get(meta_key(event_id))
        if meta is None:
            return Runners(None, None, opted_out)
        version = str(meta["version"])
        kept = KEPT.get(meta)
        if kept is not None:
            return Runners(kept, version, opted_out)
        row = deps.images.get(bits_key(event_id, version))
        if row is not None:
            return Runners(KEPT.keep(meta, row), version, opted_out)
    raise RetryableError("busy", "The start list is being replaced.")


def load_opted_out(event_id: str, deps: Dependencies) -> OptOuts:
    """Who opted out, as of now."""
    rows = deps.images.query_all(event_partition(event_id), begins=PREFIX)
    return OptOuts.of_rows(rows)


def names_of(
    event_id: str, runners: Runners, bibs: Iterable[str], deps: Dependencies
) -> dict[str, Runner]:
    """The listed runners of these bibs, by bib without leading zeros."""
    if runners.version is None or runners.start_list is None:
        return {}
    wanted = sorted({normal_bib(bib) for bib in bibs if bib in runners.start_list})
    keys = [runner_key(event_id, runners.version, bib) for bib in wanted]
    found = [runner_of(row) for row in deps.images.get_many(keys)] if keys else []
    return {normal_bib(runner.bib): runner for runner in found}


def has_photo(event_id: str, bib: str, deps: Dependencies) -> bool:
    """Whether any photo is tagged with the bib."""
    return bool(
        deps.images.query(event_partition(event_id), begins=tags_of_bib(bib), limit=1).items
    )
