"""Start lists, opt-outs, exports and removals on DynamoDB, S3, SQS and SNS as moto has them."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.event_images import steps
from chalicelib.event_images.domain import opt_outs
from chalicelib.event_images.domain.start_list import StartList
from chalicelib.event_images.models import DoChoreInput
from chalicelib.event_images.models.chores import (
    ExportKind,
    ForgetRunner,
    ImportStartList,
    MakeExport,
    RemoveEvent,
)
from chalicelib.event_images.steps.expire_events import begin_removal
from chalicelib.event_images.steps.people import load_people
from shared.queues import SqsQueues
from shared.settings import AwsSettings, Clients
from shared.storage import S3Storage
from shared.tables import DynamoTables, Put
from shared.topics import SnsTopics
from shared.zips import S3Zips

EVENT = "city-run"


@pytest.fixture
def aws() -> Iterator[Clients]:
    with mock_aws(config={"core": {"reset_boto3_session": False}}):
        yield Clients(AwsSettings(service="test", stage="test", aws_region="us-east-1"))


@pytest.fixture
def world(aws: Clients, make_world: Callable[..., Any]) -> Any:
    keys = ("pk", "sk", "gsi1pk", "gsi1sk")

    def schema(partition: str, sort: str) -> Any:
        return [
            {"AttributeName": partition, "KeyType": "HASH"},
            {"AttributeName": sort, "KeyType": "RANGE"},
        ]

    for name in ("requests", "images"):
        aws.dynamodb.create_table(
            TableName=name,
            KeySchema=schema("pk", "sk"),
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "gsi1",
                    "KeySchema": schema("gsi1pk", "gsi1sk"),
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            BillingMode="PAY_PER_REQUEST",
        )
    for bucket in ("incoming", "media", "races"):
        aws.s3.create_bucket(Bucket=bucket)
    url = aws.sqs.create_queue(QueueName="chores")["QueueUrl"]
    topic = aws.sns.create_topic(Name="opt-outs")["TopicArn"]
    made = make_world(tables=DynamoTables(aws.dynamodb), storage=S3Storage(aws.s3))
    settings = made.deps.settings.model_copy(
        update={"chores_queue_url": url, "opt_outs_topic_arn": topic}
    )
    made.deps = dataclasses.replace(
        made.deps,
        settings=settings,
        queues=SqsQueues(aws.sqs),
        topics=SnsTopics(aws.sns),
        zips=S3Zips(aws.s3),
    )
    return made


def do(world: Any, chore: Any) -> Any:
    body = chore.model_dump_json(by_alias=True)
    return steps.do_chore(DoChoreInput.model_validate({"body": body}), world.deps)


def waiting(aws: Clients, world: Any) -> list[str]:
    """The kinds of the messages that can be seen in the queue, which are taken out."""
    url, found = world.deps.settings.chores_queue_url, []
    while got := aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in got:
            found.append(json.loads(message["Body"])["kind"])
            aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def import_list(world: Any, text: str) -> None:
    key = f"{EVENT}/participants/{'a' * 20}.csv"
    world.deps.storage.put("incoming", key, text.encode(), content_type="text/csv")
    chore = ImportStartList(event_id=EVENT, import_id="a" * 20, bucket="incoming", key=key)
    do(world, chore)


def test_a_race_from_its_list_to_its_removal(aws: Clients, world: Any) -> None:
    import_list(world, "bib,name\n" + "".join(f"{bib},Runner {bib}\n" for bib in range(1, 301)))
    import_list(world, "bib,name\n4821,Grace\n77,Bo\n")
    assert waiting(aws, world) == ["retagEvent", "retagEvent"]
    assert sorted(load_people(EVENT, world.deps).start_list or StartList()) == ["4821", "77"]
    assert len(world.rows("RUNNER#")) == 2

    alone = world.put("alone.jpg", world.jpeg("4821"))
    world.put("both.jpg", world.jpeg("4821", "77"))
    world.run()
    world.check()

    world.deps.images.write(
        Put({"pk": f"EVENT#{EVENT}", "sk": "EXPORT#e1", "exportId": "e1", "state": "PENDING"})
    )
    zipped = MakeExport(event_id=EVENT, export_id="e1", export=ExportKind.ZIP, bib="4821")
    do(world, zipped)
    (row,) = world.rows("EXPORT#")
    assert (row["state"], row["entries"]) == ("DONE", 2)
    assert world.deps.storage.head("media", row["key"]).size == row["size"]

    secret = "ab" * 32
    pk, sk = opt_outs.secret_key(EVENT)
    world.deps.images.write(Put({"pk": pk, "sk": sk, "secret": secret}))
    fingerprint = opt_outs.digest(secret, "4821")
    row = opt_outs.opt_out_row(EVENT, fingerprint, world.deps.clock(), None)
    world.deps.images.write(Put(row))
    do(world, ForgetRunner(event_id=EVENT, bib="4821"))
    assert {tag["bib"] for tag in world.rows("TAG#")} == {"77"}
    assert world.photo(alone)["withheld"] is True
    assert list(load_people(EVENT, world.deps).start_list or StartList()) == ["77"]
    assert list(world.deps.storage.list("media", "exports/")) == []
    (kept,) = world.opt_outs()
    assert kept["state"] == "REMOVED"
    world.check()

    event = world.deps.requests.get((f"EVENT#{EVENT}", "EVENT"))
    assert begin_removal(event, "deleted", world.deps)
    assert not begin_removal(event, "deleted", world.deps)
    assert do(world, RemoveEvent(event_id=EVENT)).more
    assert not do(world, RemoveEvent(event_id=EVENT)).more
    assert world.rows("") == []
    assert list(world.deps.storage.list("media", "")) == []
    assert list(world.deps.requests.query_all(f"EVENT#{EVENT}")) != []
