"""Who may do what: one policy for each Lambda function, with nothing in it that no code calls.

`medley iam render` writes these to `.chalice/policy.json.in`. A test holds them against the calls
that the functions make; see docs/decisions/0007-one-role-a-function.md.
"""

from medley.iam.statements import (
    Statement,
    list_bucket,
    query_index,
    read_objects,
    read_secret,
    receive_messages,
    rows,
    send_traces,
    start_execution,
    write_logs,
    write_objects,
)

REQUESTS, IMAGES = "${RequestsTable}", "${ImagesTable}"
INCOMING, MEDIA = "${IncomingBucket}", "${MediaBucket}"
LIST = "requests/*/items.json"
PICTURES = "*/photos/*"


def build() -> dict[str, list[Statement]]:
    """The statements of each function, by the name that `app.py` gives it."""
    policies = {
        "api_handler": [
            rows("EventsAndRequests", REQUESTS, "GetItem", "PutItem", "UpdateItem"),
            query_index("ListEventsRequestsAndErrors", REQUESTS),
            rows("PhotosAndTags", IMAGES, "GetItem", "BatchGetItem", "Query"),
            query_index("ListPhotosByState", IMAGES),
            write_objects("SignUploads", INCOMING, "*/uploads/*"),
            read_objects("SignPictures", MEDIA, PICTURES),
            start_execution("StartTheMachine", "${StateMachineArn}"),
        ],
        "authorize": [read_secret("ApiKeys", "${ApiKeysSecret}")],
        "list_images_handler": [
            rows("RequestAndCounters", REQUESTS, "GetItem", "UpdateItem"),
            rows("RegisterPhotos", IMAGES, "BatchGetItem", "PutItem"),
            list_bucket("ListTheSource", INCOMING),
            write_objects("WriteTheList", MEDIA, LIST),
        ],
        "extract_bib_number_handler": [
            rows("ItemAndCounters", REQUESTS, "PutItem", "UpdateItem"),
            _outcomes(),
            *_photos(),
        ],
        "record_image_failure_handler": [
            rows("ItemAndCounters", REQUESTS, "PutItem", "UpdateItem"),
            _outcomes(),
        ],
        "image_processing_completion_handler": [
            # It counts the items, and records those that nobody accounted for.
            rows("RequestAndItems", REQUESTS, "GetItem", "Query", "PutItem", "UpdateItem"),
            _outcomes(),
            read_objects("ReadTheList", MEDIA, LIST),
        ],
        "image_processing_failure_handler": [
            rows("Request", REQUESTS, "GetItem", "UpdateItem"),
        ],
        "process_upload_handler": [
            receive_messages("Uploads", "${UploadsQueueArn}"),
            rows("EventAndCounters", REQUESTS, "GetItem", "UpdateItem"),
            _outcomes(),
            *_photos(),
        ],
    }
    return {
        name: [write_logs(_function(name)), send_traces(), *statements]
        for name, statements in policies.items()
    }


def _function(name: str) -> str:
    """A function's full name: Chalice gives the one of the routes none of its own."""
    return "event-images-${Stage}" + ("" if name == "api_handler" else f"-{name}")


def _outcomes() -> Statement:
    """Write what came of a photo: its row, which may have to be made first, and its tags."""
    return rows("PhotoAndTags", IMAGES, "GetItem", "BatchGetItem", "PutItem", "DeleteItem")


def _photos() -> list[Statement]:
    """Read a photo and write its pictures."""
    return [
        read_objects("ReadPhotos", INCOMING, "*"),
        # So that a photo which is gone is told from one that may not be read.
        list_bucket("TellGoneFromForbidden", INCOMING),
        write_objects("WritePictures", MEDIA, PICTURES),
    ]
