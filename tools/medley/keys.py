"""``medley keys``: the API keys of every stage but `local`."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from medley.key_ring import KeyRing

keys_app = typer.Typer(
    no_args_is_help=True,
    help="API keys of a stage. Two may live at once: make the new one, then revoke the old one.",
)

OUTPUT = "ApiKeysSecret"


class Scope(StrEnum):
    """What a key may do; each includes those before it."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


Service = Annotated[str, typer.Argument(metavar="SERVICE", help="A service's name.")]
Stage = Annotated[str, typer.Option("--stage", help="The stage, such as dev or prod.")]


@keys_app.command()
def create(
    service: Service,
    stage: Stage,
    scope: Annotated[
        Scope, typer.Option("--scope", help="What the key may do; each includes those before it.")
    ] = Scope.READ,
) -> None:
    """Make a key and print it, once; only its hash is stored."""
    issued = ring(service, stage).create(scope, datetime.now(UTC))
    typer.echo(issued.token)
    typer.echo(
        f"Key {issued.stored.id} of {service} {stage} may {scope}. It is shown this once. "
        "It works within five minutes.",
        err=True,
    )


@keys_app.command("list")
def list_keys(service: Service, stage: Stage) -> None:
    """List the keys that live: id, scope, and when each was made."""
    keys = ring(service, stage).alive()
    for key in keys:
        typer.echo(f"{key.id}  {','.join(key.scopes):<5}  {key.created_at:%Y-%m-%d %H:%M} UTC")
    if not keys:
        typer.echo(f"{service} {stage} has no keys: nobody can call it.", err=True)


@keys_app.command()
def revoke(
    service: Service,
    key_id: Annotated[str, typer.Argument(metavar="KEY_ID", help="As `medley keys list` has it.")],
    stage: Stage,
) -> None:
    """Take a key away."""
    gone = ring(service, stage).revoke(key_id)
    typer.echo(f"Key {gone.id} is revoked. It may be known for up to ten more minutes.", err=True)


def ring(slug: str, stage: str) -> "KeyRing":
    """The keys of a service's stage, in the account that the environment reaches.

    Raises:
        ToolError: no such service, stage or secret; AWS cannot be reached.
    """
    import boto3
    from botocore.exceptions import BotoCoreError

    from medley.deploy.configure import LOCAL
    from medley.deploy.errors import StackError, ToolError
    from medley.deploy.services import find_services, select
    from medley.deploy.stacks import read_stack
    from medley.key_ring import KeyRing
    from medley.paths import SERVICES

    (service,) = select(find_services(SERVICES), [slug])
    if stage == LOCAL:
        raise ToolError("Stage local is open to this machine, and has no keys.")
    try:
        stack = read_stack(boto3.client("cloudformation"), service.stack_name(stage))
        client = boto3.client("secretsmanager")
    except BotoCoreError as error:
        raise StackError(f"AWS cannot be reached: {error}") from error
    if stack is None:
        raise StackError(f"There is no stack {service.stack_name(stage)}. Deploy the stage first.")
    if OUTPUT not in stack.outputs:
        raise StackError(f"The stack {stack.name} has no output {OUTPUT}, so it has no keys.")
    return KeyRing(client, stack.outputs[OUTPUT], stage)
