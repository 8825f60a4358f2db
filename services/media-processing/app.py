"""media-processing: routes, the steps of ``media_processing_pipeline``, two queues and a clock."""

from typing import Any

from chalice.app import Chalice, CloudWatchEvent, Rate, Response, SQSEvent

from chalicelib.media_processing import api, bootstrap, models, steps
from shared.environment import cors_origins, stage
from shared.http import authorizer, caller, cors, install, serve_pages
from shared.observability import run_messages, run_step

deps = bootstrap.dependencies

app = Chalice(app_name="media-processing")
app.api.cors = cors(cors_origins())
# A test replaces `deps`, so its name is looked up each time.
install(app, deps=lambda: deps())  # noqa: PLW0108
call = caller(app, lambda: deps())  # noqa: PLW0108
serve_pages(app, call, files=api.PAGE, api=api.API)

authorize = authorizer(app, bootstrap.api_keys, stage=stage(), service=app.app_name)


@app.route("/listings/{listingId}/uploads", methods=["POST"], authorizer=authorize)
def create_uploads(listingId: str) -> Response:  # noqa: ARG001, N803
    return call(api.create_uploads)


@app.route("/listings/{listingId}/batches", methods=["POST"], authorizer=authorize)
def create_batch(listingId: str) -> Response:  # noqa: ARG001, N803
    return call(api.create_batch)


@app.route("/listings/{listingId}/batches", methods=["GET"], authorizer=authorize)
def list_batches(listingId: str) -> Response:  # noqa: ARG001, N803
    return call(api.list_batches)


@app.route("/listings/{listingId}/batches/{batchId}", methods=["GET"], authorizer=authorize)
def get_batch(listingId: str, batchId: str) -> Response:  # noqa: ARG001, N803
    return call(api.get_batch)


@app.route("/listings/{listingId}/batches/{batchId}/rerun", methods=["POST"], authorizer=authorize)
def rerun_batch(listingId: str, batchId: str) -> Response:  # noqa: ARG001, N803
    return call(api.rerun_batch)


@app.route(
    "/listings/{listingId}/batches/{batchId}/deliveries", methods=["GET"], authorizer=authorize
)
def list_deliveries(listingId: str, batchId: str) -> Response:  # noqa: ARG001, N803
    return call(api.list_deliveries)


@app.route(
    "/listings/{listingId}/batches/{batchId}/deliveries/{deliveryId}/replay",
    methods=["POST"],
    authorizer=authorize,
)
def replay_delivery(listingId: str, batchId: str, deliveryId: str) -> Response:  # noqa: ARG001, N803
    return call(api.replay_delivery)


@app.route("/callback-endpoints/enable", methods=["POST"], authorizer=authorize)
def enable_endpoint() -> Response:
    return call(api.enable_endpoint)


@app.route("/uploads/presign", methods=["POST"], authorizer=authorize)
def presign_upload() -> Response:
    return call(api.presign_upload)


@app.route("/process", methods=["POST"], authorizer=authorize)
def process_images() -> Response:
    return call(api.process_images)


@app.route("/jobs", methods=["GET"], authorizer=authorize)
def list_jobs() -> Response:
    return call(api.list_jobs)


@app.route("/jobs/{jobId}", methods=["GET"], authorizer=authorize)
def get_job(jobId: str) -> Response:  # noqa: ARG001, N803
    return call(api.get_job)


@app.route("/jobs/{jobId}", methods=["DELETE"], authorizer=authorize)
def cancel_job(jobId: str) -> Response:  # noqa: ARG001, N803
    return call(api.cancel_job)


@app.route("/admin/dead-letters", methods=["GET"], authorizer=authorize)
def list_dead_letters() -> Response:
    return call(api.list_dead_letters)


@app.route("/admin/redrive", methods=["POST"], authorizer=authorize)
def redrive_dead_letters() -> Response:
    return call(api.redrive_dead_letters)


@app.route("/", methods=["GET"])
def page() -> Response:
    return call(api.page)


@app.lambda_function(name="validate_handler")
def validate_handler(event: Any, context: Any) -> dict[str, Any]:
    return run_step(steps.validate, models.ValidateInput, event, context, deps())


@app.lambda_function(name="make_thumbnails_handler")
def make_thumbnails_handler(event: Any, context: Any) -> dict[str, Any]:
    return run_step(steps.make_thumbnails, models.MakeThumbnailsInput, event, context, deps())


@app.lambda_function(name="record_thumbnails_failure_handler")
def record_thumbnails_failure_handler(event: Any, context: Any) -> dict[str, Any]:
    model = models.RecordThumbnailsFailureInput
    return run_step(steps.record_thumbnails_failure, model, event, context, deps())


@app.lambda_function(name="zip_handler")
def zip_handler(event: Any, context: Any) -> dict[str, Any]:
    return run_step(steps.zip, models.ZipInput, event, context, deps())


@app.lambda_function(name="consolidate_handler")
def consolidate_handler(event: Any, context: Any) -> dict[str, Any]:
    return run_step(steps.consolidate, models.ConsolidateInput, event, context, deps())


@app.lambda_function(name="callback_handler")
def callback_handler(event: Any, context: Any) -> dict[str, Any]:
    return run_step(steps.callback, models.CallbackInput, event, context, deps())


@app.lambda_function(name="processing_failure_handler")
def processing_failure_handler(event: Any, context: Any) -> dict[str, Any]:
    model = models.ProcessingFailureInput
    return run_step(steps.processing_failure, model, event, context, deps())


@app.on_sqs_message(
    queue=bootstrap.batches_queue(), batch_size=1, name="process_batch_upload_handler"
)
def process_batch_upload_handler(event: SQSEvent) -> None:
    model = models.ProcessBatchUploadInput
    run_messages(steps.process_batch_upload, model, event, deps())


# At most 50 at once: each image's transaction meets the others of its job on the job's counters.
@app.on_sqs_message(
    queue=bootstrap.images_queue(),
    batch_size=1,
    maximum_concurrency=50,
    name="process_image_handler",
)
def process_image_handler(event: SQSEvent) -> None:
    run_messages(steps.process_image, models.ProcessImageInput, event, deps())


@app.schedule(Rate(10, unit=Rate.MINUTES), name="reconcile_handler")
def reconcile_handler(event: CloudWatchEvent) -> None:
    run_step(steps.reconcile, models.ReconcileInput, {}, event.context, deps())


# A machine that is stopped or out of time has no step left that could end its run.
@app.on_cw_event(bootstrap.stopped_executions(), name="execution_stopped_handler")
def execution_stopped_handler(event: CloudWatchEvent) -> None:
    model = models.ExecutionStoppedInput
    run_step(steps.execution_stopped, model, event.to_dict(), event.context, deps())
