"""Telling other services, by a topic that they subscribe to."""

import json
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError
from pydantic import BaseModel

from shared.aws_errors import aws_errors, error_code
from shared.errors import TooLarge, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

# SNS counts the bytes of the message and its attributes.
MOST_MESSAGE_BYTES = 256 * 1024 - 1024


class Topics(Protocol):
    """Publishes messages; a subscriber may get one more than once."""

    def publish(self, arn: str, message: BaseModel) -> None:
        """Publishes a model as JSON with camelCase names.

        Its class name is the message attribute `kind`, by which a subscription can filter.

        Raises:
            TooLarge: `message_too_large`, over 255 KB.
            Unavailable: `topic_not_found`.
            RetryableError: AWS is busy or cannot be reached.
        """
        ...


def _document(message: BaseModel) -> str:
    document = message.model_dump_json(by_alias=True)
    if len(document.encode()) > MOST_MESSAGE_BYTES:
        raise TooLarge("message_too_large", "The message is over 255 KB.")
    return document


def _no_topic() -> Unavailable:
    return Unavailable("topic_not_found", "The service's topic is not deployed.")


class SnsTopics(Topics):
    """The topics of AWS."""

    def __init__(self, client: "SNSClient") -> None:
        self._client = client

    def publish(self, arn: str, message: BaseModel) -> None:
        document = _document(message)
        kind = type(message).__name__
        try:
            with aws_errors("publish the message"):
                self._client.publish(
                    TopicArn=arn,
                    Message=document,
                    MessageAttributes={"kind": {"DataType": "String", "StringValue": kind}},
                )
        except ClientError as exc:
            if error_code(exc) in {"NotFound", "NotFoundException"}:
                raise _no_topic() from exc
            raise


@dataclass(frozen=True)
class Published:
    """One message that MemoryTopics was given; `body` is its JSON."""

    arn: str
    kind: str
    body: dict[str, Any]


class MemoryTopics(Topics):
    """Remembers what was published, in order, in `published`.

    Args:
        known: The ARNs that exist; None when any does.
    """

    def __init__(self, known: frozenset[str] | None = None) -> None:
        self.published: list[Published] = []
        self._known = known
        self._lock = Lock()

    def publish(self, arn: str, message: BaseModel) -> None:
        document = _document(message)
        if self._known is not None and arn not in self._known:
            raise _no_topic()
        with self._lock:
            self.published.append(Published(arn, type(message).__name__, json.loads(document)))
