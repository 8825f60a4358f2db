"""ProcessImage: what is in one image of a job. The queue's function and the worker both call it."""

from typing import Literal

from pydantic import ValidationError

from chalicelib.media_processing.domain import jobs
from chalicelib.media_processing.domain.detections import kept
from chalicelib.media_processing.domain.uploads import BadImageUrlError, upload_of
from chalicelib.media_processing.models import (
    DetectorModel,
    ImageMessage,
    ImageState,
    ProcessImageInput,
    ProcessImageOutput,
)
from chalicelib.media_processing.ports import Dependencies
from chalicelib.media_processing.steps.image_outcomes import (
    finish,
    load_image,
    record,
    reopen,
)
from shared.errors import ItemError, NotFound, PermanentError, RetryableError
from shared.images.decoding import ImageLimits, decode
from shared.jobs import JobState
from shared.observability import logger
from shared.tables import Item, Update

# One less than the queue's maxReceiveCount. The delivery after it looks at nothing, and records
# the failure, so that an image which kills its workers does not keep its job open for good.
ATTEMPTS = 4
# What `started` notes as the execution of a job that has no machine.
QUEUE = "queue"
log = logger("media-processing")


def process_image(step: ProcessImageInput, deps: Dependencies) -> ProcessImageOutput:
    """Look at the image that a message names, and record what came of it, once.

    A message that comes twice changes nothing. The job ends with its last image. Images of a job
    that has ended, such as by being cancelled, are left alone.

    Raises:
        RetryableError: something did not answer, and the queue delivers again; or this was the
            last delivery (``attempts_exhausted``), so that the message goes to the dead letters.
        PermanentError: ``invalid_message``, which goes to the dead letters in the end too.
    """
    message = _message(step.body)
    job_id, index = message.job_id, message.image_index
    row = load_image(job_id, index, deps)
    if row is None:
        log.warning("image ignored: its job is gone", extra={"job_id": job_id})
        return ProcessImageOutput(state="SKIPPED")
    job = deps.jobs.get(job_id)
    if (job.state.ended or row["state"] == ImageState.FAILED) and reopen(
        job_id, index, deps, sent=step.attributes.sent_at
    ):
        job, row = deps.jobs.get(job_id), load_image(job_id, index, deps) or row
    if job.state.ended:
        return ProcessImageOutput(state="SKIPPED")
    if row["state"] == ImageState.PENDING:
        if job.state is JobState.PENDING:
            deps.jobs.started(job_id, QUEUE)
        given_up = step.attributes.deliveries > ATTEMPTS
        _record(job_id, row, deps, given_up=given_up)
        if given_up:
            finish(job_id, deps)
            raise RetryableError(jobs.GIVEN_UP.code, f"Image {index} of {job_id} was given up.")
    finish(job_id, deps)
    return ProcessImageOutput(state=_state(load_image(job_id, index, deps) or row))


def _message(body: str) -> ImageMessage:
    try:
        return ImageMessage.model_validate_json(body)
    except ValidationError as exc:
        raise PermanentError("invalid_message", "The message names no image of a job.") from exc


def _state(row: Item) -> Literal["DONE", "FAILED", "SKIPPED"]:
    if row["state"] == ImageState.PENDING:
        return "SKIPPED"  # it was reopened at this very moment
    return "DONE" if row["state"] == ImageState.DONE else "FAILED"


def _record(job_id: str, row: Item, deps: Dependencies, *, given_up: bool) -> None:
    error: ItemError | None = jobs.GIVEN_UP
    change: Update | None = None
    if not given_up:
        change, error = _looked_at(row, deps)
    record(
        job_id, row, change or jobs.failed(row, error or jobs.GIVEN_UP, deps.clock()), error, deps
    )


def _looked_at(row: Item, deps: Dependencies) -> tuple[Update | None, ItemError | None]:
    settings = deps.settings
    limits = ImageLimits(
        max_bytes=settings.max_image_bytes,
        max_pixels=settings.max_image_pixels,
        max_side=settings.max_image_side,
    )
    # Before the image: a detector that cannot be had is no image's fault.
    detector = deps.detector()
    try:
        key = upload_of(row["imageUrl"], settings.s3_bucket)
        data = deps.storage.get(settings.s3_bucket, key, max_bytes=limits.max_bytes)
        picture = decode(data, limits, use_side=settings.detector_side)
        found = detector.detect(picture.image)
    except (PermanentError, NotFound) as exc:
        return None, ItemError.of(exc)
    except BadImageUrlError as exc:
        return None, ItemError(code=exc.code, message=exc.message)
    good = kept(
        found,
        scale=picture.scale,
        width=picture.width,
        height=picture.height,
        least=settings.detector_min_confidence,
    )
    model = DetectorModel(name=detector.name, version=detector.version)
    return jobs.done(row, good, model, (picture.width, picture.height)), None
