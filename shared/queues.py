"""Handing work to a queue, whose function does it later."""

import json
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError
from pydantic import BaseModel

from shared.aws_errors import aws_errors, error_code
from shared.errors import TooLarge, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MOST_MESSAGE_BYTES = 256 * 1024
MOST_DELAY_SECONDS = 900

_ABSENT = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})


class Queues(Protocol):
    """Sends messages; a consumer may get one more than once, and in any order."""

    def send(self, url: str, message: BaseModel, *, delay_seconds: int = 0) -> None:
        """Sends a model as JSON with camelCase names, seen only after the delay.

        Raises:
            TooLarge: `message_too_large`, over 256 KB.
            Unavailable: `queue_not_found`.
            RetryableError: AWS is busy or cannot be reached.
            ValueError: A delay under 0 or over 900 seconds.
        """
        ...


def _document(message: BaseModel, delay_seconds: int) -> str:
    if not 0 <= delay_seconds <= MOST_DELAY_SECONDS:
        raise ValueError(f"a delay has 0 to {MOST_DELAY_SECONDS} seconds, not {delay_seconds}")
    document = message.model_dump_json(by_alias=True)
    if len(document.encode()) > MOST_MESSAGE_BYTES:
        raise TooLarge("message_too_large", "The message is over 256 KB.")
    return document


def _no_queue() -> Unavailable:
    return Unavailable("queue_not_found", "The service's queue is not deployed.")


class SqsQueues(Queues):
    """The queues of AWS."""

    def __init__(self, client: "SQSClient") -> None:
        self._client = client

    def send(self, url: str, message: BaseModel, *, delay_seconds: int = 0) -> None:
        document = _document(message, delay_seconds)
        try:
            with aws_errors("send the message"):
                self._client.send_message(
                    QueueUrl=url, MessageBody=document, DelaySeconds=delay_seconds
                )
        except ClientError as exc:
            if error_code(exc) in _ABSENT:
                raise _no_queue() from exc
            raise


@dataclass(frozen=True)
class Sent:
    """One message that MemoryQueues was given; `body` is its JSON."""

    url: str
    body: dict[str, Any]
    delay_seconds: int


class MemoryQueues(Queues):
    """Remembers what was sent, in order, in `sent`; a test takes it from there.

    Args:
        known: The URLs that exist; None when any does.
    """

    def __init__(self, known: frozenset[str] | None = None) -> None:
        self.sent: list[Sent] = []
        self._known = known
        self._lock = Lock()

    def send(self, url: str, message: BaseModel, *, delay_seconds: int = 0) -> None:
        document = _document(message, delay_seconds)
        if self._known is not None and url not in self._known:
            raise _no_queue()
        with self._lock:
            self.sent.append(Sent(url, json.loads(document), delay_seconds))
