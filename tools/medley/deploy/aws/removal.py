"""Deletes a stack and waits for it."""

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from medley.deploy.aws.change_sets import failures
from medley.deploy.aws.target import Target
from medley.deploy.errors import StackError

TIMEOUT = 3600.0


def exists(target: Target, name: str) -> bool:
    """Whether there is a stack called ``name``, in whatever state.

    Raises:
        StackError: AWS does not say.
    """
    try:
        found = target.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return False
        raise StackError(f"The stack {name} cannot be read: {error}") from error
    return any(stack["StackStatus"] != "DELETE_COMPLETE" for stack in found)


def delete_stack(target: Target, name: str, progress: Callable[[str], None]) -> None:
    """Delete the stack ``name``.

    Raises:
        StackError: a resource could not be deleted or is kept by its policy; or it takes too long.
    """
    client = target.client("cloudformation")
    described = client.describe_stacks(StackName=name)["Stacks"][0]
    stack_id = described["StackId"]
    pages = client.get_paginator("describe_stack_events").paginate(StackName=stack_id)
    known = {event["EventId"] for page in pages for event in page["StackEvents"]}
    client.delete_stack(StackName=stack_id)
    end = time.monotonic() + TIMEOUT
    # By its id: under its name, a deleted stack is not found any more.
    while (state := _state(client, stack_id)) != "DELETE_COMPLETE":
        if state.endswith("_FAILED"):
            reasons = "\n".join(failures(client, stack_id, known))
            raise StackError(f"The stack {name} could not be deleted:\n{reasons}")
        if time.monotonic() > end:
            raise StackError(f"The stack {name} is still in state {state}.")
        progress(f"stack {name}: {state}")
        time.sleep(target.poll)


def _state(client: Any, stack_id: str) -> str:
    stacks = client.describe_stacks(StackName=stack_id)["Stacks"]
    return str(stacks[0]["StackStatus"])
