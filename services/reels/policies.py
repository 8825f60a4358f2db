"""Who may do what: one policy for each Lambda function, with nothing in it that no code calls.

`medley iam render` writes these to `.chalice/policy.json.in`. A test holds them against the calls
that the functions make; see docs/decisions/0007-one-role-a-function.md. The tables and the bucket
of event-images are only ever read.
"""

from medley.iam.statements import (
    Statement,
    delete_objects,
    for_functions,
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

REELS = "${ReelsTable}"
EVENTS, IMAGES = "${EventRequestsTable}", "${EventImagesTable}"
INCOMING, MEDIA, PHOTOS = "${IncomingBucket}", "${MediaBucket}", "${EventImagesMediaBucket}"
LIST = "requests/*/items.json"
# With what the machine writes beside it.
LISTS = "requests/*"
VIDEOS = "reels/*"
MATERIALS = "materials/*"
PICTURES = "*/photos/*/web.jpg"


def build() -> dict[str, list[Statement]]:
    """The statements of each function, by the name that `app.py` gives it."""
    policies = {
        "api_handler": [
            rows(
                "Everything",
                REELS,
                "GetItem",
                "Query",
                "PutItem",
                "UpdateItem",
                "DeleteItem",
            ),
            query_index("ListRequestsErrorsAndMaterials", REELS),
            rows("Events", EVENTS, "GetItem", "ConditionCheckItem"),
            query_index("ListEvents", EVENTS),
            rows("OptOuts", IMAGES, "GetItem", "Query", "ConditionCheckItem"),
            write_objects("SignUploads", INCOMING, "materials/*/upload*"),
            read_objects("SignVideos", MEDIA, VIDEOS),
            start_execution("StartTheMachine", "${StateMachineArn}"),
        ],
        "authorize": [read_secret("ApiKeys", "${ApiKeysSecret}")],
        "event_images_bib_extraction_handler": [
            rows("RequestAndTemplate", REELS, "GetItem", "UpdateItem"),
            rows("Event", EVENTS, "GetItem"),
            rows("TagsRunnersAndOptOuts", IMAGES, "GetItem", "Query"),
            write_objects("WriteTheList", MEDIA, LIST),
        ],
        "reel_generation_handler": [
            rows(
                "ReelItemAndCounters",
                REELS,
                "GetItem",
                "Query",
                "PutItem",
                "UpdateItem",
                "DeleteItem",
            ),
            rows("Event", EVENTS, "GetItem", "ConditionCheckItem"),
            rows(
                "PhotosRunnerAndOptOut",
                IMAGES,
                "GetItem",
                "BatchGetItem",
                "Query",
                "ConditionCheckItem",
            ),
            read_objects("ReadPictures", PHOTOS, PICTURES),
            # So that a picture or a material which is gone is told from one that may not be read.
            list_bucket("TellGoneFromForbidden", PHOTOS),
            read_objects("ReadMaterials", MEDIA, MATERIALS),
            write_objects("WriteVideos", MEDIA, VIDEOS),
            delete_objects("DeleteEarlierVideos", MEDIA, VIDEOS),
            list_bucket("FindVideosOfTheOptedOut", MEDIA),
        ],
        "record_reel_failure_handler": [*_failures(), list_bucket("FindVideos", MEDIA)],
        "reel_generation_completion_handler": [
            # It counts the items, and records those that nobody accounted for.
            *_failures(),
            read_objects("ReadTheList", MEDIA, LIST),
            delete_objects("DeleteListAndResults", MEDIA, LISTS),
            list_bucket("FindVideosAndResults", MEDIA),
        ],
        "reel_generation_failure_handler": [rows("Request", REELS, "GetItem", "UpdateItem")],
        "execution_stopped_handler": [rows("Request", REELS, "GetItem", "UpdateItem")],
        "process_upload_handler": [
            receive_messages("Uploads", "${UploadsQueueArn}"),
            rows("Material", REELS, "GetItem", "UpdateItem"),
            read_objects("ReadUploads", INCOMING, MATERIALS),
            list_bucket("TellGoneFromForbidden", INCOMING),
            write_objects("WriteMaterials", MEDIA, MATERIALS),
        ],
        "remove_opted_out_handler": [
            receive_messages("OptOuts", "${OptOutsQueueArn}"),
            send_messages("GoOn", "${OptOutsQueueArn}"),
            rows("WhetherItIsGone", EVENTS, "GetItem"),
            rows("WhetherItHolds", IMAGES, "GetItem", "Query"),
            rows("RowsAndItems", REELS, "BatchGetItem", "Query", "PutItem", "DeleteItem"),
            query_index("RequestsOfTheEvent", REELS),
            delete_objects("DeleteVideosAndLists", MEDIA, VIDEOS, LISTS),
            list_bucket("FindVideosAndLists", MEDIA),
        ],
    }
    return for_functions("reels", policies)


def _failures() -> list[Statement]:
    """Write that a reel could not be made; leave nothing of whoever is not to be shown any more."""
    return [
        rows(
            "ReelItemAndCounters", REELS, "GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"
        ),
        rows("Event", EVENTS, "GetItem", "ConditionCheckItem"),
        rows("OptOut", IMAGES, "GetItem", "Query", "ConditionCheckItem"),
        delete_objects("DeleteVideos", MEDIA, VIDEOS),
    ]
