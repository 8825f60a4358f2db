"""What IAM asks for when a call is made to AWS: the actions, and the resource of each.

From the service authorization reference of AWS. A call that is not known here is an error and not
a guess, so a service that makes a new kind of call adds it, with its test.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from medley.deploy.errors import ToolError


class UnknownCallError(ToolError):
    """A call whose actions are not written down here."""


@dataclass(frozen=True)
class Place:
    """Where calls go; it completes the ARNs of what they name."""

    partition: str
    region: str
    account_id: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of a region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"


@dataclass(frozen=True)
class Call:
    """One call: who made it, what with, and how it ended (None: it was only signed)."""

    caller: str
    service: str
    operation: str
    parameters: Mapping[str, Any]
    status: int | None = None


class Need(NamedTuple):
    """What a caller must be allowed."""

    caller: str
    action: str
    resource: str


type _Rule = Callable[[Call, Place], Iterator[tuple[str, str]]]

# The writes of one transaction are separate actions.
_WRITES = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def needs(call: Call, place: Place) -> list[Need]:
    """What ``call`` had to be allowed.

    Raises:
        UnknownCallError: its kind is not written down here.
    """
    rule = _RULES.get((call.service, call.operation))
    if rule is None:
        raise UnknownCallError(
            f"{call.caller} calls {call.service} {call.operation}: say in medley.iam.calls "
            "which actions that takes."
        )
    return [Need(call.caller, action, resource) for action, resource in rule(call, place)]


def _object(action: str) -> _Rule:
    def rule(call: Call, place: Place) -> Iterator[tuple[str, str]]:
        bucket, key = call.parameters["Bucket"], call.parameters["Key"]
        yield action, f"arn:{place.partition}:s3:::{bucket}/{key}"
        if call.status == 404:
            # Who may not list the bucket is not told that the key is absent, but gets a 403.
            yield "s3:ListBucket", f"arn:{place.partition}:s3:::{bucket}"

    return rule


def _objects(action: str) -> _Rule:
    def rule(call: Call, place: Place) -> Iterator[tuple[str, str]]:
        for one in call.parameters["Delete"]["Objects"]:
            yield action, f"arn:{place.partition}:s3:::{call.parameters['Bucket']}/{one['Key']}"

    return rule


def _bucket(action: str) -> _Rule:
    def rule(call: Call, place: Place) -> Iterator[tuple[str, str]]:
        yield action, f"arn:{place.partition}:s3:::{call.parameters['Bucket']}"

    return rule


def _table(call: Call, place: Place) -> Iterator[tuple[str, str]]:
    name, index = call.parameters["TableName"], call.parameters.get("IndexName")
    table = place.arn("dynamodb", f"table/{name}")
    yield f"dynamodb:{call.operation}", f"{table}/index/{index}" if index else table


def _batch(call: Call, place: Place) -> Iterator[tuple[str, str]]:
    for name in call.parameters["RequestItems"]:
        yield f"dynamodb:{call.operation}", place.arn("dynamodb", f"table/{name}")


def _transaction(call: Call, place: Place) -> Iterator[tuple[str, str]]:
    for item in call.parameters["TransactItems"]:
        for kind, write in item.items():
            table = place.arn("dynamodb", f"table/{write['TableName']}")
            yield f"dynamodb:{_WRITES[kind]}", table


def _queue(action: str) -> _Rule:
    def rule(call: Call, place: Place) -> Iterator[tuple[str, str]]:
        yield action, place.arn("sqs", call.parameters["QueueUrl"].rsplit("/", 1)[1])

    return rule


def _move(call: Call, _: Place) -> Iterator[tuple[str, str]]:
    # SQS moves the messages by the rights of whoever asked for it.
    source, target = call.parameters["SourceArn"], call.parameters["DestinationArn"]
    for action in ("StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"):
        yield f"sqs:{action}", source
    yield "sqs:SendMessage", target


def _anything(action: str) -> _Rule:
    def rule(_: Call, __: Place) -> Iterator[tuple[str, str]]:
        yield action, "*"

    return rule


def _parameter(call: Call, place: Place) -> Iterator[tuple[str, str]]:
    yield "ssm:GetParameter", place.arn("ssm", f"parameter/{call.parameters['Name'].lstrip('/')}")


def _by_arn(action: str, parameter: str) -> _Rule:
    def rule(call: Call, _: Place) -> Iterator[tuple[str, str]]:
        yield action, call.parameters[parameter]

    return rule


_RULES: dict[tuple[str, str], _Rule] = {
    ("s3", "GetObject"): _object("s3:GetObject"),
    ("s3", "HeadObject"): _object("s3:GetObject"),
    ("s3", "PutObject"): _object("s3:PutObject"),
    ("s3", "DeleteObject"): _object("s3:DeleteObject"),
    ("s3", "DeleteObjects"): _objects("s3:DeleteObject"),
    **{
        ("s3", operation): _object("s3:PutObject")
        for operation in ("CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload")
    },
    ("s3", "AbortMultipartUpload"): _object("s3:AbortMultipartUpload"),
    ("s3", "ListObjectsV2"): _bucket("s3:ListBucket"),
    **{
        ("dynamodb", operation): _table
        for operation in ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")
    },
    ("dynamodb", "BatchGetItem"): _batch,
    ("dynamodb", "BatchWriteItem"): _batch,
    ("dynamodb", "TransactWriteItems"): _transaction,
    ("sqs", "SendMessage"): _queue("sqs:SendMessage"),
    ("sqs", "SendMessageBatch"): _queue("sqs:SendMessage"),
    ("sqs", "ReceiveMessage"): _queue("sqs:ReceiveMessage"),
    ("sqs", "DeleteMessage"): _queue("sqs:DeleteMessage"),
    ("sqs", "DeleteMessageBatch"): _queue("sqs:DeleteMessage"),
    ("sqs", "ChangeMessageVisibility"): _queue("sqs:ChangeMessageVisibility"),
    ("sqs", "ChangeMessageVisibilityBatch"): _queue("sqs:ChangeMessageVisibility"),
    ("sqs", "GetQueueAttributes"): _queue("sqs:GetQueueAttributes"),
    ("sqs", "StartMessageMoveTask"): _move,
    ("rekognition", "DetectLabels"): _anything("rekognition:DetectLabels"),
    ("sns", "Publish"): _by_arn("sns:Publish", "TopicArn"),
    ("stepfunctions", "StartExecution"): _by_arn("states:StartExecution", "stateMachineArn"),
    ("ssm", "GetParameter"): _parameter,
    ("secretsmanager", "GetSecretValue"): _by_arn("secretsmanager:GetSecretValue", "SecretId"),
}
