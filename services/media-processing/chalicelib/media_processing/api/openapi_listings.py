"""What the routes of listings take, give and refuse."""

from chalicelib.media_processing import models
from shared.openapi import Answer, Route

LISTING = {400: ("bad_listing_id",)}
BATCH = {**LISTING, 404: ("batch_not_found",)}
LOCATION = {"Location": "Where it can be followed."}
_DELIVERY = {**LISTING, 404: ("batch_not_found", "delivery_not_found")}

LISTINGS = (
    Route(
        "createUploads",
        "POST",
        "/listings/{listingId}/uploads",
        "Get signed forms that upload photos and videos",
        "Listings",
        {200: models.Uploads},
        body=models.CreateUploads,
        problems={**LISTING, 422: ("bad_upload",)},
        idempotent=True,
        description="POST each form as multipart: all of its `fields` first, then `file`. A "
        "batch then names the upload's `item`.",
    ),
    Route(
        "createBatch",
        "POST",
        "/listings/{listingId}/batches",
        "Start a batch: checks, sizes, a zip, a callback",
        "Listings",
        {202: Answer(models.Batch, headers=LOCATION)},
        body=models.CreateBatch,
        problems={
            400: ("bad_listing_id", "bad_callback_url"),
            409: ("batch_exists", "idempotency_key_reused"),
        },
        idempotent=True,
        description="The same JSON, put as `{listingId}/raw/batch.json` into the incoming "
        "bucket, starts the same batch.",
    ),
    Route(
        "listBatches",
        "GET",
        "/listings/{listingId}/batches",
        "List a listing's batches, newest first",
        "Listings",
        {200: models.BatchList},
        problems=LISTING,
        paged=True,
    ),
    Route(
        "getBatch",
        "GET",
        "/listings/{listingId}/batches/{batchId}",
        "Get a batch, its items with their reports, errors and outputs",
        "Listings",
        {200: models.Batch},
        problems=BATCH,
    ),
    Route(
        "rerunBatch",
        "POST",
        "/listings/{listingId}/batches/{batchId}/rerun",
        "Do again what is not done",
        "Listings",
        {202: Answer(models.Batch, headers=LOCATION)},
        problems={**BATCH, 409: ("batch_running", "idempotency_key_reused")},
        idempotent=True,
        description="The zip is replaced when the new one is complete.",
    ),
)

CALLBACKS = (
    Route(
        "listDeliveries",
        "GET",
        "/listings/{listingId}/batches/{batchId}/deliveries",
        "List a batch's callbacks with every try, newest first",
        "Callbacks",
        {200: models.DeliveryList},
        problems=BATCH,
        paged=True,
    ),
    Route(
        "replayDelivery",
        "POST",
        "/listings/{listingId}/batches/{batchId}/deliveries/{deliveryId}/replay",
        "Send a callback once more",
        "Callbacks",
        {200: models.Delivery},
        problems=_DELIVERY,
        description="The same bytes under the same `webhook-id`, whatever came before.",
    ),
    Route(
        "enableEndpoint",
        "POST",
        "/callback-endpoints/enable",
        "Try a receiver again that answered 410",
        "Callbacks",
        {204: Answer(description="It is tried again.")},
        body=models.EnableEndpoint,
    ),
)
