"""The rows of callbacks and of receivers that asked for no more."""

import hashlib
from datetime import datetime
from typing import Any

from chalicelib.media_processing.domain.batch_rows import DELIVERY, items_partition
from chalicelib.media_processing.models import Attempt, Delivery, DeliveryState
from shared.tables import Equals, Item, Key, Update


def delivery_key(listing_id: str, batch_id: str, delivery_id: str) -> Key:
    """A callback's row."""
    return items_partition(listing_id, batch_id), f"{DELIVERY}{delivery_id}"


def new_delivery(
    listing_id: str,
    batch_id: str,
    delivery_id: str,
    *,
    job_id: str,
    url: str,
    status: str,
    now: datetime,
) -> Item:
    """The row of a callback that was not tried yet.

    ``deliveryId`` is its ``webhook-id`` too, so a replay is known as a repeat by the receiver.
    """
    pk, sk = delivery_key(listing_id, batch_id, delivery_id)
    return {
        "pk": pk,
        "sk": sk,
        "gsi1pk": f"{pk}#DELIVERIES",
        "gsi1sk": f"{now.isoformat()}#{delivery_id}",
        "deliveryId": delivery_id,
        "jobId": job_id,
        "url": url,
        "status": status,
        "state": DeliveryState.PENDING.value,
        "attempts": [],
        "createdAt": now.isoformat(),
    }


def attempted(row: Item, attempt: Attempt, state: DeliveryState) -> Update:
    """A try more. It holds only if nobody else has tried meanwhile."""
    attempts: list[Any] = [*row["attempts"], attempt.model_dump(mode="json", by_alias=True)]
    return Update(
        (row["pk"], row["sk"]),
        set={"attempts": attempts, "state": state.value, "tries": len(attempts)},
        when=Equals({"tries": row.get("tries")}),
    )


def delivery_of(row: Item) -> Delivery:
    """A callback as the API shows it."""
    return Delivery(
        delivery_id=row["deliveryId"],
        job_id=row["jobId"],
        url=row["url"],
        status=row["status"],
        state=DeliveryState(row["state"]),
        attempts=tuple(Attempt.model_validate(one) for one in row["attempts"]),
        created_at=row["createdAt"],
    )


def endpoint_key(url: str) -> Key:
    """The row that says that a receiver wants no more."""
    key = f"ENDPOINT#{hashlib.sha256(url.encode()).hexdigest()}"
    return key, "ENDPOINT"
