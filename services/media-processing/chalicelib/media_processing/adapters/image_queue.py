"""The images queue in SQS, and its dead letters."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import batched
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pydantic import ValidationError

from chalicelib.media_processing.models import DeadLetter, ImageMessage
from chalicelib.media_processing.ports import Message, Redrive
from shared.aws_errors import aws_errors, error_code
from shared.errors import Conflict, RetryableError, Unavailable
from shared.retries import Backoff

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# What SQS takes in one call, and how many calls are on their way at once.
BATCH = 10
AT_ONCE = 4
TRIES = 5
# So long nobody else sees what is looked at among the dead letters.
LOOK_SECONDS = 20
MOST_BODY = 2000
_ABSENT = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})
# What a stand-in for SQS answers to a call that it does not know.
_UNKNOWN_CALL = frozenset(
    {
        "AWS.SimpleQueueService.UnsupportedOperation",
        "InvalidAction",
        "NotImplemented",
        "UnknownOperationException",
        "UnsupportedOperation",
    }
)


class SqsImageQueue:
    """See ``ports.ImageQueue``. Safe to share between threads.

    Args:
        client: SQS.
        url: Of the queue.
        dead_letters_url: Of the queue that takes what was given up.
        backoff: The waits before what SQS did not take is sent again.
    """

    def __init__(
        self,
        client: "SQSClient",
        url: str,
        dead_letters_url: str,
        *,
        backoff: Backoff | None = None,
    ) -> None:
        self._client = client
        self._url = url
        self._dead = dead_letters_url
        self._backoff = backoff or Backoff(tries=TRIES)

    def send(self, messages: Sequence[ImageMessage]) -> None:
        """See ``ports.ImageQueue``."""
        bodies = [message.model_dump_json(by_alias=True) for message in messages]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(self._send, batched(bodies, BATCH, strict=False)):
                pass

    def _send(self, bodies: tuple[str, ...]) -> None:
        left = dict(enumerate(bodies))
        for failures in range(1, self._backoff.tries + 1):
            with _queue_errors("send messages"):
                answer = self._client.send_message_batch(
                    QueueUrl=self._url,
                    Entries=[{"Id": str(at), "MessageBody": body} for at, body in left.items()],
                )
            left = {int(one["Id"]): left[int(one["Id"])] for one in answer.get("Failed") or ()}
            if not left:
                return
            if failures < self._backoff.tries:
                self._backoff.wait(failures)
        raise RetryableError("queue_busy", "SQS did not take all messages.")

    def receive(self, most: int, wait: int, visibility: int) -> list[Message]:
        """See ``ports.ImageQueue``."""
        found = self._received(self._url, most, wait, visibility)
        return [Message(one["MessageId"], one["ReceiptHandle"], _record(one)) for one in found]

    def hide(self, message: Message, seconds: int) -> None:
        """See ``ports.ImageQueue``."""
        with _queue_errors("hide a message"):
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=message.receipt, VisibilityTimeout=seconds
            )

    def delete(self, message: Message) -> None:
        """See ``ports.ImageQueue``."""
        with _queue_errors("delete a message"):
            self._client.delete_message(QueueUrl=self._url, ReceiptHandle=message.receipt)

    def dead_letters(self, most: int) -> tuple[int, list[DeadLetter]]:
        """See ``ports.ImageQueue``."""
        with _queue_errors("count the dead letters"):
            counts = self._client.get_queue_attributes(
                QueueUrl=self._dead,
                AttributeNames=[
                    "ApproximateNumberOfMessages",
                    "ApproximateNumberOfMessagesNotVisible",
                ],
            )["Attributes"]
        seen: dict[str, dict[str, Any]] = {}
        try:
            while len(seen) < most:
                found = self._received(self._dead, min(BATCH, most - len(seen)), 0, LOOK_SECONDS)
                new = {one["MessageId"]: one for one in found}
                # One that comes again has been hidden for its time: all were looked at.
                if not new.keys() - seen.keys():
                    break
                seen |= new
        finally:
            self._let_go(list(seen.values()))
        letters = sorted((_letter(one) for one in seen.values()), key=_place)
        return max(sum(int(count) for count in counts.values()), len(letters)), letters

    def redrive(self) -> Redrive:
        """See ``ports.ImageQueue``."""
        with _queue_errors("move the dead letters"):
            try:
                answer = self._client.start_message_move_task(
                    SourceArn=self._arn(self._dead), DestinationArn=self._arn(self._url)
                )
                return Redrive(task_handle=answer.get("TaskHandle"))
            except ClientError as exc:
                if _is_moving(exc):
                    raise Conflict(
                        "redrive_running", "The dead letters are being moved already."
                    ) from exc
                if error_code(exc).rpartition("#")[2] not in _UNKNOWN_CALL:
                    raise
        return Redrive(moved=self._move())

    def _move(self) -> int:
        """Move all by hand. A message is sent before it is deleted, so none is lost; one may come
        twice, which changes nothing."""
        moved = 0
        while found := self._received(self._dead, BATCH, 0, LOOK_SECONDS):
            self._send(tuple(one["Body"] for one in found))
            with _queue_errors("delete dead letters"):
                self._client.delete_message_batch(
                    QueueUrl=self._dead,
                    Entries=[
                        {"Id": str(at), "ReceiptHandle": one["ReceiptHandle"]}
                        for at, one in enumerate(found)
                    ],
                )
            moved += len(found)
        return moved

    def _received(self, url: str, most: int, wait: int, visibility: int) -> list[dict[str, Any]]:
        with _queue_errors("receive messages"):
            answer: Any = self._client.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=most,
                WaitTimeSeconds=wait,
                VisibilityTimeout=visibility,
                MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
            )
        return list(answer.get("Messages") or ())

    def _let_go(self, found: list[dict[str, Any]]) -> None:
        for some in batched(found, BATCH, strict=False):
            with _queue_errors("let go of dead letters"):
                self._client.change_message_visibility_batch(
                    QueueUrl=self._dead,
                    Entries=[
                        {
                            "Id": str(at),
                            "ReceiptHandle": one["ReceiptHandle"],
                            "VisibilityTimeout": 0,
                        }
                        for at, one in enumerate(some)
                    ],
                )

    def _arn(self, url: str) -> str:
        answer = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return answer["Attributes"]["QueueArn"]


@contextmanager
def _queue_errors(doing: str) -> Iterator[None]:
    try:
        with aws_errors(doing):
            yield
    except ClientError as exc:
        if error_code(exc) in _ABSENT:
            raise Unavailable("queue_not_found", "The images queue is not deployed.") from exc
        raise


def _is_moving(exc: ClientError) -> bool:
    return "already a task running" in str(exc).lower()


def _record(found: dict[str, Any]) -> dict[str, object]:
    """A message as Lambda would get it."""
    return {
        "messageId": found["MessageId"],
        "body": found["Body"],
        "attributes": dict(found.get("Attributes") or {}),
    }


def _letter(found: dict[str, Any]) -> DeadLetter:
    attributes = found.get("Attributes") or {}
    job_id, index = None, None
    try:
        message = ImageMessage.model_validate_json(found["Body"])
        job_id, index = message.job_id, message.image_index
    except ValidationError:
        pass  # somebody else's; it is shown, so that it can be seen
    sent = attributes.get("SentTimestamp")
    return DeadLetter(
        message_id=found["MessageId"],
        job_id=job_id,
        image_index=index,
        sent_at=datetime.fromtimestamp(int(sent) / 1000, UTC) if sent else None,
        deliveries=int(attributes.get("ApproximateReceiveCount", 0)),
        body=found["Body"][:MOST_BODY],
    )


def _place(letter: DeadLetter) -> tuple[str, int, str]:
    index = -1 if letter.image_index is None else letter.image_index
    return letter.job_id or "", index, letter.message_id
