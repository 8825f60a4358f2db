"""The shape that the house's machines share, whatever their steps do.

    a step that lists -> anything? -> a Map, a child for each item -> a step that counts -> Succeed
                             |          its work -> on error, a step that records it    ^
                             +----------------------------------------------------------+
    each of them, on any error -> a step that writes the failure down -> Fail

The step that lists answers ``{items: {bucket, key}, total}``: where the list is, and how long.
"""

from typing import Any, Literal

from medley.asl.distributed import (
    ITEM,
    DistributedMap,
    ItemProcessor,
    s3_json_reader,
    s3_result_writer,
)
from medley.asl.fields import JsonPath
from medley.asl.policies import RETRY_ITEM_READER, RETRY_RECORD, RETRY_WORK, catch_all
from medley.asl.states import Choice, ChoiceRule, Fail, State, Task
from medley.asl.tasks import lambda_task

AT_ONCE = 100
"""How many children of a Map run at once."""


def given(*names: str) -> dict[str, JsonPath]:
    """A payload out of the state's own fields: ``{"requestId": $.requestId}``."""
    return {name: JsonPath(f"$.{name}") for name in names}


def item_or_record(
    work: str,
    *,
    payload: dict[str, Any],
    timeout_seconds: int,
    record: str,
    record_timeout_seconds: int,
    completion: str,
) -> Task:
    """What a child does: its work, and if that fails, record why.

    Args:
        work: the step that does one item.
        payload: what both steps are sent; the one that records gets ``error`` besides.
        timeout_seconds: of the work.
        record: the step that records a failure.
        record_timeout_seconds: of that one.
        completion: who finds an item of which nothing was recorded, in words for the comment.
    """
    recorded = lambda_task(
        record,
        payload={**payload, **given("error")},
        timeout_seconds=record_timeout_seconds,
        retry=RETRY_RECORD,
        comment=f"If this fails too, the child fails; the Map tolerates it, {completion} sees it.",
    )
    return lambda_task(
        work,
        payload=payload,
        timeout_seconds=timeout_seconds,
        retry=RETRY_WORK,
        catch=catch_all(recorded),
    )


def for_each(
    name: str,
    child: Task,
    *,
    payload: dict[str, Any],
    item: str,
    children: Literal["EXPRESS", "STANDARD"],
    results: str,
    failure: State,
    comment: str,
) -> DistributedMap:
    """A Map over the list at ``$.items``; a child that fails stops no other.

    Its output is its input: the results are files in the media bucket.

    Args:
        name: the state's, which is in the ARN of each child too.
        child: what runs for an item.
        payload: what each child starts with, besides its item.
        item: the name that the child finds its item by.
        children: an EXPRESS child is cheap, ends after five minutes, and may run twice.
        results: an intrinsic function that gives the prefix of the results.
        failure: where it goes when the list cannot be read.
        comment: why the state is there.
    """
    return DistributedMap(
        name,
        comment=comment,
        item_reader=s3_json_reader(bucket=JsonPath("$.items.bucket"), key=JsonPath("$.items.key")),
        item_selector={**payload, item: ITEM},
        item_processor=ItemProcessor(child, children),
        max_concurrency=AT_ONCE,
        tolerated_failure_percentage=100,
        label=name,
        result_writer=s3_result_writer(bucket="${MediaBucket}", prefix=JsonPath(results)),
        result_path=None,
        retry=[RETRY_ITEM_READER],
        catch=catch_all(failure),
    )


def if_any(name: str, each: State, otherwise: State, *, comment: str) -> Choice:
    """To the Map ``each`` if the list has an item, else past it."""
    choice = Choice(name, comment=comment)
    choice.add_choice(ChoiceRule.NumericGreaterThan("$.total", 0), each)
    choice.default_choice(otherwise)
    return choice


def record_failure(
    step: str, *, payload: dict[str, Any], timeout_seconds: int, then: State
) -> Task:
    """Writes the error at ``$.error`` down and goes on, whether or not that worked.

    What went wrong first stays at ``$.error``, so that is what the execution ends with.
    """
    state = lambda_task(
        step,
        payload={**payload, **given("error")},
        timeout_seconds=timeout_seconds,
        retry=RETRY_RECORD,
        catch=catch_all(then, result_path=None),
        keep_input=True,
    )
    state.next(then)
    return state


def failed(name: str) -> Fail:
    """Ends the execution with the error at ``$.error``."""
    return Fail(name, error_path="$.error.Error", cause_path="$.error.Cause")
