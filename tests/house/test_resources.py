"""Every resources.yaml keeps the rules of the house; and each rule catches what breaks it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from house_rules import layout, resources, roles, wiring

RULES: list[Callable[[dict[str, Any]], list[str]]] = [
    resources.dead_letters,
    resources.notifications,
    resources.buckets,
    resources.directions,
    resources.tables,
]
each_service = pytest.mark.parametrize("service", layout.services(), ids=str)


@each_service
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_stack_keeps_the_rule(service: layout.Service, rule: Any) -> None:
    assert rule(service.resources) == []


@each_service
def test_an_upload_stays_hidden_while_it_may_be_worked_on(service: layout.Service) -> None:
    takers = wiring.queues_of_handlers(service.path / "app.py")
    queues = {
        queue: max(
            wiring.timeout_of(service.config, taker, stage) for stage in service.config["stages"]
        )
        for taker, queue in takers.items()
    }

    assert {queue for _, queue in resources.notified_queues(service.resources)} <= set(queues)
    assert resources.visibility(service.resources, queues) == []


@each_service
def test_the_machines_role_may_do_what_the_machine_does(service: layout.Service) -> None:
    assert roles.machine_role(service.resources, service.machine) == []


@each_service
def test_what_steps_write_notifies_nobody(service: layout.Service) -> None:
    """`MEDIA_BUCKET`, which steps write, is the bucket that `directions` knows to be silent."""
    for stage in service.config["stages"].values():
        environment = stage["environment_variables"]
        assert environment["MEDIA_BUCKET"] == "${MediaBucket}"
        # S3_BUCKET in the system that media-processing takes the place of.
        incoming = environment.get("INCOMING_BUCKET") or environment["S3_BUCKET"]
        assert incoming == "${IncomingBucket}"


@each_service
def test_cfn_lint_passes(service: layout.Service) -> None:
    lint = Path(sys.executable).with_name("cfn-lint")
    linted = subprocess.run(  # noqa: S603
        [lint, service.path / "resources.yaml"], capture_output=True, text=True, check=False
    )

    assert linted.returncode == 0, linted.stdout


@pytest.fixture
def stack() -> dict[str, Any]:
    """A small stack that keeps all rules, for a test to break in one place."""
    closed = {
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [{}]},
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
    }
    tls = {
        "Effect": "Deny",
        "Principal": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    arn = {"Fn::Sub": "arn:${AWS::Partition}:lambda:function:one-${Stage}-read_handler"}
    results = {"Fn::Sub": "${Media.Arn}/requests/*/results/*"}
    return {
        "Resources": {
            "Incoming": {
                "Type": "AWS::S3::Bucket",
                "DependsOn": "LetIn",
                "Properties": {
                    **closed,
                    "CorsConfiguration": {"CorsRules": [{}]},
                    "NotificationConfiguration": {
                        "QueueConfigurations": [{"Queue": {"Fn::GetAtt": ["Uploads", "Arn"]}}]
                    },
                },
            },
            "IncomingTls": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {
                    "Bucket": {"Ref": "Incoming"},
                    "PolicyDocument": {"Statement": [tls]},
                },
            },
            "Media": {"Type": "AWS::S3::Bucket", "Properties": dict(closed)},
            "MediaTls": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {
                    "Bucket": {"Ref": "Media"},
                    "PolicyDocument": {"Statement": [dict(tls)]},
                },
            },
            "Uploads": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                    "VisibilityTimeout": 360,
                    "RedrivePolicy": {
                        "deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]},
                        "maxReceiveCount": 5,
                    },
                },
            },
            "Dead": {"Type": "AWS::SQS::Queue"},
            "DeadAlarm": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    "Dimensions": [
                        {"Name": "QueueName", "Value": {"Fn::GetAtt": ["Dead", "QueueName"]}}
                    ]
                },
            },
            "LetIn": {
                "Type": "AWS::SQS::QueuePolicy",
                "Properties": {
                    "Queues": [{"Ref": "Uploads"}],
                    "PolicyDocument": {
                        "Statement": [
                            {"Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::by-name"}}}
                        ]
                    },
                },
            },
            "Rows": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {
                    "BillingMode": "PAY_PER_REQUEST",
                    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                },
            },
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "Policies": [
                        {
                            "PolicyDocument": {
                                "Statement": [
                                    _allow("lambda:InvokeFunction", arn),
                                    _allow(list(roles.DISTRIBUTED), "*"),
                                    _allow(list(roles.WRITES), results),
                                ]
                            }
                        }
                    ]
                },
            },
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                    "DefinitionSubstitutions": {
                        "ReadFunctionArn": arn,
                        "MediaBucket": {"Ref": "Media"},
                    },
                },
            },
        },
        "Outputs": {
            "IncomingBucket": {"Value": {"Ref": "Incoming"}},
            "MediaBucket": {"Value": {"Ref": "Media"}},
        },
    }


def _allow(action: Any, resource: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


MACHINE: dict[str, Any] = {
    "StartAt": "ReadAll",
    "States": {
        "ReadAll": {
            "Type": "Map",
            "ItemReader": {},
            "ResultWriter": {
                "Parameters": {
                    "Bucket": "${MediaBucket}",
                    "Prefix.$": "States.Format('requests/{}/results', $.id)",
                }
            },
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "States": {}},
        }
    },
}


def _role(template: dict[str, Any]) -> list[str]:
    return roles.machine_role(template, MACHINE)


def _visibility(template: dict[str, Any]) -> list[str]:
    return resources.visibility(template, {"Uploads": 60})


ALL: list[Callable[[dict[str, Any]], list[str]]] = [*RULES, _role, _visibility]


def test_the_sample_keeps_every_rule(stack: dict[str, Any]) -> None:
    assert [wrong for rule in ALL for wrong in rule(stack)] == []


DROP = object()
QUEUE, IN, OUT = ("Uploads", "Properties"), ("Incoming", "Properties"), ("Media", "Properties")
STATEMENT = ("Role", "Properties", "Policies", 0, "PolicyDocument", "Statement")
BY_REFERENCE = [
    {"Condition": {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["Incoming", "Arn"]}}}}
]
BY_SUB = [{"Condition": {"ArnEquals": {"aws:SourceArn": {"Fn::Sub": "${Incoming.Arn}"}}}}]
LET_IN = ("LetIn", "Properties", "PolicyDocument", "Statement")

BREAKS: list[tuple[Any, tuple[Any, ...], Any, str]] = [
    (resources.dead_letters, (*QUEUE, "RedrivePolicy"), DROP, "no redrive policy"),
    (resources.dead_letters, (*QUEUE, "RedrivePolicy", "maxReceiveCount"), 4, "maxReceiveCount 4"),
    (resources.dead_letters, ("Dead",), DROP, "go to Dead, which is not here"),
    (resources.dead_letters, ("DeadAlarm",), DROP, "Dead has no alarm"),
    (resources.dead_letters, ("Uploads",), DROP, "no queue of this stack"),
    (resources.notifications, ("LetIn",), DROP, "no policy that lets Incoming in"),
    (resources.notifications, ("Incoming", "DependsOn"), DROP, "does not depend on LetIn"),
    (resources.notifications, ("Incoming", "DependsOn"), ["Dead"], "does not depend on LetIn"),
    (resources.notifications, LET_IN, BY_REFERENCE, "a circle"),
    (resources.notifications, LET_IN, BY_SUB, "a circle"),
    (resources.notifications, LET_IN, [{}], "lets any bucket in"),
    (resources.buckets, (*OUT, "BucketEncryption"), DROP, "Media is not encrypted"),
    (resources.buckets, (*IN, "PublicAccessBlockConfiguration"), DROP, "BlockPublicAcls"),
    (resources.buckets, ("MediaTls",), DROP, "Media has no policy that refuses plain HTTP"),
    (resources.buckets, ("MediaTls", "Properties", "Bucket", "Ref"), "Incoming", "plain HTTP"),
    (resources.directions, (*IN, "NotificationConfiguration"), DROP, "notifies nobody"),
    (resources.directions, (*IN, "CorsConfiguration"), DROP, "no CORS"),
    (resources.directions, (*OUT, "NotificationConfiguration"), {"x": 1}, "could start itself"),
    (resources.tables, ("Rows", "Properties", "BillingMode"), "PROVISIONED", "not on demand"),
    (
        resources.tables,
        ("Rows", "Properties", "PointInTimeRecoverySpecification"),
        DROP,
        "no point-in-time recovery",
    ),
    (_visibility, (*QUEUE, "VisibilityTimeout"), 359, "hidden for 359 s"),
    (_visibility, (*QUEUE, "VisibilityTimeout"), DROP, "hidden for 30 s"),
    (_role, (*STATEMENT, 0), _allow("s3:GetObject", "*"), "may not invoke"),
    (_role, (*STATEMENT, 1, "Action"), ["states:StartExecution"], "lacks states:StopExecution"),
    (_role, (*STATEMENT, 2, "Action"), ["s3:PutObject"], "lacks s3:GetObject"),
    (_role, (*STATEMENT, 2, "Resource"), {"Fn::Sub": "${Media.Arn}/lists/*"}, "may not write"),
    (_role, (*STATEMENT, 2, "Resource"), {"Fn::Sub": "${Incoming.Arn}/*"}, "may not write"),
    (_role, (*OUT, "NotificationConfiguration"), {"x": 1}, "which notifies"),
    (_role, ("Media",), DROP, "not to a bucket of the stack"),
]


@pytest.mark.parametrize(("rule", "place", "value", "says"), BREAKS)
def test_a_broken_stack_is_caught(
    stack: dict[str, Any], rule: Any, place: tuple[Any, ...], value: Any, says: str
) -> None:
    holder: Any = stack["Resources"]
    for step in place[:-1]:
        holder = holder[step]
    if value is DROP:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value

    violations = rule(stack)

    assert any(says in violation for violation in violations), violations


def test_one_bucket_for_both_directions_is_caught(stack: dict[str, Any]) -> None:
    stack["Outputs"]["MediaBucket"]["Value"]["Ref"] = "Incoming"

    assert "incoming and media are one bucket" in resources.directions(stack)
