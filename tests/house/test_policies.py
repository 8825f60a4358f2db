"""Every function of every service has a policy of its own, and all policies keep the rules."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint as cfn_lint  # type: ignore[import-untyped]
from house_rules import layout

from medley.deploy.template import load_template
from medley.iam import lint, render

each_service = pytest.mark.parametrize("service", layout.services(), ids=str)
OWN = {"Stage", "Region", "AccountId", "Partition"}
# The functions that Chalice makes of the routes and of the authorizer.
ROUTES = {"api_handler", "authorize"}
PARAMETERS = {
    "AccountId": "AWS::AccountId",
    "Region": "AWS::Region",
    "Partition": "AWS::Partition",
}


def policies(service: layout.Service) -> dict[str, dict[str, Any]]:
    return render.documents(render.load_policies(service.slug))


def named_in(app: Path) -> set[str]:
    """The functions that an app names."""
    return set(re.findall(r'\bname="([\w-]+)"', app.read_text("utf-8")))


@each_service
def test_what_is_committed_is_what_build_gives(service: layout.Service) -> None:
    assert render.is_current(service.slug), f"run `medley iam render {service.slug}`"


@each_service
def test_each_function_has_a_policy_of_its_own(service: layout.Service) -> None:
    functions = named_in(service.path / "app.py") | ROUTES
    assert set(policies(service)) == functions == set(service.config["lambda_functions"])


@each_service
def test_policies_and_roles_keep_the_rules(service: layout.Service) -> None:
    assert lint.lint_service(service.slug) == []


@each_service
def test_each_placeholder_has_a_value(service: layout.Service) -> None:
    asked = set(re.findall(r"\$\{(\w+)\}", json.dumps(policies(service))))
    assert asked <= set(service.resources["Outputs"]) | OWN


@each_service
def test_a_function_writes_no_log_but_its_own(service: layout.Service) -> None:
    app = service.config["app_name"]
    for name, policy in policies(service).items():
        (log,) = [one for one in policy["Statement"] if one["Sid"] == "Log"]
        (group,) = log["Resource"]
        # Chalice gives the function of the routes no name of its own.
        own = "" if name == "api_handler" else f"-{name}"
        assert group.endswith(f":log-group:/aws/lambda/{app}-${{Stage}}{own}:*")


@each_service
def test_actions_are_ones_that_aws_has(service: layout.Service) -> None:
    """cfn-lint knows AWS's list of them, and which resources an action is for."""
    assert cfn_lint(json.dumps(as_template(policies(service)))) == []


