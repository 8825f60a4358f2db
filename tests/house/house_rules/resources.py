"""What the house asks of a service's resources.yaml, beyond what cfn-lint knows."""

import json
import re
from collections.abc import Iterator
from typing import Any

Template = dict[str, Any]
Resource = dict[str, Any]

LEAST_RECEIVES = 5
VISIBILITY_FACTOR = 6


def of_type(template: Template, kind: str) -> dict[str, Resource]:
    """The resources of one type, ``S3::Bucket``, by their logical names."""
    return {
        name: resource
        for name, resource in template["Resources"].items()
        if resource["Type"] == f"AWS::{kind}"
    }


def properties(resource: Resource) -> dict[str, Any]:
    """A resource's properties; none is an empty dictionary."""
    return dict(resource.get("Properties", {}))


def referred(value: Any) -> str | None:
    """The logical name that ``!Ref X``, ``!GetAtt X.Arn`` or ``!Sub ${X.Arn}...`` starts from."""
    if not isinstance(value, dict):
        return None
    if "Ref" in value:
        return str(value["Ref"])
    if "Fn::GetAtt" in value:
        attribute = value["Fn::GetAtt"]
        return str(attribute[0] if isinstance(attribute, list) else attribute.split(".")[0])
    found = re.match(r"\$\{([A-Za-z0-9]+)", str(value.get("Fn::Sub", "")))
    return found[1] if found else None


def notified_queues(template: Template) -> Iterator[tuple[str, str]]:
    """Each (bucket, queue) of which the bucket notifies the queue."""
    for name, bucket in of_type(template, "S3::Bucket").items():
        configuration = properties(bucket).get("NotificationConfiguration", {})
        for entry in configuration.get("QueueConfigurations", []):
            yield name, str(referred(entry["Queue"]))


def dead_letters(template: Template) -> list[str]:
    """A queue that S3 feeds gives up after five receives or more, into a queue with an alarm."""
    wrong = []
    queues = of_type(template, "SQS::Queue")
    watched = {
        referred(dimension.get("Value")) or dimension.get("Value")
        for alarm in of_type(template, "CloudWatch::Alarm").values()
        for dimension in properties(alarm).get("Dimensions", [])
        if dimension.get("Name") == "QueueName"
    }
    for bucket, queue in notified_queues(template):
        if queue not in queues:
            wrong.append(f"{bucket} notifies {queue}, which is no queue of this stack")
            continue
        policy = properties(queues[queue]).get("RedrivePolicy")
        if not policy:
            wrong.append(f"{queue} has no redrive policy")
            continue
        if int(policy["maxReceiveCount"]) < LEAST_RECEIVES:
            wrong.append(f"{queue}: maxReceiveCount {policy['maxReceiveCount']}")
        target = referred(policy["deadLetterTargetArn"])
        if target not in queues:
            wrong.append(f"{queue}: its dead letters go to {target}, which is not here")
        elif target not in watched:
            wrong.append(f"{target} has no alarm")
    return wrong


def visibility(template: Template, timeout_of_consumer: dict[str, int]) -> list[str]:
    """A message stays hidden for six timeouts of the Lambda that takes it.

    Args:
        template: the stack.
        timeout_of_consumer: seconds, by the logical name of the queue.
    """
    wrong = []
    for name, seconds in timeout_of_consumer.items():
        hidden = properties(template["Resources"][name]).get("VisibilityTimeout", 30)
        if hidden < VISIBILITY_FACTOR * seconds:
            wrong.append(f"{name}: hidden for {hidden} s, its Lambda runs up to {seconds} s")
    return wrong


def notifications(template: Template) -> list[str]:
    """The queue lets the bucket in by its name, and the bucket waits for that policy.

    By a reference the two would depend on each other; without the order S3 refuses the bucket.
    """
    wrong = []
    policies = of_type(template, "SQS::QueuePolicy")
    for bucket, queue in notified_queues(template):
        allowing = {
            name: policy
            for name, policy in policies.items()
            if queue in {referred(one) for one in properties(policy)["Queues"]}
        }
        if not allowing:
            wrong.append(f"{queue} has no policy that lets {bucket} in")
            continue
        depends = template["Resources"][bucket].get("DependsOn", [])
        depends = [depends] if isinstance(depends, str) else depends
        if not set(allowing).intersection(depends):
            wrong.append(f"{bucket} does not depend on {', '.join(allowing)}")
        text = json.dumps([properties(policy) for policy in allowing.values()])
        if re.search(rf"\$\{{{bucket}\b|\"{bucket}[\".]", text):
            wrong.append(f"the policy of {queue} refers to {bucket}: a circle; use its name")
        if "aws:SourceArn" not in text:
            wrong.append(f"the policy of {queue} lets any bucket in: no aws:SourceArn")
    return wrong


def buckets(template: Template) -> list[str]:
    """Every bucket is encrypted, closed to the public, and speaks TLS only."""
    wrong = []
    for name, bucket in of_type(template, "S3::Bucket").items():
        given = properties(bucket)
        if not given.get("BucketEncryption"):
            wrong.append(f"{name} is not encrypted")
        block = given.get("PublicAccessBlockConfiguration", {})
        wrong += [
            f"{name}: {switch} is not on"
            for switch in (
                "BlockPublicAcls",
                "BlockPublicPolicy",
                "IgnorePublicAcls",
                "RestrictPublicBuckets",
            )
            if block.get(switch) is not True
        ]
        if not any(
            referred(properties(policy)["Bucket"]) == name and _refuses_plain_http(policy)
            for policy in of_type(template, "S3::BucketPolicy").values()
        ):
            wrong.append(f"{name} has no policy that refuses plain HTTP")
    return wrong


def _refuses_plain_http(policy: Resource) -> bool:
    return any(
        statement["Effect"] == "Deny"
        and statement.get("Principal") in ("*", {"AWS": "*"})
        and str(statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")).lower()
        == "false"
        for statement in properties(policy)["PolicyDocument"]["Statement"]
    )


def directions(template: Template) -> list[str]:
    """``incoming`` notifies and takes uploads from browsers; ``media`` notifies nobody.

    So nothing that a step writes can start a step.
    """
    wrong = []
    outputs = template.get("Outputs", {})
    roles = ("IncomingBucket", "MediaBucket")
    found = {role: referred(outputs[role]["Value"]) for role in roles if role in outputs}
    wrong += [f"no output {role}" for role in roles if role not in found]
    all_buckets = of_type(template, "S3::Bucket")
    incoming = properties(all_buckets.get(str(found.get("IncomingBucket")), {}))
    media = properties(all_buckets.get(str(found.get("MediaBucket")), {}))
    if not incoming.get("NotificationConfiguration"):
        wrong.append("the incoming bucket notifies nobody")
    if not incoming.get("CorsConfiguration"):
        wrong.append("the incoming bucket has no CORS: browsers cannot upload")
    if media.get("NotificationConfiguration"):
        wrong.append("the media bucket notifies: a step could start itself")
    if len(set(found.values())) < len(found):
        wrong.append("incoming and media are one bucket")
    return wrong


def tables(template: Template) -> list[str]:
    """Every table is on demand and can be restored to any second."""
    wrong = []
    for name, table in of_type(template, "DynamoDB::Table").items():
        given = properties(table)
        if given.get("BillingMode") != "PAY_PER_REQUEST":
            wrong.append(f"{name} is not on demand")
        recovery = given.get("PointInTimeRecoverySpecification", {})
        if recovery.get("PointInTimeRecoveryEnabled") is not True:
            wrong.append(f"{name} has no point-in-time recovery")
    return wrong
