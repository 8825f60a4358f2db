"""``medley package``: what a service's functions run, and whether it keeps the limits."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from medley.layers.archive import Archive

console = Console()
SHOWN = 12


def package(
    service: Annotated[str, typer.Argument(help="A service's name.")],
    out: Annotated[Path | None, typer.Option(help="Where to; build/packages without it.")] = None,
    imports: Annotated[
        bool, typer.Option("--imports", help="Also import it as Lambda does, and show the time.")
    ] = False,
) -> None:
    """Build what a service's functions run, and check sizes and contents; 1 when one is broken."""
    from rich.table import Column, Table

    from medley.deploy.services import find_services, select
    from medley.layers.build import OUT as LAYERS_OUT
    from medley.layers.build import build
    from medley.package.budgets import broken_by_content, broken_by_size, layers_of, megabytes
    from medley.package.function import OUT, LockedPackager
    from medley.paths import SERVICES, shown

    found = select(find_services(SERVICES), [service])[0]
    used = layers_of(found)
    with console.status(f"packing {service}"):
        function = LockedPackager(out or OUT).package(found.folder)
        built = {
            layer: build(layer, LAYERS_OUT).archive for layers in used.values() for layer in layers
        }
    zips = Table(Column("zip", overflow="fold"), "zipped", "unzipped", box=None)
    for archive in (function, *built.values()):
        zips.add_row(shown(archive.path), megabytes(archive.zipped), megabytes(archive.unzipped))
    console.print(zips, soft_wrap=True)

    functions = {name: [built[layer] for layer in layers] for name, layers in used.items()}
    together = Table("function", "layers", "unzipped together", box=None)
    for name, layers in used.items():
        total = function.unzipped + sum(built[layer].unzipped for layer in layers)
        together.add_row(name, " ".join(layer.name for layer in layers) or "-", megabytes(total))
    console.print(together)
    if imports:
        _show_imports(function, list(built.values()))

    broken = broken_by_size(function, functions)
    for archive in (function, *built.values()):
        broken += broken_by_content(archive.path)
    for problem in broken:
        typer.echo(problem, err=True)
    if broken:
        raise typer.Exit(1)


def _show_imports(function: "Archive", layers: "list[Archive]") -> None:
    from rich.table import Table

    from medley.package.imports import by_package
    from medley.package.sandbox import Sandbox

    with TemporaryDirectory() as root:
        sandbox = Sandbox(Path(root) / "sandbox", function, layers)
        answers = [sandbox.start("app.app", call=False) for _ in range(3)]
    quickest = min(answers, key=lambda answer: answer.import_seconds)
    where = "Lambda's paths, an own /tmp, no root" if sandbox.isolated else "this machine's paths"
    console.print(f"\nCold import: {quickest.import_seconds:.2f} s of processor time ({where}).")
    table = Table("package", "modules", "own ms", box=None)
    for one in by_package(quickest.imports)[:SHOWN]:
        table.add_row(one.name, str(one.modules), f"{one.own:.0f}")
    console.print(table)
