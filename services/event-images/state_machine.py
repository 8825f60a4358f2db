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

from medley.asl.policies import RETRY_RECORD, RETRY_WORK, catch_all
from medley.asl.shape import failed, for_each, given, if_any, item_or_record, record_failure
from medley.asl.states import StateMachine, Succeed
from medley.asl.tasks import lambda_task

# Seconds, each above its Lambda's own timeout in .chalice/config.json.in, so that the function's
# `Sandbox.Timedout` is what is reported.
LIST_TIMEOUT = 910
EXTRACT_TIMEOUT = 60
RECORD_TIMEOUT = 15
END_TIMEOUT = 310
# Nothing runs after it, so it is a last resort: 100 at once read a million photos in a day.
MACHINE_TIMEOUT = 24 * 3600

_REQUEST = given("requestId", "eventId")


def build() -> StateMachine:
    """The whole machine."""
    failure = record_failure(
        "ImageProcessingFailure",
        payload=_REQUEST,
        timeout_seconds=END_TIMEOUT,
        then=failed("ProcessEventImagesFailed"),
    )
    completion = lambda_task(
        "ImageProcessingCompletion",
        payload=_REQUEST,
        timeout_seconds=END_TIMEOUT,
        retry=RETRY_RECORD,
        catch=catch_all(failure),
        comment="Counts from the table and ends the request, exactly once.",
    )
    extract_one = item_or_record(
        "ExtractBibNumber",
        payload={**_REQUEST, **given("photo")},
        timeout_seconds=EXTRACT_TIMEOUT,
        record="RecordImageFailure",
        record_timeout_seconds=RECORD_TIMEOUT,
        completion="the completion",
    )
    extract_all = for_each(
        "ExtractBibNumbers",
        extract_one,
        payload=_REQUEST,
        item="photo",
        children="EXPRESS",
        results="States.Format('requests/{}/results', $.requestId)",
        failure=failure,
        comment="A child for each photo; a photo that fails is recorded and never stops the rest.",
    )
    any_images = if_any(
        "AnyImages",
        extract_all,
        completion,
        comment="Nothing new to read is a success, without a Map.",
    )
    list_images = lambda_task(
        "ListImages",
        payload={**_REQUEST, **given("source", "force")},
        timeout_seconds=LIST_TIMEOUT,
        retry=RETRY_WORK,
        catch=catch_all(failure),
        comment="Writes the list of photos to S3 and answers where it is.",
    )
    list_images.next(any_images)
    extract_all.next(completion)
    completion.next(Succeed("ProcessEventImagesSucceeded"))
    return StateMachine(
        list_images,
        comment="Reads the bib numbers in an event's photos.",
        timeout_seconds=MACHINE_TIMEOUT,
    )
