"""What a call takes, whether a policy gives it, and how calls are recorded."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from medley.iam.calls import Call, Need, Place, UnknownCallError, needs
from medley.iam.judge import NOT_BY_CODE, Grant, covers, grants, refused, unused
from medley.iam.recorder import FILE, recorded, recording

PLACE = Place("aws", "eu-west-1", "123456789012")
TABLES = "arn:aws:dynamodb:eu-west-1:123456789012:table"
OBJECT = {"Bucket": "b", "Key": "a/c d.jpg"}


def asked(service: str, operation: str, status: int | None = 200, **parameters: Any) -> Any:
    call = Call("f", service, operation, parameters, status)
    return [(need.action, need.resource) for need in needs(call, PLACE)]


def test_objects_and_buckets() -> None:
    name = "arn:aws:s3:::b/a/c d.jpg"
    assert asked("s3", "GetObject", **OBJECT) == [("s3:GetObject", name)]
    assert asked("s3", "HeadObject", **OBJECT) == [("s3:GetObject", name)]
    assert asked("s3", "PutObject", None, **OBJECT) == [("s3:PutObject", name)]
    assert asked("s3", "DeleteObject", **OBJECT) == [("s3:DeleteObject", name)]
    assert asked("s3", "ListObjectsV2", Bucket="b") == [("s3:ListBucket", "arn:aws:s3:::b")]


def test_who_is_told_that_an_object_is_absent_may_list_the_bucket() -> None:
    assert asked("s3", "HeadObject", 404, **OBJECT) == [
        ("s3:GetObject", "arn:aws:s3:::b/a/c d.jpg"),
        ("s3:ListBucket", "arn:aws:s3:::b"),
    ]


def test_tables_and_their_indexes() -> None:
    assert asked("dynamodb", "Query", TableName="t") == [("dynamodb:Query", f"{TABLES}/t")]
    assert asked("dynamodb", "Query", TableName="t", IndexName="i") == [
        ("dynamodb:Query", f"{TABLES}/t/index/i")
    ]
    assert asked("dynamodb", "BatchGetItem", RequestItems={"t": {}, "u": {}}) == [
        ("dynamodb:BatchGetItem", f"{TABLES}/t"),
        ("dynamodb:BatchGetItem", f"{TABLES}/u"),
    ]


def test_a_transaction_takes_the_action_of_each_write() -> None:
    kinds = {"Put": "t", "Update": "u", "Delete": "t", "ConditionCheck": "u"}
    items = [{kind: {"TableName": table}} for kind, table in kinds.items()]
    assert asked("dynamodb", "TransactWriteItems", TransactItems=items) == [
        ("dynamodb:PutItem", f"{TABLES}/t"),
        ("dynamodb:UpdateItem", f"{TABLES}/u"),
        ("dynamodb:DeleteItem", f"{TABLES}/t"),
        ("dynamodb:ConditionCheckItem", f"{TABLES}/u"),
    ]


def test_queues_machines_and_secrets() -> None:
    assert asked("sqs", "SendMessage", QueueUrl="http://sqs/1/q") == [
        ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:q")
    ]
    assert asked("stepfunctions", "StartExecution", stateMachineArn="arn:m") == [
        ("states:StartExecution", "arn:m")
    ]
    assert asked("secretsmanager", "GetSecretValue", SecretId="arn:s") == [
        ("secretsmanager:GetSecretValue", "arn:s")
    ]
    for name in ("google", "/google"):
        assert asked("ssm", "GetParameter", Name=name) == [
            ("ssm:GetParameter", "arn:aws:ssm:eu-west-1:123456789012:parameter/google")
        ]


def test_a_new_kind_of_call_has_to_be_written_down() -> None:
    with pytest.raises(UnknownCallError, match="f calls s3 CreateBucket"):
        asked("s3", "CreateBucket", Bucket="b")


@pytest.mark.parametrize(
    ("pattern", "resource", "allowed"),
    [
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/c d.jpg", True),
        ("arn:aws:s3:::b/*/c*.jpg", "arn:aws:s3:::b/a/x/c\nd.jpg", True),
        ("arn:aws:s3:::b/a?c", "arn:aws:s3:::b/abc", True),
        ("arn:aws:s3:::b/a?c", "arn:aws:s3:::b/ac", False),
        ("arn:aws:s3:::b", "arn:aws:s3:::b/a", False),
        ("arn:aws:s3:::b.c/*", "arn:aws:s3:::bxc/a", False),
        ("arn:aws:s3:::B/*", "arn:aws:s3:::b/a", False),
        (f"{TABLES}/t", f"{TABLES}/t/index/i", False),
        ("*", "arn:aws:s3:::b", True),
    ],
)
def test_resources_match_as_iam_has_it(pattern: str, resource: str, allowed: bool) -> None:
    need = Need("f", "s3:GetObject", resource)
    assert covers(Grant("f", "s3:getobject", pattern), need) is allowed
    assert not covers(Grant("g", "s3:GetObject", pattern), need)
    assert not covers(Grant("f", "s3:PutObject", pattern), need)


def test_calls_and_policies_are_held_against_each_other_both_ways() -> None:
    statement = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::b/*"}
    log = {"Effect": "Allow", "Action": next(iter(NOT_BY_CODE)), "Resource": ["arn:log"]}
    allowed = list(grants({"f": {"Statement": [statement, log]}}))
    fine = Need("f", "s3:GetObject", "arn:aws:s3:::b/1")
    other = Need("f", "s3:GetObject", "arn:aws:s3:::c/1")
    assert refused(allowed, [fine, other, other]) == [other]
    assert unused(allowed, [fine]) == []
    assert unused(allowed, [other]) == [Grant("f", "s3:GetObject", "arn:aws:s3:::b/*")]


@pytest.mark.parametrize("extra", [{"Condition": {}}, {"Effect": "Deny"}, {"NotAction": "a"}])
def test_what_the_judge_does_not_understand_it_does_not_judge(extra: dict[str, Any]) -> None:
    statement = {"Effect": "Allow", "Action": "a:b", "Resource": "*", **extra}
    with pytest.raises(ValueError, match="cannot be judged"):
        list(grants({"f": {"Statement": [statement]}}))


# Answers from before the network, so that nothing has to listen.
CALLS = """
import boto3
from botocore.awsrequest import AWSResponse

