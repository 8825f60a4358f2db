"""The steps: one function a Lambda, from a model and the dependencies to a model."""

from chalicelib.event_images.steps.do_chore import do_chore
from chalicelib.event_images.steps.execution_stopped import execution_stopped
from chalicelib.event_images.steps.expire_events import expire_events
from chalicelib.event_images.steps.extract_bib_number import extract_bib_number
from chalicelib.event_images.steps.image_processing_completion import image_processing_completion
from chalicelib.event_images.steps.image_processing_failure import image_processing_failure
from chalicelib.event_images.steps.list_images import list_images
from chalicelib.event_images.steps.process_upload import process_upload
from chalicelib.event_images.steps.record_image_failure import record_image_failure

__all__ = [
    "do_chore",
    "execution_stopped",
    "expire_events",
    "extract_bib_number",
    "image_processing_completion",
    "image_processing_failure",
    "list_images",
    "process_upload",
    "record_image_failure",
]
