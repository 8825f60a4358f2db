"""Starting state machines, where a repeat is a success."""

import json
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from shared.aws_errors import aws_errors, error_code
from shared.errors import TooLarge, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

# Step Functions counts the bytes of the input's UTF-8.
MOST_INPUT_BYTES = 256 * 1024


class Workflows(Protocol):
    """Starts executions of state machines."""

    def start(self, arn: str, name: str, input: dict[str, Any]) -> str:  # noqa: A002
        """Starts an execution, or finds the one that has this name already.

        Returns:
            The execution's ARN.

        Raises:
            TooLarge: `execution_input_too_large`, over 256 KB.
            Unavailable: `state_machine_not_found`.
            RetryableError: AWS is busy or cannot be reached.
        """
        ...


def execution_arn(arn: str, name: str) -> str:
    """The ARN of the execution `name` of the state machine `arn`."""
    head, _, machine = arn.rpartition(":stateMachine:")
    return f"{head}:execution:{machine}:{name}"


def _document(payload: dict[str, Any]) -> str:
    document = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    if len(document.encode()) > MOST_INPUT_BYTES:
        raise TooLarge("execution_input_too_large", "The request is over 256 KB.")
    return document


class StepFunctions(Workflows):
    """The state machines of AWS."""

    def __init__(self, client: "SFNClient") -> None:
        self._client = client

    def start(self, arn: str, name: str, input: dict[str, Any]) -> str:  # noqa: A002
        document = _document(input)
        try:
            with aws_errors("start the workflow"):
                answer = self._client.start_execution(
                    stateMachineArn=arn, name=name, input=document
                )
        except ClientError as exc:
            code = error_code(exc)
            if code == "ExecutionAlreadyExists":
                return execution_arn(arn, name)
            if code == "StateMachineDoesNotExist":
                raise Unavailable(
                    "state_machine_not_found", "The service's state machine is not deployed."
                ) from exc
            raise
        return answer["executionArn"]


@dataclass(frozen=True)
class StartedExecution:
    """One execution that MemoryWorkflows was asked for."""

    arn: str
    state_machine_arn: str
    name: str
    input: dict[str, Any]


class MemoryWorkflows(Workflows):
    """Remembers what was started, in order, in `executions`.

    Args:
        known: The ARNs that exist; None when any does.
    """

    def __init__(self, known: frozenset[str] | None = None) -> None:
        self.executions: list[StartedExecution] = []
        self._known = known
        self._lock = Lock()

    def start(self, arn: str, name: str, input: dict[str, Any]) -> str:  # noqa: A002
        document = _document(input)
        if self._known is not None and arn not in self._known:
            raise Unavailable(
                "state_machine_not_found", "The service's state machine is not deployed."
            )
        started = StartedExecution(execution_arn(arn, name), arn, name, json.loads(document))
        with self._lock:
            if all(execution.arn != started.arn for execution in self.executions):
                self.executions.append(started)
        return started.arn
