"""Statements of IAM policies, each by a function that is as narrow as AWS allows.

A name may hold placeholders that `medley configure` fills, such as ``${MediaBucket}``. A ``*`` in
a pattern stands for anything, slashes too. A statement allows what it says and nothing more, so
there is no function for "read and write": say each.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

type Statement = dict[str, Any]
type TableAction = Literal[
    "GetItem",
    "BatchGetItem",
    "Query",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "ConditionCheckItem",
]
"""What is done with rows. A transaction needs the action of each of its writes."""


def read_objects(sid: str, bucket: str, *patterns: str) -> Statement:
    """Read objects whose keys match a pattern, or sign URLs for them."""
    return _allow(sid, ["s3:GetObject"], *_objects(bucket, patterns))


def write_objects(sid: str, bucket: str, *patterns: str) -> Statement:
    """Write objects whose keys match a pattern, or sign forms for them."""
    return _allow(sid, ["s3:PutObject"], *_objects(bucket, patterns))


def give_up_uploads(sid: str, bucket: str, *patterns: str) -> Statement:
    """Give up what is written in parts, which needs more than the right to write it."""
    return _allow(sid, ["s3:AbortMultipartUpload"], *_objects(bucket, patterns))


def delete_objects(sid: str, bucket: str, *patterns: str) -> Statement:
    """Delete objects whose keys match a pattern."""
    return _allow(sid, ["s3:DeleteObject"], *_objects(bucket, patterns))


def list_bucket(sid: str, bucket: str) -> Statement:
    """List a bucket's keys. Without it, S3 answers 403 for an object that is absent, not 404."""
    return _allow(sid, ["s3:ListBucket"], f"arn:${{Partition}}:s3:::{bucket}")


def rows(sid: str, table: str, *actions: TableAction) -> Statement:
    """Do these things with a table's rows; ``Query`` here is of the table, not of its index."""
    return _allow(sid, [f"dynamodb:{action}" for action in actions], _table(table))


def query_index(sid: str, table: str, index: str = "gsi1") -> Statement:
    """Query an index of a table."""
    return _allow(sid, ["dynamodb:Query"], f"{_table(table)}/index/{index}")


def send_messages(sid: str, queue_arn: str) -> Statement:
    """Send to a queue."""
    return _allow(sid, ["sqs:SendMessage"], queue_arn)


def receive_messages(sid: str, queue_arn: str) -> Statement:
    """Be called with a queue's messages: Lambda takes them with the function's own role."""
    actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    return _allow(sid, actions, queue_arn)


def publish(sid: str, topic_arn: str) -> Statement:
    """Publish to a topic. One under the account's own key ``aws/sns`` needs no grant for the key:
    that key serves everyone who may publish."""
    return _allow(sid, ["sns:Publish"], topic_arn)


def start_execution(sid: str, state_machine_arn: str) -> Statement:
    """Start a state machine."""
    return _allow(sid, ["states:StartExecution"], state_machine_arn)


def read_secret(sid: str, secret_arn: str) -> Statement:
    """Read a secret that is encrypted by the account's own key for secrets."""
    return _allow(sid, ["secretsmanager:GetSecretValue"], secret_arn)


def read_parameter(sid: str, name: str) -> Statement:
    """Read a parameter of SSM, by its name.

    A SecureString under the account's own key ``aws/ssm`` needs no grant beside this one: that key
    lets everyone decrypt who may read the parameter. A key of your own needs ``kms:Decrypt`` too.
    """
    return _allow(sid, ["ssm:GetParameter"], _arn("ssm", f"parameter/{name.removeprefix('/')}"))


def write_logs(function: str) -> Statement:
    """Write the log of one Lambda function, by its full name.

    The log group is made by the deployment, with its retention. A function that may not make one
    cannot bring it back, without retention, after the stage was destroyed.
    """
    group = _arn("logs", f"log-group:/aws/lambda/{function}:*")
    return _allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"], group)


def send_traces() -> Statement:
    """Send traces to X-Ray, whose actions know no resource."""
    return _allow("Traces", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*")


def for_functions(
    app: str, policies: Mapping[str, Sequence[Statement]]
) -> dict[str, list[Statement]]:
    """What each function of an app may do, with what all may: write its own log, send traces.

    Args:
        app: the app's name, `reels`.
        policies: the statements of each function, by the name that `app.py` gives it.
    """
    return {
        name: [write_logs(_full_name(app, name)), send_traces(), *statements]
        for name, statements in policies.items()
    }


def _full_name(app: str, function: str) -> str:
    """Chalice gives the function of the routes no name of its own."""
    return f"{app}-${{Stage}}" + ("" if function == "api_handler" else f"-{function}")


def _allow(sid: str, actions: list[str], *resources: str) -> Statement:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": list(resources)}


def _arn(service: str, resource: str) -> str:
    return f"arn:${{Partition}}:{service}:${{Region}}:${{AccountId}}:{resource}"


def _table(name: str) -> str:
    return _arn("dynamodb", f"table/{name}")


def _objects(bucket: str, patterns: tuple[str, ...]) -> list[str]:
    return [f"arn:${{Partition}}:s3:::{bucket}/{pattern}" for pattern in patterns]
