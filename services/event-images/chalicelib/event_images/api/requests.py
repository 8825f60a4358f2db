"""``/events/{eventId}/process`` and ``/requests``: runs over an event's photos."""

from chalice.app import Request, Response

from chalicelib.event_images import models
from chalicelib.event_images.api.events import event_row
from chalicelib.event_images.domain import sources
from chalicelib.event_images.models import ProcessEvent, RequestError, RequestList
from chalicelib.event_images.ports import Dependencies
from shared.errors import Forbidden, ItemError, MedleyError, NotFound
from shared.http import answer, here, idempotency_key, page_params, parse, path_param
from shared.idempotency import execution_name
from shared.jobs import Job

KIND = "process-event-images"
ROUTE = "POST /events/{eventId}/process"


def process_event(request: Request, deps: Dependencies) -> Response:
    """``POST /events/{eventId}/process`` -> 202 Request, with its Location.

    Raises:
        Forbidden: ``source_not_allowed``.
        Conflict: ``idempotency_key_reused`` with another body.
    """
    event_id: str = event_row(request, deps)["eventId"]
    wanted = parse(request, ProcessEvent)
    settings = deps.settings
    if not sources.allowed(wanted.source, settings.incoming_bucket, settings.source_buckets):
        raise Forbidden(
            "source_not_allowed", "The setting SOURCE_BUCKETS does not name this bucket."
        )
    key = idempotency_key(request)
    job, _ = deps.jobs.create(
        execution_name(event_id, ROUTE, key),
        owner=event_id,
        kind=KIND,
        input=wanted.model_dump(mode="json", by_alias=True),
    )
    # A repeat whose row has no execution yet starts it again: the first call may have died
    # between the two. The execution has the request's id as its name, so there is only one.
    if job.execution_arn is None:
        _start(job, deps, repeatable=key is not None)
        job = deps.jobs.get(job.job_id)
    location = f"{here(request).removesuffix('/process')}/requests/{job.job_id}"
    return answer(request_of(job), 202, {"Location": location})


def list_requests(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}/requests?limit&cursor`` -> RequestList, newest first."""
    event_id: str = event_row(request, deps)["eventId"]
    limit, cursor = page_params(request)
    jobs, after = deps.jobs.list(event_id, limit=limit, cursor=cursor)
    return answer(RequestList(items=[request_of(job) for job in jobs], cursor=after))


def get_request(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}/requests/{requestId}?limit&cursor`` -> Request.

    ``limit`` and ``cursor`` page through its ``errors``.

    Raises:
        NotFound: ``request_not_found``, also for the request of another event.
    """
    event_id: str = event_row(request, deps)["eventId"]
    limit, cursor = page_params(request, default=100)
    job = _job(path_param(request, "requestId"), event_id, deps)
    found, after = deps.jobs.errors(job.job_id, limit=limit, cursor=cursor)
    errors = tuple(
        RequestError(image_id=one.item_id, name=one.name, code=one.code, message=one.message)
        for one in found
    )
    return answer(request_of(job, errors, after))


def request_of(
    job: Job, errors: tuple[RequestError, ...] = (), after: str | None = None
) -> models.Request:
    """A job as the API shows it."""
    asked = ProcessEvent.model_validate(job.input)
    return models.Request(
        request_id=job.job_id,
        event_id=job.owner,
        state=job.state,
        source=asked.source,
        force=asked.force,
        counts=job.counts,
        error=job.error,
        errors=errors,
        errors_cursor=after,
        created_at=job.created_at,
        started_at=job.started_at,
        completed_at=job.completed_at,
    )


def _start(job: Job, deps: Dependencies, *, repeatable: bool) -> None:
    machine_input = {"requestId": job.job_id, "eventId": job.owner, **job.input}
    try:
        arn = deps.workflows.start(deps.settings.state_machine_arn, job.job_id, machine_input)
    except MedleyError:
        # Without a key nobody can repeat this very request, so its row would wait for ever.
        if not repeatable:
            deps.jobs.fail(
                job.job_id,
                ItemError(code="not_started", message="The state machine could not be started."),
            )
        raise
    deps.jobs.started(job.job_id, arn)


def _job(request_id: str, event_id: str, deps: Dependencies) -> Job:
    missing = NotFound("request_not_found", "There is no such request.")
    if not (request_id.isalnum() and len(request_id) <= 64):
        raise missing
    try:
        job = deps.jobs.get(request_id)
    except NotFound:
        raise missing from None
    if job.owner != event_id or job.kind != KIND:
        raise missing
    return job
