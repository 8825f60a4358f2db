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

from medley.asl.fields import JsonPath
from medley.asl.policies import RETRY_RECORD, RETRY_WORK, catch_all
from medley.asl.shape import failed, for_each, given, if_any, item_or_record, record_failure
from medley.asl.states import Choice, ChoiceRule, StateMachine, Succeed, Task, Wait
from medley.asl.tasks import INVOKE, function_arn, lambda_task

# Seconds, each above its Lambda's own timeout in .chalice/config.json.in.
VALIDATE_TIMEOUT = 310
THUMBNAILS_TIMEOUT = 60
RECORD_TIMEOUT = 15
ZIP_TIMEOUT = 910
END_TIMEOUT = 130
CALLBACK_TIMEOUT = 130
MACHINE_TIMEOUT = 3 * 24 * 3600

_RUN = given("jobId", "listingId", "batchId")


def build() -> StateMachine:
    """The whole machine."""
    callback = _callback()
    # The callback goes out whether or not the failure could be written down.
    failure = record_failure(
        "ProcessingFailure", payload=_RUN, timeout_seconds=END_TIMEOUT, then=callback
    )
    validate = lambda_task(
        "Validate",
        payload=_RUN,
        timeout_seconds=VALIDATE_TIMEOUT,
        retry=RETRY_WORK,
        catch=catch_all(failure),
        comment="Writes the list of items that passed to S3 and answers where it is.",
    )
    make_thumbnails = item_or_record(
        "MakeThumbnails",
        payload={**_RUN, **given("item")},
        timeout_seconds=THUMBNAILS_TIMEOUT,
        record="RecordThumbnailsFailure",
        record_timeout_seconds=RECORD_TIMEOUT,
        completion="Consolidate",
    )
    thumbnails = for_each(
        "Thumbnails",
        make_thumbnails,
        payload=_RUN,
        item="item",
        children="EXPRESS",
        results="States.Format('runs/{}/results', $.jobId)",
        failure=failure,
        comment="A child for each item; one that fails is recorded and never stops the rest.",
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
        payload={**_RUN, **given("zip")},
        timeout_seconds=END_TIMEOUT,
        retry=RETRY_RECORD,
        catch=catch_all(failure),
        comment="Counts from the table, writes the manifest and ends the run, exactly once.",
    )
    any_valid = if_any(
        "AnyValid",
        thumbnails,
        zip_all,
        comment="A batch of which nothing passed needs no Map.",
    )

    validate.next(any_valid)
    thumbnails.next(zip_all)
    zip_all.next(consolidate)
    consolidate.next(callback)
    return StateMachine(
        validate,
        comment="Takes a listing's media through sizes and a zip to a callback.",
        timeout_seconds=MACHINE_TIMEOUT,
    )


def _callback() -> Task:
    """Try, wait as long as the step says, try again; then end as the run did."""
    ended = Choice("HowItEnded", comment="An error of the machine is there when one was caught.")
    ended.add_choice(ChoiceRule.IsPresent("$.error", False), Succeed("PipelineSucceeded"))
    ended.default_choice(failed("PipelineFailed"))
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
