"""The composition root: environment -> Settings -> Dependencies, once, when first needed."""

import secrets
from datetime import UTC, datetime
from functools import cache
from typing import Any

from chalicelib.reels.adapters.event_images import EventImagesTables
from chalicelib.reels.ports import Dependencies, Pictures, Renderer, Sounds
from chalicelib.reels.settings import Settings
from shared import executions
from shared.environment import queue_name
from shared.http import ApiKeys
from shared.jobs import Jobs
from shared.queues import SqsQueues
from shared.secrets import AwsSecrets
from shared.settings import Clients, load
from shared.storage import S3Storage
from shared.tables import DynamoTables
from shared.workflows import StepFunctions


def uploads_queue() -> str:
    """The name of the queue that tells of uploads."""
    return queue_name("reels", "uploads")


def opt_outs_queue() -> str:
    """The name of the queue that tells of runners who have opted out and of removed events."""
    return queue_name("reels", "opt-outs")


def stopped_executions() -> dict[str, Any]:
    """EventBridge's pattern of the machine's executions that did not succeed."""
    return executions.stopped_executions("reels", "generate-event-reels")


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
def renderer() -> Renderer:
    """The video engine."""
    from chalicelib.reels.adapters.video_renderer import VideoRenderer

    return VideoRenderer()


@cache
def pictures() -> Pictures:
    """Decodes pictures within the limits of the settings."""
    from chalicelib.reels.adapters.pictures import PillowPictures

    config = settings()
    return PillowPictures(
        max_bytes=config.max_photo_bytes,
        max_pixels=config.max_photo_pixels,
        max_side=config.max_photo_side,
    )


@cache
def sounds() -> Sounds:
    """Reads sound files with the media tools."""
    from chalicelib.reels.adapters.sounds import FfmpegSounds

    config = settings()
    return FfmpegSounds(shortest=config.min_music_seconds, longest=config.max_music_seconds)


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
        jobs=Jobs(tables, config.event_reels_table, _now),
        workflows=StepFunctions(aws.stepfunctions),
        queues=SqsQueues(aws.sqs),
        event_images=EventImagesTables(
            tables,
            storage,
            requests=config.event_requests_table,
            images=config.event_images_table,
            media=config.event_images_media_bucket,
            most_bytes=config.max_photo_bytes,
        ),
        renderer=renderer,
        pictures=pictures,
        sounds=sounds,
        clock=_now,
        token=lambda: secrets.token_urlsafe(32),
    )


def _now() -> datetime:
    return datetime.now(UTC)
