"""event-images: routes, the steps of ``process-event-images``, and the uploads queue."""

from typing import Any

from chalice.app import Chalice, CloudWatchEvent, Cron, Response, SQSEvent

from chalicelib.event_images import api, bootstrap, models, steps
from shared.environment import cors_origins, stage
from shared.http import authorizer, caller, cors, install, serve_pages
from shared.observability import run_messages, run_step

deps = bootstrap.dependencies

app = Chalice(app_name="event-images")
app.api.cors = cors(cors_origins())
# A test replaces `deps`, so its name is looked up each time.
install(app, deps=lambda: deps())  # noqa: PLW0108
call = caller(app, lambda: deps())  # noqa: PLW0108
serve_pages(app, call, files=api.PAGE, api=api.API)

authorize = authorizer(app, bootstrap.api_keys, stage=stage(), service=app.app_name)


@app.route("/events", methods=["POST"], authorizer=authorize)
def create_event() -> Response:
    return call(api.create_event)


@app.route("/events", methods=["GET"], authorizer=authorize)
def list_events() -> Response:
    return call(api.list_events)


@app.route("/events/{eventId}", methods=["GET"], authorizer=authorize)
def get_event(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.get_event)


@app.route("/events/{eventId}", methods=["PATCH"], authorizer=authorize)
def update_event(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.update_event)


@app.route("/events/{eventId}", methods=["DELETE"], authorizer=authorize)
def delete_event(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.delete_event)


@app.route("/events/{eventId}/participants", methods=["GET"], authorizer=authorize)
def list_participants(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.list_participants)


@app.route(
    "/events/{eventId}/participants",
    methods=["PUT"],
    content_types=["application/json", "text/csv"],
    authorizer=authorize,
)
def put_participants(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.put_participants)


@app.route("/events/{eventId}/participants/upload", methods=["POST"], authorizer=authorize)
def upload_participants(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.upload_participants)


@app.route("/events/{eventId}/participants/{bib}", methods=["DELETE"], authorizer=authorize)
def opt_out_runner(eventId: str, bib: str) -> Response:  # noqa: ARG001, N803
    return call(api.opt_out_runner)


@app.route("/events/{eventId}/opt-outs", methods=["GET"], authorizer=authorize)
def list_opt_outs(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.list_opt_outs)


@app.route("/events/{eventId}/opt-outs/{bib}", methods=["DELETE"], authorizer=authorize)
def undo_opt_out(eventId: str, bib: str) -> Response:  # noqa: ARG001, N803
    return call(api.undo_opt_out)


@app.route("/events/{eventId}/exports", methods=["POST"], authorizer=authorize)
def create_export(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.create_export)


@app.route("/events/{eventId}/exports/tags.csv", methods=["GET"], authorizer=authorize)
def tags_csv(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.tags_csv)


@app.route("/events/{eventId}/exports/{exportId}", methods=["GET"], authorizer=authorize)
def get_export(eventId: str, exportId: str) -> Response:  # noqa: ARG001, N803
    return call(api.get_export)


@app.route("/events/{eventId}/uploads", methods=["POST"], authorizer=authorize)
def create_uploads(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.create_uploads)


@app.route("/events/{eventId}/process", methods=["POST"], authorizer=authorize)
def process_event(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.process_event)


@app.route("/events/{eventId}/requests", methods=["GET"], authorizer=authorize)
def list_requests(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.list_requests)


@app.route("/events/{eventId}/requests/{requestId}", methods=["GET"], authorizer=authorize)
def get_request(eventId: str, requestId: str) -> Response:  # noqa: ARG001, N803
    return call(api.get_request)


@app.route("/events/{eventId}/photos", methods=["GET"], authorizer=authorize)
def list_photos(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.list_photos)


@app.route("/events/{eventId}/photos/{imageId}", methods=["GET"], authorizer=authorize)
def get_photo(eventId: str, imageId: str) -> Response:  # noqa: ARG001, N803
    return call(api.get_photo)


@app.route("/events/{eventId}/photos/{imageId}", methods=["PATCH"], authorizer=authorize)
def decide_photo(eventId: str, imageId: str) -> Response:  # noqa: ARG001, N803
    return call(api.decide_photo)


@app.route("/events/{eventId}/photos/{imageId}/audit", methods=["GET"], authorizer=authorize)
def list_audit(eventId: str, imageId: str) -> Response:  # noqa: ARG001, N803
    return call(api.list_audit)


