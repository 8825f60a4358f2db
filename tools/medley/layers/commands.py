"""``medley layers``: what the heavy functions take along."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from medley.paths import shown

layers_app = typer.Typer(no_args_is_help=True, help="Lambda layers, built without Docker.")
console = Console()


@layers_app.command("list")
def list_command() -> None:
    """Show the layers and what is in them."""
    from rich.table import Table

    from medley.layers.catalogue import LAYERS

    table = Table("layer", "holds", "in config.json.in", box=None)
    for layer in LAYERS:
        table.add_row(layer.name, layer.what, f"${{{layer.placeholder}}}")
    console.print(table)


@layers_app.command("build")
def build_command(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="All without it.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where to; build/layers without it.")] = None,
) -> None:
    """Build layers as <name>-<hash of the content>.zip, each with a manifest beside it."""
    from rich.table import Column, Table

    from medley.layers.build import OUT, build
    from medley.layers.catalogue import find
    from medley.package.budgets import broken_by_content, broken_by_size, megabytes

    table = Table("layer", Column("zip", overflow="fold"), "zipped", "unzipped", "", box=None)
    broken = []
    for layer in find(names):
        with console.status(f"building {layer.name}"):
            built = build(layer, out or OUT)
        archive = built.archive
        broken += broken_by_size(archive, {}) + broken_by_content(archive.path)
        sizes = (megabytes(archive.zipped), megabytes(archive.unzipped))
        table.add_row(
            layer.name, shown(archive.path), *sizes, "built" if built.fresh else "unchanged"
        )
    console.print(table, soft_wrap=True)
    for problem in broken:
        typer.echo(problem, err=True)
    if broken:
        raise typer.Exit(1)
