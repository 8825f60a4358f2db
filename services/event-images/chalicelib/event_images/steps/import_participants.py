"""Making a file the event's start list: all of it at once, or none of it."""

import csv
import hashlib
import io
import secrets
from collections.abc import Iterable, Sequence
from itertools import batched

from chalicelib.event_images.domain import start_list as rows
from chalicelib.event_images.domain.events import event_key
from chalicelib.event_images.domain.opt_outs import OptOuts
from chalicelib.event_images.domain.start_list_csv import MOST_BYTES, Parsed, parse_csv
from chalicelib.event_images.models.chores import ImportStartList, RetagEvent
from chalicelib.event_images.models.people import ImportState, RowProblem
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.people import load_opt_outs
from shared.contracts import event_partition
from shared.errors import ItemError, MedleyError, NotFound, RetryableError
from shared.observability import logger
from shared.tables import (
    Absent,
    Check,
    ConditionFailed,
    Delete,
    Equals,
    Exists,
    Item,
    Put,
    Table,
    Tables,
    TransactWrite,
    Update,
)

TRIES = 5
DELETES_AT_ONCE = 100

log = logger("event-images")


def import_start_list(chore: ImportStartList, deps: Dependencies) -> None:
    """Make the file the event's start list, note how that went, and delete the file.

    A file that is no start list is an outcome, not an error. A message that comes twice finds no
    file the second time.

    Raises:
        RetryableError: something did not answer; the old list still holds.
    """
    event_id = chore.event_id
    try:
        data = deps.storage.get(chore.bucket, chore.key, max_bytes=MOST_BYTES)
        if deps.requests.get(event_key(event_id)) is not None:
            parsed = parse_csv(data)
            replace_list(chore, parsed, hashlib.sha256(data).hexdigest(), deps)
            _note(chore, ImportState.DONE, None, deps)
            deps.queues.send(deps.settings.chores_queue_url, RetagEvent(event_id=event_id))
    except RetryableError:
        raise
    except NotFound:
        log.info("start list is gone", extra={"import": chore.import_id})
        return
    except MedleyError as exc:
        _note(chore, ImportState.FAILED, ItemError.of(exc), deps)
    # It names people, and the tables have what is needed of it.
    deps.storage.delete(chore.bucket, chore.key)


def replace_list(chore: ImportStartList, parsed: Parsed, digest: str, deps: Dependencies) -> None:
    """Write all rows under a new version, make that the one that holds, and clear old ones."""
    event_id = chore.event_id
    for _ in range(TRIES):
        current = deps.images.get(rows.meta_key(event_id))
        version = rows.new_version(current, secrets.token_hex(6))
        opted_out = load_opt_outs(event_id, deps)
        kept = [runner for runner in parsed.runners if runner.bib not in opted_out]
        deps.images.put_many(rows.runner_row(event_id, version, runner) for runner in kept)
        listed = rows.StartList(runner.bib for runner in kept)
        deps.images.write(Put(rows.bits_row(event_id, version, listed)))
        meta = rows.meta_row(
            event_id,
            version,
            rows=len(kept),
            bad_rows=len(parsed.problems),
            problems=_plain(parsed.problems[: rows.SHOWN_PROBLEMS]),
            digest=digest,
            report_key=_report(chore, parsed.problems, deps),
            now=deps.clock(),
        )
        if _switch(current, meta, deps):
            # Whoever opted out while the rows were written is in them, and in no later check.
            remove_from_list(event_id, load_opt_outs(event_id, deps), deps, since=opted_out)
            clear_old(event_id, version, deps)
            if current and current.get("reportKey"):
                deps.storage.delete(deps.settings.media_bucket, current["reportKey"])
            return
    raise RetryableError("busy", "Other start lists came in all the time.")


def remove_from_list(
    event_id: str, opted_out: OptOuts, deps: Dependencies, *, since: OptOuts | None = None
) -> None:
    """Take runners who opted out off the list that holds. RetryableError ``busy``."""
    if since is not None and opted_out == since:
        return
    for _ in range(TRIES):
        meta = deps.images.get(rows.meta_key(event_id))
        packed = deps.images.get(rows.bits_key(event_id, meta["version"])) if meta else None
        if meta is None or packed is None:
            return
        listed = rows.StartList.unpack(packed["bibs"])
        gone = [bib for bib in listed if bib in opted_out]
        for bib in gone:
            deps.images.write(Delete(rows.runner_key(event_id, meta["version"], bib)))
        if not gone:
            return
        left = rows.StartList(bib for bib in listed if bib not in opted_out)
        change = Update(
            rows.meta_key(event_id),
            set={"rows": len(left), "revision": meta.get("revision", 0) + 1},
            when=Equals({"version": meta["version"], "revision": meta.get("revision")}),
        )
        bits = Put(rows.bits_row(event_id, meta["version"], left))
        try:
            deps.tables.transact([(deps.images.name, change), (deps.images.name, bits)])
        except ConditionFailed:
            continue
        return
    raise RetryableError("busy", "The start list changes all the time.")


def clear_old(event_id: str, version: str, deps: Dependencies) -> None:
    """Delete the rows of all versions that can never hold again."""
    pk = event_partition(event_id)
    for begins in (rows.RUNNERS, rows.BITS):
        old = (
            row
            for row in deps.images.query_all(pk, begins=begins)
            if rows.replaced(row["sk"].removeprefix(begins).split("#")[0], version)
        )
        delete_rows(deps.tables, deps.images, old)


def delete_rows(tables: Tables, table: Table, found: Iterable[Item]) -> int:
    """Delete rows by the hundred; how many."""
    count = 0
    for batch in batched(found, DELETES_AT_ONCE, strict=False):
        tables.transact([(table.name, Delete((row["pk"], row["sk"]))) for row in batch])
        count += len(batch)
    return count


def _switch(current: Item | None, meta: Item, deps: Dependencies) -> bool:
    if current is None:
        when: Absent | Equals = Absent()
    else:
        when = Equals({"version": current["version"], "revision": current.get("revision")})
    event = Check(event_key(meta["eventId"]), Exists())
    writes: list[tuple[str, TransactWrite]] = [
        (deps.images.name, Put(meta, when=when)),
        (deps.requests.name, event),
    ]
    try:
        deps.tables.transact(writes)
    except ConditionFailed as exc:
        if 1 in exc.failed:
            raise NotFound("event_not_found", "There is no such event.") from None
        return False
    return True


def _note(
    chore: ImportStartList, state: ImportState, error: ItemError | None, deps: Dependencies
) -> None:
    plain = error.model_dump(by_alias=True) if error else None
    deps.images.write(Put(rows.import_row(chore.event_id, chore.import_id, state.value, plain)))


def _plain(problems: Sequence[RowProblem]) -> list[Item]:
    return [problem.model_dump(by_alias=True) for problem in problems]


def _report(
    chore: ImportStartList, problems: Sequence[RowProblem], deps: Dependencies
) -> str | None:
    """The key of a file with all problems, where the row cannot show them."""
    if len(problems) <= rows.SHOWN_PROBLEMS:
        return None
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["line", "code", "message"])
    writer.writerows((one.line, one.code, one.message) for one in problems)
    key = rows.report_key(chore.event_id, chore.import_id)
    data = text.getvalue().encode("utf-8-sig")
    deps.storage.put(deps.settings.media_bucket, key, data, content_type="text/csv; charset=utf-8")
    return key
