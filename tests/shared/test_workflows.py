"""Starting a machine twice by one name starts it once: on the fake and on AWS."""

import json
from typing import Any

import pytest
from botocore.stub import Stubber

from shared.errors import RetryableError, TooLarge, Unavailable
from shared.workflows import MemoryWorkflows, StepFunctions, Workflows, execution_arn

ABSENT = "arn:aws:states:eu-west-1:123456789012:stateMachine:absent"
MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:m"
ASL = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})


@pytest.fixture(scope="module")
def machine(aws: Any) -> str:
    role = "arn:aws:iam::123456789012:role/r"
    made = aws.stepfunctions.create_state_machine(name="m", definition=ASL, roleArn=role)
    arn: str = made["stateMachineArn"]
    assert arn == MACHINE
    return arn


@pytest.fixture(params=["memory", "aws"])
def workflows(request: pytest.FixtureRequest) -> Workflows:
    if request.param == "memory":
        return MemoryWorkflows(frozenset({MACHINE}))
    request.getfixturevalue("machine")
    return StepFunctions(request.getfixturevalue("aws").stepfunctions)


def test_the_same_name_is_the_same_execution(workflows: Workflows) -> None:
    first = workflows.start(MACHINE, "same", {"a": "é"})
    assert first == "arn:aws:states:eu-west-1:123456789012:execution:m:same"
    assert workflows.start(MACHINE, "same", {"a": "é"}) == first
    assert workflows.start(MACHINE, "same", {"a": "another input"}) == first
    assert workflows.start(MACHINE, "other", {}) != first


def test_an_unknown_machine_is_the_operators_to_mend(workflows: Workflows) -> None:
    with pytest.raises(Unavailable, match="state_machine_not_found"):
        workflows.start(ABSENT, "n", {})


def test_an_input_over_256_kb_is_refused_in_bytes(workflows: Workflows) -> None:
    workflows.start(MACHINE, "fits", {"a": "é" * 131_060})
    with pytest.raises(TooLarge, match="execution_input_too_large"):
        workflows.start(MACHINE, "large", {"a": "é" * 131_070})


def test_aws_gets_the_input_as_json(aws: Any, machine: str) -> None:
    started = StepFunctions(aws.stepfunctions).start(machine, "json", {"a": ["é", 1]})
    found = aws.stepfunctions.describe_execution(executionArn=started)
    assert json.loads(found["input"]) == {"a": ["é", 1]}


def test_the_fake_keeps_what_was_started_once() -> None:
    workflows = MemoryWorkflows()
    for name in ("a", "a", "b"):
        workflows.start(MACHINE, name, {"n": name})
    assert [(e.name, e.input, e.state_machine_arn) for e in workflows.executions] == [
        ("a", {"n": "a"}, MACHINE),
        ("b", {"n": "b"}, MACHINE),
    ]
    assert workflows.executions[0].arn == execution_arn(MACHINE, "a")


def test_a_busy_service_is_tried_again(aws: Any) -> None:
    with Stubber(aws.stepfunctions) as stub:
        for _ in range(5):
            stub.add_client_error("start_execution", "ThrottlingException", http_status_code=400)
        with pytest.raises(RetryableError, match="aws_busy"):
            StepFunctions(aws.stepfunctions).start(MACHINE, "n", {})
