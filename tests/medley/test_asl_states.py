"""Each extension of the SDK, as the ASL that it renders."""

from typing import Any

import pytest

from medley.asl import states, tasks
from medley.asl.distributed import (
    ITEM,
    DistributedMap,
    ItemProcessor,
    s3_json_reader,
    s3_result_writer,
)
from medley.asl.fields import JsonPath, template


def _map(**changes: Any) -> DistributedMap:
    fields: dict[str, Any] = {
        "item_processor": ItemProcessor(states.Pass("ReadOne"), "EXPRESS"),
        "item_reader": s3_json_reader(bucket="media", key=JsonPath("$.key")),
        "result_writer": s3_result_writer(bucket="media", prefix="results"),
        "max_concurrency": 100,
        "label": "ReadAll",
    }
    return DistributedMap("ReadAll", **(fields | changes))


def test_a_template_spells_paths_with_a_dollar_at_any_depth() -> None:
    value = {
        "id": JsonPath("$.id"),
        "plain": "x",
        "inner": {"now": JsonPath("$$.State.EnteredTime")},
        "list": [{"name": JsonPath("States.Format('{}', $.name)")}, 3],
    }

    assert template(value) == {
        "id.$": "$.id",
        "plain": "x",
        "inner": {"now.$": "$$.State.EnteredTime"},
        "list": [{"name.$": "States.Format('{}', $.name)"}, 3],
    }


def test_a_path_inside_a_list_is_refused() -> None:
    with pytest.raises(ValueError, match=r"States\.Array"):
        template({"ids": [JsonPath("$.id")]})


@pytest.mark.parametrize("text", ["", "id", "state.id", "{% $id %}"])
def test_a_text_that_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a JSON path"):
        JsonPath(text)


def test_retry_renders_jitter_and_the_longest_delay() -> None:
    retry = states.Retry(
        ["RetryableError"],
        interval_seconds=2,
        max_attempts=4,
        backoff_rate=1.5,
        max_delay_seconds=30,
    )

    assert retry.to_dict() == {
        "ErrorEquals": ["RetryableError"],
        "IntervalSeconds": 2,
        "MaxAttempts": 4,
        "BackoffRate": 1.5,
        "MaxDelaySeconds": 30,
        "JitterStrategy": "FULL",
    }


def test_a_retrier_without_attempts_has_no_delays() -> None:
    retry = states.Retry(["PermanentError"], max_attempts=0)

    assert retry.to_dict() == {"ErrorEquals": ["PermanentError"], "MaxAttempts": 0}


