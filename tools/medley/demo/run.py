"""Starts the services, runs their samples, and prints what came of them."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from medley.demo.samples import DemoOptions, Sample, demos
from medley.local.foreground import in_foreground, stay
from medley.local.stack import LocalStack
from medley.settings import LocalSettings


def run_demo(*, photos: Path | None, count: int, leave: bool) -> int:
    """Run the demo; the process's exit code.

    Args:
        photos: A folder of the user's own photos; drawn ones without it.
        count: How many photos to draw.
        leave: Stop everything when the samples are made, instead of at Ctrl-C.
    """
    console = Console()
    settings = LocalSettings()
    options = DemoOptions(settings.state_dir / "demo", photos, count)
    samples: list[Sample] = []
    try:
        with in_foreground(console, settings) as stack:
            samples = make_samples(stack, options, console)
            show(samples, console)
            if not leave:
                console.print("Open a link to look around. Ctrl-C stops everything.")
                stay(stack)
    except KeyboardInterrupt:
        console.print("Stopped.")
    return 0 if samples and all(sample.ok for sample in samples) else 1


def make_samples(stack: LocalStack, options: DemoOptions, console: Console) -> list[Sample]:
    """Every service's samples; one that breaks is a bad sample, and the others are still made."""
    samples: list[Sample] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    parts = demos()
    with Progress(*columns, console=console) as progress:
        for service in stack.services:
            try:
                samples += parts[service.slug]()(stack, options, progress)
            except Exception as error:
                problem = f"{type(error).__name__}: {error}"
                url = stack.urls[service.slug]
                samples.append(Sample(service.slug, "-", "nothing", url, (problem,)))
    return samples


def show(samples: Sequence[Sample], console: Console) -> None:
    """The samples as a table, and below it where to look, in lines that a terminal can click."""
    table = Table(title="Made on this machine", title_justify="left")
    for column in ("Service", "Sample", "Made", "Check"):
        table.add_column(column, overflow="fold")
    for sample in samples:
        check = "[green]good[/]" if sample.ok else f"[red]{escape('; '.join(sample.problems))}[/]"
        table.add_row(sample.service, escape(sample.name), escape(sample.made), check)
    console.print(table)
    for sample in samples:
        console.print(f"{sample.name}: {sample.url}", soft_wrap=True, markup=False, highlight=False)
