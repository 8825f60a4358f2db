"""A change set is shown before it is applied, and stored things need a second yes."""

import io
import itertools
from typing import Any

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from medley.deploy.aws import change_sets
from medley.deploy.aws.changes import read_changes
from medley.deploy.aws.deploy import NotConfirmedError, Options, show_and_ask
from medley.deploy.errors import StackError

STACK_ID = "arn:aws:cloudformation:eu-west-1:123456789012:stack/tiny-dev/1"


def change(
    logical_id: str,
    kind: str,
    action: str = "Modify",
    replacement: str = "False",
    details: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    return {
        "ResourceChange": {
            "Action": action,
            "LogicalResourceId": logical_id,
            "ResourceType": f"AWS::{kind}",
            "Replacement": replacement,
            "Details": details or [],
        }
    }


def dynamic(name: str, cause: str) -> dict[str, Any]:
    target = {"Attribute": "Properties", "Name": name, "RequiresRecreation": "Conditionally"}
    return {"Target": target, "Evaluation": "Dynamic", "CausingEntity": cause}


class CloudFormation:
    """As much of CloudFormation as a deployment asks; states and events come from the test."""

    def __init__(self, **answers: Any) -> None:
        self.stack: dict[str, Any] | None = answers.get("stack")
        self.described = answers.get("described", {"Status": "CREATE_COMPLETE", "Changes": []})
        self.states = iter(answers.get("states", ()))
        self.events: list[dict[str, str]] = []
        self.failing: list[dict[str, str]] = answers.get("failing", [])
        self.called: list[tuple[str, dict[str, Any]]] = []

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        if StackName == STACK_ID:
            return {"Stacks": [{"StackId": STACK_ID, "StackStatus": next(self.states)}]}
        if self.stack is None:
            raise ClientError({"Error": {"Message": "it does not exist"}}, "DescribeStacks")
        return {"Stacks": [{"StackId": STACK_ID, "Outputs": [], **self.stack}]}

    def create_change_set(self, **request: Any) -> dict[str, str]:
        self.called.append(("create_change_set", request))
        return {"Id": "change-set", "StackId": STACK_ID}

    def describe_change_set(self, **_: Any) -> dict[str, Any]:
        return dict(self.described)

    def execute_change_set(self, **request: Any) -> None:
        self.called.append(("execute_change_set", request))
        self.events = self.failing

    def delete_change_set(self, **request: Any) -> None:
        self.called.append(("delete_change_set", request))

    def delete_stack(self, **request: Any) -> None:
        self.called.append(("delete_stack", request))

    def get_paginator(self, _: str) -> Any:
        client = self

        class Pages:
            def paginate(self, **_: Any) -> list[dict[str, Any]]:
                return [{"StackEvents": client.events}]

        return Pages()

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.called]


def prepare(client: CloudFormation, **parameters: str) -> change_sets.ChangeSet:
    declared: dict[str, Any] = {"Stage": {}, "CorsOrigins": {}, "LogRetentionDays": {}}
    return change_sets.prepare(
        client,
        "tiny-dev",
        {"TemplateBody": "{}"},
        declared=declared,
        parameters={"Stage": "dev", **parameters},
        tags={"Stage": "dev"},
        poll=0,
    )


def shown(change_set: change_sets.ChangeSet, **options: Any) -> str:
    console = Console(file=io.StringIO(), width=120)
    options.setdefault("confirm", lambda _: True)
    show_and_ask(change_set, console, Options(**options))
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


def test_a_new_stack_is_a_create_that_goes_away_when_it_fails() -> None:
    client = CloudFormation()
    made = prepare(client)
    (_, request) = client.called[0]
    assert (request["ChangeSetType"], request["OnStackFailure"]) == ("CREATE", "DELETE")
    assert made.creates


def test_parameters_that_are_not_given_keep_their_value() -> None:
    kept = [{"ParameterKey": "CorsOrigins", "ParameterValue": "https://a.example"}]
    client = CloudFormation(stack={"StackStatus": "UPDATE_COMPLETE", "Parameters": kept})
    prepare(client)
    (_, request) = client.called[0]
    assert request["ChangeSetType"] == "UPDATE"
    assert request["Parameters"] == [
        {"ParameterKey": "Stage", "ParameterValue": "dev"},
        {"ParameterKey": "CorsOrigins", "UsePreviousValue": True},
    ]


def test_nothing_to_change_is_no_error_and_leaves_no_change_set() -> None:
    reason = "The submitted information didn't contain changes. Submit different information."
    client = CloudFormation(
        stack={"StackStatus": "CREATE_COMPLETE"},
        described={"Status": "FAILED", "StatusReason": reason},
    )
    assert prepare(client).empty
    assert client.names == ["create_change_set", "delete_change_set"]


