"""``/process``: a job over uploaded images."""

from chalice.app import Request, Response

from chalicelib.media_processing.domain.jobs import OWNER, status_of
from chalicelib.media_processing.domain.uploads import BadImageUrlError, upload_of
from chalicelib.media_processing.models import AcceptedImages, ProcessImages
from chalicelib.media_processing.ports import Dependencies
from chalicelib.media_processing.steps.start_images import start_images
from shared.errors import UnprocessableInput
from shared.http import answer, idempotency_key, parse
from shared.idempotency import execution_name

ROUTE = "POST /process"
MOST_ERRORS = 20


def process_images(request: Request, deps: Dependencies) -> Response:
    """``POST /process`` -> 202 AcceptedImages, with its Location.

    Raises:
        UnprocessableInput: ``bad_image_url``, with an entry in ``errors`` for each bad one:
            ``not_an_s3_url``, ``outside_uploads``, ``bad_key``.
        Conflict: ``idempotency_key_reused``.
    """
    wanted = parse(request, ProcessImages)
    errors = []
    for index, url in enumerate(wanted.image_urls):
        try:
            upload_of(url, deps.settings.s3_bucket)
        except BadImageUrlError as exc:
            field = f"imageUrls.{index}"
            errors.append({"field": field, "code": exc.code, "message": exc.message})
    if errors:
        raise UnprocessableInput(
            "bad_image_url", f"{len(errors)} URLs cannot be taken.", errors=errors[:MOST_ERRORS]
        )
    key = idempotency_key(request)
    job_id = execution_name(OWNER, ROUTE, key)
    job = start_images(wanted, job_id, deps, repeatable=key is not None)
    count = len(wanted.image_urls)
    accepted = AcceptedImages(
        job_id=job.job_id,
        status=status_of(job),
        message=f"Job created for {count} image(s)",
        image_count=count,
    )
    # The path as the caller knows it, with the API's stage before it.
    here = str(request.context.get("path") or request.path).rstrip("/")
    location = f"{here.removesuffix('/process')}/jobs/{job.job_id}"
    return answer(accepted, 202, {"Location": location})
