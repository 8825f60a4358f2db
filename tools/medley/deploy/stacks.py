"""CloudFormation stacks: make or update one, read what it puts out."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from medley.deploy.errors import StackError

DONE = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
# How often a stack is asked for its state; the embedded AWS needs well under a second.
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Stack:
    """A finished stack: where it is, and its outputs by name."""

    name: str
    partition: str
    region: str
    account_id: str
    outputs: dict[str, str]


def read_stack(cloudformation: Any, name: str) -> Stack | None:
    """The stack called ``name``, or None when there is none.

    Raises:
        StackError: the stack is not in a finished state, or AWS cannot be asked.
    """
    found = _describe(cloudformation, name)
    if found is None:
        return None
    if (state := found["StackStatus"]) not in DONE and not state.endswith("ROLLBACK_COMPLETE"):
        raise StackError(f"The stack {name} is in state {state}.")
    if state == "ROLLBACK_COMPLETE":
        raise StackError(f"The stack {name} could not be made ({state}). Delete it, and try again.")
    _, partition, _, region, account, _ = found["StackId"].split(":", 5)
    outputs = {item["OutputKey"]: item["OutputValue"] for item in found.get("Outputs", [])}
    return Stack(name, partition, region, account, outputs)


def deploy_stack(
    cloudformation: Any,
    name: str,
    template: Mapping[str, Any],
    parameters: Mapping[str, str],
    *,
    timeout: float = 60.0,
    poll: float = POLL_SECONDS,
) -> Stack:
    """Make or update the stack and wait for it; parameters that it lacks are left out.

    ``poll`` is the time between two looks, in seconds.

    Raises:
        StackError: it failed (with the first reason), or took longer than ``timeout`` seconds.
    """
    declared = template.get("Parameters", {})
    request = {
        "StackName": name,
        "TemplateBody": json.dumps(template, separators=(",", ":")),
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in parameters.items()
            if key in declared
        ],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }
    try:
        if _describe(cloudformation, name) is None:
            cloudformation.create_stack(**request)
        else:
            cloudformation.update_stack(**request)
        _wait(cloudformation, name, timeout, poll)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise StackError(f"The stack {name} was refused: {error}") from error
    stack = read_stack(cloudformation, name)
    if stack is None:
        raise StackError(f"The stack {name} has gone.")
    return stack


def _wait(cloudformation: Any, name: str, timeout: float, poll: float) -> None:
    end = time.monotonic() + timeout
    while (state := (_describe(cloudformation, name) or {}).get("StackStatus", "")) not in DONE:
        if not state.endswith("IN_PROGRESS") or state == "ROLLBACK_IN_PROGRESS":
            raise StackError(f"The stack {name} failed: {_reason(cloudformation, name, state)}")
        if time.monotonic() > end:
            raise StackError(f"The stack {name} is still in state {state} after {timeout:.0f} s.")
        time.sleep(poll)


def _describe(cloudformation: Any, name: str) -> dict[str, Any] | None:
    try:
        found: list[dict[str, Any]] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise StackError(f"The stack {name} cannot be read: {error}") from error
    except BotoCoreError as error:
        raise StackError(f"AWS cannot be asked for the stack {name}: {error}") from error
    return next((stack for stack in found if stack["StackStatus"] != "DELETE_COMPLETE"), None)


def _reason(cloudformation: Any, name: str, state: str) -> str:
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    # Newest first; the oldest failure is the cause, and later ones follow from it.
    for event in reversed(events):
        if event.get("ResourceStatus", "").endswith("_FAILED"):
            reason = event.get("ResourceStatusReason", "no reason given")
            return f"{event['LogicalResourceId']}: {reason}"
    return state
