"""`medley zip`: the objects under a prefix as one zip, from S3 to S3, without a disk."""

from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console

from medley.deploy.errors import ToolError


def zip_objects(
    source: Annotated[str, typer.Argument(metavar="s3://BUCKET/PREFIX", help="What to pack.")],
    target: Annotated[str, typer.Argument(metavar="s3://BUCKET/KEY.zip", help="Where it goes.")],
) -> None:
    """Pack the objects under a prefix into a zip, streamed from S3 to S3.

    Entries are stored as they are, under the last part of their keys, made safe and unique. An
    object that goes away meanwhile is named, and the exit code is 1. Credentials, region and
    AWS_ENDPOINT_URL come from the environment, as for the AWS CLI.
    """
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    from shared.errors import MedleyError
    from shared.storage import S3Storage
    from shared.zips import S3Zips, ZipEntry, safe_names

    bucket, prefix = _place(source)
    to_bucket, key = _place(target)
    if not key.endswith(".zip"):
        raise typer.BadParameter("the target's key ends with .zip")
    try:
        client = boto3.client("s3", config=Config(max_pool_connections=16))
        found = [one for one in S3Storage(client).list(bucket, prefix) if one.key != key]
        found = [one for one in found if not one.key.endswith("/")]
        if not found:
            raise ToolError(f"There is nothing under {source}.")
        names = safe_names(one.key for one in found)
        entries = [
            ZipEntry(bucket=bucket, key=one.key, name=name, size=one.size, etag=one.etag)
            for one, name in zip(found, names, strict=True)
        ]
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
        with Progress(*columns, TransferSpeedColumn(), console=Console(stderr=True)) as bar:
            task = bar.add_task(f"{len(entries)} objects", total=sum(e.size for e in entries))
            report = S3Zips(client).write(
                entries,
                to_bucket,
                key,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
    except (MedleyError, ClientError, BotoCoreError, ValueError) as error:
        raise ToolError(str(error)) from error
    Console().print(
        f"{target}: {report.entries} entries, {report.size} bytes", highlight=False, soft_wrap=True
    )
    for missing in report.missing:
        Console(stderr=True).print(
            f"{missing.key}: {missing.code}", markup=False, highlight=False, soft_wrap=True
        )
    if report.missing:
        raise typer.Exit(1)


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
        raise typer.BadParameter(f"{url} is not s3://BUCKET/KEY")
    return parts.netloc, parts.path.lstrip("/")