def test_cfn_lint_would_see_an_action_that_aws_does_not_have() -> None:
    statement = {"Sid": "A", "Effect": "Allow", "Action": "s3:GetObjct", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    assert "getobjct" in str(cfn_lint(json.dumps(as_template({"reader": policy})))).lower()


def as_template(documents: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A stack with the policies, whose placeholders are parameters."""
    names = set(re.findall(r"\$\{(\w+)\}", json.dumps(documents))) - set(PARAMETERS)
    trusted = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    roles = {
        "".join(part.title() for part in name.split("_")): {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [{**trusted, "Action": "sts:AssumeRole"}],
                },
                "Policies": [{"PolicyName": "own", "PolicyDocument": substituted(document)}],
            },
        }
        for name, document in documents.items()
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {name: {"Type": "String"} for name in sorted(names)},
        "Resources": roles,
    }


def substituted(node: Any) -> Any:
    """Every text with a placeholder as CloudFormation's ``Fn::Sub``."""
    if isinstance(node, dict):
        return {key: substituted(value) for key, value in node.items()}
    if isinstance(node, list):
        return [substituted(value) for value in node]
    if not isinstance(node, str) or "${" not in node:
        return node
    if re.fullmatch(r"\$\{\w+\}", node):
        return {"Ref": node[2:-1]}
    return {"Fn::Sub": re.sub(r"\$\{(\w+)\}", lambda m: f"${{{PARAMETERS.get(m[1], m[1])}}}", node)}


# --- each rule catches what breaks it ------------------------------------------------------------

FINE = {
    "Sid": "Read",
    "Effect": "Allow",
    "Action": ["s3:GetObject"],
    "Resource": ["arn:aws:s3:::${Bucket}/*"],
}
TABLE = "arn:${Partition}:dynamodb:${Region}:${AccountId}:table/${Table}"


def found(**change: Any) -> str:
    statement = {name: value for name, value in (FINE | change).items() if value is not None}
    return "\n".join(lint.lint({"f": {"Version": "2012-10-17", "Statement": [statement]}}))


def test_a_policy_that_is_fine_has_no_problem() -> None:
    assert found() == ""
    assert found(Action="dynamodb:Query", Resource=f"{TABLE}/index/gsi1") == ""
    assert found(Resource={"Fn::Sub": "${Bucket.Arn}/*"}) == ""
    assert found(Sid="Traces", Action=["xray:PutTraceSegments"], Resource=["*"]) == ""


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"Sid": None}, "no Sid"),
        ({"Sid": "a b"}, "no Sid of letters"),
        ({"Effect": "Deny"}, "Effect is not Allow"),
        ({"Action": "s3:*"}, "s3:* is a wildcard"),
        ({"Action": "s3:Get?bject"}, "is a wildcard"),
        ({"Action": "iam:PassRole"}, "no role of a service needs iam:PassRole"),
        ({"Action": "STS:AssumeRole"}, "no role of a service needs STS:AssumeRole"),
        ({"Action": []}, "lacks actions or resources"),
        ({"Resource": None}, "lacks actions or resources"),
        ({"NotAction": "s3:PutObject"}, "NotAction cannot be judged"),
        ({"Resource": "*"}, "s3:GetObject on every resource, with no reason"),
        ({"Sid": "Traces", "Resource": "*"}, "s3:GetObject on every resource, with no reason"),
        ({"Resource": "arn:aws:s3:::*"}, "any resource of its kind"),
        ({"Resource": "arn:aws:s3:*:1:b/*"}, "any resource of its kind"),
        ({"Resource": "${Bucket}*"}, "is no ARN"),
        ({"Resource": "my-bucket/*"}, "is no ARN"),
        ({"Resource": "arn:aws:s3:::${Bucket}"}, "does nothing with a bucket"),
        ({"Action": "s3:ListBucket"}, "does nothing with objects"),
        ({"Resource": TABLE}, "s3:GetObject does nothing with"),
        ({"Action": "dynamodb:GetItem", "Resource": f"{TABLE}/index/gsi1"}, "with an index"),
        (
            {"Action": "lambda:InvokeFunction", "Resource": "arn:aws:lambda:r:1:function:*"},
            "any resource of its kind",
        ),
        ({"Resource": [f"arn:aws:s3:::b/{'k' * 1000}{n}" for n in range(11)]}, "IAM takes 10240"),
    ],
)
def test_what_a_policy_must_not_do_is_named(change: dict[str, Any], problem: str) -> None:
    assert problem in found(**change)


def test_a_policy_as_a_whole_is_looked_at() -> None:
    policies = {
        "empty": {"Version": "2012-10-17", "Statement": []},
        "old": {"Version": "2008-10-17", "Statement": [FINE, FINE]},
    }
    assert lint.lint(policies) == [
        "empty: it has no statement",
        "old: its Version is not 2012-10-17",
        "old: 2 statements have the Sid Read",
    ]


ROLES = """
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess]
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: [{Effect: Allow, Principal: PRINCIPAL, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: 2012-10-17
            Statement: [{Sid: All, Effect: Allow, Action: "s3:*", Resource: !GetAtt Bucket.Arn}]
"""


@pytest.mark.parametrize(
    "principal", ['"*"', '{AWS: "*"}', '{Service: "*"}', "{Service: a.com, AWS: b}"]
)
def test_roles_of_a_stack_are_looked_at(tmp_path: Path, principal: str) -> None:
    path = tmp_path / "resources.yaml"
    path.write_text(ROLES.replace("PRINCIPAL", principal))
    template = load_template(path)
    assert lint.lint(lint.roles_of(template)) == ["Role/own: All: the action s3:* is a wildcard"]
    assert lint.trust(template) == [
        "Role: it takes policies from elsewhere",
        "Role: not only a service of AWS may take the role",
    ]
