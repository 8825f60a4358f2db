"""Every committed state machine keeps the rules; and each rule catches what breaks it."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from house_rules import asl, layout
from house_rules.asl_schema import schema_violations

SERVICES = layout.services()
RULES: list[Callable[[dict[str, Any]], list[str]]] = [
    schema_violations,
    asl.graph,
    asl.ends,
    asl.caught,
    asl.retries,
    asl.maps,
    asl.functions,
    asl.paths,
    asl.express_children_have_time,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("service", SERVICES, ids=str)
def test_the_machine_keeps_the_rule(service: layout.Service, rule: Any) -> None:
    assert rule(service.machine) == []


def test_there_is_a_machine_to_judge() -> None:
    assert SERVICES


RETRY = [
    {"ErrorEquals": ["PermanentError"], "MaxAttempts": 0},
    {
        "ErrorEquals": sorted(asl.RETRIED),
        "IntervalSeconds": 1,
        "MaxAttempts": 2,
        "BackoffRate": 2.0,
        "MaxDelaySeconds": 10,
        "JitterStrategy": "FULL",
    },
]


def _task(name: str, **more: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": f"${{{name}FunctionArn}}", "Payload": {"id.$": "$.id"}},
        "TimeoutSeconds": 60,
        "Retry": copy.deepcopy(RETRY),
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Record"}],
        **more,
    }


@pytest.fixture
def good() -> dict[str, Any]:
    """A small machine that keeps all rules, for a test to break in one place."""
    child = _task("Read", End=True)
    del child["Catch"]
    return {
        "Comment": "Reads all.",
        "StartAt": "List",
        "TimeoutSeconds": 3600,
        "States": {
            "List": _task("List", Next="ReadAll"),
            "ReadAll": {
                "Type": "Map",
                "ItemReader": {
                    "Resource": "arn:aws:states:::s3:getObject",
                    "ReaderConfig": {"InputType": "JSON"},
                    "Parameters": {"Bucket": "${MediaBucket}", "Key.$": "$.key"},
                },
                "ItemSelector": {"id.$": "$.id"},
                "MaxConcurrency": 100,
                "ToleratedFailurePercentage": 100,
                "Label": "ReadAll",
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                    "StartAt": "Read",
                    "States": {"Read": child},
                },
                "ResultWriter": {
                    "Resource": "arn:aws:states:::s3:putObject",
                    "Parameters": {"Bucket": "${MediaBucket}", "Prefix": "results"},
                },
                "ResultPath": None,
                "Catch": [
                    {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Record"}
                ],
                "Next": "Done",
            },
            "Done": {"Type": "Succeed"},
            "Record": _task(
                "Record",
                Next="Failed",
                Catch=[{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "Failed"}],
            ),
            "Failed": {"Type": "Fail", "ErrorPath": "$.error.Error"},
        },
    }


def test_the_sample_keeps_every_rule(good: dict[str, Any]) -> None:
    assert [wrong for rule in RULES for wrong in rule(good)] == []


LIST = ("States", "List")
MAP = ("States", "ReadAll")
READ = (*MAP, "ItemProcessor", "States", "Read")
DROP = object()

BREAKS: list[tuple[Any, tuple[Any, ...], Any, str]] = [
    (schema_violations, (*LIST, "TimeoutSeconds"), DROP, "TimeoutSeconds"),
    (schema_violations, (*READ, "TimeoutSeconds"), DROP, "TimeoutSeconds"),
    (schema_violations, ("TimeoutSeconds",), DROP, "TimeoutSeconds"),
    (schema_violations, (*LIST, "TimeoutSeconds"), 0, "TimeoutSeconds"),
    (schema_violations, (*LIST, "HeartbeatSeconds"), 60, "less than TimeoutSeconds"),
    (schema_violations, (*LIST, "End"), True, "exactly one of Next and End"),
    (schema_violations, (*LIST, "ResultPath"), "$..id", "ResultPath"),
    (schema_violations, (*LIST, "Retry", 1, "IntervalSeconds"), 0, "IntervalSeconds"),
    (schema_violations, (*LIST, "Retry", 1, "MaxAttempts"), 10**8, "MaxAttempts"),
    (schema_violations, (*LIST, "Retry", 1, "BackoffRate"), 0.5, "BackoffRate"),
    (schema_violations, (*LIST, "Retry", 1, "MaxDelaySeconds"), 1, "MaxDelaySeconds"),
    (schema_violations, (*LIST, "Retry", 1, "JitterStrategy"), "SOME", "JitterStrategy"),
    (schema_violations, (*LIST, "Retry", 0, "ErrorEquals"), ["States.ALL"], "and last"),
    (schema_violations, (*LIST, "Retry", 0, "ErrorEquals"), [], "ErrorEquals"),
    (schema_violations, (*LIST, "Catch", 0, "ErrorEquals"), ["States.ALL", "E"], "alone"),
    (schema_violations, (*LIST, "Resource"), "arn:aws:lambda:x:1:function:f", "Resource"),
    (schema_violations, (*MAP, "Label"), "read all", "Label"),
    (schema_violations, (*MAP, "Label"), "r" * 41, "Label"),
    (schema_violations, (*MAP, "ItemBatcher"), {"MaxItemsPerBatch": 2}, "ItemBatcher"),
    (schema_violations, (*MAP, "Iterator"), {}, "Iterator"),
    (schema_violations, (*MAP, "ToleratedFailurePercentage"), 101, "ToleratedFailurePercentage"),
    (schema_violations, ("States", "n" * 81), {"Type": "Succeed"}, "80 characters"),
    (schema_violations, ("States", "Failed", "Error"), "E", "Error and ErrorPath"),
    (asl.graph, ("StartAt",), "Nowhere", "StartAt Nowhere"),
    (asl.graph, (*LIST, "Next"), "Nowhere", "List goes to Nowhere"),
    (asl.graph, (*LIST, "Catch", 0, "Next"), "Read", "List goes to Read"),
    (asl.graph, (*LIST, "Next"), "Done", "ReadAll is never reached"),
    (asl.graph, (*MAP, "ItemProcessor", "States", "List"), {"Type": "Succeed"}, "used twice"),
    (asl.ends, ("States", "Also"), {"Type": "Succeed"}, "2 Succeed"),
    (asl.ends, ("States", "Failed", "Type"), "Pass", "0 Fail"),
    (asl.ends, (*LIST, "End"), True, "List ends the machine"),
    (asl.ends, (*MAP, "ItemProcessor", "States", "No"), {"Type": "Fail"}, "ends a child"),
    (asl.caught, (*LIST, "Catch"), DROP, "List: no Catch"),
    (asl.caught, (*LIST, "Catch", 0, "ErrorEquals"), ["RetryableError"], "List: no Catch"),
    (asl.caught, (*MAP, "Catch"), DROP, "Read: no Catch"),
    (asl.caught, (*LIST, "Catch", 0, "Next"), "Failed", "does not lead over a Task"),
    (asl.caught, (*LIST, "Catch", 0, "Next"), "Done", "does not lead over a Task"),
    (asl.caught, (*LIST, "Catch", 0, "ResultPath"), DROP, "replaces the input"),
    (asl.retries, (*LIST, "Retry"), DROP, "List does not retry RetryableError"),
    (asl.retries, (*READ, "Retry", 1, "ErrorEquals"), ["RetryableError"], "Sandbox.Timedout"),
    (asl.retries, (*LIST, "Retry", 1, "JitterStrategy"), "NONE", "without jitter"),
    (asl.retries, (*LIST, "Retry", 1, "MaxDelaySeconds"), DROP, "longest delay"),
    (asl.retries, (*LIST, "Retry", 0, "MaxAttempts"), 1, "retries a PermanentError"),
    (asl.maps, (*MAP, "ItemProcessor", "ProcessorConfig", "Mode"), "INLINE", "not DISTRIBUTED"),
    (asl.maps, (*MAP, "ItemReader"), DROP, "no ItemReader"),
    (asl.maps, (*MAP, "ResultWriter"), DROP, "no ResultWriter"),
    (asl.maps, (*MAP, "MaxConcurrency"), 0, "no MaxConcurrency"),
    (asl.maps, (*MAP, "Label"), DROP, "no Label"),
    (asl.maps, (*MAP, "ToleratedFailurePercentage"), DROP, "tolerates no failure"),
    (asl.maps, (*MAP, "ResultPath"), "$.results", "travels on"),
    (asl.maps, (*MAP, "ResultPath"), DROP, "travels on"),
    (asl.functions, (*LIST, "Parameters", "FunctionName"), "${ReadFunctionArn}", "not its own"),
    (asl.paths, (*LIST, "Parameters", "Payload", "name"), "$.name", "name"),
    (asl.paths, (*LIST, "Parameters", "Payload", "name.$"), "name", "name"),
    (asl.paths, (*MAP, "ItemReader", "Parameters", "Key"), "$.key", "Key"),
    (asl.express_children_have_time, (*READ, "TimeoutSeconds"), 120, "may need"),
    (asl.express_children_have_time, (*READ, "Retry", 1, "MaxAttempts"), 9, "may need"),
]


@pytest.mark.parametrize(("rule", "place", "value", "says"), BREAKS)
def test_a_broken_machine_is_caught(
    good: dict[str, Any], rule: Any, place: tuple[Any, ...], value: Any, says: str
) -> None:
    holder: Any = good
    for step in place[:-1]:
        holder = holder[step]
    if value is DROP:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value

    violations = rule(good)

    assert any(says in violation for violation in violations), violations


def test_a_standard_child_may_take_its_time(good: dict[str, Any]) -> None:
    processor = good["States"]["ReadAll"]["ItemProcessor"]
    processor["States"]["Read"]["TimeoutSeconds"] = 900
    processor["ProcessorConfig"]["ExecutionType"] = "STANDARD"

    assert asl.express_children_have_time(good) == []
