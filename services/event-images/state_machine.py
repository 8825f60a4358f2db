"""The machine ``process-event-images``: from a request to photos with their bibs.

    ListImages -> AnyImages -> ExtractBibNumbers (Distributed Map) -> ImageProcessingCompletion
                     |            ExtractBibNumber -> RecordImageFailure    ^      |
                     +------------------------------------------------------+      v
    ListImages, the Map, the completion: on any error             ProcessEventImagesSucceeded
                     |
                     v
         ImageProcessingFailure -> ProcessEventImagesFailed

Execution input: ``{requestId, eventId, source, force}``, which is also ``ListImagesInput``.

What each Lambda is given and answers (camelCase JSON, a model of the same name in models.py):

* ``ListImagesOutput``: ``{requestId, eventId, items: {bucket, key}, total}``; at ``items`` is a
  JSON array of the photos to read, each a ``ListedPhoto``: ``{imageId, store, bucket, key, size,
  etag, filename, lastModified, version}``.
* ``ExtractBibNumberInput``: ``{requestId, eventId, photo}``, ``photo`` being one of those.
* ``RecordImageFailureInput``: the same with ``error: {Error, Cause}``.
* ``ImageProcessingCompletionInput``: ``{requestId, eventId}``. It counts from the table: the
  Map's output is a file in S3 and never travels through the machine.
* ``ImageProcessingFailureInput``: ``{requestId, eventId, error: {Error, Cause}}``.

The children are EXPRESS: one photo takes seconds, its step may run twice without harm, and a
STANDARD child would cost three state transitions, which is as much as reading the photo. An
EXPRESS child ends after five minutes whatever it is doing, so the timeouts below leave room for
every retry of both steps (``tests/house/test_asl_rules.py`` adds them up). If one ends there all
the same, nothing recorded its photo; the completion finds it by its missing row.
"""

from medley.asl.distributed import (
    ITEM,
    DistributedMap,
    ItemProcessor,
    s3_json_reader,
    s3_result_writer,
)
from medley.asl.fields import JsonPath
from medley.asl.policies import RETRY_ITEM_READER, RETRY_RECORD, RETRY_WORK, catch_all
from medley.asl.states import Choice, ChoiceRule, Fail, StateMachine, Succeed, Task
from medley.asl.tasks import lambda_task

# Seconds, each above its Lambda's own timeout in .chalice/config.json.in, so that the function's
# `Sandbox.Timedout` is what is reported.
LIST_TIMEOUT = 910
EXTRACT_TIMEOUT = 60
RECORD_TIMEOUT = 15
END_TIMEOUT = 310
# Nothing runs after it, so it is a last resort: 100 at once read a million photos in a day.
MACHINE_TIMEOUT = 24 * 3600

_REQUEST = {"requestId": JsonPath("$.requestId"), "eventId": JsonPath("$.eventId")}
_PHOTO = {**_REQUEST, "photo": JsonPath("$.photo")}
_ERROR = {"error": JsonPath("$.error")}


def build() -> StateMachine:
    """The whole machine."""
    succeeded = Succeed("ProcessEventImagesSucceeded")
    failure = _failure()

    completion = lambda_task(
        "ImageProcessingCompletion",
        payload=_REQUEST,
        timeout_seconds=END_TIMEOUT,
        retry=RETRY_RECORD,
        catch=catch_all(failure),
        comment="Counts from the table and ends the request, exactly once.",
    )
    extract_all = DistributedMap(
        "ExtractBibNumbers",
        comment="A child for each photo; a photo that fails is recorded and never stops the rest.",
        item_reader=s3_json_reader(bucket=JsonPath("$.items.bucket"), key=JsonPath("$.items.key")),
        item_selector={**_REQUEST, "photo": ITEM},
        item_processor=ItemProcessor(_extract_one(), "EXPRESS"),
        max_concurrency=100,
        tolerated_failure_percentage=100,
        label="ExtractBibNumbers",
        result_writer=s3_result_writer(
            bucket="${MediaBucket}",
            prefix=JsonPath("States.Format('requests/{}/results', $.requestId)"),
        ),
        result_path=None,
        retry=[RETRY_ITEM_READER],
        catch=catch_all(failure),
    )
    any_images = Choice("AnyImages", comment="Nothing new to read is a success, without a Map.")
    any_images.add_choice(ChoiceRule.NumericGreaterThan("$.total", 0), extract_all)
    any_images.default_choice(completion)

    list_images = lambda_task(
        "ListImages",
        payload={
            **_REQUEST,
            "source": JsonPath("$.source"),
            "force": JsonPath("$.force"),
        },
        timeout_seconds=LIST_TIMEOUT,
        retry=RETRY_WORK,
        catch=catch_all(failure),
        comment="Writes the list of photos to S3 and answers where it is.",
    )
    list_images.next(any_images)
    extract_all.next(completion)
    completion.next(succeeded)
    return StateMachine(
        list_images,
        comment="Reads the bib numbers in an event's photos.",
        timeout_seconds=MACHINE_TIMEOUT,
    )


def _extract_one() -> Task:
    """What a child does: read one photo, and if that fails, record why."""
    record = lambda_task(
        "RecordImageFailure",
        payload={**_PHOTO, **_ERROR},
        timeout_seconds=RECORD_TIMEOUT,
        retry=RETRY_RECORD,
        comment="If this fails too, the child fails; the Map tolerates it, the completion sees it.",
    )
    return lambda_task(
        "ExtractBibNumber",
        payload=_PHOTO,
        timeout_seconds=EXTRACT_TIMEOUT,
        retry=RETRY_WORK,
        catch=catch_all(record),
    )


def _failure() -> Task:
    """Write the error on the request, then end with that same error."""
    failed = Fail(
        "ProcessEventImagesFailed", error_path="$.error.Error", cause_path="$.error.Cause"
    )
    record = lambda_task(
        "ImageProcessingFailure",
        payload={**_REQUEST, **_ERROR},
        timeout_seconds=END_TIMEOUT,
        retry=RETRY_RECORD,
        # The execution ends with what went wrong first, whether or not it could be written down.
        catch=catch_all(failed, result_path=None),
        keep_input=True,
    )
    record.next(failed)
    return record
