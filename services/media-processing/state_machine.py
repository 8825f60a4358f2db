"""The machine ``media_processing_pipeline``: from a batch of files to sizes, a zip, a callback.

    Validate -> AnyValid -> Thumbnails (Distributed Map) -> Zip -> Consolidate -> Callback <---+
                   |          Thumbnail -> RecordFailure     ^                        |        |
                   +-----------------------------------------+                        v        |
    Validate, the Map, Zip, Consolidate: on any error                       CallbackAgain -> Wait
                   |                                                                  |
                   v                                                                  v
           ProcessingFailure -> Callback                        HowItEnded -> Succeed or Fail

Execution input: ``{jobId, listingId, batchId}``, which is also ``ValidateInput``; everything else
of the batch is in the table. What each Lambda is given and answers is a model of the step's name
in ``models/machine.py``.

The callback is tried by one short step, and waited for by the machine: a Retry cannot wait as
long as a receiver's Retry-After asks for. The children are EXPRESS: a picture takes a second, its
step may run twice without harm, and a STANDARD child would cost more than the picture. A video's
poster has its own time limit, which leaves room within the five minutes of an EXPRESS child.
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
from medley.asl.states import Choice, ChoiceRule, Fail, StateMachine, Succeed, Task, Wait
from medley.asl.tasks import INVOKE, function_arn, lambda_task

# Seconds, each above its Lambda's own timeout in .chalice/config.json.in.
VALIDATE_TIMEOUT = 310
THUMBNAILS_TIMEOUT = 60
RECORD_TIMEOUT = 15
ZIP_TIMEOUT = 910
END_TIMEOUT = 130
CALLBACK_TIMEOUT = 130
MACHINE_TIMEOUT = 3 * 24 * 3600

_RUN = {
    "jobId": JsonPath("$.jobId"),
    "listingId": JsonPath("$.listingId"),
    "batchId": JsonPath("$.batchId"),
}
_ITEM = {**_RUN, "item": JsonPath("$.item")}
_ERROR = {"error": JsonPath("$.error")}


def build() -> StateMachine:
    """The whole machine."""
    callback = _callback()
    failure = lambda_task(
        "ProcessingFailure",
        payload={**_RUN, **_ERROR},
        timeout_seconds=END_TIMEOUT,
        retry=RETRY_RECORD,
        # The callback goes out whether or not the failure could be written down.
        catch=catch_all(callback, result_path=None),
        keep_input=True,
    )
    failure.next(callback)

    validate = lambda_task(
        "Validate",
        payload=_RUN,
        timeout_seconds=VALIDATE_TIMEOUT,
        retry=RETRY_WORK,
        catch=catch_all(failure),
        comment="Writes the list of items that passed to S3 and answers where it is.",
    )
    thumbnails = DistributedMap(
        "Thumbnails",
        comment="A child for each item; one that fails is recorded and never stops the rest.",
        item_reader=s3_json_reader(bucket=JsonPath("$.items.bucket"), key=JsonPath("$.items.key")),
        item_selector={**_RUN, "item": ITEM},
        item_processor=ItemProcessor(_make_thumbnails(), "EXPRESS"),
        max_concurrency=100,
        tolerated_failure_percentage=100,
        label="Thumbnails",
        result_writer=s3_result_writer(
            bucket="${MediaBucket}",
            prefix=JsonPath("States.Format('runs/{}/results', $.jobId)"),
        ),
        result_path=None,
        retry=[RETRY_ITEM_READER],
        catch=catch_all(failure),
    )
    zip_all = lambda_task(
        "Zip",
        payload=_RUN,
        timeout_seconds=ZIP_TIMEOUT,
        retry=RETRY_WORK,
        catch=catch_all(failure),
    )
    consolidate = lambda_task(
        "Consolidate",
        payload={**_RUN, "zip": JsonPath("$.zip")},
        timeout_seconds=END_TIMEOUT,
        retry=RETRY_RECORD,
        catch=catch_all(failure),
        comment="Counts from the table, writes the manifest and ends the run, exactly once.",
    )
    any_valid = Choice("AnyValid", comment="A batch of which nothing passed needs no Map.")
    any_valid.add_choice(ChoiceRule.NumericGreaterThan("$.total", 0), thumbnails)
    any_valid.default_choice(zip_all)

    validate.next(any_valid)
    thumbnails.next(zip_all)
    zip_all.next(consolidate)
    consolidate.next(callback)
    return StateMachine(
        validate,
        comment="Takes a listing's media through sizes and a zip to a callback.",
        timeout_seconds=MACHINE_TIMEOUT,
    )


def _make_thumbnails() -> Task:
    """What a child does: make one item's sizes, and if that fails, record why."""
    record = lambda_task(
        "RecordThumbnailsFailure",
        payload={**_ITEM, **_ERROR},
        timeout_seconds=RECORD_TIMEOUT,
        retry=RETRY_RECORD,
        comment="If this fails too, the child fails; the Map tolerates it, Consolidate sees it.",
    )
    return lambda_task(
        "MakeThumbnails",
        payload=_ITEM,
        timeout_seconds=THUMBNAILS_TIMEOUT,
        retry=RETRY_WORK,
        catch=catch_all(record),
    )


def _callback() -> Task:
    """Try, wait as long as the step says, try again; then end as the run did."""
    ended = Choice("HowItEnded", comment="An error of the machine is there when one was caught.")
    ended.add_choice(ChoiceRule.IsPresent("$.error", False), Succeed("PipelineSucceeded"))
    ended.default_choice(
        Fail("PipelineFailed", error_path="$.error.Error", cause_path="$.error.Cause")
    )
    callback = Task(
        "Callback",
        resource=INVOKE,
        parameters={"FunctionName": function_arn("Callback"), "Payload": _RUN},
        result_selector={
            "next": JsonPath("$.Payload.next"),
            "waitSeconds": JsonPath("$.Payload.waitSeconds"),
        },
        result_path="$.callback",
        timeout_seconds=CALLBACK_TIMEOUT,
        retry=RETRY_RECORD,
        # A callback that cannot be sent changes nothing about how the batch ended.
        catch=catch_all(ended, result_path=None),
        comment="One try. A Retry could not wait as long as a receiver asks for.",
    )
    again = Choice("CallbackAgain")
    wait = Wait("WaitForReceiver", seconds_path="$.callback.waitSeconds")
    again.add_choice(ChoiceRule.StringEquals("$.callback.next", "AGAIN"), wait)
    again.default_choice(ended)
    callback.next(again)
    wait.next(callback)
    return callback
