"""Callback: tell whoever asked for the batch how it went."""

from typing import Any

from chalicelib.media_processing.domain import names
from chalicelib.media_processing.domain.deliveries import delivery_key, new_delivery
from chalicelib.media_processing.domain.webhooks import Schedule
from chalicelib.media_processing.models import (
    BatchStatus,
    CallbackBody,
    CallbackInput,
    CallbackOutput,
    DeliveryState,
    ItemState,
)
from chalicelib.media_processing.ports import Dependencies
from chalicelib.media_processing.steps.deliver import deliver
from chalicelib.media_processing.steps.items import load_batch, load_items
from shared.errors import ItemError, NotFound
from shared.jobs import Job
from shared.tables import Absent, ConditionFailed, Item, Put

END = CallbackOutput(next="END")


def callback(step: CallbackInput, deps: Dependencies) -> CallbackOutput:
    """Try once; the machine comes again after the wait that this answers."""
    return tell(step, deps, last=False)


def tell(step: CallbackInput, deps: Dependencies, *, last: bool) -> CallbackOutput:
    """Try once to tell the receiver of a run, if there is one that was not told.

    Every try sends the same bytes under the same ``webhook-id``. With ``last`` no other follows.
    """
    batch = load_batch(step.listing_id, step.batch_id, deps)
    if not batch.get("callbackUrl"):
        return END
    settings = deps.settings
    row = _delivery(step, batch, deps)
    if row["state"] != DeliveryState.PENDING:
        return END
    schedule = Schedule(
        settings.callback_tries, settings.callback_first_wait, settings.callback_most_wait
    )
    tried = len(row["attempts"]) + 1
    asked = deliver(row, _body(step, batch, deps), deps, last=last or tried >= schedule.tries)
    if row["state"] != DeliveryState.PENDING:
        return END
    wait = schedule.wait(tried, asked, deps.random())
    return END if wait is None else CallbackOutput(next="AGAIN", wait_seconds=wait)


def _delivery(step: CallbackInput, batch: Item, deps: Dependencies) -> Item:
    delivery_id = f"msg_{step.job_id}"
    row = new_delivery(
        step.listing_id,
        step.batch_id,
        delivery_id,
        job_id=step.job_id,
        url=batch["callbackUrl"],
        status=batch["status"],
        now=deps.clock(),
    )
    try:
        deps.media.write(Put(row, Absent()))
    except ConditionFailed:
        found = deps.media.get(delivery_key(step.listing_id, step.batch_id, delivery_id))
        return found or row
    return row


def _body(step: CallbackInput, batch: Item, deps: Dependencies) -> bytes:
    """What was sent before, if anything was."""
    bucket, key = deps.settings.media_bucket, names.callback_key(step.job_id)
    try:
        return deps.storage.get(bucket, key)
    except NotFound:
        pass
    job = deps.jobs.get(step.job_id)
    rows = load_items(step.listing_id, step.batch_id, deps)
    body = body_of(batch, job, rows).model_dump_json(by_alias=True).encode()
    deps.storage.put(bucket, key, body, content_type="application/json")
    return body


def body_of(batch: Item, job: Job, rows: list[Item]) -> CallbackBody:
    """What a callback says of a batch."""
    status = BatchStatus(batch["status"])
    error = job.error if status is BatchStatus.FAILED else None
    if status in {BatchStatus.VALIDATION_FAILED, BatchStatus.PROCESSING_FAILED}:
        error = next((ItemError.model_validate(row["error"]) for row in rows if row["error"]), None)
    return CallbackBody(
        job_id=job.job_id,
        listing_id=batch["listingId"],
        batch_id=batch["batchId"],
        listing_identity_id=batch.get("listingIdentityId"),
        status=status,
        failure_reason=_reason(status, rows, job),
        error=error,
        outputs=[_output(row) for row in rows] + _zip(batch),
        traceparent=batch.get("traceparent"),
    )


def _reason(status: BatchStatus, rows: list[Item], job: Job) -> str | None:
    if status is BatchStatus.SUCCEEDED:
        return None
    if status is BatchStatus.FAILED:
        return job.error.message if job.error else "The machine could not go on."
    missed = sum(row["state"] != ItemState.DONE for row in rows)
    return f"{missed} of {len(rows)} items failed."


def _output(row: Item) -> dict[str, Any]:
    return {
        "itemId": row["itemId"],
        "mediaType": row["mediaType"],
        "rawKey": row["key"],
        "state": row["state"],
        "error": row.get("error"),
        "thumbnails": {one["size"]: one["key"] for one in row.get("outputs") or ()},
    }


def _zip(batch: Item) -> list[dict[str, Any]]:
    if not batch.get("zipKey"):
        return []
    return [{"zipKey": batch["zipKey"], "bytes": batch["zipBytes"]}]