@app.route("/events/{eventId}/review", methods=["GET"], authorizer=authorize)
def list_review(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.list_review)


@app.route("/", methods=["GET"])
def page() -> Response:
    return call(api.page)


@app.route("/events/{eventId}/gallery-link", methods=["GET"], authorizer=authorize)
def get_gallery_link(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.get_gallery_link)


@app.route("/events/{eventId}/gallery-link", methods=["POST"], authorizer=authorize)
def create_gallery_link(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.create_gallery_link)


@app.route("/events/{eventId}/gallery-link", methods=["DELETE"], authorizer=authorize)
def revoke_gallery_link(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.revoke_gallery_link)


@app.route("/events/{eventId}/reports", methods=["GET"], authorizer=authorize)
def list_reports(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.list_reports)


@app.route("/events/{eventId}/reports/{reportId}/resolve", methods=["POST"], authorizer=authorize)
def resolve_report(eventId: str, reportId: str) -> Response:  # noqa: ARG001, N803
    return call(api.resolve_report)


# Below /g/ the token is the permission.
@app.route("/g/{token}", methods=["GET"])
def gallery_page(token: str) -> Response:  # noqa: ARG001
    return call(api.gallery_page)


@app.route("/g/{token}/event", methods=["GET"])
def gallery_event(token: str) -> Response:  # noqa: ARG001
    return call(api.gallery_event)


@app.route("/g/{token}/photos", methods=["GET"])
def gallery_photos(token: str) -> Response:  # noqa: ARG001
    return call(api.gallery_photos)


@app.route("/g/{token}/photos/{imageId}/download", methods=["GET"])
def gallery_download(token: str, imageId: str) -> Response:  # noqa: ARG001, N803
    return call(api.gallery_download)


@app.route("/g/{token}/reports", methods=["POST"])
def create_report(token: str) -> Response:  # noqa: ARG001
    return call(api.create_report)


@app.lambda_function(name="list_images_handler")
def list_images_handler(event: Any, context: Any) -> dict[str, Any]:
    return run_step(steps.list_images, models.ListImagesInput, event, context, deps())


@app.lambda_function(name="extract_bib_number_handler")
def extract_bib_number_handler(event: Any, context: Any) -> dict[str, Any]:
    return run_step(steps.extract_bib_number, models.ExtractBibNumberInput, event, context, deps())


@app.lambda_function(name="record_image_failure_handler")
def record_image_failure_handler(event: Any, context: Any) -> dict[str, Any]:
    model = models.RecordImageFailureInput
    return run_step(steps.record_image_failure, model, event, context, deps())


@app.lambda_function(name="image_processing_completion_handler")
def image_processing_completion_handler(event: Any, context: Any) -> dict[str, Any]:
    model = models.ImageProcessingCompletionInput
    return run_step(steps.image_processing_completion, model, event, context, deps())


@app.lambda_function(name="image_processing_failure_handler")
def image_processing_failure_handler(event: Any, context: Any) -> dict[str, Any]:
    model = models.ImageProcessingFailureInput
    return run_step(steps.image_processing_failure, model, event, context, deps())


# At most 50 at once: each photo's transaction meets the others on its event's counters.
@app.on_sqs_message(
    queue=bootstrap.uploads_queue(),
    batch_size=1,
    maximum_concurrency=50,
    name="process_upload_handler",
)
def process_upload_handler(event: SQSEvent) -> None:
    run_messages(steps.process_upload, models.ProcessUploadInput, event, deps())


# A few at once: each of them works through many rows and objects.
@app.on_sqs_message(
    queue=bootstrap.chores_queue(),
    batch_size=1,
    maximum_concurrency=5,
    name="do_chore_handler",
)
def do_chore_handler(event: SQSEvent) -> None:
    run_messages(steps.do_chore, models.DoChoreInput, event, deps())


# In the night of most races, and not at the full hour.
@app.schedule(Cron(17, 3, "*", "*", "?", "*"), name="expire_events_handler")
def expire_events_handler(event: CloudWatchEvent) -> None:
    run_step(steps.expire_events, models.ExpireEventsInput, {}, event.context, deps())


# A machine that is stopped or out of time has no step left that could end its request.
@app.on_cw_event(bootstrap.stopped_executions(), name="execution_stopped_handler")
def execution_stopped_handler(event: CloudWatchEvent) -> None:
    model = models.ExecutionStoppedInput
    run_step(steps.execution_stopped, model, event.to_dict(), event.context, deps())
