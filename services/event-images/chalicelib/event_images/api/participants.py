"""``/events/{eventId}/participants``: the start list, and who of it has photos."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from chalice.app import Request, Response

from chalicelib.event_images.api.events import event_row
from chalicelib.event_images.domain import start_list as rows
from chalicelib.event_images.domain.coverage import (
    SMALL,
    coverage_key,
    coverage_of,
    coverage_row,
    stale,
)
from chalicelib.event_images.domain.start_list import StartList
from chalicelib.event_images.domain.start_list_csv import MOST_BYTES, parse_csv
from chalicelib.event_images.models.chores import CountCoverage, ImportStartList
from chalicelib.event_images.models.people import (
    ImportState,
    Participant,
    ParticipantList,
    PutParticipants,
    StartListAccepted,
    StartListImport,
    StartListReport,
    StartListUpload,
)
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.people import People, load_people
from shared.contracts import event_partition, tag_prefix
from shared.errors import BadRequest, TooLarge
from shared.http import answer, idempotency_key, page_params, parse
from shared.idempotency import execution_name
from shared.tables import Item, Put

# Some ten thousand runners, which are parsed within seconds by the routes' small function.
MOST_INLINE_BYTES = 500_000
CSV = "text/csv"
_CURSOR = re.compile(r"[0-9]{1,6}")


def put_participants(request: Request, deps: Dependencies) -> Response:
    """``PUT /events/{eventId}/participants`` (text/csv or PutParticipants) -> 202.

    The list replaces the one before it, all at once, a moment later.

    Raises:
        TooLarge: ``start_list_too_large``: upload it instead.
        UnprocessableInput: ``start_list_no_bib_column`` and others: it is no start list.
    """
    event_id: str = event_row(request, deps)["eventId"]
    data = _body(request)
    if len(data) > MOST_INLINE_BYTES:
        raise TooLarge(
            "start_list_too_large",
            f"A body has at most {MOST_INLINE_BYTES} bytes. Ask for an upload instead.",
        )
    # Now, so that whoever sends something else is told at once.
    parse_csv(data)
    import_id = _import_id(event_id, "PUT participants", request)
    key = rows.staged_key(event_id, import_id)
    deps.images.write(Put(rows.import_row(event_id, import_id, ImportState.PENDING.value)))
    media = deps.settings.media_bucket
    deps.storage.put(media, key, data, content_type=CSV)
    chore = ImportStartList(event_id=event_id, import_id=import_id, bucket=media, key=key)
    deps.queues.send(deps.settings.chores_queue_url, chore)
    return answer(StartListAccepted(import_id=import_id), 202)


def upload_participants(request: Request, deps: Dependencies) -> Response:
    """``POST /events/{eventId}/participants/upload`` -> StartListUpload.

    A form for a list of any size, which is imported once it is there.
    """
    event_id: str = event_row(request, deps)["eventId"]
    import_id = _import_id(event_id, "POST participants/upload", request)
    form = deps.storage.presign_post(
        deps.settings.incoming_bucket,
        rows.incoming_key(event_id, import_id),
        content_type=CSV,
        max_bytes=MOST_BYTES,
        expires=deps.settings.url_seconds,
    )
    upload = StartListUpload(
        import_id=import_id,
        url=form.url,
        fields=form.fields,
        expires_at=form.expires_at,
        max_bytes=MOST_BYTES,
    )
    return answer(upload)


def list_participants(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}/participants?withoutPhotos&limit&cursor`` -> ParticipantList.

    Raises:
        BadRequest: ``bad_limit``, ``bad_cursor``, ``bad_filter``.
    """
    event = event_row(request, deps)
    event_id: str = event["eventId"]
    limit, cursor = page_params(request)
    query: Mapping[str, str] = request.query_params or {}
    only_without = _flag(query.get("withoutPhotos"))
    after = _after(cursor)
    meta = deps.images.get(rows.meta_key(event_id))
    last = deps.images.get(rows.import_key(event_id))
    people = load_people(event_id, deps)
    listed = people.start_list
    if meta is None or listed is None:
        none = ParticipantList(
            items=[], cursor=None, coverage=None, start_list=None, last_import=_import_of(last)
        )
        return answer(none)
    tagged, as_of = _tagged(event, deps)
    wanted = [
        bib
        for bib in listed
        if int(bib) > after and not (only_without and tagged is not None and bib in tagged)
    ]
    page = wanted[:limit]
    return answer(
        ParticipantList(
            items=_participants(event_id, people, page, tagged, deps),
            cursor=page[-1] if len(wanted) > limit else None,
            coverage=None if tagged is None else coverage_of(listed, tagged, as_of),
            start_list=_report_of(meta, deps),
            last_import=_import_of(last),
        )
    )


def _participants(
    event_id: str,
    people: People,
    bibs: Sequence[str],
    tagged: StartList | None,
    deps: Dependencies,
) -> list[Participant]:
    if people.version is None:
        return []
    keys = [rows.runner_key(event_id, people.version, bib) for bib in bibs]
    found = [rows.runner_of(row) for row in deps.images.get_many(keys)]
    return [
        Participant(**one.model_dump(), has_photos=tagged is not None and one.bib in tagged)
        for one in found
    ]


def _tagged(event: Item, deps: Dependencies) -> tuple[StartList | None, datetime]:
    """The bibs that have photos and since when that is known; None before it was counted."""
    event_id, now = event["eventId"], deps.clock()
    row = deps.images.get(coverage_key(event_id))
    small = event["done"] <= SMALL
    if small or stale(row, now):
        if small:
            pk = event_partition(event_id)
            found = deps.images.query_all(pk, begins=tag_prefix())
            row = coverage_row(event_id, StartList(tag["bib"] for tag in found), now)
        else:
            deps.queues.send(deps.settings.chores_queue_url, CountCoverage(event_id=event_id))
    if row is None:
        return None, now
    return StartList.unpack(row["bibs"]), datetime.fromisoformat(row["asOf"])


def _report_of(meta: Item, deps: Dependencies) -> StartListReport:
    key = meta.get("reportKey")
    settings = deps.settings
    url = None
    if key:
        url = deps.storage.presign_get(
            settings.media_bucket, key, expires=settings.url_seconds, filename="bad-rows.csv"
        )
    return StartListReport.model_validate(
        {
            **{name: meta[name] for name in ("uploadedAt", "rows", "badRows", "problems")},
            "reportUrl": url,
        }
    )


def _import_of(row: Item | None) -> StartListImport | None:
    if row is None:
        return None
    shown = {name: row.get(name) for name in ("importId", "state", "error")}
    return StartListImport.model_validate(shown)


def _body(request: Request) -> bytes:
    if request.headers.get("content-type", "").lower().startswith(CSV):
        raw = request.raw_body
        return raw if isinstance(raw, bytes) else str(raw).encode()
    wanted = parse(request, PutParticipants).participants
    names = list(dict.fromkeys(name for row in wanted for name in row))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([row.get(name) for name in names] for row in wanted)
    return text.getvalue().encode()


def _import_id(event_id: str, route: str, request: Request) -> str:
    return execution_name(event_id, route, idempotency_key(request))[:20]


def _flag(text: str | None) -> bool:
    if text in (None, "", "false"):
        return False
    if text != "true":
        raise BadRequest("bad_filter", "withoutPhotos is true or false.")
    return True


def _after(cursor: str | None) -> int:
    if cursor is None:
        return -1
    if not _CURSOR.fullmatch(cursor):
        raise BadRequest("bad_cursor", "The cursor is not one that this list gave.")
    return int(cursor)
