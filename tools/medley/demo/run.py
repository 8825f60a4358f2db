"""Runs the samples of the services that exist and prints what came of them."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from medley.demo.samples import DemoOptions, Sample, demos
from medley.local.stack import LocalStack


def make_samples(
    stack: LocalStack, options: DemoOptions, console: Console, services: Sequence[str]
) -> list[Sample]:
    """Every service's samples; one that breaks is a bad sample, and the others are still made."""
    samples: list[Sample] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        for service, part in demos().items():
            if service not in services:
                continue
            try:
                samples += part()(stack, options, progress)
            except Exception as error:
                samples.append(Sample(service, "-", "nothing", stack.urls[service], (str(error),)))
    return samples


def table_of(samples: Sequence[Sample]) -> Table:
    """The samples as the table that the user sees."""
    table = Table(title="Medley's samples, made on this machine", title_justify="left")
    for column in ("Service", "Sample", "Made", "Check", "Look at it"):
        table.add_column(column, overflow="fold")
    for sample in samples:
        check = "[green]good[/]" if sample.ok else "[red]" + "; ".join(sample.problems) + "[/]"
        table.add_row(sample.service, sample.name, sample.made, check, sample.url)
    return table
