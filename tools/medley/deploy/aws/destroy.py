"""Removes one service's stage from an account, and looks whether anything is left."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from botocore.exceptions import ClientError
from rich.console import Console
from rich.table import Table

from medley.deploy.aws import buckets
from medley.deploy.aws.artefacts import Artefacts, stack_name
from medley.deploy.aws.deploy import Confirm, NotConfirmedError
from medley.deploy.aws.functions import record_path, remove_functions
from medley.deploy.aws.leftovers import Names, names_of, remove_leftovers, what_is_left
from medley.deploy.aws.removal import delete_stack, exists
from medley.deploy.aws.target import Target
from medley.deploy.errors import StackError, ToolError
from medley.deploy.services import ORDER, Service


@dataclass
class Inventory:
    """What is in the stack, and what stands in the way of removing it.

    ``there``: whether there is a stack at all; one that could not be made has no resources.
    """

    there: bool = False
    resources: list[tuple[str, str, str]] = field(default_factory=list)
    filled_buckets: list[str] = field(default_factory=list)
    protected_tables: list[str] = field(default_factory=list)

    def of_type(self, kind: str) -> list[str]:
        """The physical names of one type."""
        return [name for _, type_, name in self.resources if type_ == kind and name]


def destroy(
    service: Service,
    stage: str,
    target: Target,
    console: Console,
    confirm: Confirm,
    *,
    delete_content: bool = False,
) -> list[str]:
    """Remove the service's stage; what was removed, one line each.

    Nothing is removed unless all can be.

    Raises:
        ToolError: buckets hold something and ``delete_content`` is not set, tables are protected,
            the person said no, or something is left.
    """
    artefacts = Artefacts(target, stage)
    if said := artefacts.restore_record(service):
        console.print(said, highlight=False)
    names = names_of(service, stage, record_path(service, stage))
    inventory = take_inventory(target, service.stack_name(stage))
    left = what_is_left(target, names)
    console.print(f"{service.slug}, stage {stage}, in {target.place}", highlight=False)
    if not inventory.there and not left:
        console.print("There is nothing of it.")
        _finish(service, stage, target, artefacts)
        return []
    refuse_what_is_kept(inventory, delete_content=delete_content)
    console.print(_table(inventory, left, names))
    if not confirm("Remove all of this for good?"):
        raise NotConfirmedError("Nothing was removed.")
    removed = _remove(service, stage, target, console, inventory, names)
    removed += _finish(service, stage, target, artefacts)
    for line in removed:
        console.print(f"  {line}", highlight=False, soft_wrap=True)
    _look_again(target, service, stage, names, inventory)
    console.print("Nothing is left.")
    return removed


def _remove(
    service: Service,
    stage: str,
    target: Target,
    console: Console,
    inventory: Inventory,
    names: Names,
) -> list[str]:
    with console.status("functions and routes") as status:
        # First, so that nobody writes into what goes next.
        removed = remove_functions(service, stage, target)
        removed += remove_leftovers(target, names)
        for bucket in inventory.filled_buckets:
            status.update(f"emptying {bucket}")
            removed.append(f"bucket {bucket}: {buckets.empty(target.client('s3'), bucket)} deleted")
        name = service.stack_name(stage)
        if inventory.there:
            delete_stack(target, name, status.update)
            removed.append(f"stack {name}: removed, {len(inventory.resources)} resources")
        # A function that was still running may have made its log group again.
        removed += remove_leftovers(target, names)
    return removed


def take_inventory(target: Target, stack: str) -> Inventory:
    """What the stack holds; empty without one."""
    inventory = Inventory(exists(target, stack), list(_resources(target, stack)))
    s3, dynamodb = target.client("s3"), target.client("dynamodb")
    for bucket in inventory.of_type("AWS::S3::Bucket"):
        if buckets.holds_something(s3, bucket):
            inventory.filled_buckets.append(bucket)
    for table in inventory.of_type("AWS::DynamoDB::Table"):
        try:
            described = dynamodb.describe_table(TableName=table)["Table"]
        except dynamodb.exceptions.ResourceNotFoundException:
            continue
        if described.get("DeletionProtectionEnabled"):
            inventory.protected_tables.append(table)
    return inventory


def refuse_what_is_kept(inventory: Inventory, *, delete_content: bool) -> None:
    """Stop before anything is removed.

    Raises:
        ToolError: tables are protected, or buckets hold something that was not asked to go.
    """
    if inventory.protected_tables:
        commands = "\n".join(
            f"  aws dynamodb update-table --no-deletion-protection-enabled --table-name {table}"
            for table in inventory.protected_tables
        )
        raise ToolError(
            "Nothing was removed: these tables are protected against deletion, as in prod. "
            f"To give that up:\n{commands}"
        )
    if inventory.filled_buckets and not delete_content:
        raise ToolError(
            "Nothing was removed: these buckets hold something, "
            + ", ".join(inventory.filled_buckets)
            + ". --delete-content deletes all that is in them, every version."
        )


def _resources(target: Target, stack: str) -> Iterator[tuple[str, str, str]]:
    pages = target.client("cloudformation").get_paginator("list_stack_resources")
    try:
        for page in pages.paginate(StackName=stack):
            for item in page["StackResourceSummaries"]:
                if item["ResourceStatus"] != "DELETE_COMPLETE":
                    yield (
                        item["LogicalResourceId"],
                        item["ResourceType"],
                        item.get("PhysicalResourceId", ""),
                    )
    except ClientError as error:
        if "does not exist" not in str(error):
            raise StackError(f"The stack {stack} cannot be read: {error}") from error


def _finish(service: Service, stage: str, target: Target, artefacts: Artefacts) -> list[str]:
    """Forget the record; with the stage's last service, layers and the shared bucket go too."""
    artefacts.forget_record(service)
    if others_of(target, service, stage):
        return []
    from medley.deploy.aws.layers import remove_layers

    removed = [] if target.embedded else remove_layers(stage, target)
    if bucket := artefacts.existing:
        buckets.empty(target.client("s3"), bucket)
        delete_stack(target, stack_name(stage), lambda _: None)
        removed.append(f"stack {stack_name(stage)}: removed, no other service uses it")
    return removed


def others_of(target: Target, service: Service, stage: str) -> list[str]:
    """Stacks of the stage's other services."""
    others = [f"{slug}-{stage}" for slug in ORDER if slug != service.slug]
    return [name for name in others if any(True for _ in _resources(target, name))]


def _look_again(
    target: Target, service: Service, stage: str, names: Names, inventory: Inventory
) -> None:
    left = what_is_left(target, names)
    left += [f"{kind} {name}" for _, kind, name in _resources(target, service.stack_name(stage))]
    s3 = target.client("s3")
    left += [
        f"bucket {name}"
        for name in inventory.of_type("AWS::S3::Bucket")
        if buckets.exists(s3, name)
    ]
    if left:
        raise StackError("These are still there:\n" + "\n".join(f"  {line}" for line in left))


def _table(inventory: Inventory, left: list[str], names: Names) -> Table:
    table = Table(title=f"To be removed: {names.prefix}")
    for heading in ("what", "name", "note"):
        table.add_column(heading, overflow="fold")
    for _, kind, name in sorted(inventory.resources, key=lambda one: one[1:]):
        note = "its rows go too" if kind == "AWS::DynamoDB::Table" else ""
        note = "its content goes too" if name in inventory.filled_buckets else note
        table.add_row(kind.removeprefix("AWS::"), name, note, style="red" if note else None)
    for line in left:
        kind, _, name = line.partition(" ")
        table.add_row(kind, name, "")
    return table
