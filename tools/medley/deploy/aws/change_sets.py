"""CloudFormation change sets: what would change, shown before it is applied."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from rich.table import Table

from medley.deploy.aws.changes import Change, read_changes
from medley.deploy.errors import StackError
from medley.deploy.stacks import Stack, read_stack

NOTHING_CHANGES = ("didn't contain changes", "No updates are to be performed")
UNFINISHED = "REVIEW_IN_PROGRESS"
MINUTES = 60.0
Progress = Callable[[str], None]


@dataclass(frozen=True)
class ChangeSet:
    """What would change in a stack. ``empty``: nothing, and it is already discarded."""

    stack: str
    stack_id: str
    id: str
    creates: bool
    empty: bool = False
    changes: tuple[Change, ...] = field(default=())

    @property
    def losses(self) -> list[Change]:
        """The changes that lose stored things."""
        return [change for change in self.changes if change.loses_content]


def prepare(
    cloudformation: Any,
    name: str,
    source: Mapping[str, str],
    *,
    declared: Mapping[str, Any],
    parameters: Mapping[str, str],
    tags: Mapping[str, str],
    poll: float,
) -> ChangeSet:
    """Ask what ``source`` would change in the stack ``name``; nothing is changed yet.

    Args:
        cloudformation: a boto3 client.
        name: the stack.
        source: ``{"TemplateBody": ...}`` or ``{"TemplateURL": ...}``.
        declared: the template's parameters; those that are not given keep their value.
        parameters: values of parameters.
        tags: of the stack and of all in it.
        poll: seconds between two looks.

    Raises:
        StackError: the stack cannot be changed now, or the template was refused.
    """
    existing = _existing(cloudformation, name)
    kept = {item["ParameterKey"] for item in (existing or {}).get("Parameters", [])}
    asked = [
        {"ParameterKey": key, "ParameterValue": parameters[key]}
        if key in parameters
        else {"ParameterKey": key, "UsePreviousValue": True}
        for key in declared
        if key in parameters or key in kept
    ]
    request: dict[str, Any] = {
        "StackName": name,
        "ChangeSetName": f"medley-{datetime.now(UTC):%Y%m%d%H%M%S%f}",
        "ChangeSetType": "UPDATE" if existing else "CREATE",
        "Parameters": asked,
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        # A stack that could not be made is of no use, and would be in the way of the next try.
        "OnStackFailure": "ROLLBACK" if existing else "DELETE",
        **source,
    }
    try:
        made = cloudformation.create_change_set(**request)
        found = _wait_for_change_set(cloudformation, made["Id"], poll)
    except ClientError as error:
        raise StackError(f"The template of {name} was refused: {error}") from error
    change_set = ChangeSet(name, made["StackId"], made["Id"], creates=existing is None)
    if found["Status"] == "FAILED":
        discard(cloudformation, change_set)
        reason = found.get("StatusReason", "no reason given")
        if any(words in reason for words in NOTHING_CHANGES):
            return ChangeSet(name, made["StackId"], made["Id"], existing is None, empty=True)
        raise StackError(f"The template of {name} was refused: {reason}")
    changes = tuple(read_changes(found["Changes"]))
    return ChangeSet(name, made["StackId"], made["Id"], existing is None, changes=changes)


def discard(cloudformation: Any, change_set: ChangeSet) -> None:
    """Take a change set back, and the empty stack that AWS made to hold it."""
    cloudformation.delete_change_set(ChangeSetName=change_set.id, StackName=change_set.stack_id)
    if change_set.creates:
        cloudformation.delete_stack(StackName=change_set.stack_id)


def execute(
    cloudformation: Any,
    change_set: ChangeSet,
    *,
    poll: float,
    progress: Progress,
    timeout: float = 60 * MINUTES,
) -> Stack:
    """Apply a change set and wait; CloudFormation rolls back what fails.

    Raises:
        StackError: it failed, with what each resource said; or it took longer than ``timeout``.
    """
    known = {event["EventId"] for event in _events(cloudformation, change_set.stack_id)}
    cloudformation.execute_change_set(ChangeSetName=change_set.id, StackName=change_set.stack_id)
    end = time.monotonic() + timeout
    seen = set(known)
    while True:
        state = _state(cloudformation, change_set.stack_id)
        for event in reversed(_events(cloudformation, change_set.stack_id)):
            if event["EventId"] not in seen:
                seen.add(event["EventId"])
                progress(f"{event['LogicalResourceId']}: {event['ResourceStatus']}")
        if state in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            break
        if state.endswith(("_FAILED", "ROLLBACK_COMPLETE", "DELETE_COMPLETE")):
            reasons = failures(cloudformation, change_set.stack_id, known)
            raise StackError(
                f"The stack {change_set.stack} was rolled back ({state}):\n" + "\n".join(reasons)
            )
        if time.monotonic() > end:
            raise StackError(f"The stack {change_set.stack} is still in state {state}.")
        time.sleep(poll)
    stack = read_stack(cloudformation, change_set.stack)
    if stack is None:
        raise StackError(f"The stack {change_set.stack} has gone.")
    return stack


def failures(cloudformation: Any, stack_id: str, known: set[str]) -> list[str]:
    """What each resource said that failed after the events ``known``; the cause first."""
    said = []
    for event in reversed(_events(cloudformation, stack_id)):
        reason = event.get("ResourceStatusReason", "")
        failed = event.get("ResourceStatus", "").endswith("_FAILED")
        # Resources that were still being made when another one failed say only that.
        if failed and event["EventId"] not in known and "cancelled" not in reason:
            kind = event.get("ResourceType", "")
            said.append(f"  {event['LogicalResourceId']} ({kind}): {reason or 'no reason given'}")
    return said or ["  CloudFormation gives no reason; its console shows the stack's events."]


def table_of(change_set: ChangeSet) -> Table:
    """The changes as a person reads them, those that lose content marked."""
    table = Table(title=f"{'New' if change_set.creates else 'Changed'} stack {change_set.stack}")
    for heading in ("action", "resource", "type", "replacement", "because of"):
        table.add_column(heading, overflow="fold")
    for change in sorted(change_set.changes, key=lambda one: (one.action, one.logical_id)):
        table.add_row(
            change.action.lower(),
            change.logical_id,
            change.type.removeprefix("AWS::"),
            f"{change.replaced}, loses content".removeprefix(", ")
            if change.loses_content
            else change.replaced,
            ", ".join(change.reasons),
            style="red" if change.loses_content else None,
        )
    return table


def _existing(cloudformation: Any, name: str) -> dict[str, Any] | None:
    """The stack as described, or None when there is none or only an empty one."""
    try:
        stacks = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise StackError(f"The stack {name} cannot be read: {error}") from error
    live = [stack for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"]
    if not live or live[0]["StackStatus"] == UNFINISHED:
        return None
    found: dict[str, Any] = live[0]
    if (state := found["StackStatus"]).endswith("IN_PROGRESS"):
        raise StackError(f"The stack {name} is being changed now ({state}). Try again later.")
    if state == "ROLLBACK_COMPLETE":
        raise StackError(f"The stack {name} could not be made ({state}): `medley destroy` it.")
    return found


def _wait_for_change_set(cloudformation: Any, identity: str, poll: float) -> dict[str, Any]:
    while True:
        pages = [cloudformation.describe_change_set(ChangeSetName=identity)]
        if pages[0]["Status"] not in {"CREATE_PENDING", "CREATE_IN_PROGRESS"}:
            break
        time.sleep(poll)
    while token := pages[-1].get("NextToken"):
        pages.append(cloudformation.describe_change_set(ChangeSetName=identity, NextToken=token))
    changes = [change for page in pages for change in page.get("Changes", [])]
    return {**pages[0], "Changes": changes}


def _events(cloudformation: Any, stack_id: str) -> list[dict[str, Any]]:
    """Newest first. An empty stack has none, which AWS may tell by an error."""
    try:
        pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack_id)
        return [event for page in pages for event in page["StackEvents"]]
    except ClientError:
        return []


def _state(cloudformation: Any, stack_id: str) -> str:
    stacks = cloudformation.describe_stacks(StackName=stack_id)["Stacks"]
    return str(stacks[0]["StackStatus"])
