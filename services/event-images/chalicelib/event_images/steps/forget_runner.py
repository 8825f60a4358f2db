"""Removing every trace of a runner who opted out.

The opt-out's row stands before this begins, so nothing new is written about the runner. What is
there is removed in steps that may each come twice: first what a search finds, then what only a
look at every photo finds. A last round comes some minutes later, for photos that were being read
when the runner opted out.
"""

from collections.abc import Callable, Iterator

from chalicelib.event_images.domain import decisions, exports, opt_outs
from chalicelib.event_images.domain.coverage import coverage_key
from chalicelib.event_images.domain.photo_rows import (
    changes,
    judged,
    names_any,
    photo_key,
    tags_of_bib,
)
from chalicelib.event_images.domain.photos import normal_bib
from chalicelib.event_images.domain.tagging import Judge
from chalicelib.event_images.models.chores import ForgetRunner
from chalicelib.event_images.models.people import RemovalState
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.hide_pictures import delete_pictures, hide
from chalicelib.event_images.steps.import_participants import delete_rows, remove_from_list
from chalicelib.event_images.steps.judging import judge_by
from chalicelib.event_images.steps.people import load_people
from chalicelib.event_images.steps.support_nearby import support_later
from shared.contracts import RunnerOptedOut, event_partition
from shared.errors import RetryableError
from shared.tables import ConditionFailed, Delete, Equals, Exists, Item, Put, TransactWrite, Update

TRIES = 6
# Rows that one message looks at: about a minute's work.
ROWS_AT_ONCE = 5_000
PAGE = 500
# Longer than any function reads a photo.
LAST_ROUND_SECONDS = 300
# What is searched row by row, in this order.
PHASES = ("PHOTO#", "AUDIT#", "REPORT#")


def forget_runner(chore: ForgetRunner, deps: Dependencies) -> bool:
    """Do a part of the removal; whether another message goes on with it.

    Raises:
        RetryableError: something did not answer, or others wrote the same rows all the time.
    """
    event_id, bib = chore.event_id, normal_bib(chore.bib)
    people = load_people(event_id, deps)
    if bib not in people.opted_out:
        return False  # undone meanwhile, or the event is gone
    judge = judge_by(people, deps)
    if chore.cursor is None:
        remove_from_list(event_id, people.opted_out, deps)
        _forget_files(event_id, deps)
        _forget_tags(event_id, bib, judge, deps)
    after = _search(chore, bib, judge, deps)
    if after is not None:
        _send(chore.model_copy(update={"cursor": after}), deps)
        return True
    # Alternatives went, so some readings that photos nearby supported are weighed otherwise.
    support_later(event_id, deps)
    if chore.last:
        return False
    _done(event_id, bib, people.opted_out, deps)
    again = ForgetRunner(event_id=event_id, bib=bib, last=True)
    _send(again, deps, delay_seconds=LAST_ROUND_SECONDS)
    return True


def _forget_files(event_id: str, deps: Dependencies) -> None:
    """Delete the files that list bibs: exports, and what machines wrote of their steps."""
    media = deps.settings.media_bucket
    places = [exports.exports_prefix(event_id)]
    places += [f"requests/{job_id}/results/" for job_id in _jobs(event_id, deps)]
    for prefix in places:
        deps.storage.delete_many(media, (info.key for info in deps.storage.list(media, prefix)))
    pk = event_partition(event_id)
    made = deps.images.query_all(pk, begins=exports.ROWS)
    delete_rows(deps.tables, deps.images, list(made))
    deps.images.write(Delete(coverage_key(event_id)))


def _jobs(event_id: str, deps: Dependencies) -> Iterator[str]:
    cursor = None
    while True:
        jobs, cursor = deps.jobs.list(event_id, limit=100, cursor=cursor)
        yield from (job.job_id for job in jobs)
        if cursor is None:
            return


def _forget_tags(event_id: str, bib: str, judge: Judge, deps: Dependencies) -> None:
    pk = event_partition(event_id)
    found = list(deps.images.query_all(pk, begins=tags_of_bib(bib)))
    for tag in found:
        row = deps.images.get(photo_key(event_id, tag["imageId"]))
        if row is not None:
            _forget_photo(row, bib, judge, deps)
    # What is left now belongs to no photo.
    left = list(deps.images.query_all(pk, begins=tags_of_bib(bib)))
    delete_rows(deps.tables, deps.images, left)


