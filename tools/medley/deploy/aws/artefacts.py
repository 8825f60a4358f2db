"""The bucket that a stage's deployments share: layers, large templates, Chalice's records."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from medley.deploy.aws.functions import record_path
from medley.deploy.aws.target import Target
from medley.deploy.services import Service
from medley.deploy.stacks import deploy_stack, read_stack
from medley.deploy.template import load_template

TEMPLATE = Path(__file__).with_name("artefacts.yaml")
# CloudFormation takes a larger template only from S3.
MOST_IN_REQUEST = 51_200
MAKING_SECONDS = 600.0


def stack_name(stage: str) -> str:
    """The stack of the bucket."""
    return f"medley-{stage}-artefacts"


class Artefacts:
    """The bucket of one stage; made when something is first put into it."""

    def __init__(self, target: Target, stage: str) -> None:
        self.target = target
        self.stage = stage
        self._bucket: str | None = None

    @property
    def bucket(self) -> str:
        """The bucket's name; the bucket is there.

        Raises:
            StackError: it could not be made.
        """
        if self._bucket is None:
            stack = self._stack() or deploy_stack(
                self.target.client("cloudformation"),
                stack_name(self.stage),
                load_template(TEMPLATE),
                {"Stage": self.stage},
                timeout=MAKING_SECONDS,
                poll=self.target.poll,
            )
            self._bucket = stack.outputs["Bucket"]
        return self._bucket

    @property
    def existing(self) -> str | None:
        """The bucket's name, or None when there is none."""
        stack = self._stack()
        return stack.outputs["Bucket"] if stack else None

    def _stack(self) -> Any:
        return read_stack(self.target.client("cloudformation"), stack_name(self.stage))

    def template_source(self, name: str, template: Mapping[str, Any]) -> dict[str, str]:
        """A template for CloudFormation: in the request, or by way of the bucket."""
        body = json.dumps(template, separators=(",", ":"))
        if len(body.encode()) <= MOST_IN_REQUEST:
            return {"TemplateBody": body}
        key = f"templates/{name}.json"
        self.put(key, body.encode())
        host = f"s3.{self.target.region}.{self._suffix}"
        return {"TemplateURL": f"https://{self.bucket}.{host}/{key}"}

    @property
    def _suffix(self) -> str:
        return "amazonaws.com.cn" if self.target.partition == "aws-cn" else "amazonaws.com"

    def put(self, key: str, data: bytes) -> None:
        """Store bytes."""
        self.target.client("s3").put_object(Bucket=self.bucket, Key=key, Body=data)

    def upload(self, key: str, path: Path) -> None:
        """Store a file, unless one of its size is there; ``key`` names its content."""
        s3 = self.target.client("s3")
        try:
            found = s3.head_object(Bucket=self.bucket, Key=key)["ContentLength"]
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"404", "NoSuchKey", "NotFound"}:
                raise
            found = -1
        if found != path.stat().st_size:
            s3.upload_file(str(path), self.bucket, key)

    # --- Chalice's record: without it, Chalice would make a second REST API ---------------------

    def keep_record(self, service: Service) -> None:
        """Store Chalice's record, for a deployment from another machine."""
        path = record_path(service, self.stage)
        if path.exists() and path.read_bytes() != self._kept_record(service)[0]:
            self.put(self._record_key(service), path.read_bytes())

    def restore_record(self, service: Service) -> str | None:
        """Bring Chalice's record in line with the account; what was done, if anything.

        A record of another account or region is put aside. The bucket's record is taken where
        there is none here, or an older one.
        """
        path = record_path(service, self.stage)
        said = None
        if path.exists() and not belongs_to(path, self.target):
            aside = path.with_name(f"{path.name}.other-account")
            path.replace(aside)
            said = f"{path.name} is of another account or region; it is now {aside.name}"
        data, stored = self._kept_record(service)
        if data is None or stored is None:
            return said
        if not path.exists() or (_modified(path) < stored and path.read_bytes() != data):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            said = f"took {path.name} from {self._bucket or self.existing}"
        return said

    def forget_record(self, service: Service) -> None:
        """Remove the bucket's copy."""
        if bucket := self.existing:
            self.target.client("s3").delete_object(Bucket=bucket, Key=self._record_key(service))

    def _kept_record(self, service: Service) -> tuple[bytes | None, datetime | None]:
        bucket = self.existing
        if bucket is None:
            return None, None
        s3 = self.target.client("s3")
        try:
            found = s3.get_object(Bucket=bucket, Key=self._record_key(service))
        except s3.exceptions.NoSuchKey:
            return None, None
        return found["Body"].read(), found["LastModified"]

    def _record_key(self, service: Service) -> str:
        return f"deployed/{service.slug}.json"


def belongs_to(record: Path, target: Target) -> bool:
    """Whether all that a record names lies in the target's account and region."""
    return all(
        (account, region or target.region) == (target.account_id, target.region)
        for region, account in _places(json.loads(record.read_text()))
    )


def _places(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict | list):
        for value in node.values() if isinstance(node, dict) else node:
            yield from _places(value)
    elif isinstance(node, str) and node.startswith("arn:") and node.count(":") >= 5:
        _, _, _, region, account, _ = node.split(":", 5)
        yield region, account


def _modified(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
