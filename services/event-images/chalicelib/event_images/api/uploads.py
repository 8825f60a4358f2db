"""``/events/{eventId}/uploads``: signed forms by which a browser uploads photos."""

from chalice.app import Request, Response

from chalicelib.event_images.api.events import event_row
from chalicelib.event_images.domain import names
from chalicelib.event_images.models import CreateUploads, Upload, UploadFile, Uploads
from chalicelib.event_images.ports import Dependencies
from shared.errors import UnprocessableInput
from shared.http import answer, idempotency_key, parse
from shared.idempotency import execution_name

CONTENT_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})


def create_uploads(request: Request, deps: Dependencies) -> Response:
    """``POST /events/{eventId}/uploads`` -> Uploads, in the order of the files.

    Each form takes one file: this name, this type, and no more bytes than a photo may have. With
    an ``Idempotency-Key`` a repeat gives forms for the same keys.

    Raises:
        UnprocessableInput: ``bad_upload``, with an entry in ``errors`` for each bad file.
    """
    event_id: str = event_row(request, deps)["eventId"]
    wanted = parse(request, CreateUploads)
    most = deps.settings.max_photo_bytes
    errors = [
        {"field": f"files.{index}.{field}", "code": code, "message": message}
        for index, file in enumerate(wanted.files)
        for field, code, message in _problems(file, most)
    ]
    if errors:
        raise UnprocessableInput("bad_upload", "Some files cannot be uploaded.", errors=errors)
    batch = execution_name(event_id, "POST uploads", idempotency_key(request))[:16]
    uploads = [
        _upload(event_id, f"{batch}-{index:02}", file, deps)
        for index, file in enumerate(wanted.files)
    ]
    return answer(Uploads(uploads=uploads))


def _problems(file: UploadFile, most: int) -> list[tuple[str, str, str]]:
    found = []
    if file.content_type.lower() not in CONTENT_TYPES:
        kinds = ", ".join(sorted(CONTENT_TYPES))
        found.append(("contentType", "unsupported_type", f"Must be one of {kinds}."))
    if not names.is_image_name(names.safe_filename(file.filename)):
        found.append(("filename", "not_an_image_name", "Must end as a photo's name does."))
    if file.size == 0:
        found.append(("size", "empty_file", "The file is empty."))
    if file.size > most:
        found.append(("size", "too_large", f"Must be at most {most} bytes."))
    return found


def _upload(event_id: str, upload_id: str, file: UploadFile, deps: Dependencies) -> Upload:
    bucket = deps.settings.incoming_bucket
    key = names.upload_key(event_id, upload_id, file.filename)
    form = deps.storage.presign_post(
        bucket,
        key,
        content_type=file.content_type.lower(),
        max_bytes=deps.settings.max_photo_bytes,
        expires=deps.settings.url_seconds,
    )
    return Upload(
        filename=file.filename,
        image_id=names.image_id(bucket, key),
        key=key,
        url=form.url,
        fields=form.fields,
        expires_at=form.expires_at,
    )
