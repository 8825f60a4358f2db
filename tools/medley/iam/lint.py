"""What no policy of a Lambda function or of a role may do."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medley.deploy.template import load_template
from medley.iam import render
from medley.paths import SERVICES

# IAM's limit of all inline policies of a role, without white space.
MOST_CHARACTERS = 10_240


@dataclass(frozen=True)
class Reason:
    """Why a statement may name every resource: these actions know none that is narrower."""

    actions: frozenset[str]
    why: str


REASONS = {
    "DetectLabels": Reason(
        frozenset({"rekognition:DetectLabels"}),
        "The picture is in the call: IAM offers no resource to name.",
    ),
    "Traces": Reason(
        frozenset(
            {
                "xray:PutTraceSegments",
                "xray:PutTelemetryRecords",
                "xray:GetSamplingRules",
                "xray:GetSamplingTargets",
            }
        ),
        "A trace is sent to X-Ray, not to a resource in it: IAM offers no resource to name.",
    ),
    "Logs": Reason(
        frozenset(
            {
                "logs:CreateLogDelivery",
                "logs:GetLogDelivery",
                "logs:UpdateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:DescribeResourcePolicies",
                "logs:DescribeLogGroups",
            }
        ),
        "Step Functions sets its log up by the API of deliveries, which knows no log groups.",
    ),
}
"""By the Sid of the statement."""

_KEYS = {"Sid", "Effect", "Action", "Resource", "Condition"}
_SID = re.compile(r"[A-Za-z0-9]+")
# Whoever may do these may do anything in the end, or be somebody else.
_FORBIDDEN = ("iam:", "sts:", "organizations:", "account:")
# These work on a bucket; the other actions of S3 that services use work on objects.
_OF_BUCKETS = {
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
    "s3:GetBucketLocation",
}
# The only actions that DynamoDB knows on an index.
_OF_INDEXES = {"dynamodb:Query", "dynamodb:Scan"}
# A name that begins with a star, maybe after its type: `function:*`, `table/*`.
_ANY_NAME = re.compile(r"([a-z-]+[:/])?\*")


def lint_service(slug: str) -> list[str]:
    """What is wrong with the policies of a service's functions, and with its stack's roles."""
    functions = render.documents(render.load_policies(slug))
    template = load_template(SERVICES / slug / "resources.yaml")
    return [*lint(functions), *lint(roles_of(template)), *trust(template)]


def lint(policies: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What is wrong with policies, each given by the name of its function or role.

    Resources may hold placeholders, and CloudFormation's functions.
    """
    return [
        f"{name}: {problem}" for name, policy in policies.items() for problem in _policy(policy)
    ]


def roles_of(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The policies of a CloudFormation template's roles, by ``Role/PolicyName``."""
    found: dict[str, dict[str, Any]] = {}
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}:
            found[name] = properties["PolicyDocument"]
        for policy in properties.get("Policies", []) if _is_role(resource) else ():
            found[f"{name}/{policy['PolicyName']}"] = policy["PolicyDocument"]
    return found


def trust(template: Mapping[str, Any]) -> list[str]:
    """Roles of a template that others than named services of AWS may take, or with more policies.

    What is attached from elsewhere, such as a managed policy of AWS, is not seen by `lint`.
    """
    wrong = []
    for name, resource in template["Resources"].items():
        if not _is_role(resource):
            continue
        properties = resource["Properties"]
        if "ManagedPolicyArns" in properties:
            wrong.append(f"{name}: it takes policies from elsewhere")
        for statement in properties["AssumeRolePolicyDocument"]["Statement"]:
            principal = statement.get("Principal")
            services = _list(principal.get("Service")) if isinstance(principal, dict) else []
            if not services or set(principal) != {"Service"} or "*" in services:
                wrong.append(f"{name}: not only a service of AWS may take the role")
    return wrong


def _is_role(resource: Mapping[str, Any]) -> bool:
    return bool(resource["Type"] == "AWS::IAM::Role")


