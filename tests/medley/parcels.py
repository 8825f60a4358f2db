"""A small service of its own, with one of everything that the local stack has to bring up."""

import json
from pathlib import Path

APP = """
import json
import os
import time
from urllib.parse import unquote_plus

import boto3
from chalice import Chalice

app = Chalice(app_name="parcels")
s3 = boto3.client("s3")
print("parcels imported")


class BusyError(Exception):
    pass


class BrokenError(Exception):
    pass


def first_time(name):
    key = f"attempts/{name}"
    count = len(s3.list_objects_v2(Bucket=os.environ["OUTGOING"], Prefix=key).get("Contents", []))
    s3.put_object(Bucket=os.environ["OUTGOING"], Key=f"{key}/{count}", Body=b"")
    return count == 0


@app.route("/health")
def health():
    return {"stage": os.environ["STAGE"], "colour": os.environ["COLOUR"], "pid": os.getpid()}


@app.lambda_function(name="weigh")
def weigh(event, context):
    kind = event["kind"]
    if kind == "busy" and first_time(event["name"]):
        raise BusyError("come back later")
    if kind == "broken":
        raise BrokenError("it fell")
    if kind == "killed":
        os._exit(3)
    if kind == "slow":
        time.sleep(30)
    if kind == "work":
        time.sleep(0.2)
    return {"pid": os.getpid(), "colour": os.environ["COLOUR"]}


@app.on_sqs_message(queue=os.environ["ARRIVALS"], batch_size=1, name="arrived")
def arrived(event):
    for message in event:
        for record in json.loads(message.body).get("Records", []):
            key = unquote_plus(record["s3"]["object"]["key"])
            s3.put_object(Bucket=os.environ["OUTGOING"], Key=f"seen/{key}", Body=b"seen")
"""

RESOURCES = """
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Stage: {Type: String}
Resources:
  Incoming:
    Type: AWS::S3::Bucket
    DependsOn: ArrivalsPolicy
    Properties:
      BucketName: !Sub parcels-${Stage}-incoming
      NotificationConfiguration:
        QueueConfigurations:
          - {Event: "s3:ObjectCreated:*", Queue: !GetAtt Arrivals.Arn}
  Outgoing:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Sub "parcels-${Stage}-outgoing"}
  Arrivals:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub "parcels-${Stage}-arrivals"}
  ArrivalsPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Arrivals]
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Principal: {Service: s3.amazonaws.com}
            Action: sqs:SendMessage
            Resource: !GetAtt Arrivals.Arn
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub parcels-${Stage}-weigh-all
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: []}
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: !Sub parcels-${Stage}-weigh-all
      RoleArn: !GetAtt Role.Arn
      DefinitionS3Location: state_machine.asl.json
      DefinitionSubstitutions:
        WeighArn: !Sub
          - arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${Name}
          - {Name: !Sub "parcels-${Stage}-weigh"}
Outputs:
  Incoming: {Value: !Ref Incoming}
  Outgoing: {Value: !Ref Outgoing}
  Arrivals: {Value: !GetAtt Arrivals.QueueName}
  Machine: {Value: !Ref Machine}
"""


def _caught(error: str, end: str) -> dict[str, object]:
    return {"ErrorEquals": [error], "ResultPath": "$.error", "Next": end}


def _end(outcome: str) -> dict[str, object]:
    return {
        "Type": "Pass",
        "Parameters": {"outcome": outcome, "error.$": "$.error.Error"},
        "End": True,
    }


MACHINE = {
    "StartAt": "WeighAll",
    "States": {
        "WeighAll": {
            "Type": "Map",
            "ItemsPath": "$.parcels",
            "MaxConcurrency": 40,
            "ItemProcessor": {
                "StartAt": "Weigh",
                "States": {
                    "Weigh": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::lambda:invoke",
                        "TimeoutSeconds": 15,
                        "Parameters": {"FunctionName": "${WeighArn}", "Payload.$": "$"},
                        "ResultSelector": {"outcome": "weighed", "pid.$": "$.Payload.pid"},
                        "Retry": [
                            {
                                "ErrorEquals": ["BusyError"],
                                "IntervalSeconds": 1,
                                "MaxAttempts": 2,
                            }
                        ],
                        "Catch": [
                            _caught("BrokenError", "Broken"),
                            _caught("Runtime.ExitError", "Lost"),
                            _caught("Sandbox.Timedout", "Late"),
                            _caught("States.ALL", "Odd"),
                        ],
                        "End": True,
                    },
                    "Broken": _end("broken"),
                    "Lost": _end("lost"),
                    "Late": _end("late"),
                    "Odd": _end("odd"),
                },
            },
            "End": True,
        }
    },
}

CONFIG = {
    "version": "2.0",
    "app_name": "parcels",
    "minimum_compression_size": 1024,
    "lambda_functions": {"weigh": {"lambda_timeout": 6, "layers": ["${OcrLayerArn}"]}},
    "stages": {
        "local": {
            "environment_variables": {
                "STAGE": "local",
                "COLOUR": "brown",
                "OUTGOING": "${Outgoing}",
                "ARRIVALS": "${Arrivals}",
            }
        }
    },
}

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
            "Resource": "arn:${Partition}:s3:::${Outgoing}/*",
        }
    ],
}


def write_parcels(root: Path, name: str = "parcels") -> Path:
    """Write the service below ``root``, under another name if need be; ``root``."""
    folder = root / name
    (folder / ".chalice").mkdir(parents=True)
    for file, text in {
        "app.py": APP,
        "resources.yaml": RESOURCES,
        "state_machine.asl.json": json.dumps(MACHINE),
        ".chalice/config.json.in": json.dumps(CONFIG),
        ".chalice/policy.json.in": json.dumps(POLICY),
    }.items():
        (folder / file).write_text(text.replace("parcels", name))
    return root
