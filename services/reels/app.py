"""reels: routes, the steps of ``generate-event-reels``, and the queues of uploads and opt-outs."""

from typing import Any

from chalice.app import Chalice, CloudWatchEvent, Response, SQSEvent

from chalicelib.reels import api, bootstrap, models, steps
from shared.environment import cors_origins, stage
from shared.http import authorizer, caller, cors, install, serve_pages
from shared.observability import run_messages, run_step

deps = bootstrap.dependencies

app = Chalice(app_name="reels")
app.api.cors = cors(cors_origins())
# A test replaces `deps`, so its name is looked up each time.
install(app, deps=lambda: deps())  # noqa: PLW0108
call = caller(app, lambda: deps())  # noqa: PLW0108
serve_pages(app, call, files=api.PAGE, api=api.API)

authorize = authorizer(app, bootstrap.api_keys, stage=stage(), service=app.app_name)


@app.route("/events", methods=["GET"], authorizer=authorize)
def list_events() -> Response:
    return call(api.list_events)


@app.route("/events/{eventId}", methods=["GET"], authorizer=authorize)
def get_event(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.get_event)


@app.route("/events/{eventId}/reels", methods=["POST"], authorizer=authorize)
def create_reels(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.create_reels)


@app.route("/events/{eventId}/reels", methods=["GET"], authorizer=authorize)
def list_reels(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.list_reels)


@app.route("/events/{eventId}/reels/{bib}", methods=["GET"], authorizer=authorize)
def get_reel(eventId: str, bib: str) -> Response:  # noqa: ARG001, N803
    return call(api.get_reel)


@app.route("/events/{eventId}/reels/{bib}/share", methods=["POST"], authorizer=authorize)
def create_share(eventId: str, bib: str) -> Response:  # noqa: ARG001, N803
    return call(api.create_share)


@app.route("/events/{eventId}/reels/{bib}/share", methods=["GET"], authorizer=authorize)
def list_shares(eventId: str, bib: str) -> Response:  # noqa: ARG001, N803
    return call(api.list_shares)


@app.route("/events/{eventId}/reels/{bib}/share", methods=["DELETE"], authorizer=authorize)
def revoke_shares(eventId: str, bib: str) -> Response:  # noqa: ARG001, N803
    return call(api.revoke_shares)


@app.route("/events/{eventId}/reel-requests", methods=["GET"], authorizer=authorize)
def list_requests(eventId: str) -> Response:  # noqa: ARG001, N803
    return call(api.list_requests)


@app.route("/events/{eventId}/reel-requests/{requestId}", methods=["GET"], authorizer=authorize)
def get_request(eventId: str, requestId: str) -> Response:  # noqa: ARG001, N803
    return call(api.get_request)


@app.route("/templates", methods=["GET"], authorizer=authorize)
def list_templates() -> Response:
    return call(api.list_templates)


@app.route("/templates", methods=["POST"], authorizer=authorize)
def create_template() -> Response:
    return call(api.create_template)


@app.route("/templates/validate", methods=["POST"], authorizer=authorize)
def validate_template() -> Response:
    return call(api.validate_template)


@app.route("/templates/{templateId}", methods=["GET"], authorizer=authorize)
def get_template(templateId: str) -> Response:  # noqa: ARG001, N803
    return call(api.get_template)


@app.route("/templates/{templateId}", methods=["PUT"], authorizer=authorize)
def replace_template(templateId: str) -> Response:  # noqa: ARG001, N803
    return call(api.replace_template)


@app.route("/templates/{templateId}", methods=["DELETE"], authorizer=authorize)
def delete_template(templateId: str) -> Response:  # noqa: ARG001, N803
    return call(api.delete_template)


@app.route("/materials", methods=["POST"], authorizer=authorize)
def create_material() -> Response:
    return call(api.create_material)


@app.route("/materials", methods=["GET"], authorizer=authorize)
def list_materials() -> Response:
    return call(api.list_materials)


@app.route("/materials/{materialId}", methods=["GET"], authorizer=authorize)
def get_material(materialId: str) -> Response:  # noqa: ARG001, N803
    return call(api.get_material)


@app.route("/w/{token}", methods=["GET"])
def watch(token: str) -> Response:  # noqa: ARG001
    return call(api.watch)


@app.route("/", methods=["GET"])
def page() -> Response:
    return call(api.page)


@app.lambda_function(name="event_images_bib_extraction_handler")
def event_images_bib_extraction_handler(event: Any, context: Any) -> dict[str, Any]:
    model = models.EventImagesBibExtractionInput
    return run_step(steps.event_images_bib_extraction, model, event, context, deps())


@app.lambda_function(name="reel_generation_handler")
def reel_generation_handler(event: Any, context: Any) -> dict[str, Any]:
    return run_step(steps.reel_generation, models.ReelGenerationInput, event, context, deps())


@app.lambda_function(name="record_reel_failure_handler")
def record_reel_failure_handler(event: Any, context: Any) -> dict[str, Any]:
    model = models.RecordReelFailureInput
    return run_step(steps.record_reel_failure, model, event, context, deps())


@app.lambda_function(name="reel_generation_completion_handler")
def reel_generation_completion_handler(event: Any, context: Any) -> dict[str, Any]:
    model = models.ReelGenerationCompletionInput
    return run_step(steps.reel_generation_completion, model, event, context, deps())


@app.lambda_function(name="reel_generation_failure_handler")
def reel_generation_failure_handler(event: Any, context: Any) -> dict[str, Any]:
    model = models.ReelGenerationFailureInput
    return run_step(steps.reel_generation_failure, model, event, context, deps())


@app.on_sqs_message(
    queue=bootstrap.uploads_queue(),
    batch_size=1,
    maximum_concurrency=5,
    name="process_upload_handler",
)
def process_upload_handler(event: SQSEvent) -> None:
    run_messages(steps.process_upload, models.ProcessUploadInput, event, deps())


@app.on_sqs_message(
    queue=bootstrap.opt_outs_queue(),
    batch_size=1,
    maximum_concurrency=5,
    name="remove_opted_out_handler",
)
def remove_opted_out_handler(event: SQSEvent) -> None:
    run_messages(steps.remove_opted_out, models.RemoveOptedOutInput, event, deps())


# A machine that is stopped or out of time has no step left that could end its request.
@app.on_cw_event(bootstrap.stopped_executions(), name="execution_stopped_handler")
def execution_stopped_handler(event: CloudWatchEvent) -> None:
    model = models.ExecutionStoppedInput
    run_step(steps.execution_stopped, model, event.to_dict(), event.context, deps())
