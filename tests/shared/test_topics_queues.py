"""Publishing and sending: the fakes and AWS do the same."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from shared.contracts import RunnerOptedOut
from shared.errors import RetryableError, TooLarge, Unavailable
from shared.queues import MemoryQueues, Queues, SqsQueues
from shared.topics import MemoryTopics, SnsTopics, Topics

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)
MESSAGE = RunnerOptedOut(event_id="e-é", bib="42", opted_out_at=MOMENT)
BODY = {"eventId": "e-é", "bib": "42", "optedOutAt": "2026-05-01T12:00:00Z"}
LARGE = RunnerOptedOut(event_id="x" * 270_000, bib="42", opted_out_at=MOMENT)


@pytest.fixture(scope="module")
def topic(aws: Any) -> str:
    arn: str = aws.sns.create_topic(Name="t")["TopicArn"]
    return arn


@pytest.fixture(scope="module")
def queue(aws: Any) -> str:
    url: str = aws.sqs.create_queue(QueueName="q")["QueueUrl"]
    return url


@pytest.fixture(params=["memory", "aws"])
def topics(request: pytest.FixtureRequest, topic: str) -> Topics:
    if request.param == "memory":
        return MemoryTopics(frozenset({topic}))
    return SnsTopics(request.getfixturevalue("aws").sns)


@pytest.fixture(params=["memory", "aws"])
def queues(request: pytest.FixtureRequest, queue: str) -> Queues:
    if request.param == "memory":
        return MemoryQueues(frozenset({queue}))
    return SqsQueues(request.getfixturevalue("aws").sqs)


def test_a_message_is_published_whoever_listens(topics: Topics, topic: str) -> None:
    topics.publish(topic, MESSAGE)
    topics.publish(topic, MESSAGE)


def test_an_absent_topic_is_the_operators_to_mend(topics: Topics, topic: str) -> None:
    with pytest.raises(Unavailable, match="topic_not_found"):
        topics.publish(f"{topic}-absent", MESSAGE)


def test_a_message_that_sns_cannot_carry_is_refused(topics: Topics, topic: str) -> None:
    with pytest.raises(TooLarge, match="message_too_large"):
        topics.publish(topic, LARGE)


def test_a_subscriber_gets_the_json_and_the_kind(aws: Any, topic: str, queue: str) -> None:
    target = aws.sqs.create_queue(QueueName="listener")["QueueUrl"]
    arn = aws.sqs.get_queue_attributes(QueueUrl=target, AttributeNames=["QueueArn"])
    aws.sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn["Attributes"]["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
    )
    SnsTopics(aws.sns).publish(topic, MESSAGE)
    (got,) = aws.sqs.receive_message(QueueUrl=target, MessageAttributeNames=["All"])["Messages"]
    assert json.loads(got["Body"]) == BODY
    assert got["MessageAttributes"]["kind"]["StringValue"] == "RunnerOptedOut"


def test_the_fake_keeps_what_was_published() -> None:
    topics = MemoryTopics()
    topics.publish("arn", MESSAGE)
    (got,) = topics.published
    assert (got.arn, got.kind, got.body) == ("arn", "RunnerOptedOut", BODY)


def test_a_message_is_sent(queues: Queues, queue: str) -> None:
    queues.send(queue, MESSAGE, delay_seconds=900)


def test_an_absent_queue_is_the_operators_to_mend(queues: Queues, queue: str) -> None:
    with pytest.raises(Unavailable, match="queue_not_found"):
        queues.send(f"{queue}-absent", MESSAGE)


def test_a_message_that_sqs_cannot_carry_is_refused(queues: Queues, queue: str) -> None:
    with pytest.raises(TooLarge, match="message_too_large"):
        queues.send(queue, LARGE)
    with pytest.raises(ValueError, match="delay"):
        queues.send(queue, MESSAGE, delay_seconds=901)


def test_a_consumer_gets_the_json(aws: Any) -> None:
    url = aws.sqs.create_queue(QueueName="consumed")["QueueUrl"]
    SqsQueues(aws.sqs).send(url, MESSAGE)
    (got,) = aws.sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(got["Body"]) == BODY


def test_the_fake_keeps_what_was_sent() -> None:
    queues = MemoryQueues()
    queues.send("url", MESSAGE, delay_seconds=7)
    (got,) = queues.sent
    assert (got.url, got.body, got.delay_seconds) == ("url", BODY, 7)


def test_busy_services_are_tried_again(aws: Any, topic: str, queue: str) -> None:
    with Stubber(aws.sns) as stub:
        for _ in range(5):
            stub.add_client_error("publish", "Throttling", http_status_code=400)
        with pytest.raises(RetryableError, match="aws_busy"):
            SnsTopics(aws.sns).publish(topic, MESSAGE)
    with Stubber(aws.sqs) as stub:
        for _ in range(5):
            stub.add_client_error("send_message", "RequestThrottled", http_status_code=400)
        with pytest.raises(RetryableError, match="aws_busy"):
            SqsQueues(aws.sqs).send(queue, MESSAGE)
