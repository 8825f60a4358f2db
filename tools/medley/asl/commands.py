"""``medley asl``: state machines from Python to ASL."""

from typing import Annotated

import typer

from medley.asl import render
from medley.rendered import chosen, render_or_check

asl_app = typer.Typer(no_args_is_help=True, help="State machines, from Python to ASL.")


@asl_app.callback()
def asl() -> None:
    """State machines, from Python to ASL."""
    # A callback makes `render` a subcommand even while it is the only one.


@asl_app.command("render")
def render_command(
    service: Annotated[
        str | None, typer.Argument(help="A service's folder name; all of them without it.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a committed file is stale.")
    ] = False,
) -> None:
    """Render state_machine.py into state_machine.asl.json, which is committed."""
    slugs = chosen(service, render.services_with_machines(), "state machine")
    render_or_check(render, "medley asl render", slugs, check)
