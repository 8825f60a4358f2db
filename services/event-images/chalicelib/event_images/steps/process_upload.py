"""ProcessUpload: photos that were put into ``incoming`` are read by themselves."""

from chalicelib.event_images.domain import names
from chalicelib.event_images.domain.events import event_key
from chalicelib.event_images.domain.photo_rows import readings_of
from chalicelib.event_images.domain.photos import Outcome, state_of, tags
from chalicelib.event_images.domain.start_list import import_of_key
from chalicelib.event_images.models import (
    ExtractBibNumberOutput,
    ProcessUploadInput,
    ProcessUploadOutput,
    SourceObject,
)
from chalicelib.event_images.models.chores import ImportStartList
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.outcomes import process
from chalicelib.event_images.steps.read import read_photo
from chalicelib.event_images.steps.support_nearby import support_after_upload
from shared.errors import ItemError, NotFound
from shared.observability import logger
from shared.s3_events import UploadedObject, uploaded_objects

# One less than the queue's maxReceiveCount. The delivery after it reads no more, and records
# the failure, so that a photo which kills its workers does not stay PENDING for good.
ATTEMPTS = 5
GIVEN_UP = ItemError(
    code="attempts_exhausted",
    message=f"{ATTEMPTS} attempts did not come to an end. Process the event to try again.",
)

log = logger("event-images")


def process_upload(step: ProcessUploadInput, deps: Dependencies) -> ProcessUploadOutput:
    """Read the photos that one message of the queue names; what is not a photo is left alone.

    A message that comes twice changes nothing: the photo has an outcome for these bytes. Where the
    event wants that, its photos support each other some minutes later.

    Raises:
        RetryableError: something did not answer; the queue delivers the message again.
    """
    photos = []
    for uploaded in uploaded_objects(step.body):
        if _hand_on(uploaded, deps):
            continue
        event_id = _event_of(uploaded, deps)
        photo = _look(uploaded, deps) if event_id else None
        if event_id and photo:
            photos.append(_process(event_id, photo, step.attributes.deliveries, deps))
    return ProcessUploadOutput(photos=photos)


def _hand_on(uploaded: UploadedObject, deps: Dependencies) -> bool:
    """Whether this is a start list, which a function that reads no photos imports."""
    found = import_of_key(uploaded.key)
    if found is None or uploaded.bucket != deps.settings.incoming_bucket:
        return False
    event_id, import_id = found
    chore = ImportStartList(
        event_id=event_id, import_id=import_id, bucket=uploaded.bucket, key=uploaded.key
    )
    deps.queues.send(deps.settings.chores_queue_url, chore)
    return True


def _event_of(uploaded: UploadedObject, deps: Dependencies) -> str | None:
    event_id = names.event_of_key(uploaded.key)
    reason = None
    if uploaded.bucket != deps.settings.incoming_bucket or event_id is None:
        reason = "it belongs to no event"
    elif not names.is_image_name(uploaded.key):
        reason = "its name is not a photo's"
    elif deps.requests.get(event_key(event_id)) is None:
        reason = "its event does not exist"
    if reason:
        log.warning("upload ignored", extra={"key": uploaded.key, "reason": reason})
        return None
    return event_id


def _look(uploaded: UploadedObject, deps: Dependencies) -> SourceObject | None:
    # As it is now: messages come late, twice, and out of order.
    try:
        info = deps.storage.head(uploaded.bucket, uploaded.key)
    except NotFound:
        log.warning("upload ignored", extra={"key": uploaded.key, "reason": "it is gone"})
        return None
    return SourceObject(
        bucket=uploaded.bucket,
        key=uploaded.key,
        size=info.size,
        etag=info.etag,
        filename=names.filename(uploaded.key),
        last_modified=info.last_modified,
    )


def _process(
    event_id: str, photo: SourceObject, attempt: int, deps: Dependencies
) -> ExtractBibNumberOutput:
    def work() -> Outcome:
        if attempt > ATTEMPTS:
            return Outcome(photo=photo, error=GIVEN_UP)
        return read_photo(event_id, photo, deps)

    row = process(event_id, photo, work, deps)
    support_after_upload(event_id, deps)
    return ExtractBibNumberOutput(
        image_id=row["imageId"], state=state_of(row), bibs=list(tags(readings_of(row)))
    )
