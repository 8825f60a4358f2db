"""The composition root: environment -> Settings -> Dependencies, once, when first needed."""

import random
from datetime import UTC, datetime
from functools import cache
from threading import Lock
from typing import Any

from chalicelib.media_processing.adapters.detectors.choice import make_detector
from chalicelib.media_processing.adapters.files import S3Files
from chalicelib.media_processing.adapters.image_queue import SqsImageQueue
from chalicelib.media_processing.adapters.posters import FfmpegPosters
from chalicelib.media_processing.adapters.receivers import HttpReceivers
from chalicelib.media_processing.adapters.signed_puts import S3SignedPuts
from chalicelib.media_processing.ports import Dependencies, Detector
from chalicelib.media_processing.settings import Settings
from shared import executions
from shared.environment import queue_name
from shared.http import ApiKeys
from shared.jobs import Jobs
from shared.secrets import AwsSecrets
from shared.settings import Clients, load
from shared.storage import S3Storage
from shared.tables import DynamoTables
from shared.video.ffmpeg import ffmpeg_path
from shared.workflows import StepFunctions
from shared.zips import S3Zips


def batches_queue() -> str:
    """The name of the queue that tells of uploaded batches."""
    return queue_name("media-processing", "batches")


def images_queue() -> str:
    """The name of the queue with one message an image."""
    return queue_name("media-processing", "images")


def stopped_executions() -> dict[str, Any]:
    """EventBridge's pattern of the machine's executions that did not succeed."""
    return executions.stopped_executions("media-processing", "pipeline")


@cache
def settings() -> Settings:
    """The environment, checked as a whole. MissingSettings."""
    return load(Settings)


@cache
def clients() -> Clients:
    """boto3 clients, each made when first used."""
    return Clients(settings())


@cache
def secrets() -> AwsSecrets:
    """Secrets, kept for some minutes."""
    return AwsSecrets(clients().ssm, clients().secretsmanager)


@cache
def api_keys() -> ApiKeys:
    """Who may call, in every stage but `local`."""
    config = settings()
    return ApiKeys(secrets(), config.api_keys_secret or "", config.stage)


_detector_lock = Lock()
_detectors: list[Detector] = []


def detector() -> Detector:
    """What looks at images; made when the first one comes, once for all threads."""
    with _detector_lock:
        if not _detectors:
            storage = S3Storage(clients().s3)
            _detectors.append(make_detector(settings(), storage, lambda: clients().rekognition))
        return _detectors[0]


@cache
def dependencies() -> Dependencies:
    """What routes and steps work with."""
    config = settings()
    aws = clients()
    tables = DynamoTables(aws.dynamodb)
    return Dependencies(
        settings=config,
        tables=tables,
        storage=S3Storage(aws.s3),
        files=S3Files(aws.s3),
        zips=S3Zips(aws.s3),
        jobs=Jobs(tables, config.jobs_table_name, _now),
        workflows=StepFunctions(aws.stepfunctions),
        posters=FfmpegPosters(ffmpeg_path, config.poster_seconds),
        receivers=HttpReceivers(
            config.callback_timeout, allow_private=config.callback_allow_private
        ),
        secrets=secrets(),
        images=SqsImageQueue(aws.sqs, config.sqs_queue_url, config.images_dead_letters_url),
        puts=S3SignedPuts(aws.s3),
        detector=detector,
        clock=_now,
        random=random.random,
    )


def _now() -> datetime:
    return datetime.now(UTC)
