"""``PATCH /events/{eventId}/photos/{imageId}``: people decide about numbers; the record of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalice.app import Request, Response

from chalicelib.event_images.api.events import event_row
from chalicelib.event_images.api.photos import photo_row, shown
from chalicelib.event_images.domain import decisions as rules
from chalicelib.event_images.domain.photo_rows import (
    changes,
    decisions_of,
    judged,
    names_any,
    photo_key,
    readings_of,
)
from chalicelib.event_images.domain.photos import normal_bib, state_of, tags
from chalicelib.event_images.domain.tagging import Judge
from chalicelib.event_images.models import (
    AuditEntry,
    AuditList,
    DecidedPhoto,
    DecidePhoto,
    Decision,
    NewDecision,
    PhotoState,
)
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.hide_pictures import hide_later
from chalicelib.event_images.steps.judging import judge_of
from chalicelib.event_images.steps.people import load_opt_outs
from shared.contracts import event_partition
from shared.errors import Conflict, NotFound, RetryableError
from shared.http import answer, idempotency_key, page_params, parse
from shared.idempotency import execution_name
from shared.tables import ConditionFailed, Item, Put, TransactWrite

TRIES = 6
_ID = 20


@dataclass(frozen=True)
class Asked:
    """A PATCH: what, by whom, and the ids that its decisions get."""

    body: DecidePhoto
    ids: tuple[str, ...]
    by: str | None
    at: datetime
    repeatable: bool


def decide_photo(request: Request, deps: Dependencies) -> Response:
    """``PATCH /events/{eventId}/photos/{imageId}`` -> DecidedPhoto.

    Tags, counters, the photo's place in the review, and the record change in one transaction.
    With an ``Idempotency-Key`` a repeat changes nothing; so does undoing what is undone.

    Raises:
        Conflict: ``version_conflict``, not ``ifVersion``; ``reading_not_found``; ``opted_out``;
            ``photo_not_done``; ``too_many_tags``; ``too_many_decisions``;
            ``idempotency_key_reused``.
        NotFound: ``photo_not_found``, ``decision_not_found``.
        BadRequest: ``bad_box``, or the body is not a DecidePhoto.
    """
    event_id: str = event_row(request, deps)["eventId"]
    row = photo_row(request, event_id, deps)
    image_id: str = row["imageId"]
    asked = _asked(request, f"{event_id}/{image_id}", deps)
    for _ in range(TRIES):
        recorded = _record(row, deps) if asked.repeatable else []
        if not _done_before(asked, row, recorded):
            try:
                row = _write(asked, row, deps)
            except ConditionFailed:
                row = photo_row(request, event_id, deps)
                continue
        # Also by a repeat: the call before it may have broken off right here.
        hide_later(row, deps)
        return answer(DecidedPhoto(photo=shown(row, deps), decision_ids=asked.ids))
    raise RetryableError("busy", "Others change the same photo.")


def list_audit(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}/photos/{imageId}/audit`` -> AuditList, oldest first."""
    event_id: str = event_row(request, deps)["eventId"]
    image_id: str = photo_row(request, event_id, deps)["imageId"]
    limit, cursor = page_params(request)
    found = deps.images.query(
        event_partition(event_id), begins=rules.audit_prefix(image_id), limit=limit, cursor=cursor
    )
    items = [rules.audit_of(row) for row in found.items]
    return answer(AuditList(items=items, cursor=found.cursor))


def reject_bib(
    event_id: str, image_id: str, bib: str, deps: Dependencies, *, by: str | None
) -> None:
    """Decide that a number is not in a photo; nothing when the photo does not have it (any more).

    Raises:
        Conflict: ``too_many_decisions``.
        RetryableError: others change the same photo all the time.
    """
    asked = Asked(
        body=DecidePhoto(decisions=[NewDecision(action="reject", bib=bib)]),
        ids=(execution_name(f"{event_id}/{image_id}", "reject", None)[:_ID],),
        by=by,
        at=deps.clock(),
        repeatable=False,
    )
    for _ in range(TRIES):
        row = deps.images.get(photo_key(event_id, image_id))
        if row is None or state_of(row) is not PhotoState.DONE:
            return
        if normal_bib(bib) not in tags(readings_of(row)):
            return
        try:
            row = _write(asked, row, deps)
        except ConditionFailed:
            continue
        hide_later(row, deps)
        return
    raise RetryableError("busy", "Others change the same photo.")


def _asked(request: Request, photo: str, deps: Dependencies) -> Asked:
    body = parse(request, DecidePhoto)
    key = idempotency_key(request)
    # One for each decision; the undoing of one is an entry of the record, and no decision.
    ids = [
        execution_name(photo, f"PATCH photo {number}", key)[:_ID]
        for number in range(len(body.decisions) or 1)
    ]
    context = request.context.get("authorizer") or {}
    by = context.get("principalId")
    return Asked(
        body=body,
        ids=tuple(ids),
        by=str(by) if by else None,
        at=deps.clock(),
        repeatable=key is not None or body.undo is not None,
    )


