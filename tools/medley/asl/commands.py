"""``medley asl``: state machines from Python to ASL."""

from typing import Annotated

import typer

from medley.asl import render

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
    known = render.services_with_machines()
    if service is not None and service not in known:
        typer.echo(f"No state machine in {service!r}. Known: {', '.join(known)}.", err=True)
        raise typer.Exit(2)
    stale = False
    for slug in [service] if service else known:
        place = f"services/{slug}/{render.RENDERED}"
        if not check:
            render.write(slug)
            typer.echo(f"{place} written")
        elif render.is_current(slug):
            typer.echo(f"{place} is current")
        else:
            stale = True
            typer.echo(f"{place} is stale: run `medley asl render {slug}`", err=True)
    if stale:
        raise typer.Exit(1)
