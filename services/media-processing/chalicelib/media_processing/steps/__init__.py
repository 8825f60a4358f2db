"""The steps: one function a Lambda, from a model and the dependencies to a model."""

from chalicelib.media_processing.steps.callback import callback
from chalicelib.media_processing.steps.consolidate import consolidate
from chalicelib.media_processing.steps.execution_stopped import execution_stopped
from chalicelib.media_processing.steps.make_thumbnails import make_thumbnails
from chalicelib.media_processing.steps.process_batch_upload import process_batch_upload
from chalicelib.media_processing.steps.process_image import process_image
from chalicelib.media_processing.steps.processing_failure import processing_failure
from chalicelib.media_processing.steps.reconcile import reconcile
from chalicelib.media_processing.steps.record_thumbnails_failure import record_thumbnails_failure
from chalicelib.media_processing.steps.validate import validate
from chalicelib.media_processing.steps.zip import zip  # noqa: A004

__all__ = [
    "callback",
    "consolidate",
    "execution_stopped",
    "make_thumbnails",
    "process_batch_upload",
    "process_image",
    "processing_failure",
    "reconcile",
    "record_thumbnails_failure",
    "validate",
    "zip",
]
