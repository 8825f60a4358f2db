"""Consolidate: one manifest, and the end of the run."""

import json
from typing import Any

from chalicelib.media_processing.domain import names
from chalicelib.media_processing.domain.batch_rows import batch_key, item_of, status_of
from chalicelib.media_processing.models import ConsolidateInput, ConsolidateOutput, ItemState
from chalicelib.media_processing.ports import Dependencies
from chalicelib.media_processing.steps.items import load_batch, load_items, record_failure
from shared.errors import ItemError
from shared.tables import Item, Update

LOST = ItemError(
    code="worker_lost",
    message="The worker ended without a word. Run the batch again to try once more.",
)


def consolidate(step: ConsolidateInput, deps: Dependencies) -> ConsolidateOutput:
    """Record items that nobody accounted for, write the manifest, and end the run, once."""
    batch = load_batch(step.listing_id, step.batch_id, deps)
    rows = load_items(step.listing_id, step.batch_id, deps)
    job = deps.jobs.get(step.job_id)
    if not job.state.ended and job.counts.done + job.counts.failed < job.counts.total:
        recorded = deps.jobs.recorded(step.job_id)
        for row in rows:
            if row["state"] != ItemState.DONE and row["itemId"] not in recorded:
                record_failure(step, row["itemId"], LOST, deps)
        rows = load_items(step.listing_id, step.batch_id, deps)
    refused = sum(row["state"] == ItemState.FAILED and not _passed(row) for row in rows)
    status = status_of([row["state"] for row in rows], refused)
    key = names.manifest_key(step.listing_id, step.batch_id)
    manifest = _manifest(batch, rows, step, status.value)
    document = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    deps.storage.put(
        deps.settings.media_bucket, key, document.encode(), content_type="application/json"
    )
    change = {
        "status": status.value,
        "manifestKey": key,
        "zipKey": step.zip.key,
        "zipBytes": step.zip.bytes if step.zip.key else None,
    }
    deps.media.write(Update(batch_key(step.listing_id, step.batch_id), set=change))
    deps.jobs.complete(step.job_id)
    return ConsolidateOutput(
        job_id=step.job_id,
        listing_id=step.listing_id,
        batch_id=step.batch_id,
        status=status,
        manifest_key=key,
    )


def _passed(row: Item) -> bool:
    report = row.get("report") or ()
    return bool(report) and all(check["ok"] for check in report)


def _manifest(batch: Item, rows: list[Item], step: ConsolidateInput, status: str) -> dict[str, Any]:
    """The same for the same outcome: no times, so that a repeat writes the same bytes."""
    return {
        "listingId": step.listing_id,
        "batchId": step.batch_id,
        "listingIdentityId": batch.get("listingIdentityId"),
        "status": status,
        "zip": None if step.zip.key is None else step.zip.model_dump(by_alias=True),
        "items": [
            item_of(row).model_dump(
                mode="json", by_alias=True, exclude={"outputs": {"__all__": {"url"}}}
            )
            for row in rows
        ],
    }
