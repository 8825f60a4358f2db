"""The steps: one function a Lambda, from a model and the dependencies to a model."""

from chalicelib.reels.steps.event_images_bib_extraction import event_images_bib_extraction
from chalicelib.reels.steps.execution_stopped import execution_stopped
from chalicelib.reels.steps.process_upload import process_upload
from chalicelib.reels.steps.record_reel_failure import record_reel_failure
from chalicelib.reels.steps.reel_generation import reel_generation
from chalicelib.reels.steps.reel_generation_completion import reel_generation_completion
from chalicelib.reels.steps.reel_generation_failure import reel_generation_failure
from chalicelib.reels.steps.remove_opted_out import remove_opted_out

__all__ = [
    "event_images_bib_extraction",
    "execution_stopped",
    "process_upload",
    "record_reel_failure",
    "reel_generation",
    "reel_generation_completion",
    "reel_generation_failure",
    "remove_opted_out",
]
