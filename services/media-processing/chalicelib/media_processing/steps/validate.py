"""Validate: what of a batch is what it should be, item by item."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from chalicelib.media_processing.domain import names
from chalicelib.media_processing.domain.batch_rows import Facts, refused, validated
from chalicelib.media_processing.domain.validation import (
    HEAD_BYTES,
    checks,
    count_checks,
    look,
    refusal,
    verdict,
)
from chalicelib.media_processing.models import (
    Check,
    ItemList,
    ItemState,
    ListedItem,
    Profile,
    ValidateInput,
    ValidateOutput,
)
from chalicelib.media_processing.ports import Dependencies
from chalicelib.media_processing.steps.items import load_batch, load_items, record
from shared.errors import ItemError, NotFound, PermanentError, RetryableError
from shared.images import ImageLimits
from shared.tables import ConditionFailed, Item

# Each waits for S3 most of the time.
AT_ONCE = 16


@dataclass(frozen=True)
class _Found:
    row: Item
    facts: Facts
    error: ItemError | None


def validate(step: ValidateInput, deps: Dependencies) -> ValidateOutput:
    """Look at each item that is not DONE, record those that do not pass, and list the others.

    Raises:
        RetryableError: S3 or the table did not answer; a repeat looks again.
    """
    batch = load_batch(step.listing_id, step.batch_id, deps)
    rows = load_items(step.listing_id, step.batch_id, deps)
    todo = [row for row in rows if row["state"] != ItemState.DONE]
    recorded = deps.jobs.recorded(step.job_id)
    profile = Profile.model_validate(batch["profile"])
    counts = count_checks(profile, dict(Counter(row["mediaType"] for row in rows)))
    deps.jobs.listed(
        step.job_id, listed=len(rows), ignored=0, skipped=len(rows) - len(todo), total=len(todo)
    )
    listed: list[ListedItem] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [row for row in todo if row["itemId"] not in recorded]
        found = pool.map(
            lambda row: _look(row, profile, counts.get(row["mediaType"]), deps), waiting
        )
        for one in found:
            listed += _settle(step, one, deps)
    document = json.dumps([item.model_dump(by_alias=True) for item in listed])
    items = ItemList(bucket=deps.settings.media_bucket, key=names.list_key(step.job_id))
    deps.storage.put(items.bucket, items.key, document.encode(), content_type="application/json")
    return ValidateOutput(
        job_id=step.job_id,
        listing_id=step.listing_id,
        batch_id=step.batch_id,
        items=items,
        total=len(listed),
    )


def _settle(step: ValidateInput, found: _Found, deps: Dependencies) -> list[ListedItem]:
    """Write what was found: nothing for the Map, or the item."""
    row = found.row
    try:
        if found.error:
            record(step, row, refused(row, found.facts, found.error), found.error, deps)
            return []
        after = deps.media.write(validated(row, found.facts))
    except ConditionFailed as exc:
        raise RetryableError("busy", "Another run writes the same items.") from exc
    version = after["version"] if after else row["version"] + 1
    return [ListedItem(item_id=row["itemId"], version=version)]


def _look(row: Item, profile: Profile, count: Check | None, deps: Dependencies) -> _Found:
    settings = deps.settings
    limits = ImageLimits(
        max_bytes=settings.max_image_bytes,
        max_pixels=settings.max_image_pixels,
        max_side=settings.max_image_side,
        min_side=1,
    )
    try:
        info, head = deps.files.head(settings.s3_bucket, row["key"], HEAD_BYTES)
    except NotFound:
        missing = ItemError(code="object_not_found", message="Nothing was uploaded there.")
        absent = Check(check="exists", ok=False, message=missing.message)
        return _Found(row, Facts(report=(absent,)), missing)
    except PermanentError as exc:
        return _Found(row, Facts(report=(refusal(exc),)), ItemError.of(exc))
    facts = Facts(bytes=info.size, etag=info.etag)
    try:
        seen = look(head, limits)
        most = settings.max_video_bytes if seen.is_video else settings.max_image_bytes
        if info.size > most:
            raise PermanentError("too_large", f"The file is over {most} bytes.")
    except PermanentError as exc:
        error = ItemError.of(exc)
        return _Found(row, facts.model_copy(update={"report": (refusal(exc),)}), error)
    report: tuple[Check, ...] = checks(profile, seen, info.size, checksum_ok=_checksum(row, deps))
    report = report if count is None else (*report, count)
    facts = facts.model_copy(
        update={
            "format": seen.format,
            "width": seen.width,
            "height": seen.height,
            "report": report,
        }
    )
    return _Found(row, facts, verdict(report))


def _checksum(row: Item, deps: Dependencies) -> bool | None:
    wanted = row.get("checksum")
    if not wanted:
        return None
    algorithm = "md5" if len(wanted) == 32 else "sha256"
    return deps.files.digest(deps.settings.s3_bucket, row["key"], algorithm) == str(wanted)
