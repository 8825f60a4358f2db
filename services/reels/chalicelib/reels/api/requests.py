"""``POST /events/{eventId}/reels`` and ``/reel-requests``: runs over an event's runners."""

from chalice.app import Request, Response

from chalicelib.reels.api.events import event_of
from chalicelib.reels.api.found import template_of
from chalicelib.reels.domain import names, request_rows
from chalicelib.reels.models import (
    CreateReels,
    ReelCounts,
    ReelRequest,
    ReelRequestError,
    ReelRequestList,
)
from chalicelib.reels.ports import Dependencies
from shared.errors import ItemError, MedleyError, NotFound
from shared.http import answer, here, idempotency_key, page_params, parse, path_param
from shared.idempotency import execution_name
from shared.jobs import Job

KIND = "generate-event-reels"
ROUTE = "POST /events/{eventId}/reels"


def create_reels(request: Request, deps: Dependencies) -> Response:
    """``POST /events/{eventId}/reels`` -> 202 ReelRequest, with its Location.

    Raises:
        NotFound: ``event_not_found``, ``template_not_found``.
        Conflict: ``idempotency_key_reused`` with another body.
        Unavailable: ``event_images_absent``.
    """
    event_id = event_of(request, deps).event_id
    wanted = parse(request, CreateReels)
    template_of(wanted.template_id, deps)
    key = idempotency_key(request)
    asked = wanted.model_dump(mode="json", by_alias=True)
    bibs = asked.pop("bibs")
    digest = request_rows.bibs_digest([names.normal_bib(bib) for bib in bibs] if bibs else None)
    job, _ = deps.jobs.create(
        execution_name(event_id, ROUTE, key),
        owner=event_id,
        kind=KIND,
        # Not the bibs themselves: a runner who opts out must not be found in here.
        input={**asked, "bibsDigest": digest},
    )
    # A repeat whose row has no execution yet starts it again: the first call may have died
    # between the two. The execution has the request's id as its name, so there is only one.
    if job.execution_arn is None:
        _start(job, {**asked, "bibs": bibs}, deps, repeatable=key is not None)
        job = deps.jobs.get(job.job_id)
    location = f"{here(request).removesuffix('/reels')}/reel-requests/{job.job_id}"
    return answer(request_of(job, deps), 202, {"Location": location})


def list_requests(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}/reel-requests?limit&cursor`` -> ReelRequestList, newest first.

    Raises:
        NotFound: ``event_not_found``.
    """
    limit, cursor = page_params(request)
    jobs, after = deps.jobs.list(event_of(request, deps).event_id, limit=limit, cursor=cursor)
    return answer(ReelRequestList(items=[request_of(job, deps) for job in jobs], cursor=after))


def get_request(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}/reel-requests/{requestId}?limit&cursor`` -> ReelRequest.

    ``limit`` and ``cursor`` page through its ``errors``.

    Raises:
        NotFound: ``event_not_found``; ``request_not_found``, also for the request of another event.
    """
    limit, cursor = page_params(request, default=100)
    job = _job(path_param(request, "requestId"), event_of(request, deps).event_id, deps)
    found, after = deps.jobs.errors(job.job_id, limit=limit, cursor=cursor)
    # A runner may have opted out a moment ago.
    hidden = deps.event_images.opted_out(job.owner, [one.item_id for one in found])
    errors = tuple(
        ReelRequestError(bib=one.item_id, code=one.code, message=one.message)
        for one in found
        if one.item_id not in hidden
    )
    return answer(request_of(job, deps, errors, after))


def request_of(
    job: Job,
    deps: Dependencies,
    errors: tuple[ReelRequestError, ...] = (),
    after: str | None = None,
) -> ReelRequest:
    """A job as the API shows it."""
    counts = job.counts
    tally = deps.reels.get(request_rows.tally_key(job.job_id)) or {}
    shown = {name: job.input[name] for name in ("aspects", "templateId", "preview", "force")}
    return ReelRequest.model_validate(
        {
            **shown,
            "requestId": job.job_id,
            "eventId": job.owner,
            "state": job.state,
            "counts": ReelCounts(
                listed=counts.listed,
                opted_out=counts.ignored,
                without_photos=counts.skipped,
                total=counts.total,
                done=counts.done,
                failed=counts.failed,
                unchanged=tally.get("unchanged", 0),
            ),
            "error": job.error,
            "errors": errors,
            "errorsCursor": after,
            "createdAt": job.created_at,
            "startedAt": job.started_at,
            "completedAt": job.completed_at,
        }
    )


def _start(job: Job, asked: dict[str, object], deps: Dependencies, *, repeatable: bool) -> None:
    machine_input = {"requestId": job.job_id, "eventId": job.owner, **asked}
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
