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

from medley.asl.policies import RETRY_RECORD, RETRY_WORK, catch_all
from medley.asl.shape import failed, for_each, given, if_any, item_or_record, record_failure
from medley.asl.states import StateMachine, Succeed
from medley.asl.tasks import lambda_task

# Seconds, each above its Lambda's own timeout in .chalice/config.json.in, so that the function's
# `Sandbox.Timedout` is what is reported.
EXTRACT_TIMEOUT = 910
GENERATE_TIMEOUT = 610
RECORD_TIMEOUT = 35
END_TIMEOUT = 310
# Nothing runs after it, so it is a last resort: 100 at once make 100,000 reels in a day.
MACHINE_TIMEOUT = 24 * 3600

_REQUEST = given("requestId", "eventId")
_ASKED = given("bibs", "aspects", "templateId", "preview", "force")


def build() -> StateMachine:
    """The whole machine."""
    failure = record_failure(
        "ReelGenerationFailure",
        payload=_REQUEST,
        timeout_seconds=END_TIMEOUT,
        then=failed("GenerateEventReelsFailed"),
    )
    completion = lambda_task(
        "ReelGenerationCompletion",
        payload=_REQUEST,
        timeout_seconds=END_TIMEOUT,
        retry=RETRY_RECORD,
        catch=catch_all(failure),
        comment="Counts from the table and ends the request, exactly once.",
    )
    generate_one = item_or_record(
        "ReelGeneration",
        payload={**_REQUEST, **given("reel")},
        timeout_seconds=GENERATE_TIMEOUT,
        record="RecordReelFailure",
        record_timeout_seconds=RECORD_TIMEOUT,
        completion="the completion",
    )
    generate_all = for_each(
        "ReelGenerations",
        generate_one,
        payload=_REQUEST,
        item="reel",
        children="STANDARD",
        results="States.Format('requests/{}/results', $.requestId)",
        failure=failure,
        comment="A child for each runner; one that fails is recorded and never stops the rest.",
    )
    any_reels = if_any(
        "AnyReels",
        generate_all,
        completion,
        comment="No runner on any photo is a success, without a Map.",
    )
    extraction = lambda_task(
        "EventImagesBibExtraction",
        payload={**_REQUEST, **_ASKED},
        timeout_seconds=EXTRACT_TIMEOUT,
        retry=RETRY_WORK,
        catch=catch_all(failure),
        comment="Writes the list of runners to S3 and answers where it is.",
    )
    extraction.next(any_reels)
    generate_all.next(completion)
    completion.next(Succeed("GenerateEventReelsSucceeded"))
    return StateMachine(
        extraction,
        comment="Makes a video for every runner of an event, from the photos that show the bib.",
        timeout_seconds=MACHINE_TIMEOUT,
    )
