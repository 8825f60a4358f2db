"""ListImages: what the request's source holds, and what of it is to be done."""

import json
from collections.abc import Iterator, Sequence
from itertools import batched

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


def list_images(step: ListImagesInput, deps: Dependencies) -> ListImagesOutput:
    """List the source, register what is new, and write the list that the Map reads.

    It only adds: photos that are known keep their rows and tags until they have a new outcome.
    The list is written before the request's counts, so a repeat that finds the counts answers
    with that list, and any other repeat starts anew; both come to the same.

    Raises:
        PermanentError: ``too_many_photos``.
        NotFound: ``bucket_not_found``.
    """
    items = ItemList(bucket=deps.settings.media_bucket, key=names.items_key(step.request_id))
    counts = deps.jobs.get(step.request_id).counts
    if not counts.listed:
        photos, ignored = _list(step, deps)
        todo = list(_todo(step, photos, deps))
        document = json.dumps([item.model_dump(by_alias=True, mode="json") for item in todo])
        deps.storage.put(
            items.bucket, items.key, document.encode(), content_type="application/json"
        )
        deps.jobs.listed(
            step.request_id,
            listed=len(photos),
            ignored=ignored,
            skipped=len(photos) - len(todo),
            total=len(todo),
        )
        total = len(todo)
    else:
        total = counts.total
    return ListImagesOutput(
        request_id=step.request_id, event_id=step.event_id, items=items, total=total
    )


def _list(step: ListImagesInput, deps: Dependencies) -> tuple[list[SourceObject], int]:
    bucket, prefix = place(step.source, step.event_id, deps.settings.incoming_bucket)
    photos: list[SourceObject] = []
    ignored = 0
    for found in deps.source.list(bucket, prefix):
        if not names.is_image_name(found.key, prefix):
            ignored += 1
        elif len(photos) >= deps.settings.max_listed_photos:
            raise PermanentError(
                "too_many_photos",
                f"The source holds more than {deps.settings.max_listed_photos} photos; "
                "ask for its folders one by one.",
            )
        else:
            photos.append(found)
    return photos, ignored


def _todo(
    step: ListImagesInput, photos: Sequence[SourceObject], deps: Dependencies
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
