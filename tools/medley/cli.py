"""The `medley` command. Each command imports what it needs when it runs, so that help is quick."""

import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from medley.asl.commands import asl_app
from medley.demo import demo
from medley.deploy.aws.commands import deploy, destroy, package_template
from medley.google_account import upload_service_account
from medley.iam.commands import iam_app
from medley.keys import keys_app
from medley.layers.commands import layers_app
from medley.openapi import openapi_app
from medley.package.commands import package
from medley.read_bibs import read_bibs
from medley.thumbs import thumbs
from medley.video import kenburns, render
from medley.zips import zip_objects

if TYPE_CHECKING:
    from medley.local.layout import Layout

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Medley's services on this machine, and their way to AWS.",
)
console = Console()
errors = Console(stderr=True)


def main() -> None:
    """Run the command line; an error that a developer can act on is one message, not a trace."""
    from medley.deploy.errors import ToolError

    try:
        app()
    except ToolError as error:
        errors.print("[red]error:[/]", end=" ")
        errors.print(str(error), markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)
    except ValueError as error:
        from pydantic import ValidationError

        if not isinstance(error, ValidationError):
            raise
        for problem in error.errors():
            name = "MEDLEY_" + "_".join(str(part) for part in problem["loc"]).upper()
            errors.print(f"{name}: {problem['msg']}", markup=False, soft_wrap=True)
        sys.exit(2)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"medley {version('medley')}")
        raise typer.Exit


@app.callback()
def before_any_command(
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Take what is no command's own."""


@app.command()
def up(
    services: Annotated[
        list[str] | None, typer.Argument(metavar="[SERVICE...]", help="All without it.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep AWS's state, and start with what was kept.")
    ] = False,
) -> None:
    """Start the local stack, print where it is, and stop it with Ctrl-C.

    Settings come from the environment: MEDLEY_AWS_PORT (4566), MEDLEY_BASE_PORT (8001, the first
    service's), MEDLEY_STATE_DIR (.medley), MEDLEY_REGION (us-east-1), MEDLEY_WORKERS (calls of one
    function at once; as many as there are cores, at most 8), MEDLEY_START_TIMEOUT (90 s a part).
    """
    from medley.local.foreground import addresses, in_foreground, stay
    from medley.settings import LocalSettings

    reached = False
    try:
        with in_foreground(console, LocalSettings(), services, keep=keep) as stack:
            reached = True
            console.print(addresses(stack))
            console.print("Ctrl-C stops everything.")
            stay(stack)
    except KeyboardInterrupt:
        console.print("Stopped.")
        raise typer.Exit(0 if reached else 130) from None


@app.command()
def down() -> None:
    """Stop the local stack, or what is left of one that was killed."""
    from medley.local.control import take_down

    console.print(take_down(_layout()), highlight=False)


@app.command()
def status() -> None:
    """Show what runs, and whether it is well; exits with 1 when nothing does."""
    from medley.local.control import running, status_table

    layout = _layout()
    console.print(status_table(layout, running(layout)))


@app.command()
def logs(
    service: Annotated[str, typer.Argument(help="A service's name.")],
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
) -> None:
    """Print the log of a service's routes and functions; after a stop, that of the last run."""
    from medley.deploy.services import find_services, select
    from medley.local.logs import ServiceLogs
    from medley.paths import SERVICES

    found = select(find_services(SERVICES), [service])[0]
    log = ServiceLogs(_layout(), found.slug, found.function_name("local", ""))
    lines = log.follow() if follow else log.new_lines()
    try:
        for line in lines:
            # Plain: what a program logs is no markup, and a pipe wants one line a line.
            typer.echo(f"{line.time} {line.source:<12} {line.text}")
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


@app.command()
def configure(
    service: Annotated[str, typer.Argument(help="A service's name.")],
    stage: Annotated[str, typer.Option(help="The stage, such as local, dev or prod.")],
) -> None:
    """Write a service's Chalice configuration and policy from its stack's outputs."""
    import boto3
    from botocore.exceptions import BotoCoreError

    from medley.deploy.aws.layers import published_arns
    from medley.deploy.configure import LOCAL, configure_from_aws
    from medley.deploy.errors import StackError
    from medley.deploy.services import find_services, select
    from medley.local.clients import make_client
    from medley.local.control import running
    from medley.paths import SERVICES, shown
    from medley.settings import LocalSettings

    found = select(find_services(SERVICES), [service])[0]
    endpoint_url = None
    published: Callable[[], dict[str, str]] = dict
    try:
        if stage == LOCAL:
            endpoint_url = running(_layout()).endpoint_url
            cloudformation = make_client("cloudformation", endpoint_url, LocalSettings())
        else:
            cloudformation = boto3.client("cloudformation")
            published = partial(published_arns, found, stage, boto3.client("lambda"))
    except BotoCoreError as error:
        raise StackError(f"AWS cannot be reached: {error}") from error
    for path in configure_from_aws(found, stage, cloudformation, endpoint_url, published):
        console.print(f"{shown(path)} written", highlight=False)


app.command()(demo)
app.command()(package)
app.add_typer(asl_app, name="asl")
app.add_typer(iam_app, name="iam")
app.add_typer(keys_app, name="keys")
app.add_typer(layers_app, name="layers")
app.add_typer(openapi_app, name="openapi")
app.command()(deploy)
app.command()(destroy)
app.command()(package_template)
app.command()(read_bibs)
app.command()(kenburns)
app.command()(render)
app.command()(upload_service_account)
app.command()(thumbs)
app.command("zip")(zip_objects)


def _layout() -> "Layout":
    from medley.local.layout import Layout
    from medley.settings import LocalSettings

    return Layout(LocalSettings().state_dir.resolve())


if __name__ == "__main__":
    main()
