"""Callbacks: what was sent, and sending it again."""

from chalice.app import Request, Response

from chalicelib.media_processing.api.paths import batch_row
from chalicelib.media_processing.domain import names
from chalicelib.media_processing.domain.batch_rows import items_partition
from chalicelib.media_processing.domain.deliveries import (
    delivery_key,
    delivery_of,
    endpoint_key,
)
from chalicelib.media_processing.models import DeliveryList, EnableEndpoint
from chalicelib.media_processing.ports import Dependencies
from chalicelib.media_processing.steps.deliver import deliver
from shared.errors import NotFound
from shared.http import answer, page_params, parse, path_param
from shared.tables import Delete, Item


def list_deliveries(request: Request, deps: Dependencies) -> Response:
    """``GET /listings/{listingId}/batches/{batchId}/deliveries?limit&cursor`` -> DeliveryList."""
    partition = _partition(batch_row(request, deps))
    limit, cursor = page_params(request)
    found = deps.media.query(
        f"{partition}#DELIVERIES", index="gsi1", limit=limit, cursor=cursor, forward=False
    )
    items = [delivery_of(row) for row in found.items]
    return answer(DeliveryList(items=items, cursor=found.cursor))


def replay_delivery(request: Request, deps: Dependencies) -> Response:
    """``POST /listings/{listingId}/batches/{batchId}/deliveries/{deliveryId}/replay`` -> Delivery.

    Sends the same bytes under the same ``webhook-id`` once more, whatever came before.

    Raises:
        NotFound: ``delivery_not_found``, also when its body is past its retention.
    """
    batch = batch_row(request, deps)
    missing = NotFound("delivery_not_found", "The batch has no such delivery.")
    delivery_id = path_param(request, "deliveryId")
    if len(delivery_id) > 64:
        raise missing
    row = deps.media.get(delivery_key(batch["listingId"], batch["batchId"], delivery_id))
    if row is None:
        raise missing
    try:
        body = deps.storage.get(deps.settings.media_bucket, names.callback_key(row["jobId"]))
    except NotFound:
        raise missing from None
    deliver(row, body, deps, last=True)
    return answer(delivery_of(row))


def enable_endpoint(request: Request, deps: Dependencies) -> Response:
    """``POST /callback-endpoints/enable`` -> 204; a receiver that answered 410 is tried again."""
    pk_sk = endpoint_key(str(parse(request, EnableEndpoint).url))
    deps.media.write(Delete(pk_sk))
    return Response("", status_code=204)


def _partition(batch: Item) -> str:
    return items_partition(batch["listingId"], batch["batchId"])
