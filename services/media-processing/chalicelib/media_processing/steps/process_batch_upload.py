"""ProcessBatchUpload: a ``batch.json`` that was put into ``incoming`` starts its batch."""

import hashlib

from pydantic import ValidationError

from chalicelib.media_processing.domain import names
from chalicelib.media_processing.models import (
    CreateBatch,
    ProcessBatchUploadInput,
    ProcessBatchUploadOutput,
)
from chalicelib.media_processing.ports import Dependencies
from chalicelib.media_processing.steps.start import KIND, start_batch
from shared.errors import Conflict, ItemError, NotFound, PermanentError
from shared.http.requests import field_errors
from shared.idempotency import execution_name
from shared.observability import logger
from shared.s3_events import uploaded_objects

MOST_BYTES = 2_000_000
log = logger("media-processing")


def process_batch_upload(
    step: ProcessBatchUploadInput, deps: Dependencies
) -> ProcessBatchUploadOutput:
    """Start the batches that one message of the queue names.

    A message that comes twice starts nothing twice: the run's id follows from the file's bytes.
    A file that is no batch is a run that failed, which the listing's owner can see.

    Raises:
        RetryableError: something did not answer; the queue delivers the message again.
    """
    started = []
    for uploaded in uploaded_objects(step.body):
        listing_id = names.listing_of_batch_upload(uploaded.key)
        if uploaded.bucket != deps.settings.s3_bucket or listing_id is None:
            log.warning("upload ignored", extra={"key": uploaded.key})
            continue
        try:
            data = deps.storage.get(uploaded.bucket, uploaded.key, max_bytes=MOST_BYTES)
        except NotFound:
            log.warning("upload ignored: it is gone", extra={"key": uploaded.key})
            continue
        except PermanentError as exc:
            started.append(_refuse(listing_id, uploaded.etag.encode(), ItemError.of(exc), deps))
            continue
        started.append(_start(listing_id, data, deps))
    return ProcessBatchUploadOutput(job_ids=started)


def _start(listing_id: str, data: bytes, deps: Dependencies) -> str:
    try:
        wanted = CreateBatch.model_validate_json(data)
        _, job = start_batch(listing_id, wanted, _job_id(listing_id, data), deps, repeatable=True)
    except ValidationError as exc:
        found = field_errors(exc)[0]
        where = f"{found['field']}: " if found["field"] else ""
        error = ItemError(code="invalid_batch", message=f"{where}{found['message']}"[:500])
        return _refuse(listing_id, data, error, deps)
    except Conflict as exc:
        return _refuse(listing_id, data, ItemError.of(exc), deps)
    return job.job_id


def _refuse(listing_id: str, data: bytes, error: ItemError, deps: Dependencies) -> str:
    job_id = _job_id(listing_id, data)
    deps.jobs.create(job_id, owner=listing_id, kind=KIND, input={"listingId": listing_id})
    deps.jobs.fail(job_id, error)
    log.warning("batch refused", extra={"listing_id": listing_id, "code": error.code})
    return job_id


def _job_id(listing_id: str, data: bytes) -> str:
    return execution_name(listing_id, "batch.json", hashlib.sha256(data).hexdigest())