def _record(row: Item, deps: Dependencies) -> list[AuditEntry]:
    prefix = rules.audit_prefix(row["imageId"])
    pk = event_partition(row["eventId"])
    return [rules.audit_of(one) for one in deps.images.query_all(pk, begins=prefix)]


def _done_before(asked: Asked, row: Item, recorded: Sequence[AuditEntry]) -> bool:
    """Whether the record has this already. NotFound ``decision_not_found``."""
    known = {entry.audit_id: entry for entry in recorded}
    undo = asked.body.undo
    if undo is not None:
        if any(one.id == undo for one in decisions_of(row)):
            return False
        if undo not in known:
            raise NotFound("decision_not_found", "There is no such decision about this photo.")
        return True
    before = [known.get(one) for one in asked.ids]
    if not any(before):
        return False
    now = [(one.action, one.bib, one.to) for one in asked.body.decisions]
    if now != [entry and (entry.action, entry.bib, entry.to) for entry in before]:
        raise Conflict(
            "idempotency_key_reused", "This idempotency key came before, with other decisions."
        )
    return True


def _write(asked: Asked, row: Item, deps: Dependencies) -> Item:
    """The decisions in one transaction; the row afterwards. ConditionFailed."""
    body = asked.body
    if body.if_version is not None and body.if_version != row["version"]:
        raise Conflict("version_conflict", "The photo has changed meanwhile.")
    if state_of(row) is not PhotoState.DONE:
        raise Conflict("photo_not_done", "The photo has not been read; there is nothing to decide.")
    judge = judge_of(row["eventId"], deps)
    after, entries = _undone(asked, row, judge) if body.undo else _decided(asked, row, judge)
    record = [rules.audit_row(row["eventId"], entry) for entry in entries]
    return _honour(_transact(row, after, record, judge, deps), record, deps)


def _decided(asked: Asked, row: Item, judge: Judge) -> tuple[Item, list[AuditEntry]]:
    wanted = asked.body.decisions
    rules.refuse_opted_out(wanted, judge.opted_out)
    new = rules.made(
        wanted,
        readings_of(row),
        size=(row["width"], row["height"]),
        ids=asked.ids,
        at=asked.at,
        by=asked.by,
    )
    standing = rules.with_new(decisions_of(row), new)
    entries: list[AuditEntry] = []
    after = judged(row, judge)
    for number, one in enumerate(new, len(standing) - len(new) + 1):
        before, after = after, _with(row, standing[:number], judge)
        entries.append(
            AuditEntry(
                audit_id=one.id,
                image_id=row["imageId"],
                # Decisions of one request keep their order in the record.
                at=asked.at + timedelta(microseconds=len(entries)),
                by=asked.by,
                action=one.action,
                bib=one.bib,
                to=one.to,
                before=_bibs(before),
                after=_bibs(after),
            )
        )
    said = rules.stand(standing)
    if not {bib for bib, what in said.items() if what.there} <= set(_bibs(after)):
        raise Conflict("too_many_tags", "A photo cannot have more tags.")
    return after, entries


def _undone(asked: Asked, row: Item, judge: Judge) -> tuple[Item, list[AuditEntry]]:
    standing = decisions_of(row)
    undo = str(asked.body.undo)
    about = next(one for one in standing if one.id == undo)
    after = _with(row, rules.without(standing, undo), judge)
    entry = AuditEntry(
        audit_id=asked.ids[0],
        image_id=row["imageId"],
        at=asked.at,
        by=asked.by,
        action="undo",
        bib=about.bib,
        to=about.to,
        undoes=undo,
        before=_bibs(row),
        after=_bibs(after),
    )
    return after, [entry]


def _with(row: Item, decisions: Sequence[Decision], judge: Judge) -> Item:
    plain = [one.model_dump(by_alias=True, mode="json") for one in decisions]
    return judged({**row, "decisions": plain}, judge)


def _bibs(row: Item) -> tuple[str, ...]:
    return tuple(tags(readings_of(row)))


def _honour(after: Item, record: Sequence[Put], deps: Dependencies) -> Item:
    """Take an opt-out into account that came while this was written; the row as it is then.

    Whoever opts a runner out records that first and then removes what is there, so at least one
    of the two sees the other.
    """
    event_id: str = after["eventId"]
    opted_out = load_opt_outs(event_id, deps)
    for put in record:
        if (clean := rules.forgotten(put.item, opted_out)) is not None:
            deps.images.write(Put(clean))
    for _ in range(TRIES):
        if not names_any(after, opted_out):
            return after
        judge = judge_of(event_id, deps)
        try:
            return _transact(after, judged(after, judge), (), judge, deps)
        except ConditionFailed:
            after = deps.images.get((after["pk"], after["sk"])) or after
    raise RetryableError("busy", "Others change the same photo.")


def _transact(
    row: Item, after: Item, record: Sequence[Put], judge: Judge, deps: Dependencies
) -> Item:
    images, requests = changes(row, after, judge)
    writes: list[tuple[str, TransactWrite]] = [(deps.images.name, w) for w in (*images, *record)]
    writes += [(deps.requests.name, write) for write in requests]
    deps.tables.transact(writes)
    return {**after, "version": row["version"] + 1}