def answer(request, **_):
    absent = request.method == "HEAD"
    return AWSResponse(request.url, 404 if absent else 200, {}, None)

def make(name):
    client = boto3.client(name, endpoint_url="http://127.0.0.1:9")
    client.meta.events.register("before-send", answer)
    return client

class Empty:
    def stream(self): return iter(())

AWSResponse.content = b""
AWSResponse.raw = Empty()
s3 = make("s3")
s3.put_object(Bucket="b", Key="k", Body=b"secret bytes")
try:
    s3.head_object(Bucket="b", Key="absent")
except Exception as error:
    print(type(error).__name__)
s3.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "signed"})
s3.generate_presigned_post("b", "form", Conditions=[["content-length-range", 1, 2]])

def authorizer():
    def authorize():
        s3.put_object(Bucket="b", Key="by the authorizer", Body=b"")
    return authorize

authorizer()()
"""


def record(file: Path, *command: str, **environment: str) -> list[Call]:
    with recording(file):
        variables = {**os.environ, **environment}
        subprocess.run(  # noqa: S603 -- our own command
            [sys.executable, *command], env=variables, check=True, timeout=60
        )
    assert FILE not in os.environ
    return recorded(file, "app-local-")


def test_calls_of_a_function_are_recorded_with_what_is_only_signed(tmp_path: Path) -> None:
    file = tmp_path / "calls"
    calls = record(file, "-c", CALLS, AWS_LAMBDA_FUNCTION_NAME="app-local-f")
    assert [(one.operation, one.parameters["Key"], one.status) for one in calls] == [
        ("PutObject", "k", 200),
        ("HeadObject", "absent", 404),
        ("GetObject", "signed", None),
        ("PutObject", "form", None),
        ("PutObject", "by the authorizer", 200),
    ]
    assert {(one.caller, one.service) for one in calls} == {("f", "s3")}
    assert "secret bytes" not in file.read_text()


def test_routes_and_their_authorizer_are_told_apart(tmp_path: Path) -> None:
    """The recorder knows the process of routes by the module that it runs."""
    calls = record(tmp_path / "calls", "-c", CALLS, "medley.local.routes")
    assert [one.caller for one in calls] == [*["api_handler"] * 4, "authorize"]


def test_other_processes_are_not_recorded(tmp_path: Path) -> None:
    assert record(tmp_path / "calls", "-c", CALLS) == []


def test_a_line_is_json(tmp_path: Path) -> None:
    file = tmp_path / "calls"
    record(file, "-c", CALLS, AWS_LAMBDA_FUNCTION_NAME="app-local-f")
    assert all(isinstance(json.loads(line), dict) for line in file.read_text().splitlines())


def test_calls_of_a_queue_in_batches_take_the_action_of_one() -> None:
    queue = "arn:aws:sqs:eu-west-1:123456789012:q"
    for operation, action in (
        ("SendMessageBatch", "SendMessage"),
        ("ReceiveMessage", "ReceiveMessage"),
        ("DeleteMessageBatch", "DeleteMessage"),
        ("ChangeMessageVisibilityBatch", "ChangeMessageVisibility"),
        ("GetQueueAttributes", "GetQueueAttributes"),
    ):
        assert asked("sqs", operation, QueueUrl="http://sqs/1/q") == [(f"sqs:{action}", queue)]


def test_a_redrive_takes_the_rights_to_both_queues() -> None:
    dead, queue = "arn:aws:sqs:eu-west-1:1:dead", "arn:aws:sqs:eu-west-1:1:queue"
    needed = asked("sqs", "StartMessageMoveTask", SourceArn=dead, DestinationArn=queue)
    assert ("sqs:StartMessageMoveTask", dead) in needed
    assert ("sqs:DeleteMessage", dead) in needed
    assert needed[-1] == ("sqs:SendMessage", queue)


def test_rekognition_knows_no_resource() -> None:
    assert asked("rekognition", "DetectLabels", Image={}) == [("rekognition:DetectLabels", "*")]
