"""The composition root: environment -> Settings -> Dependencies, once, when first needed."""

from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from chalicelib.event_images.adapters.s3_source import S3Source
from chalicelib.event_images.adapters.sources import Sources
from chalicelib.event_images.domain.sources import DrivePlace
from chalicelib.event_images.ports import BibReader, Dependencies, PhotoSource
from chalicelib.event_images.settings import Settings
from shared import executions
from shared.environment import queue_name
from shared.http import ApiKeys
from shared.jobs import Jobs
from shared.queues import SqsQueues
from shared.secrets import AwsSecrets
from shared.settings import Clients, load
from shared.storage import S3Storage
from shared.tables import DynamoTables
from shared.topics import SnsTopics
from shared.workflows import StepFunctions
from shared.zips import S3Zips


def uploads_queue() -> str:
    """The name of the queue that tells of uploads."""
    return queue_name("event-images", "uploads")


def chores_queue() -> str:
    """The name of the queue of what is done later."""
    return queue_name("event-images", "chores")


def stopped_executions() -> dict[str, Any]:
    """EventBridge's pattern of the machine's executions that did not succeed."""
    return executions.stopped_executions("event-images", "process-event-images")


@cache
def settings() -> Settings:
    """The environment, checked as a whole. MissingSettings."""
    return load(Settings)


@cache
def clients() -> Clients:
    """boto3 clients, each made when first used."""
    return Clients(settings())


@cache
def api_keys() -> ApiKeys:
    """Who may call, in every stage but `local`."""
    config, aws = settings(), clients()
    return ApiKeys(
        AwsSecrets(aws.ssm, aws.secretsmanager), config.api_keys_secret or "", config.stage
    )


@cache
def reader() -> BibReader:
    """The engine of the settings; its models are loaded here."""
    from chalicelib.event_images.adapters.bib_readers import make_reader

    return make_reader(settings().bib_engine, settings().bib_models_dir)


@cache
def drive() -> PhotoSource[DrivePlace]:
    """Google Drive, by the key in SSM; the key is read again every five minutes."""
    from chalicelib.event_images.adapters.drive import DriveSource
    from chalicelib.event_images.adapters.drive_client import DriveClient

    config, aws = settings(), clients()
    name = config.gdrive_sa_ssm_param
    secrets = AwsSecrets(aws.ssm, aws.secretsmanager)
    key = partial(secrets.parameter, name)
    return DriveSource(DriveClient(key, name, endpoint=config.gdrive_api_endpoint))


@cache
def dependencies() -> Dependencies:
    """What routes and steps work with."""
    config = settings()
    aws = clients()
    tables = DynamoTables(aws.dynamodb)
    storage = S3Storage(aws.s3)
    return Dependencies(
        settings=config,
        tables=tables,
        storage=storage,
        jobs=Jobs(tables, config.event_requests_table, _now),
        workflows=StepFunctions(aws.stepfunctions),
        source=Sources(S3Source(storage), drive),
        reader=reader,
        queues=SqsQueues(aws.sqs),
        topics=SnsTopics(aws.sns),
        zips=S3Zips(aws.s3),
        clock=_now,
    )


def _now() -> datetime:
    return datetime.now(UTC)
