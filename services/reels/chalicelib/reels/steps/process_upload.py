"""ProcessUpload: music and logos that were put into ``incoming`` are checked by themselves."""

import json

from chalicelib.reels.domain import material_rows, names
from chalicelib.reels.models import ProcessUploadInput, ProcessUploadOutput
from chalicelib.reels.ports import Dependencies
from shared.errors import ItemError, NotFound, PermanentError
from shared.observability import logger
from shared.s3_events import UploadedObject, uploaded_objects
from shared.tables import Item, Update

# One less than the queue's maxReceiveCount: the delivery after it only records the failure.
ATTEMPTS = 5
GIVEN_UP = ItemError(
    code="attempts_exhausted",
    message=f"{ATTEMPTS} attempts to read the file did not come to an end.",
)

log = logger("reels")


def process_upload(step: ProcessUploadInput, deps: Dependencies) -> ProcessUploadOutput:
    """Check the materials that one message of the queue names; anything else is left alone.

    A message that comes twice changes nothing: the same bytes give the same outcome.

    Raises:
        RetryableError: something did not answer; the queue delivers the message again.
    """
    done = []
    for uploaded in uploaded_objects(step.body):
        row = _row_of(uploaded, deps)
        if row is not None:
            _process(row, uploaded, step.attributes.deliveries, deps)
            done.append(str(row["materialId"]))
    return ProcessUploadOutput(materials=done)


def _row_of(uploaded: UploadedObject, deps: Dependencies) -> Item | None:
    material_id = names.material_of_key(uploaded.key)
    row = None
    if uploaded.bucket == deps.settings.incoming_bucket and material_id:
        row = deps.reels.get(material_rows.material_key(material_id))
    if row is None:
        log.warning("upload ignored", extra={"key": uploaded.key, "reason": "no such material"})
    return row


def _process(row: Item, uploaded: UploadedObject, attempt: int, deps: Dependencies) -> None:
    material_id = row["materialId"]
    try:
        # As it is now: messages come late, twice, and out of order.
        etag = deps.storage.head(uploaded.bucket, uploaded.key).etag
    except NotFound:
        log.warning("upload ignored", extra={"key": uploaded.key, "reason": "it is gone"})
        return
    try:
        if attempt > ATTEMPTS:
            raise PermanentError(GIVEN_UP.code, GIVEN_UP.message)
        data = deps.storage.get(
            uploaded.bucket, uploaded.key, max_bytes=deps.settings.max_material_bytes
        )
        outcome = _check(row, etag, data, deps)
    except PermanentError as exc:
        log.info("material refused", extra={"key": uploaded.key, "code": exc.code})
        outcome = material_rows.refused(material_id, etag, ItemError.of(exc))
    deps.reels.write(outcome)


def _check(row: Item, etag: str, data: bytes, deps: Dependencies) -> Update:
    material_id = row["materialId"]
    bucket, key = deps.settings.media_bucket, names.material_key(material_id, etag)
    if row["kind"] == "logo":
        picture, size = deps.pictures().logo(data)
        deps.storage.put(bucket, key, picture, content_type="image/png")
        return material_rows.seen(material_id, etag, size.width, size.height)
    sound = deps.sounds().examine(data)
    deps.storage.put(bucket, key, data, content_type="application/octet-stream")
    deps.storage.put(
        bucket,
        names.beats_key(material_id, etag),
        json.dumps([round(beat, 4) for beat in sound.beats]).encode(),
        content_type="application/json",
    )
    return material_rows.heard(material_id, etag, sound)
