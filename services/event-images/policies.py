"""Who may do what: one policy for each Lambda function, with nothing in it that no code calls.

`medley iam render` writes these to `.chalice/policy.json.in`. A test holds them against the calls
that the functions make; see docs/decisions/0007-one-role-a-function.md.
"""

from medley.iam.statements import (
    Statement,
    delete_objects,
    for_functions,
    give_up_uploads,
    list_bucket,
    publish,
    query_index,
    read_objects,
    read_parameter,
    read_secret,
    receive_messages,
    rows,
    send_messages,
    start_execution,
    write_objects,
)

REQUESTS, IMAGES = "${RequestsTable}", "${ImagesTable}"
INCOMING, MEDIA = "${IncomingBucket}", "${MediaBucket}"
LIST = "requests/*/items.json"
PICTURES = "*/photos/*"
# Start lists on their way and reports about them, and what is taken out as files.
START_LISTS, PEOPLE, EXPORTS = "*/participants/*", "*/people/*", "exports/*"
# As GDRIVE_SA_SSM_PARAM in .chalice/config.json.in.
GOOGLE_KEY = "google-service-account"


def build() -> dict[str, list[Statement]]:
    """The statements of each function, by the name that `app.py` gives it."""
    policies = {
        "api_handler": [
            rows("EventsAndRequests", REQUESTS, "GetItem", "PutItem", "UpdateItem"),
            # An event that is deleted leaves a tombstone, which a new one is checked against.
            rows("Tombstones", REQUESTS, "DeleteItem", "ConditionCheckItem"),
            query_index("ListEventsRequestsAndErrors", REQUESTS),
            rows("PhotosAndTags", IMAGES, "GetItem", "BatchGetItem", "Query"),
            rows("Decisions", IMAGES, "PutItem", "DeleteItem"),
            query_index("ListPhotosByStateAndReviews", IMAGES),
            write_objects("SignUploads", INCOMING, "*/uploads/*", START_LISTS),
            write_objects("StartLists", MEDIA, PEOPLE),
            read_objects("SignPictures", MEDIA, PICTURES),
            read_objects("SignReportsAndExports", MEDIA, PEOPLE, EXPORTS),
            send_messages("LeaveForLater", "${ChoresQueueArn}"),
            start_execution("StartTheMachine", "${StateMachineArn}"),
        ],
        "authorize": [read_secret("ApiKeys", "${ApiKeysSecret}")],
        "list_images_handler": [
            rows("RequestAndCounters", REQUESTS, "GetItem", "UpdateItem"),
            rows("RegisterPhotos", IMAGES, "BatchGetItem", "PutItem"),
            list_bucket("ListTheSource", INCOMING),
            _google(),
            write_objects("WriteTheList", MEDIA, LIST),
        ],
        "extract_bib_number_handler": [
            rows("ItemAndCounters", REQUESTS, "PutItem", "UpdateItem"),
            _outcomes(),
            *_photos(),
            _google(),
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
            # Where the event wants its photos to support each other.
            send_messages("SupportNearby", "${ChoresQueueArn}"),
        ],
        "image_processing_failure_handler": [
            rows("Request", REQUESTS, "GetItem", "UpdateItem"),
        ],
        "do_chore_handler": _chores(),
        "expire_events_handler": [
            # An event's row goes, a tombstone comes.
            rows("Events", REQUESTS, "PutItem", "DeleteItem"),
            query_index("EventsAndRemovals", REQUESTS),
            send_messages("Removals", "${ChoresQueueArn}"),
        ],
        "execution_stopped_handler": [
            rows("Request", REQUESTS, "GetItem", "UpdateItem"),
        ],
        "process_upload_handler": [
            receive_messages("Uploads", "${UploadsQueueArn}"),
            send_messages("StartLists", "${ChoresQueueArn}"),
            rows("EventAndCounters", REQUESTS, "GetItem", "UpdateItem"),
            _outcomes(),
            *_photos(),
        ],
    }
    return for_functions("event-images", policies)


def _chores() -> list[Statement]:
    """Import start lists, forget runners, remove events, count, judge anew, export."""
    return [
        receive_messages("Chores", "${ChoresQueueArn}"),
        send_messages("GoOn", "${ChoresQueueArn}"),
        publish("TellOfOptOuts", "${OptOutsTopicArn}"),
        rows("EventsAndRequests", REQUESTS, "GetItem", "Query", "UpdateItem", "DeleteItem"),
        rows("NoListWithoutEvent", REQUESTS, "ConditionCheckItem"),
        query_index("RequestsOfAnEvent", REQUESTS),
        rows("ReadPhotosTagsAndRunners", IMAGES, "GetItem", "BatchGetItem", "Query"),
        rows("WritePhotosTagsAndRunners", IMAGES, "PutItem", "UpdateItem", "DeleteItem"),
        rows("WriteRunners", IMAGES, "BatchWriteItem"),
        read_objects("ReadUploadedLists", INCOMING, START_LISTS),
        read_objects("ReadListsAndPictures", MEDIA, PEOPLE, PICTURES),
        write_objects("WriteReportsAndExports", MEDIA, PEOPLE, EXPORTS),
        give_up_uploads("LeaveNoParts", MEDIA, EXPORTS),
        list_bucket("ListMedia", MEDIA),
        list_bucket("ListIncoming", INCOMING),
        # An event goes with everything that was made of it or uploaded for it.
        delete_objects("RemoveMedia", MEDIA, "*"),
        delete_objects("RemoveUploads", INCOMING, "*"),
    ]


def _google() -> Statement:
    """Read the key of the service account that folders of Google Drive are shared with."""
    return read_parameter("GoogleKey", GOOGLE_KEY)


def _outcomes() -> Statement:
    """Write what came of a photo: its row, which may have to be made first, and its tags.

    It is judged by the start list and the opt-outs, which are queried.
    """
    return rows("PhotoAndTags", IMAGES, "GetItem", "BatchGetItem", "Query", "PutItem", "DeleteItem")


def _photos() -> list[Statement]:
    """Read a photo and write its pictures."""
    return [
        read_objects("ReadPhotos", INCOMING, "*"),
        # So that a photo which is gone is told from one that may not be read.
        list_bucket("TellGoneFromForbidden", INCOMING),
        write_objects("WritePictures", MEDIA, PICTURES),
        # Of a photo that shows nobody but a runner who opted out.
        delete_objects("WithholdPictures", MEDIA, PICTURES),
    ]
