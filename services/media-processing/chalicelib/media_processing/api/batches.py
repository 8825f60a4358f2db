"""``/listings/{listingId}/batches``: batches and their runs."""

from chalice.app import Request, Response

from chalicelib.media_processing import models
from chalicelib.media_processing.api.paths import batch_row, listing_id
from chalicelib.media_processing.domain.batch_rows import batch_key, batch_of, item_of
from chalicelib.media_processing.models import BatchList, CreateBatch, Item, RefusedUpload
from chalicelib.media_processing.ports import Dependencies
from chalicelib.media_processing.steps.items import load_items
from chalicelib.media_processing.steps.start import start_batch, start_run
from shared.errors import BadRequest, Conflict
from shared.http import answer, here, idempotency_key, page_params, parse
from shared.idempotency import execution_name
from shared.jobs import Job
from shared.tables import Item as Row

ROUTE = "POST /listings/{listingId}/batches"
RERUN = "POST /listings/{listingId}/batches/{batchId}/rerun"
FEW = 20


def create_batch(request: Request, deps: Dependencies) -> Response:
    """``POST /listings/{listingId}/batches`` -> 202 Batch, with its Location.

    Raises:
        Conflict: ``batch_exists``, ``idempotency_key_reused``.
        BadRequest: ``bad_callback_url``, it is not https.
    """
    listing = listing_id(request)
    wanted = parse(request, CreateBatch)
    plain = wanted.callback_url is not None and wanted.callback_url.scheme != "https"
    if plain and not deps.settings.callback_allow_private:
        raise BadRequest("bad_callback_url", "The callback's URL must be https.")
    key = idempotency_key(request)
    row, job = start_batch(
        listing, wanted, execution_name(listing, ROUTE, key), deps, repeatable=key is not None
    )
    location = f"{here(request)}/{row['batchId']}"
    return answer(_shown(row, job, deps), 202, {"Location": location})


def list_batches(request: Request, deps: Dependencies) -> Response:
    """``GET /listings/{listingId}/batches?limit&cursor`` -> BatchList, newest first."""
    listing = listing_id(request)
    limit, cursor = page_params(request)
    partition, _ = batch_key(listing, "")
    found = deps.media.query(partition, index="gsi1", limit=limit, cursor=cursor, forward=False)
    items = [batch_of(row, deps.jobs.get(row["jobId"])) for row in found.items]
    refused, _ = deps.jobs.list(listing, limit=FEW)
    return answer(
        BatchList(
            items=items,
            refused=tuple(
                RefusedUpload(job_id=job.job_id, error=job.error, created_at=job.created_at)
                for job in refused
                if job.error is not None
            ),
            cursor=found.cursor,
        )
    )


def get_batch(request: Request, deps: Dependencies) -> Response:
    """``GET /listings/{listingId}/batches/{batchId}`` -> Batch, with its items."""
    row = batch_row(request, deps)
    return answer(_shown(row, deps.jobs.get(row["jobId"]), deps))


def rerun_batch(request: Request, deps: Dependencies) -> Response:
    """``POST /listings/{listingId}/batches/{batchId}/rerun`` -> 202 Batch.

    Only items that are not DONE are done again; the zip is replaced when the new one is there.

    Raises:
        Conflict: ``batch_running``.
    """
    row = batch_row(request, deps)
    key = idempotency_key(request)
    owner = f"{row['listingId']}/{row['batchId']}"
    job_id = execution_name(owner, RERUN, key)
    running = deps.jobs.get(row["jobId"])
    if not running.state.ended and running.job_id != job_id:
        raise Conflict("batch_running", "The batch has a run that has not ended.")
    job = start_run(row["listingId"], row["batchId"], job_id, deps, repeatable=key is not None)
    row = batch_row(request, deps)
    location = here(request).removesuffix("/rerun")
    return answer(_shown(row, job, deps), 202, {"Location": location})


def _shown(row: Row, job: Job, deps: Dependencies) -> models.Batch:
    items = tuple(
        _signed(item_of(one), deps) for one in load_items(row["listingId"], row["batchId"], deps)
    )
    url = None
    if row.get("zipKey"):
        name = f"{row['listingId']}-{row['batchId']}.zip"
        url = deps.storage.presign_get(
            deps.settings.media_bucket,
            row["zipKey"],
            expires=deps.settings.url_seconds,
            filename=name,
        )
    return batch_of(row, job, items, url)


def _signed(item: Item, deps: Dependencies) -> Item:
    settings = deps.settings
    outputs = tuple(
        output.model_copy(
            update={
                "url": deps.storage.presign_get(
                    settings.media_bucket, output.key, expires=settings.url_seconds
                )
            }
        )
        for output in item.outputs
    )
    return item.model_copy(update={"outputs": outputs})
