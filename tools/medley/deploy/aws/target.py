"""The account and region that a deployment goes to; or a MiniStack that stands in for them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from medley.deploy.errors import StackError, ToolError
from medley.paths import STATE

ENDPOINT = "AWS_ENDPOINT_URL"
# How often AWS is asked whether something is ready, in seconds.
POLL_AWS = 3.0
POLL_EMBEDDED = 0.05


@dataclass(frozen=True)
class Target:
    """Where things are made. ``embedded``: a MiniStack on this machine, not AWS."""

    partition: str
    region: str
    account_id: str
    endpoint_url: str | None = None
    embedded: bool = False
    _clients: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def poll(self) -> float:
        """Seconds between two looks at something that is being made."""
        return POLL_EMBEDDED if self.embedded else POLL_AWS

    @property
    def place(self) -> str:
        """Account and region, for a person."""
        where = f"account {self.account_id}, {self.region}"
        return f"{where}, at {self.endpoint_url}" if self.endpoint_url else where

    def client(self, service: str) -> Any:
        """A boto3 client, made once."""
        if service not in self._clients:
            import boto3

            factory: Any = boto3.Session(region_name=self.region)
            self._clients[service] = factory.client(service)
        return self._clients[service]

    def child_environment(self) -> dict[str, str]:
        """For a process that deploys here, and keeps compiled Python out of what it packs."""
        environment = {
            **os.environ,
            "AWS_DEFAULT_REGION": self.region,
            "PYTHONPYCACHEPREFIX": str(STATE / "pycache"),
            "PYTHONUNBUFFERED": "1",
        }
        if self.embedded:
            environment["NO_PROXY"] = environment["no_proxy"] = "127.0.0.1,localhost"
        return environment


def is_loopback(url: str) -> bool:
    """Whether ``url`` leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def find_target(environment: Mapping[str, str] | None = None) -> Target:
    """The account that the environment's credentials lead to.

    Raises:
        ToolError: no region, no credentials, or AWS cannot be reached.
    """
    import boto3

    environment = os.environ if environment is None else environment
    endpoint_url = environment.get(ENDPOINT) or None
    region = boto3.Session().region_name
    if region is None:
        raise ToolError("No region. Set AWS_DEFAULT_REGION, or choose a profile with AWS_PROFILE.")
    try:
        arn = boto3.client("sts", region_name=region).get_caller_identity()["Arn"]
    except (BotoCoreError, ClientError) as error:
        raise StackError(f"AWS does not say whose credentials these are: {error}") from error
    _, partition, _, _, account, _ = arn.split(":", 5)
    embedded = endpoint_url is not None and is_loopback(endpoint_url)
    return Target(partition, region, account, endpoint_url, embedded)
