"""The ports' adapters, each as the fake and as the real one on moto."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from shared.retries import Backoff
from shared.settings import AwsSettings, Clients
from shared.storage import MemoryStorage, S3Storage, Storage
from shared.tables import DynamoTables, MemoryTables, Table, Tables
from shared.zips import MemoryZips, S3Zips, Zips
from tests.shared.zip_parts import MIB

REGION: Literal["eu-west-1"] = "eu-west-1"
ONCE = Config(retries={"total_max_attempts": 1})
_numbers = itertools.count()


@pytest.fixture(scope="module")
def aws() -> Iterator[Clients]:
    """Clients of a mocked account, one for all tests of a module; each makes its own things."""
    with mock_aws(config={"core": {"reset_boto3_session": False}}):
        yield Clients(AwsSettings(service="test", stage="test", aws_region=REGION))


class Clock:
    """A time that tests move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bucket() -> str:
    return f"bucket-{next(_numbers)}"


@pytest.fixture(params=["memory", "s3"])
def storage(request: pytest.FixtureRequest, bucket: str) -> Storage:
    if request.param == "memory":
        return MemoryStorage([bucket])
    clients: Clients = request.getfixturevalue("aws")
    clients.s3.create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return S3Storage(clients.s3)


@pytest.fixture
def no_waits() -> Backoff:
    return Backoff(sleep=lambda _: None)


def make_table(dynamodb: Any, name: str) -> str:
    """A table of the house's shape."""
    keys = ("pk", "sk", "gsi1pk", "gsi1sk")

    def schema(partition: str, sort: str) -> Any:
        return [
            {"AttributeName": partition, "KeyType": "HASH"},
            {"AttributeName": sort, "KeyType": "RANGE"},
        ]

    dynamodb.create_table(
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
    return name


@pytest.fixture(params=["memory", "dynamodb"])
def tables(request: pytest.FixtureRequest, no_waits: Backoff) -> Tables:
    if request.param == "memory":
        return MemoryTables()
    return DynamoTables(request.getfixturevalue("aws").dynamodb, no_waits)


@pytest.fixture
def new_table(tables: Tables, request: pytest.FixtureRequest) -> Callable[[], str]:
    """Makes an empty table and gives its name."""

    def make() -> str:
        name = f"table-{next(_numbers)}"
        if isinstance(tables, MemoryTables):
            return name
        return make_table(request.getfixturevalue("aws").dynamodb, name)

    return make


@pytest.fixture
def table(tables: Tables, new_table: Callable[[], str]) -> Table:
    return tables.table(new_table())


@pytest.fixture
def bare_s3() -> Any:
    """An S3 client for botocore's Stubber; it never reaches anything."""
    return boto3.client("s3", region_name=REGION, config=ONCE)


@pytest.fixture
def bare_dynamodb() -> Any:
    """A DynamoDB client for botocore's Stubber; it never reaches anything."""
    return boto3.client("dynamodb", region_name=REGION, config=ONCE)


@pytest.fixture
def zips(storage: Storage, request: pytest.FixtureRequest) -> Zips:
    """The fake for the fake storage, S3's for S3; a small budget, so that some are large."""
    if isinstance(storage, MemoryStorage):
        return MemoryZips(storage)
    assert isinstance(storage, S3Storage)
    return S3Zips(storage._s3, budget=MIB, part_size=5 * MIB)
