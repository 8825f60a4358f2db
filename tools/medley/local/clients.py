"""boto3 clients of the embedded AWS."""

from typing import Any

from medley.local.environment import credentials
from medley.settings import LocalSettings


def make_client(service: str, endpoint_url: str, settings: LocalSettings) -> Any:
    """A client that can reach nothing but ``endpoint_url``, whatever the environment says."""
    # Imported late: `medley --help` does not pay for it.
    import boto3
    from botocore.config import Config

    keys = credentials(settings)
    factory: Any = boto3.Session(
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        region_name=settings.region,
    )
    return factory.client(
        service,
        endpoint_url=endpoint_url,
        config=Config(
            proxies={},
            signature_version="s3v4" if service == "s3" else None,
            s3={"addressing_style": "path"},
            # Few: a server on this machine that does not answer is being stopped.
            retries={"mode": "standard", "total_max_attempts": 2},
        ),
    )
