"""ExtractBibNumber: one photo of a request, read and recorded."""

from chalicelib.event_images.domain.photo_rows import readings_of
from chalicelib.event_images.domain.photos import state_of, tags
from chalicelib.event_images.models import ExtractBibNumberInput, ExtractBibNumberOutput
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.outcomes import process
from chalicelib.event_images.steps.read import read_photo


def extract_bib_number(step: ExtractBibNumberInput, deps: Dependencies) -> ExtractBibNumberOutput:
    """Read one photo; a bad one is recorded as FAILED, which is no error of the step.

    Raises:
        RetryableError: something on the way did not answer; nothing is recorded.
    """
    photo = step.photo
    row = process(
        step.event_id,
        photo,
        lambda: read_photo(step.event_id, photo, deps),
        deps,
        request_id=step.request_id,
        since=photo.version,
    )
    return ExtractBibNumberOutput(
        image_id=photo.image_id, state=state_of(row), bibs=list(tags(readings_of(row)))
    )
