"""Zip: what came of a batch, as one file."""

from collections.abc import Iterator

from chalicelib.media_processing.domain import names
from chalicelib.media_processing.models import ItemState, ZipFile, ZipInput, ZipOutput
from chalicelib.media_processing.ports import Dependencies
from chalicelib.media_processing.steps.items import load_batch, load_items
from shared.tables import Item
from shared.zips import ZipEntry, safe_names


def zip(step: ZipInput, deps: Dependencies) -> ZipOutput:  # noqa: A001
    """Write the batch's zip over what was there, when it is complete; none where all failed."""
    batch = load_batch(step.listing_id, step.batch_id, deps)
    rows = load_items(step.listing_id, step.batch_id, deps)
    parts = [
        part
        for row in rows
        if row["state"] == ItemState.DONE
        for part in _parts(row, batch["zipOf"], deps)
    ]
    return ZipOutput(
        job_id=step.job_id,
        listing_id=step.listing_id,
        batch_id=step.batch_id,
        zip=_written(parts, names.zip_key(step.listing_id, step.batch_id), deps),
    )


def _written(parts: list[ZipEntry], key: str, deps: Dependencies) -> ZipFile:
    if not parts:
        return ZipFile(key=None)
    safe = safe_names(part.name for part in parts)
    entries = [part.model_copy(update={"name": safe[at]}) for at, part in enumerate(parts)]
    report = deps.zips.write(entries, deps.settings.media_bucket, key)
    return ZipFile(
        key=key,
        bytes=report.size,
        entries=report.entries,
        missing_count=len(report.missing),
        missing=tuple(one.name for one in report.missing[:100]),
    )


def _parts(row: Item, zip_of: str, deps: Dependencies) -> Iterator[ZipEntry]:
    """What of an item goes into the zip. A video has no other form than itself."""
    settings = deps.settings
    original = zip_of != "large" or row["format"] in {"MP4", "MOV"}
    if original:
        yield ZipEntry(
            bucket=settings.s3_bucket,
            key=row["key"],
            name=row["filename"],
            size=row["bytes"],
            etag=row["etag"],
        )
    if zip_of == "all" or not original:
        largest = max(row["outputs"], key=lambda output: max(output["width"], output["height"]))
        ending = "-large.jpg" if original else ".jpg"
        yield ZipEntry(
            bucket=settings.media_bucket,
            key=largest["key"],
            name=names.stem(row["filename"]) + ending,
            size=largest["bytes"],
        )