def test_a_refused_template_says_why() -> None:
    client = CloudFormation(described={"Status": "FAILED", "StatusReason": "Odd is not valid"})
    with pytest.raises(StackError, match="Odd is not valid"):
        prepare(client)
    assert "delete_stack" in client.names


@pytest.mark.parametrize(
    ("state", "said"),
    [("UPDATE_IN_PROGRESS", "is being changed now"), ("ROLLBACK_COMPLETE", "medley destroy")],
)
def test_a_stack_that_cannot_be_changed_now_is_left_alone(state: str, said: str) -> None:
    client = CloudFormation(stack={"StackStatus": state})
    with pytest.raises(StackError, match=said):
        prepare(client)
    assert client.called == []


def test_the_table_tells_action_resource_type_and_replacement() -> None:
    details = [{"Target": {"Attribute": "Properties", "Name": "VisibilityTimeout"}}]
    changes = read_changes(
        [
            change("Uploads", "SQS::Queue", details=details),
            change("Old", "Logs::LogGroup", "Remove", ""),
            change("Fresh", "DynamoDB::Table", "Add", ""),
        ]
    )
    text = shown(change_sets.ChangeSet("tiny-dev", STACK_ID, "id", False, changes=tuple(changes)))
    rows = [line.split() for line in text.splitlines() if "::" in line]
    assert [[word for word in row if word != "│"] for row in rows] == [
        ["add", "Fresh", "DynamoDB::Table"],
        ["modify", "Uploads", "SQS::Queue", "VisibilityTimeout"],
        ["remove", "Old", "Logs::LogGroup"],
    ]


@pytest.mark.parametrize(
    "listed",
    [
        change("Photos", "DynamoDB::Table", "Remove", ""),
        change("Photos", "S3::Bucket", replacement="True"),
        change("Photos", "SecretsManager::Secret", replacement="Conditional"),
    ],
)
def test_stored_things_go_only_with_the_extra_option(listed: dict[str, Any]) -> None:
    changes = tuple(read_changes([listed]))
    change_set = change_sets.ChangeSet("tiny-dev", STACK_ID, "id", False, changes=changes)
    with pytest.raises(StackError, match=r"Photos would be replaced or removed.*--allow-repl"):
        shown(change_set)
    assert "loses content" in shown(change_set, allow_replacement=True)


def test_a_reference_to_what_only_changes_is_no_replacement() -> None:
    queue = change("Queue", "SQS::Queue")
    bucket = change("Photos", "S3::Bucket", replacement="Conditional")
    bucket["ResourceChange"]["Details"] = [dynamic("NotificationConfiguration", "Queue.Arn")]
    assert [one.replaced for one in read_changes([bucket, queue])] == ["", ""]


def test_a_replacement_is_followed_through_references() -> None:
    changes = [
        change("A", "S3::Bucket", replacement="True"),
        change("B", "SQS::Queue", replacement="Conditional", details=[dynamic("Name", "A")]),
        change("C", "S3::Bucket", replacement="Conditional", details=[dynamic("Name", "B.Arn")]),
    ]
    for order in itertools.permutations(changes):
        replaced = {one.logical_id: one.replaced for one in read_changes(list(order))}
        assert replaced == {"A": "yes", "B": "perhaps", "C": "perhaps"}


def test_a_no_changes_nothing() -> None:
    change_set = change_sets.ChangeSet("tiny-dev", STACK_ID, "id", creates=True)
    with pytest.raises(NotConfirmedError):
        shown(change_set, confirm=lambda _: False)
    client = CloudFormation()
    change_sets.discard(client, change_set)
    assert client.names == ["delete_change_set", "delete_stack"]


def test_a_failure_names_its_cause_and_not_what_was_cancelled_for_it() -> None:
    failed = {"ResourceStatus": "CREATE_FAILED", "ResourceType": "AWS::S3::Bucket"}
    cancelled = "Resource creation cancelled"
    client = CloudFormation(
        states=["CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "DELETE_COMPLETE"],
        failing=[
            {**failed, "EventId": "2", "LogicalResourceId": "B", "ResourceStatusReason": cancelled},
            {**failed, "EventId": "1", "LogicalResourceId": "A", "ResourceStatusReason": "taken"},
        ],
    )
    change_set = change_sets.ChangeSet("tiny-dev", STACK_ID, "id", creates=True)
    told: list[str] = []
    with pytest.raises(StackError) as caught:
        change_sets.execute(client, change_set, poll=0, progress=told.append)
    assert "A (AWS::S3::Bucket): taken" in str(caught.value)
    assert cancelled not in str(caught.value)
    assert told == ["A: CREATE_FAILED", "B: CREATE_FAILED"]
