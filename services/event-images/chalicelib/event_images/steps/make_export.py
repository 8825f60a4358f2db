"""Writing an export: all tags as a CSV, or the photos of one bib as a zip."""

from collections.abc import Iterator
from itertools import batched

from chalicelib.event_images.domain import exports
from chalicelib.event_images.domain.names import web_key
from chalicelib.event_images.domain.photo_rows import photo_key, tags_of_bib
from chalicelib.event_images.models.chores import ExportKind, MakeExport
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.people import load_opt_outs, load_people, runners_of
from shared.contracts import BibTag, event_partition, tag_prefix
from shared.errors import ItemError, MedleyError, NotFound, PermanentError, RetryableError
from shared.tables import ConditionFailed, Exists, Item, Update
from shared.zips import ZipEntry, safe_names

TAGS_AT_ONCE = 1_000
CSV, ZIP = ".csv", ".zip"


def make_export(chore: MakeExport, deps: Dependencies) -> None:
    """Write the file and note where it is; what cannot be exported is noted as the reason.

    Raises:
        RetryableError: something did not answer; the message comes again.
    """
    key = exports.export_key(chore.event_id, chore.export_id)
    row = deps.images.get(key)
    if row is None or row["state"] != "PENDING":
        return
    try:
        made = _zip(chore, deps) if chore.export is ExportKind.ZIP else _tags(chore, deps)
        change = {"state": "DONE", **made}
    except RetryableError:
        raise
    except MedleyError as exc:
        error = ItemError.of(exc).model_dump(by_alias=True)
        change = {"state": "FAILED", "error": error}
    try:
        deps.images.write(Update(key, set=change, when=Exists()))
    except ConditionFailed:
        # Its row went with a runner who opted out, or with the event; so does the file.
        if "key" in change:
            deps.storage.delete(deps.settings.media_bucket, str(change["key"]))


def _tags(chore: MakeExport, deps: Dependencies) -> Item:
    count = 0

    def chunks() -> Iterator[bytes]:
        nonlocal count
        opted_out = load_opt_outs(chore.event_id, deps)
        rows = deps.images.query_all(event_partition(chore.event_id), begins=tag_prefix())
        found = (BibTag.of_row(row) for row in rows)
        headed = True
        kept = (tag for tag in found if tag.bib not in opted_out)
        for batch in batched(kept, TAGS_AT_ONCE, strict=False):
            count += len(batch)
            yield _lines(chore.event_id, batch, deps, headed=headed)
            headed = False
        if headed:
            yield exports.tags_csv([], {}, {}, headed=True)

    key = exports.export_object(chore.event_id, chore.export_id, CSV)
    media = deps.settings.media_bucket
    size = deps.storage.put_chunks(media, key, chunks(), content_type="text/csv; charset=utf-8")
    return {"key": key, "size": size, "entries": count}


def _lines(event_id: str, tags: tuple[BibTag, ...], deps: Dependencies, *, headed: bool) -> bytes:
    ids = dict.fromkeys(tag.image_id for tag in tags)
    photos = deps.images.get_many([photo_key(event_id, one) for one in ids])
    names = {row["imageId"]: str(row["filename"]) for row in photos}
    people = load_people(event_id, deps)
    runners = runners_of(event_id, people, [tag.bib for tag in tags], deps)
    return exports.tags_csv(tags, runners, names, headed=headed)


def _zip(chore: MakeExport, deps: Dependencies) -> Item:
    event_id, media = chore.event_id, deps.settings.media_bucket
    bib = chore.bib or ""
    pk, begins = event_partition(event_id), tags_of_bib(bib)
    found = deps.images.query(pk, begins=begins, limit=exports.MOST_ZIPPED)
    if found.cursor is not None:
        raise PermanentError("too_many_photos", f"A zip has at most {exports.MOST_ZIPPED} photos.")
    if bib in load_opt_outs(event_id, deps):
        raise PermanentError("no_photos", "There are no photos of this bib.")
    rows = deps.images.get_many([photo_key(event_id, tag["imageId"]) for tag in found.items])
    rows.sort(key=lambda row: (row.get("takenAt") or "", row["filename"]))
    entries = []
    names = safe_names(_jpeg(str(row["filename"])) for row in rows)
    for row, name in zip(rows, names, strict=True):
        picture = web_key(event_id, row["imageId"])
        try:
            info = deps.storage.head(media, picture)
        except NotFound:
            continue
        entries.append(
            ZipEntry(bucket=media, key=picture, name=name, size=info.size, etag=info.etag)
        )
    if not entries:
        raise PermanentError("no_photos", "There are no photos of this bib.")
    key = exports.export_object(event_id, chore.export_id, ZIP)
    report = deps.zips.write(entries, media, key)
    return {"key": key, "size": report.size, "entries": report.entries}


def _jpeg(filename: str) -> str:
    # What is zipped is the web size, which is a JPEG whatever the original was.
    stem, dot, suffix = filename.rpartition(".")
    if suffix.lower() in {"jpg", "jpeg"}:
        return filename
    return f"{stem if dot else filename}.jpg"
