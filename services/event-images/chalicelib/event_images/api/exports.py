"""``/events/{eventId}/exports``: what is taken out of the service as files."""

import re

from chalice.app import Request, Response

from chalicelib.event_images.api.events import event_row
from chalicelib.event_images.domain import exports as rows
from chalicelib.event_images.domain.photo_rows import photo_key
from chalicelib.event_images.models.chores import MakeExport
from chalicelib.event_images.models.exports import CreateExport, ExportFile
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.people import load_people, runners_of
from shared.contracts import BibTag, event_partition, tag_prefix
from shared.errors import NotFound, TooLarge
from shared.http import answer, here, idempotency_key, parse, path_param
from shared.idempotency import execution_name
from shared.tables import Absent, ConditionFailed, Item, Put

_ID = re.compile(r"[0-9a-f]{20}")


def create_export(request: Request, deps: Dependencies) -> Response:
    """``POST /events/{eventId}/exports`` -> 202 ExportFile, with its Location.

    The file is written a moment later; with an ``Idempotency-Key`` a repeat is the same export.
    """
    event_id: str = event_row(request, deps)["eventId"]
    wanted = parse(request, CreateExport)
    export_id = execution_name(event_id, "POST exports", idempotency_key(request))[:20]
    row = rows.export_row(event_id, export_id, wanted.kind.value, deps.clock())
    try:
        deps.images.write(Put(row, when=Absent()))
    except ConditionFailed:
        row = deps.images.get(rows.export_key(event_id, export_id)) or row
    if row["state"] == "PENDING":
        chore = MakeExport(
            event_id=event_id, export_id=export_id, export=wanted.kind, bib=wanted.bib
        )
        deps.queues.send(deps.settings.chores_queue_url, chore)
    return answer(_shown(event_id, row, deps), 202, {"Location": f"{here(request)}/{export_id}"})


def get_export(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}/exports/{exportId}`` -> ExportFile. NotFound ``export_not_found``."""
    event_id: str = event_row(request, deps)["eventId"]
    export_id = path_param(request, "exportId")
    valid = _ID.fullmatch(export_id)
    row = deps.images.get(rows.export_key(event_id, export_id)) if valid else None
    if row is None:
        raise NotFound("export_not_found", "There is no such export, or it is over seven days old.")
    return answer(_shown(event_id, row, deps))


def tags_csv(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}/exports/tags.csv`` -> text/csv, of an event with few tags.

    Raises:
        TooLarge: ``export_too_large``: ask for an export, which is written to a file.
    """
    event_id: str = event_row(request, deps)["eventId"]
    pk = event_partition(event_id)
    found = deps.images.query(pk, begins=tag_prefix(), limit=rows.MOST_DIRECT)
    if found.cursor is not None:
        raise TooLarge(
            "export_too_large",
            f"There are over {rows.MOST_DIRECT} tags. POST to /exports for a file.",
        )
    people = load_people(event_id, deps)
    tags = [BibTag.of_row(row) for row in found.items]
    tags = [tag for tag in tags if tag.bib not in people.opted_out]
    ids = dict.fromkeys(tag.image_id for tag in tags)
    photos = deps.images.get_many([photo_key(event_id, one) for one in ids])
    filenames = {row["imageId"]: str(row["filename"]) for row in photos}
    who = runners_of(event_id, people, {tag.bib for tag in tags}, deps)
    text = rows.tags_csv(tags, who, filenames, headed=True).decode()
    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{event_id}-tags.csv"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body=text, status_code=200, headers=headers)


def _shown(event_id: str, row: Item, deps: Dependencies) -> ExportFile:
    names = ("exportId", "kind", "state", "createdAt", "size", "entries", "error")
    url = None
    if row.get("key"):
        suffix = "tags.csv" if row["kind"] == "tags" else "photos.zip"
        url = deps.storage.presign_get(
            deps.settings.media_bucket,
            row["key"],
            expires=deps.settings.url_seconds,
            filename=f"{event_id}-{suffix}",
        )
    return ExportFile.model_validate({**{name: row.get(name) for name in names}, "url": url})
