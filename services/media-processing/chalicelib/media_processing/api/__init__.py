"""The routes: one function each, from a request and the dependencies to an answer."""

from chalicelib.media_processing.api.admin import list_dead_letters, redrive_dead_letters
from chalicelib.media_processing.api.batches import (
    create_batch,
    get_batch,
    list_batches,
    rerun_batch,
)
from chalicelib.media_processing.api.deliveries import (
    enable_endpoint,
    list_deliveries,
    replay_delivery,
)
from chalicelib.media_processing.api.jobs import cancel_job, get_job, list_jobs
from chalicelib.media_processing.api.openapi import API
from chalicelib.media_processing.api.page import PAGE, page
from chalicelib.media_processing.api.presign import presign_upload
from chalicelib.media_processing.api.process import process_images
from chalicelib.media_processing.api.uploads import create_uploads

__all__ = [
    "API",
    "PAGE",
    "cancel_job",
    "create_batch",
    "create_uploads",
    "enable_endpoint",
    "get_batch",
    "get_job",
    "list_batches",
    "list_dead_letters",
    "list_deliveries",
    "list_jobs",
    "page",
    "presign_upload",
    "process_images",
    "redrive_dead_letters",
    "replay_delivery",
    "rerun_batch",
]
