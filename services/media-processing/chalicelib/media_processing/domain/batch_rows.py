"""The rows of batches and their items, and what is written to them."""

from datetime import datetime
from typing import Any

from chalicelib.media_processing.domain import names
from chalicelib.media_processing.models import (
    Batch,
    BatchItem,
    BatchStatus,
    Check,
    CreateBatch,
    Item,
    ItemState,
    Output,
)
from shared.errors import ItemError
from shared.jobs import Job, JobState
from shared.models import Model
from shared.tables import Equals, Key, Update
from shared.tables import Item as Row

ITEM = "ITEM#"
DELIVERY = "DELIVERY#"


class Facts(Model):
    """What validation found out about a file."""

    format: str | None = None
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    etag: str | None = None
    report: tuple[Check, ...] = ()


def batch_key(listing_id: str, batch_id: str) -> Key:
    """A batch's row."""
    return f"LISTING#{listing_id}", f"BATCH#{batch_id}"


def items_partition(listing_id: str, batch_id: str) -> str:
    """The partition of a batch's items and deliveries."""
    return f"BATCH#{listing_id}#{batch_id}"


def item_key(listing_id: str, batch_id: str, item_id: str) -> Key:
    """An item's row."""
    return items_partition(listing_id, batch_id), f"{ITEM}{item_id}"


def new_batch(
    listing_id: str, batch_id: str, job_id: str, wanted: CreateBatch, digest: str, now: datetime
) -> Row:
    """The row of a batch whose first run is ``job_id``."""
    pk, sk = batch_key(listing_id, batch_id)
    return {
        "pk": pk,
        "sk": sk,
        "gsi1pk": pk,
        "gsi1sk": f"{now.isoformat()}#{batch_id}",
        "listingId": listing_id,
        "batchId": batch_id,
        "jobId": job_id,
        "firstJobId": job_id,
        "digest": digest,
        "listingIdentityId": wanted.listing_identity_id,
        "profile": wanted.profile.model_dump(mode="json", by_alias=True),
        "sizes": dict(wanted.sizes),
        "zipOf": wanted.zip_of,
        "callbackUrl": str(wanted.callback_url) if wanted.callback_url else None,
        "traceparent": wanted.traceparent,
        "status": BatchStatus.PENDING.value,
        "createdAt": now.isoformat(),
    }


def new_item(listing_id: str, batch_id: str, place: int, item: BatchItem) -> Row:
    """The row of an item; ``place`` is where it stands in its batch."""
    item_id = names.item_id(item)
    pk, sk = item_key(listing_id, batch_id, item_id)
    return {
        "pk": pk,
        "sk": sk,
        "itemId": item_id,
        "place": place,
        "mediaType": item.media_type,
        "uuid": item.uuid,
        "ext": item.ext,
        "key": names.raw_key(listing_id, item),
        "filename": item.filename or f"{item.uuid}.{item.ext}",
        "checksum": item.checksum,
        "state": ItemState.PENDING.value,
        "version": 1,
    }


def validated(row: Row, facts: Facts) -> Update:
    """An item that passed."""
    return _changed(row, ItemState.VALID, facts=facts)


def refused(row: Row, facts: Facts, error: ItemError) -> Update:
    """An item that did not pass."""
    return _changed(row, ItemState.FAILED, facts=facts, error=error)


def done(row: Row, outputs: list[Output]) -> Update:
    """An item whose files are there."""
    return _changed(row, ItemState.DONE, outputs=outputs)


def failed(row: Row, error: ItemError) -> Update:
    """An item that could not be processed."""
    return _changed(row, ItemState.FAILED, error=error)


def _changed(
    row: Row,
    state: ItemState,
    *,
    facts: Facts | None = None,
    outputs: list[Output] | None = None,
    error: ItemError | None = None,
) -> Update:
    change: dict[str, Any] = {
        "state": state.value,
        "version": row["version"] + 1,
        "error": None if error is None else error.model_dump(by_alias=True),
    }
    if facts is not None:
        change |= facts.model_dump(mode="json", by_alias=True)
    if outputs is not None:
        change["outputs"] = [one.model_dump(mode="json", by_alias=True) for one in outputs]
    # Two runs that meet on one item cannot overwrite each other unseen.
    return Update((row["pk"], row["sk"]), set=change, when=Equals({"version": row["version"]}))


def item_of(row: Row) -> Item:
    """An item as the API shows it, without URLs."""
    return Item(
        item_id=row["itemId"],
        media_type=row["mediaType"],
        key=row["key"],
        filename=row["filename"],
        state=ItemState(row["state"]),
        format=row.get("format"),
        width=row.get("width"),
        height=row.get("height"),
        bytes=row.get("bytes"),
        report=tuple(Check.model_validate(one) for one in row.get("report") or ()),
        outputs=tuple(Output.model_validate(one) for one in row.get("outputs") or ()),
        error=ItemError.model_validate(row["error"]) if row.get("error") else None,
    )


def batch_of(row: Row, job: Job, items: tuple[Item, ...] = (), zip_url: str | None = None) -> Batch:
    """A batch as the API shows it."""
    status = BatchStatus(row["status"])
    if status is BatchStatus.PENDING and job.state is JobState.RUNNING:
        status = BatchStatus.RUNNING
    return Batch(
        batch_id=row["batchId"],
        listing_id=row["listingId"],
        listing_identity_id=row.get("listingIdentityId"),
        job_id=row["jobId"],
        status=status,
        state=job.state,
        counts=job.counts,
        error=job.error,
        zip_of=row["zipOf"],
        zip_key=row.get("zipKey"),
        zip_url=zip_url,
        zip_bytes=row.get("zipBytes"),
        manifest_key=row.get("manifestKey"),
        callback_url=row.get("callbackUrl"),
        items=items,
        created_at=row["createdAt"],
        completed_at=job.completed_at,
    )


def status_of(states: list[str], reports_failed: int) -> BatchStatus:
    """How a batch came out, from the states of its items.

    Args:
        states: Of all items, each DONE or FAILED.
        reports_failed: How many of the failed ones validation refused.
    """
    missed = sum(state != ItemState.DONE for state in states)
    if not missed:
        return BatchStatus.SUCCEEDED
    if missed < len(states):
        return BatchStatus.PARTIAL
    if reports_failed == missed:
        return BatchStatus.VALIDATION_FAILED
    return BatchStatus.PROCESSING_FAILED
