"""MakeThumbnails: the sizes of one item."""

from pathlib import Path
from tempfile import TemporaryDirectory

from chalicelib.media_processing.domain import names
from chalicelib.media_processing.domain.batch_rows import done, failed
from chalicelib.media_processing.models import (
    ItemState,
    MakeThumbnailsInput,
    MakeThumbnailsOutput,
    Output,
)
from chalicelib.media_processing.ports import Dependencies
from chalicelib.media_processing.steps.items import load_batch, load_item, record
from shared.errors import ItemError, NotFound, PermanentError
from shared.images import ImageLimits, thumbnails
from shared.images.containers import inspect
from shared.tables import ConditionFailed, Item


def make_thumbnails(step: MakeThumbnailsInput, deps: Dependencies) -> MakeThumbnailsOutput:
    """Make an item's sizes; a bad one is recorded as FAILED, which is no error of the step.

    Raises:
        RetryableError: something did not answer; nothing is recorded.
    """
    row = load_item(step, step.item.item_id, deps)
    if row["state"] != ItemState.VALID:
        # A repeat: the outcome is there, and perhaps this run has not counted it yet.
        _count(step, row, deps)
        return MakeThumbnailsOutput(item_id=row["itemId"], state=ItemState(row["state"]))
    error: ItemError | None = None
    try:
        change = done(row, _made(step, row, deps))
    except (PermanentError, NotFound) as exc:
        error = ItemError.of(exc)
        change = failed(row, error)
    try:
        record(step, row, change, error, deps)
    except ConditionFailed:
        row = load_item(step, step.item.item_id, deps)
        _count(step, row, deps)
        return MakeThumbnailsOutput(item_id=row["itemId"], state=ItemState(row["state"]))
    state = ItemState.FAILED if error else ItemState.DONE
    return MakeThumbnailsOutput(item_id=row["itemId"], state=state)


def _count(step: MakeThumbnailsInput, row: Item, deps: Dependencies) -> None:
    error = ItemError.model_validate(row["error"]) if row.get("error") else None
    deps.jobs.record(step.job_id, row["itemId"], name=row["filename"], error=error)


def _made(step: MakeThumbnailsInput, row: Item, deps: Dependencies) -> list[Output]:
    settings = deps.settings
    sizes: dict[str, int] = load_batch(step.listing_id, step.batch_id, deps)["sizes"]
    limits = ImageLimits(
        max_bytes=settings.max_image_bytes,
        max_pixels=settings.max_image_pixels,
        max_side=settings.max_image_side,
        min_side=1,
    )
    made = thumbnails(
        _picture(row, deps), list(sizes.values()), settings.jpeg_quality, limits=limits
    )
    outputs = []
    for name, size in sorted(sizes.items(), key=lambda one: one[1]):
        data = made[size]
        key = names.processed_key(step.listing_id, row["mediaType"], name, row["uuid"])
        deps.storage.put(settings.media_bucket, key, data, content_type="image/jpeg")
        found = inspect(data)
        outputs.append(
            Output(size=name, key=key, bytes=len(data), width=found.width, height=found.height)
        )
    return outputs


def _picture(row: Item, deps: Dependencies) -> bytes:
    """The item itself, or a picture out of it where it moves."""
    settings = deps.settings
    if row["format"] not in {"MP4", "MOV"}:
        return deps.storage.get(settings.s3_bucket, row["key"], max_bytes=settings.max_image_bytes)
    with TemporaryDirectory() as folder:
        video = Path(folder) / f"video.{row['format'].lower()}"
        deps.files.download(settings.s3_bucket, row["key"], video, settings.max_video_bytes)
        return deps.posters.poster(video)
