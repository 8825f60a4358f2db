"""Stopping an execution, and telling of it as EventBridge does."""

from typing import Any

from medley.local.stack import LocalStack
from shared.workflows import execution_arn


def stop(stack: LocalStack, service: str, name: str) -> None:
    """Stop a service's execution, as somebody does by hand."""
    machine = stack.outputs(service)["StateMachineArn"]
    stack.client("stepfunctions").stop_execution(executionArn=execution_arn(machine, name))


def event_of(name: str) -> dict[str, Any]:
    """EventBridge's event of an execution that was stopped, as a function is given it."""
    return {
        "version": "0",
        "id": "e",
        "account": "000000000000",
        "region": "us-east-1",
        "time": "2026-05-10T08:30:00Z",
        "resources": [],
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "detail": {"name": name, "status": "ABORTED"},
    }
