"""A Task that invokes one of the service's own Lambda functions."""

from typing import Any

from medley.asl.fields import JsonPath
from medley.asl.states import Catch, Retry, Task

INVOKE = "arn:aws:states:::lambda:invoke"
INVOKE_WITH_TOKEN = "arn:aws:states:::lambda:invoke.waitForTaskToken"  # noqa: S105

TASK_TOKEN = JsonPath("$$.Task.Token")
"""What a task that waits for its token hands over in its payload."""


def function_arn(step: str) -> str:
    """The placeholder of a step's Lambda ARN: ``${ListImagesFunctionArn}``.

    ``resources.yaml`` substitutes it on deployment.
    """
    return f"${{{step}FunctionArn}}"


def lambda_task(
    step: str,
    *,
    payload: dict[str, Any],
    timeout_seconds: int,
    retry: list[Retry],
    catch: Catch | None = None,
    keep_input: bool = False,
    comment: str | None = None,
) -> Task:
    """A Task named after its step, whose output is what the function answers.

    Args:
        step: the step's name, ``ListImages``.
        payload: the function's event; paths in it are :class:`JsonPath`.
        timeout_seconds: more than the function's own timeout, so that the function's is the
            one that is reported.
        retry: a policy of :mod:`medley.asl.policies`.
        catch: where errors go after that.
        keep_input: the output is the input, and what the function answers is dropped.
        comment: why the step is there.
    """
    # The answer comes in an envelope with headers and a status; only its Payload travels.
    output = {"result_path": None} if keep_input else {"output_path": "$.Payload"}
    return Task(
        step,
        resource=INVOKE,
        parameters={"FunctionName": function_arn(step), "Payload": payload},
        timeout_seconds=timeout_seconds,
        retry=retry,
        catch=catch,
        comment=comment,
        **output,
    )


def callback_task(
    step: str,
    *,
    payload: dict[str, Any],
    timeout_seconds: int,
    heartbeat_seconds: int,
    retry: list[Retry],
    catch: Catch | None = None,
    comment: str | None = None,
) -> Task:
    """A Task that starts work elsewhere and waits for its token; its output is the token's.

    One of the payload's values is :data:`TASK_TOKEN`, and whoever does the work sends a heartbeat
    at least every ``heartbeat_seconds``; a missed one is ``States.Timeout``.

    Raises:
        ValueError: the payload does not hold the token, so that nobody could ever answer.
    """
    if TASK_TOKEN not in payload.values():
        raise ValueError(f"{step}: the payload must hold TASK_TOKEN")
    return Task(
        step,
        resource=INVOKE_WITH_TOKEN,
        parameters={"FunctionName": function_arn(step), "Payload": payload},
        timeout_seconds=timeout_seconds,
        heartbeat_seconds=heartbeat_seconds,
        retry=retry,
        catch=catch,
        comment=comment,
    )
