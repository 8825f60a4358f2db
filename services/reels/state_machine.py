"""The machine ``generate-event-reels``: from a request to a reel for every runner.

    EventImagesBibExtraction -> AnyReels -> ReelGenerations (Distributed Map)
                                   |          ReelGeneration -> RecordReelFailure
                                   |                |
                                   +--> ReelGenerationCompletion -> GenerateEventReelsSucceeded
    EventImagesBibExtraction, the Map, the completion: on any error
                                   |
                                   v
                  ReelGenerationFailure -> GenerateEventReelsFailed

Execution input: ``{requestId, eventId, bibs, aspects, templateId, preview, force}``, which is also
``EventImagesBibExtractionInput``; ``bibs`` is null for all runners.

What each Lambda is given and answers (camelCase JSON, a model of the same name in models):

* ``EventImagesBibExtractionOutput``: ``{requestId, eventId, items: {bucket, key}, total}``; at
  ``items`` is a JSON array of the reels to make, each a ``WantedReel``: ``{bib, aspects,
  templateId, templateVersion, preview, force}``.
* ``ReelGenerationInput``: ``{requestId, eventId, reel}``, ``reel`` being one of those.
* ``RecordReelFailureInput``: the same with ``error: {Error, Cause}``.
* ``ReelGenerationCompletionInput``: ``{requestId, eventId}``. It counts from the table.
* ``ReelGenerationFailureInput``: ``{requestId, eventId, error: {Error, Cause}}``.

The children are STANDARD: a reel in four shapes may take minutes, and three attempts do not fit
the five minutes of an EXPRESS child. Three state transitions cost little beside a rendering.
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
EXTRACT_TIMEOUT = 910
GENERATE_TIMEOUT = 610
RECORD_TIMEOUT = 35
END_TIMEOUT = 310
# Nothing runs after it, so it is a last resort: 100 at once make 100,000 reels in a day.
MACHINE_TIMEOUT = 24 * 3600

_REQUEST = {"requestId": JsonPath("$.requestId"), "eventId": JsonPath("$.eventId")}
_REEL = {**_REQUEST, "reel": JsonPath("$.reel")}
_ERROR = {"error": JsonPath("$.error")}
_ASKED = ("bibs", "aspects", "templateId", "preview", "force")


def build() -> StateMachine:
    """The whole machine."""
    succeeded = Succeed("GenerateEventReelsSucceeded")
    failure = _failure()

    completion = lambda_task(
        "ReelGenerationCompletion",
        payload=_REQUEST,
        timeout_seconds=END_TIMEOUT,
        retry=RETRY_RECORD,
        catch=catch_all(failure),
        comment="Counts from the table and ends the request, exactly once.",
    )
    generate_all = DistributedMap(
        "ReelGenerations",
        comment="A child for each runner; one that fails is recorded and never stops the rest.",
        item_reader=s3_json_reader(bucket=JsonPath("$.items.bucket"), key=JsonPath("$.items.key")),
        item_selector={**_REQUEST, "reel": ITEM},
        item_processor=ItemProcessor(_generate_one(), "STANDARD"),
        max_concurrency=100,
        tolerated_failure_percentage=100,
        label="ReelGenerations",
        result_writer=s3_result_writer(
            bucket="${MediaBucket}",
            prefix=JsonPath("States.Format('requests/{}/results', $.requestId)"),
        ),
        result_path=None,
        retry=[RETRY_ITEM_READER],
        catch=catch_all(failure),
    )
    any_reels = Choice("AnyReels", comment="No runner on any photo is a success, without a Map.")
    any_reels.add_choice(ChoiceRule.NumericGreaterThan("$.total", 0), generate_all)
    any_reels.default_choice(completion)

    extraction = lambda_task(
        "EventImagesBibExtraction",
        payload={**_REQUEST, **{name: JsonPath(f"$.{name}") for name in _ASKED}},
        timeout_seconds=EXTRACT_TIMEOUT,
        retry=RETRY_WORK,
        catch=catch_all(failure),
        comment="Writes the list of runners to S3 and answers where it is.",
    )
    extraction.next(any_reels)
    generate_all.next(completion)
    completion.next(succeeded)
    return StateMachine(
        extraction,
        comment="Makes a video for every runner of an event, from the photos that show the bib.",
        timeout_seconds=MACHINE_TIMEOUT,
    )


def _generate_one() -> Task:
    """What a child does: make one reel, and if that fails, record why."""
    record = lambda_task(
        "RecordReelFailure",
        payload={**_REEL, **_ERROR},
        timeout_seconds=RECORD_TIMEOUT,
        retry=RETRY_RECORD,
        comment="If this fails too, the child fails; the Map tolerates it, the completion sees it.",
    )
    return lambda_task(
        "ReelGeneration",
        payload=_REEL,
        timeout_seconds=GENERATE_TIMEOUT,
        retry=RETRY_WORK,
        catch=catch_all(record),
    )


def _failure() -> Task:
    """Write the error on the request, then end with that same error."""
    failed = Fail(
        "GenerateEventReelsFailed", error_path="$.error.Error", cause_path="$.error.Cause"
    )
    record = lambda_task(
        "ReelGenerationFailure",
        payload={**_REQUEST, **_ERROR},
        timeout_seconds=END_TIMEOUT,
        retry=RETRY_RECORD,
        # The execution ends with what went wrong first, whether or not it could be written down.
        catch=catch_all(failed, result_path=None),
        keep_input=True,
    )
    record.next(failed)
    return record