def _policy(policy: Mapping[str, Any]) -> Iterator[str]:
    if policy.get("Version") != "2012-10-17":
        yield "its Version is not 2012-10-17"
    statements: Sequence[Mapping[str, Any]] = policy.get("Statement", [])
    if not statements:
        yield "it has no statement"
    for sid, count in Counter(str(one.get("Sid")) for one in statements).items():
        if count > 1:
            yield f"{count} statements have the Sid {sid}"
    size = len(json.dumps(policy, separators=(",", ":")))
    if size > MOST_CHARACTERS:
        yield f"it has {size} characters; IAM takes {MOST_CHARACTERS}"
    for index, statement in enumerate(statements):
        sid = statement.get("Sid", "")
        if not _SID.fullmatch(sid):
            yield f"statement {index} has no Sid of letters and digits"
        yield from (f"{sid or index}: {problem}" for problem in _statement(statement))


def _statement(statement: Mapping[str, Any]) -> Iterator[str]:
    if unknown := sorted(set(statement) - _KEYS):
        yield f"{', '.join(unknown)} cannot be judged here"
    if statement.get("Effect") != "Allow":
        yield "its Effect is not Allow"
    actions = _list(statement.get("Action"))
    resources = [_text(resource) for resource in _list(statement.get("Resource"))]
    if not actions or not resources:
        yield "it lacks actions or resources"
    for action in actions:
        if "*" in action or "?" in action:
            yield f"the action {action} is a wildcard"
        if action.lower().startswith(_FORBIDDEN):
            yield f"no role of a service needs {action}"
    for resource in resources:
        if resource == "*":
            yield from _any_resource(statement.get("Sid", ""), actions)
        else:
            yield from _resource(resource, actions)


def _any_resource(sid: str, actions: Sequence[str]) -> Iterator[str]:
    reason = REASONS.get(sid)
    for action in actions:
        if reason is None or action not in reason.actions:
            yield f"{action} on every resource, with no reason in medley.iam.lint.REASONS"


def _resource(resource: str, actions: Sequence[str]) -> Iterator[str]:
    if not resource.startswith("arn:"):
        # A placeholder for a whole ARN. Anything else is a name, which matches nothing.
        if not resource.startswith("${") or "*" in resource.split("/")[0]:
            yield f"{resource} is no ARN"
        return
    _, _, service, region, account, name = _fields(resource)
    if "*" in service + region + account or _ANY_NAME.match(name):
        yield f"{resource} is any resource of its kind"
    for action in actions:
        prefix = action.split(":")[0]
        if prefix != service:
            yield f"{action} does nothing with {resource}"
    if service == "s3":
        of_bucket = "/" not in name
        for action in actions:
            if of_bucket != (action in _OF_BUCKETS):
                kind = "a bucket" if of_bucket else "objects"
                yield f"{action} does nothing with {kind}: {resource}"
    if service == "dynamodb" and "/index/" in name:
        for action in sorted(set(actions) - _OF_INDEXES):
            yield f"{action} does nothing with an index: {resource}"


def _fields(arn: str) -> list[str]:
    """The six fields of an ARN. Colons inside of placeholders, ``${AWS::Region}``, are no ends."""
    hidden = re.sub(r"\$\{[^}]*\}", lambda match: match[0].replace(":", "\0"), arn)
    fields = [field.replace("\0", ":") for field in hidden.split(":", 5)]
    return [*fields, *[""] * (6 - len(fields))]


def _text(resource: Any) -> str:
    """A resource as one string; ``!Sub`` as it is, ``!GetAtt X.Arn`` as ``${X.Arn}``."""
    match resource:
        case {"Fn::Sub": str(text)}:
            return text
        case {"Ref": name}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [*names]}:
            return f"${{{'.'.join(names)}}}"
        case {"Fn::GetAtt": str(name)}:
            return f"${{{name}}}"
        case _:
            return str(resource)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
