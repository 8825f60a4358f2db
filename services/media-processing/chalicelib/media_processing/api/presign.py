"""``/uploads/presign``: a signed URL and a signed form by which a client uploads an image."""

import uuid
from datetime import timedelta

from chalice.app import Request, Response

from chalicelib.media_processing.domain import uploads
from chalicelib.media_processing.models import PostForm, PresignedUpload, PresignUpload, PutForm
from chalicelib.media_processing.ports import Dependencies
from shared.errors import UnprocessableInput
from shared.http import answer, parse


def presign_upload(request: Request, deps: Dependencies) -> Response:
    """``POST /uploads/presign`` -> PresignedUpload.

    The form takes this key and type, and no more bytes than an image may have. The URL of the PUT
    takes this key and type, and exactly ``size`` bytes where that is given.

    Raises:
        UnprocessableInput: ``bad_upload``, with what is wrong in ``errors``.
    """
    wanted = parse(request, PresignUpload)
    settings = deps.settings
    kind = uploads.content_type(wanted.filename, wanted.content_type)
    errors = []
    if kind is None:
        text = f"Must be one of {', '.join(sorted(uploads.TYPES))}."
        errors.append({"field": "contentType", "code": "unsupported_type", "message": text})
    if wanted.size is not None and wanted.size > settings.max_image_bytes:
        text = f"Must be at most {settings.max_image_bytes} bytes."
        errors.append({"field": "size", "code": "too_large", "message": text})
    if kind is None or errors:
        raise UnprocessableInput("bad_upload", "The file cannot be uploaded.", errors=errors)
    now = deps.clock()
    key = uploads.upload_key(now, str(uuid.uuid4()), wanted.filename)
    bucket, seconds = settings.s3_bucket, settings.url_seconds
    form = deps.storage.presign_post(
        bucket, key, content_type=kind, max_bytes=settings.max_image_bytes, expires=seconds
    )
    url = deps.puts.presign_put(bucket, key, content_type=kind, size=wanted.size, expires=seconds)
    headers = {"Content-Type": kind}
    if wanted.size is not None:
        headers["Content-Length"] = str(wanted.size)
    return answer(
        PresignedUpload(
            url=url,
            key=key,
            bucket=bucket,
            image_url=f"s3://{bucket}/{key}",
            max_bytes=settings.max_image_bytes,
            put=PutForm(url=url, headers=headers, expires_at=now + timedelta(seconds=seconds)),
            post=PostForm(url=form.url, fields=form.fields, expires_at=form.expires_at),
        )
    )