def _search(chore: ForgetRunner, bib: str, judge: Judge, deps: Dependencies) -> str | None:
    """Look at the next rows; where to go on, or None at the end."""
    phase, _, cursor = (chore.cursor or f"{PHASES[0]}|").partition("|")
    pk = event_partition(chore.event_id)
    forget: dict[str, Callable[[Item, str, Judge, Dependencies], None]] = {
        "PHOTO#": _forget_photo,
        "AUDIT#": _forget_audit,
        "REPORT#": _forget_report,
    }
    looked = 0
    for begins in PHASES[PHASES.index(phase) :]:
        after = cursor if begins == phase and cursor else None
        while True:
            page = deps.images.query(pk, begins=begins, limit=PAGE, cursor=after)
            for row in page.items:
                forget[begins](row, bib, judge, deps)
            looked += len(page.items)
            after = page.cursor
            if after is None:
                break
            if looked >= ROWS_AT_ONCE:
                return f"{begins}|{after}"
    return None


def _forget_photo(row: Item, bib: str, judge: Judge, deps: Dependencies) -> None:
    """Take the runner out of a photo; its pictures go when nobody else is tagged on it."""
    if row.get("withheld"):
        # Whoever withheld it may have been cut short, or may not delete.
        hide(row, deps)
        row = deps.images.get((row["pk"], row["sk"])) or row
    for _ in range(TRIES):
        # Other photos are left as they are, also where a newer start list would judge otherwise.
        if not names_any(row, judge.opted_out) and opt_outs.scrubbed(row, bib) == row:
            return
        after = opt_outs.scrubbed(judged(row, judge), bib)
        if after["withheld"]:
            after["picturesGone"] = True
            # First, so that whoever is cut short here finds the photo again.
            delete_pictures(row, deps)
        images, requests = changes(row, after, judge)
        writes: list[tuple[str, TransactWrite]] = [(deps.images.name, one) for one in images]
        writes += [(deps.requests.name, one) for one in requests]
        try:
            deps.tables.transact(writes)
        except ConditionFailed:
            fresh = deps.images.get((row["pk"], row["sk"]))
            if fresh is None:
                return
            row = fresh
        else:
            return
    raise RetryableError("busy", "Other runs write the same photo.")


def _forget_audit(row: Item, bib: str, judge: Judge, deps: Dependencies) -> None:  # noqa: ARG001
    clean = decisions.forgotten(row, judge.opted_out)
    if clean is not None:
        deps.images.write(Put(clean, when=Exists()))


def _forget_report(row: Item, bib: str, judge: Judge, deps: Dependencies) -> None:  # noqa: ARG001
    if row.get("bib") is None or normal_bib(row["bib"]) != bib:
        return
    # What a person wrote may well name the bib, or themselves.
    change = Update(
        (row["pk"], row["sk"]),
        set={"version": row["version"] + 1},
        remove=("bib", "message"),
        when=Equals({"version": row["version"]}),
    )
    try:
        deps.images.write(change)
    except ConditionFailed as exc:
        raise RetryableError("busy", "Somebody deals with a report of this runner.") from exc


def _done(event_id: str, bib: str, known: opt_outs.OptOuts, deps: Dependencies) -> None:
    key = opt_outs.opt_out_key(event_id, opt_outs.digest(known.secret, bib))
    row = deps.images.get(key)
    if row is None:
        return
    message = RunnerOptedOut(event_id=event_id, bib=bib, opted_out_at=row["at"])
    # Before the state says so: a message that comes twice does no harm, a lost one does.
    deps.topics.publish(deps.settings.opt_outs_topic_arn, message)
    try:
        deps.images.write(Update(key, set={"state": RemovalState.REMOVED.value}, when=Exists()))
    except ConditionFailed:
        return  # undone meanwhile


def _send(chore: ForgetRunner, deps: Dependencies, *, delay_seconds: int = 0) -> None:
    deps.queues.send(deps.settings.chores_queue_url, chore, delay_seconds=delay_seconds)
