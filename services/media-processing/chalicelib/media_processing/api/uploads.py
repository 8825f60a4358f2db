"""``/listings/{listingId}/uploads``: signed forms by which a client uploads media."""

import uuid

from chalice.app import Request, Response

from chalicelib.media_processing.api.paths import listing_id
from chalicelib.media_processing.domain import names
from chalicelib.media_processing.models import (
    BatchItem,
    CreateUploads,
    Upload,
    UploadFile,
    Uploads,
)
from chalicelib.media_processing.ports import Dependencies
from shared.errors import UnprocessableInput
from shared.http import answer, idempotency_key, parse
from shared.idempotency import execution_name

ROUTE = "POST /listings/{listingId}/uploads"


def create_uploads(request: Request, deps: Dependencies) -> Response:
    """``POST /listings/{listingId}/uploads`` -> Uploads, in the order of the files.

    Each form takes one file: this key, this type, and no more bytes than such a file may have.
    With an ``Idempotency-Key`` a repeat gives forms for the same keys.

    Raises:
        UnprocessableInput: ``bad_upload``, with an entry in ``errors`` for each bad file.
    """
    listing = listing_id(request)
    wanted = parse(request, CreateUploads)
    errors = [
        {"field": f"files.{index}.{field}", "code": code, "message": message}
        for index, file in enumerate(wanted.files)
        for field, code, message in _problems(file, deps)
    ]
    if errors:
        raise UnprocessableInput("bad_upload", "Some files cannot be uploaded.", errors=errors)
    seed = execution_name(listing, ROUTE, idempotency_key(request))
    uploads = [
        _upload(listing, str(uuid.uuid5(uuid.NAMESPACE_URL, f"{seed}/{index}")), file, deps)
        for index, file in enumerate(wanted.files)
    ]
    return answer(Uploads(uploads=uploads))


def _most(file: UploadFile, deps: Dependencies) -> int:
    video = file.content_type.partition(";")[0].strip().lower() in names.VIDEOS
    return deps.settings.max_video_bytes if video else deps.settings.max_image_bytes


def _problems(file: UploadFile, deps: Dependencies) -> list[tuple[str, str, str]]:
    found = []
    if names.extension(file.filename, file.content_type) is None:
        kinds = ", ".join(sorted(names.TYPES))
        found.append(("contentType", "unsupported_type", f"Must be one of {kinds}."))
    if file.media_type == "zip":
        found.append(("mediaType", "bad_media_type", "zip is no media type."))
    if file.size > _most(file, deps):
        found.append(("size", "too_large", f"Must be at most {_most(file, deps)} bytes."))
    return found


def _upload(listing: str, file_id: str, file: UploadFile, deps: Dependencies) -> Upload:
    ending = names.extension(file.filename, file.content_type) or "bin"
    item = BatchItem(media_type=file.media_type, uuid=file_id, ext=ending, filename=file.filename)
    key = names.raw_key(listing, item)
    form = deps.storage.presign_post(
        deps.settings.s3_bucket,
        key,
        content_type=file.content_type.partition(";")[0].strip().lower(),
        max_bytes=_most(file, deps),
        expires=deps.settings.url_seconds,
    )
    return Upload(item=item, key=key, url=form.url, fields=form.fields, expires_at=form.expires_at)
