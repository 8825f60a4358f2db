"""The images queue in SQS, by moto; and a whole job on its tables."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from chalicelib.media_processing.adapters.image_queue import SqsImageQueue
from chalicelib.media_processing.models import ImageMessage
from shared.errors import Conflict, RetryableError, Unavailable
from shared.jobs import Jobs
from shared.retries import Backoff
from shared.tables import DynamoTables
from tests.service_app import Api

from .image_jobs import Images

AT_ONCE = Backoff(tries=3, sleep=lambda _: None)


class Sqs:
    """A queue with dead letters, and calls that go wrong."""

    def __init__(self) -> None:
        self.client: Any = boto3.client("sqs", region_name="us-east-1")
        self.dead = self.client.create_queue(QueueName="dead")["QueueUrl"]
        arn = self.client.get_queue_attributes(QueueUrl=self.dead, AttributeNames=["QueueArn"])
        redrive = {"deadLetterTargetArn": arn["Attributes"]["QueueArn"], "maxReceiveCount": "2"}
        self.url = self.client.create_queue(
            QueueName="images",
            Attributes={"RedrivePolicy": json.dumps(redrive), "VisibilityTimeout": "0"},
        )["QueueUrl"]
        self.queue = SqsImageQueue(self.client, self.url, self.dead, backoff=AT_ONCE)

    def send(self, count: int) -> None:
        self.queue.send([ImageMessage(job_id="j", image_index=index) for index in range(count)])

    def count(self, url: str) -> int:
        names = ["ApproximateNumberOfMessages"]
        answer = self.client.get_queue_attributes(QueueUrl=url, AttributeNames=names)
        return int(answer["Attributes"][names[0]])

    def bury(self, count: int) -> None:
        bodies = [f'{{"jobId": "j", "imageIndex": {at}}}' for at in range(count)]
        for body in bodies:
            self.client.send_message(QueueUrl=self.dead, MessageBody=body)


@pytest.fixture
def sqs() -> Iterator[Sqs]:
    with mock_aws():
        yield Sqs()


def test_many_messages_go_in_batches(sqs: Sqs) -> None:
    sqs.send(205)
    assert sqs.count(sqs.url) == 205


def test_what_sqs_did_not_take_is_sent_again(sqs: Sqs, monkeypatch: pytest.MonkeyPatch) -> None:
    send, calls = sqs.client.send_message_batch, []

    def half(QueueUrl: str, Entries: list[Any]) -> Any:  # noqa: N803
        calls.append(len(Entries))
        taken = Entries[len(Entries) // 2 :]
        answer = send(QueueUrl=QueueUrl, Entries=taken)
        lost = [entry for entry in Entries if entry not in taken]
        return {**answer, "Failed": [{"Id": entry["Id"]} for entry in lost]}

    monkeypatch.setattr(sqs.client, "send_message_batch", half)
    sqs.send(4)
    assert calls == [4, 2, 1]
    assert sqs.count(sqs.url) == 4


def test_a_queue_that_never_takes_all_is_an_error(
    sqs: Sqs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqs.client, "send_message_batch", lambda **call: {"Failed": [{"Id": "0"}]})
    with pytest.raises(RetryableError, match="queue_busy"):
        sqs.send(1)


def test_a_message_is_received_as_lambda_would_get_it_hidden_and_deleted(sqs: Sqs) -> None:
    sqs.send(1)
    (message,) = sqs.queue.receive(10, 0, 30)
    assert json.loads(str(message.record["body"])) == {"jobId": "j", "imageIndex": 0}
    attributes: Any = message.record["attributes"]
    assert attributes["ApproximateReceiveCount"] == "1"
    assert attributes["SentTimestamp"].isdigit()
    assert sqs.queue.receive(10, 0, 30) == []
    sqs.queue.hide(message, 0)
    (again,) = sqs.queue.receive(10, 0, 30)
    sqs.queue.delete(again)
    assert sqs.queue.receive(10, 0, 30) == []


def test_dead_letters_are_shown_and_stay(sqs: Sqs) -> None:
    sqs.bury(23)
    sqs.client.send_message(QueueUrl=sqs.dead, MessageBody="x" * 5000)
    total, letters = sqs.queue.dead_letters(100)
    assert (total, len(letters)) == (24, 24)
    assert (letters[0].job_id, len(letters[0].body)) == (None, 2000)
    assert [letter.image_index for letter in letters[1:]] == list(range(23))
    assert letters[1].sent_at is not None
    assert len(sqs.queue.dead_letters(5)[1]) == 5
    assert sqs.count(sqs.dead) == 24


def test_sqs_moves_dead_letters_by_itself(sqs: Sqs, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def start(**call: Any) -> Any:
        asked.append(call)
        return {"TaskHandle": "t1"}

    monkeypatch.setattr(sqs.client, "start_message_move_task", start)
    assert sqs.queue.redrive().task_handle == "t1"
    (call,) = asked
    assert call["SourceArn"].endswith(":dead")
    assert call["DestinationArn"].endswith(":images")


@pytest.mark.parametrize("code", ["InvalidAction", "AWS.SimpleQueueService.UnsupportedOperation"])
def test_where_sqs_cannot_each_is_moved_by_hand(
    sqs: Sqs, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def unknown(**_: Any) -> Any:
        error: Any = {"Error": {"Code": code, "Message": "unknown"}}
        raise ClientError(error, "StartMessageMoveTask")

    monkeypatch.setattr(sqs.client, "start_message_move_task", unknown)
    sqs.bury(23)
    assert sqs.queue.redrive().moved == 23
    assert (sqs.count(sqs.dead), sqs.count(sqs.url)) == (0, 23)


def test_a_redrive_that_runs_already_is_told(sqs: Sqs, monkeypatch: pytest.MonkeyPatch) -> None:
    def running(**_: Any) -> Any:
        text = "There is already a task running. Only one active task is allowed at a time."
        error: Any = {
            "Error": {"Code": "AWS.SimpleQueueService.UnsupportedOperation", "Message": text}
        }
        raise ClientError(error, "StartMessageMoveTask")

    monkeypatch.setattr(sqs.client, "start_message_move_task", running)
    with pytest.raises(Conflict, match="redrive_running"):
        sqs.queue.redrive()


def test_a_queue_that_is_not_there_is_the_operators_to_mend(sqs: Sqs) -> None:
    sqs.client.delete_queue(QueueUrl=sqs.url)
    with pytest.raises(Unavailable, match="queue_not_found"):
        sqs.send(1)


def table(name: str) -> None:
    keys = ["pk", "sk", "gsi1pk", "gsi1sk"]
    boto3.client("dynamodb", region_name="us-east-1").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        KeySchema=_schema("pk", "sk"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": "gsi1",
                "KeySchema": _schema("gsi1pk", "gsi1sk"),
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )


def _schema(first: str, second: str) -> list[Any]:
    kinds = [(first, "HASH"), (second, "RANGE")]
    return [{"AttributeName": name, "KeyType": kind} for name, kind in kinds]


def test_on_dynamodb_a_job_fails_is_reopened_and_completes(api: Api) -> None:
    with mock_aws():
        table("jobs")
        table("media")
        deps = api.world.deps
        tables = DynamoTables(boto3.client("dynamodb", region_name="us-east-1"))
        jobs = Jobs(tables, "jobs", deps.clock)
        api.world.deps = replace(deps, tables=tables, jobs=jobs)
        images = Images(api)
        job_id = images.start(*(images.put() for _ in range(3)))
        images.handle(images.take())
        images.detector.raises = [RetryableError("aws_busy", "Later.")] * 8
        images.drain()
        job = images.job(job_id)
        assert (job["status"], job["counts"]["failed"]) == ("PARTIAL", 2)
        assert images.api("POST", "/admin/redrive").json_body["reopened"] == 2
        job = images.job(job_id)
        assert (job["status"], job["counts"]["failed"]) == ("PROCESSING", 0)
        assert images.reconcile().stuck == []
        assert images.drain() == ["DONE", "DONE"]
        job = images.job(job_id)
        assert (job["status"], job["counts"]["done"]) == ("COMPLETED", 3)
        assert images.api("GET", "/jobs").json_body["items"][0]["status"] == "COMPLETED"