@pytest.mark.parametrize(
    ("errors", "fields", "reason"),
    [
        ([], {}, "at least one error"),
        (["States.ALL", "RetryableError"], {}, "stands alone"),
        (["E"], {"interval_seconds": 0}, "interval_seconds >= 1"),
        (["E"], {"max_attempts": -1}, "max_attempts >= 0"),
        (["E"], {"backoff_rate": 0.5}, "backoff_rate >= 1"),
        (["E"], {"interval_seconds": 5, "max_delay_seconds": 5}, "more than the interval"),
        (["E"], {"max_delay_seconds": states.MAX_DELAY + 1}, "max_delay_seconds"),
    ],
)
def test_a_retrier_that_step_functions_would_refuse_is_refused(
    errors: list[str], fields: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        states.Retry(errors, **fields)


def test_catch_keeps_the_error_beside_the_input() -> None:
    catch = states.Catch(["States.ALL"], states.Fail("Failed"))

    assert catch.to_dict() == {
        "ErrorEquals": ["States.ALL"],
        "ResultPath": "$.error",
        "Next": "Failed",
    }


def test_catch_can_drop_the_error() -> None:
    catch = states.Catch(["States.ALL"], states.Fail("Failed"), result_path=None)

    assert catch.to_dict()["ResultPath"] is None


@pytest.mark.parametrize(
    "state",
    [
        states.Task("S", resource="arn", result_selector={"id": JsonPath("$.Payload.id")}),
        states.Parallel("S", result_selector={"id": JsonPath("$.Payload.id")}),
        _map(result_selector={"id": JsonPath("$.Payload.id")}),
    ],
    ids=["task", "parallel", "map"],
)
def test_a_result_selector_is_a_template(state: states.State) -> None:
    assert state.to_dict()["ResultSelector"] == {"id.$": "$.Payload.id"}


def test_fail_can_end_with_the_error_that_came_to_it() -> None:
    fail = states.Fail("Failed", error_path="$.error.Error", cause_path="$.error.Cause")

    assert fail.to_dict() == {
        "Type": "Fail",
        "ErrorPath": "$.error.Error",
        "CausePath": "$.error.Cause",
    }


def test_a_distributed_map_renders_reader_selector_processor_and_writer() -> None:
    state = _map(
        item_selector={"request": JsonPath("$.id"), "photo": ITEM},
        tolerated_failure_percentage=100,
        tolerated_failure_count=3,
        result_path=None,
    )

    assert state.to_dict() == {
        "Type": "Map",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": "media", "Key.$": "$.key"},
        },
        "ItemSelector": {"request.$": "$.id", "photo.$": "$$.Map.Item.Value"},
        "MaxConcurrency": 100,
        "ToleratedFailurePercentage": 100,
        "ToleratedFailureCount": 3,
        "Label": "ReadAll",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
            "StartAt": "ReadOne",
            "States": {"ReadOne": {"Type": "Pass", "End": True}},
        },
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": "media", "Prefix": "results"},
        },
        "ResultPath": None,
        "End": True,
    }


def test_what_a_distributed_map_is_not_given_is_not_rendered() -> None:
    rendered = _map().to_dict()

    absent = ("ItemSelector", "ToleratedFailureCount", "ToleratedFailurePercentage", "Iterator")
    assert not set(rendered).intersection(absent)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("label", ""),
        ("label", "a" * 41),
        ("label", "read all"),
        ("label", "read:all"),
        ("max_concurrency", 0),
        ("tolerated_failure_percentage", 101),
        ("tolerated_failure_percentage", -1),
        ("tolerated_failure_count", -1),
    ],
)
def test_a_distributed_map_that_step_functions_would_refuse_is_refused(
    field: str, value: object
) -> None:
    with pytest.raises(ValueError, match=field):
        _map(**{field: value})


def test_a_field_that_a_state_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError, match="not supported"):
        states.Task("S", resource="arn", label="x")


def test_a_lambda_task_answers_the_payload_alone() -> None:
    task = tasks.lambda_task(
        "ListImages", payload={"id": JsonPath("$.id")}, timeout_seconds=60, retry=[]
    )

    assert task.to_dict() == {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {
            "FunctionName": "${ListImagesFunctionArn}",
            "Payload": {"id.$": "$.id"},
        },
        "TimeoutSeconds": 60,
        "OutputPath": "$.Payload",
        "End": True,
    }


def test_a_lambda_task_can_pass_its_input_on() -> None:
    rendered = tasks.lambda_task(
        "Record", payload={}, timeout_seconds=60, retry=[], keep_input=True
    ).to_dict()

    assert rendered["ResultPath"] is None
    assert "OutputPath" not in rendered


def test_a_callback_task_hands_over_its_token() -> None:
    rendered = tasks.callback_task(
        "Transcode",
        payload={"token": tasks.TASK_TOKEN},
        timeout_seconds=3600,
        heartbeat_seconds=60,
        retry=[],
    ).to_dict()

    assert rendered["Resource"] == "arn:aws:states:::lambda:invoke.waitForTaskToken"
    assert rendered["Parameters"]["Payload"] == {"token.$": "$$.Task.Token"}
    assert (rendered["TimeoutSeconds"], rendered["HeartbeatSeconds"]) == (3600, 60)


def test_a_callback_task_without_its_token_is_refused() -> None:
    with pytest.raises(ValueError, match="TASK_TOKEN"):
        tasks.callback_task(
            "Transcode", payload={}, timeout_seconds=3600, heartbeat_seconds=60, retry=[]
        )
