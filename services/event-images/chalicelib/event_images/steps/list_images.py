"""ListImages: what the request's source holds, and what of it is to be done.

Neither the listing nor the list is ever held as objects: both are lines in files that begin in
memory, so 100,000 photos take hardly more of it than 1,000.
"""

from collections.abc import Iterable, Iterator
from itertools import batched
from tempfile import SpooledTemporaryFile

from chalicelib.event_images.domain import names
from chalicelib.event_images.domain.photo_rows import photo_key
from chalicelib.event_images.domain.photos import identify, needs_work
from chalicelib.event_images.domain.sources import place
from chalicelib.event_images.models import (
    ItemList,
    ListedPhoto,
    ListImagesInput,
    ListImagesOutput,
    SourceObject,
)
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.register import register
from shared.errors import PermanentError

ROWS_AT_ONCE = 1000
IN_MEMORY = 8 << 20

type Spool = SpooledTemporaryFile[bytes]


def list_images(step: ListImagesInput, deps: Dependencies) -> ListImagesOutput:
    """List the source, register what is new, and write the list that the Map reads.

    It only adds: photos that are known keep their rows and tags until they have a new outcome.
    The list is written before the request's counts, so a repeat that finds the counts answers
    with that list, and any other repeat starts anew; both come to the same. Nothing is registered
    before the source is listed to its end, so one that cannot be leaves nothing behind.

    Raises:
        PermanentError: ``too_many_photos``, and what the source raises.
        NotFound: ``bucket_not_found``; ``drive_folder_not_shared``.
    """
    items = ItemList(bucket=deps.settings.media_bucket, key=names.items_key(step.request_id))
    counts = deps.jobs.get(step.request_id).counts
    total = counts.total
    if not counts.listed:
        with SpooledTemporaryFile(IN_MEMORY) as listing, SpooledTemporaryFile(IN_MEMORY) as todo:
            listed, ignored = _list(step, listing, deps)
            total = _write(_todo(step, _photos(listing), deps), todo)
            todo.seek(0)
            kind = "application/json"
            deps.storage.put(items.bucket, items.key, todo.read(), content_type=kind)
        deps.jobs.listed(
            step.request_id,
            listed=listed,
            ignored=ignored,
            skipped=listed - total,
            total=total,
        )
    return ListImagesOutput(
        request_id=step.request_id, event_id=step.event_id, items=items, total=total
    )


def _list(step: ListImagesInput, listing: Spool, deps: Dependencies) -> tuple[int, int]:
    """Write the photos of the source, one a line; how many, and how many things are none."""
    where = place(step.source, step.event_id, deps.settings.incoming_bucket)
    listed = ignored = 0
    for photo in deps.source.list(where):
        if photo is None:
            ignored += 1
        elif listed >= deps.settings.max_listed_photos:
            raise PermanentError(
                "too_many_photos",
                f"The source holds more than {deps.settings.max_listed_photos} photos; "
                "ask for its folders one by one.",
            )
        else:
            listing.write(_json(photo) + b"\n")
            listed += 1
    return listed, ignored


def _photos(listing: Spool) -> Iterator[SourceObject]:
    listing.seek(0)
    return map(SourceObject.model_validate_json, listing)


def _write(photos: Iterable[ListedPhoto], todo: Spool) -> int:
    """Write a JSON array; its length."""
    total = 0
    for photo in photos:
        todo.write((b"," if total else b"[") + _json(photo))
        total += 1
    todo.write(b"]" if total else b"[]")
    return total


def _json(photo: SourceObject) -> bytes:
    return photo.model_dump_json(by_alias=True).encode()


def _todo(
    step: ListImagesInput, photos: Iterable[SourceObject], deps: Dependencies
) -> Iterator[ListedPhoto]:
    for batch in batched(photos, ROWS_AT_ONCE, strict=False):
        ids = [identify(photo) for photo in batch]
        rows = {
            row["imageId"]: row
            for row in deps.images.get_many([photo_key(step.event_id, one) for one in ids])
        }
        register(
            step.event_id,
            [photo for one, photo in zip(ids, batch, strict=True) if one not in rows],
            deps,
        )
        for one, photo in zip(ids, batch, strict=True):
            row = rows.get(one)
            if needs_work(row, photo, force=step.force):
                # A new row has version 1, which no outcome has.
                version = row["version"] if row else 1
                yield ListedPhoto(image_id=one, version=version, **photo.model_dump())
