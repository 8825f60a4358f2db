"""`medley demo`: every service on this machine, each with samples that it really made."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    photos: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="A folder of your own photos instead of drawn ones."
        ),
    ] = None,
    count: Annotated[int, typer.Option(min=2, max=500, help="How many photos to draw.")] = 24,
    leave: Annotated[
        bool,
        typer.Option("--exit", help="Check every sample, stop everything, exit 0 if all are good."),
    ] = False,
) -> None:
    """Start everything, make the samples, and show them in the browser until Ctrl-C."""
    # Imported here so that `medley --help` does not pay for it.
    from medley.demo.run import run_demo

    raise typer.Exit(run_demo(photos=photos, count=count, leave=leave))
