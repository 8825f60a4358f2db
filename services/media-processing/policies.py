"""Who may do what: one policy for each Lambda function, with nothing in it that no code calls.

`medley iam render` writes these to `.chalice/policy.json.in`. A test holds them against the calls
that the functions make; see docs/decisions/0007-one-role-a-function.md.
"""

from medley.iam.statements import (
    Statement,
    for_functions,
    give_up_uploads,
    list_bucket,
    query_index,
    read_objects,
    read_secret,
    receive_messages,
    rows,
    send_messages,
    start_execution,
    write_objects,
)

JOBS, MEDIA_ROWS = "${JobsTable}", "${MediaTable}"
INCOMING, MEDIA = "${IncomingBucket}", "${MediaBucket}"
RAW, PROCESSED, UPLOADS = "*/raw/*", "*/processed/*", "uploads/*"
ZIPS = "*/processed/zip/*.zip"
LIST, CALLBACK = "runs/*/items.json", "runs/*/callback.json"


def build() -> dict[str, list[Statement]]:
    """The statements of each function, by the name that `app.py` gives it."""
    policies = {
        "api_handler": [
            # A redrive takes the outcome of an image back.
            rows("Runs", JOBS, "GetItem", "PutItem", "UpdateItem", "DeleteItem"),
            query_index("ListRefused", JOBS),
            rows(
                *("BatchesAndItems", MEDIA_ROWS, "GetItem", "Query", "PutItem", "UpdateItem"),
                *("DeleteItem", "BatchWriteItem", "BatchGetItem"),
            ),
            query_index("ListBatchesAndDeliveries", MEDIA_ROWS),
            write_objects("SignUploads", INCOMING, RAW, UPLOADS),
            read_objects("SignOutputs", MEDIA, PROCESSED),
            read_objects("ShowUploads", INCOMING, UPLOADS),
            read_objects("ReplayCallbacks", MEDIA, CALLBACK),
            list_bucket("TellGoneFromForbidden", MEDIA),
            read_secret("SignCallbacks", "${CallbackSecret}"),
            start_execution("StartTheMachine", "${StateMachineArn}"),
            send_messages("SendImages", "${ImagesQueueArn}"),
            *_redrive(),
        ],
        "authorize": [read_secret("ApiKeys", "${ApiKeysSecret}")],
        "validate_handler": [
            rows("RunAndItems", JOBS, "Query", "PutItem", "UpdateItem"),
            rows("BatchAndItems", MEDIA_ROWS, "GetItem", "Query", "UpdateItem"),
            *_raw(),
            write_objects("WriteTheList", MEDIA, LIST),
        ],
        "make_thumbnails_handler": [
            rows("ItemAndCounters", JOBS, "PutItem", "UpdateItem"),
            rows("BatchAndItem", MEDIA_ROWS, "GetItem", "UpdateItem"),
            *_raw(),
            write_objects("WritePictures", MEDIA, PROCESSED),
        ],
        "record_thumbnails_failure_handler": [
            rows("ItemAndCounters", JOBS, "PutItem", "UpdateItem"),
            rows("Item", MEDIA_ROWS, "GetItem", "UpdateItem"),
        ],
        "zip_handler": [
            rows("BatchAndItems", MEDIA_ROWS, "GetItem", "Query"),
            *_raw(),
            read_objects("ReadPictures", MEDIA, PROCESSED),
            list_bucket("TellGonePicturesFromForbidden", MEDIA),
            write_objects("WriteTheZip", MEDIA, ZIPS),
            give_up_uploads("LeaveNoParts", MEDIA, ZIPS),
        ],
        "consolidate_handler": [
            rows("RunAndItems", JOBS, "GetItem", "Query", "PutItem", "UpdateItem"),
            rows("BatchAndItems", MEDIA_ROWS, "GetItem", "Query", "UpdateItem"),
            write_objects("WriteTheManifest", MEDIA, "*/processed/manifest/*.json"),
        ],
        "callback_handler": [rows("Run", JOBS, "GetItem"), *_callbacks()],
        "processing_failure_handler": [
            rows("Run", JOBS, "GetItem", "UpdateItem"),
            rows("Batch", MEDIA_ROWS, "UpdateItem"),
        ],
        # It ends the run and its batch, and tells the receiver.
        "execution_stopped_handler": [rows("Run", JOBS, "GetItem", "UpdateItem"), *_callbacks()],
        "process_batch_upload_handler": [
            receive_messages("Batches", "${BatchesQueueArn}"),
            rows("Runs", JOBS, "GetItem", "PutItem", "UpdateItem"),
            rows(
                "BatchesAndItems", MEDIA_ROWS, "GetItem", "PutItem", "UpdateItem", "BatchWriteItem"
            ),
            read_objects("ReadBatches", INCOMING, "*/raw/batch.json"),
            list_bucket("TellGoneFromForbidden", INCOMING),
            start_execution("StartTheMachine", "${StateMachineArn}"),
        ],
        "process_image_handler": [
            receive_messages("Images", "${ImagesQueueArn}"),
            # A message that a redrive brought back takes the image's outcome back first.
            rows("JobAndCounters", JOBS, "GetItem", "PutItem", "UpdateItem", "DeleteItem"),
            rows("ImageRows", MEDIA_ROWS, "GetItem", "UpdateItem"),
            read_objects("ReadUploads", INCOMING, UPLOADS),
            list_bucket("TellGoneFromForbidden", INCOMING),
            read_objects("ReadTheModel", MEDIA, "models/*"),
            _detect_labels(),
        ],
        "reconcile_handler": [
            rows("Jobs", JOBS, "GetItem", "UpdateItem"),
            rows("ImageRows", MEDIA_ROWS, "GetItem", "UpdateItem"),
            query_index("ListOpenJobs", MEDIA_ROWS),
        ],
    }
    return for_functions("media-processing", policies)


def _raw() -> list[Statement]:
    """Read what was uploaded."""
    return [
        read_objects("ReadOriginals", INCOMING, RAW),
        # So that a file which is gone is told from one that may not be read.
        list_bucket("TellGoneFromForbidden", INCOMING),
    ]


def _callbacks() -> list[Statement]:
    """Tell a receiver how a batch came out, and write down how that went."""
    return [
        rows("BatchAndDeliveries", MEDIA_ROWS, "GetItem", "Query", "PutItem", "UpdateItem"),
        read_objects("SendTheSame", MEDIA, CALLBACK),
        write_objects("KeepWhatIsSent", MEDIA, CALLBACK),
        list_bucket("TellGoneFromForbidden", MEDIA),
        read_secret("SignCallbacks", "${CallbackSecret}"),
    ]


def _redrive() -> list[Statement]:
    """Look at dead letters, and have SQS move them, which it does by the caller's own rights."""
    look = [
        "sqs:ReceiveMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:StartMessageMoveTask",
    ]
    return [
        {
            "Sid": "DeadLetters",
            "Effect": "Allow",
            "Action": look,
            "Resource": ["${ImagesDeadLettersArn}"],
        },
        {
            "Sid": "WhereTheyGo",
            "Effect": "Allow",
            "Action": ["sqs:GetQueueAttributes"],
            "Resource": ["${ImagesQueueArn}"],
        },
    ]


def _detect_labels() -> Statement:
    """Ask Rekognition, whose action knows no resource."""
    return {
        "Sid": "DetectLabels",
        "Effect": "Allow",
        "Action": ["rekognition:DetectLabels"],
        "Resource": ["*"],
    }
