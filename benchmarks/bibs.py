"""The bib reader measured against labelled photos, each method in a process of its own.

    python benchmarks/bibs.py DATA [--method ppocr ...] [--gallery DIR] [--fit]

DATA holds ``images/`` and ``labels.csv`` with the columns ``filename,bibs,also_visible``, numbers
separated by ``;``. What is in ``also_visible`` counts neither way, nor do zeros in front. Speed
is photos for a second of processor time, on one thread. ``cv`` figures are of weights that were
fitted without the photo that they judge; they say what to expect of photos nobody has seen, while
the other figures may flatter, if DATA is what the weights were fitted to.
"""

import os
import resource
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bibs_calibration as calibration
from bibs_gallery import Mistake, refuse_repository, write_page
from bibs_labels import Label, load_labels, number, score
from bibs_methods import METHODS, Reading, service

COLUMNS = ("method", "P", "R", "F1", "exact", "photos/s a core", "peak MB",
           "cv P", "cv R", "cv F1", "cv exact", "cv error of confidence")  # fmt: skip


@dataclass(frozen=True)
class Run:
    """What a method read, photos a processor second, and the most memory it had, in MB."""

    read: dict[str, list[Reading]]
    speed: float
    memory: float


def measure(method: str, images: Path, names: list[str]) -> Run:
    """Read all photos with one method, in this process."""
    service("models")
    decode = import_module("shared.images").decode
    # Models are loaded when first needed, which is part of the work, as it is in a Lambda.
    read = METHODS[method]()
    found = {}
    started = _processor_seconds()
    for name in names:
        found[name] = read(decode((images / name).read_bytes()).image)
    seconds = _processor_seconds() - started
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF,
                                                             resource.RUSAGE_CHILDREN))  # fmt: skip
    return Run(found, len(names) / seconds, peak / (1e6 if sys.platform == "darwin" else 1e3))


def _processor_seconds() -> float:
    """Of this process and of the programs that it ran."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def accepted(run: Run, least: float) -> dict[str, frozenset[str]]:
    """The numbers that are sure enough, by photo."""
    return {
        name: frozenset(number(r.bib) for r in readings if r.confidence >= least)
        for name, readings in run.read.items()
    }


def found_by(run: Run, labels: Sequence[Label]) -> list[calibration.Found]:
    """What an engine found, with whether it is right."""
    found = []
    for label in labels:
        for reading in run.read[label.filename]:
            bib = number(reading.bib)
            right = None if bib in label.also_visible - label.bibs else bib in label.bibs
            found.append(
                calibration.Found(label.filename, bib, reading.confidence, reading.features, right)
            )
    return found


def mistakes(run: Run, labels: Sequence[Label], images: Path, least: float) -> list[Mistake]:
    """The photos that were not read exactly."""
    read = accepted(run, least)
    drawn = import_module("medley.drawn_bibs").Reading
    return [
        Mistake(
            images / label.filename,
            label.bibs - read[label.filename],
            read[label.filename] - label.bibs - label.also_visible,
            tuple(
                drawn(r.bib, r.confidence, r.box)
                for r in run.read[label.filename]
                if r.confidence >= min(least, 0.2)
            ),
        )
        for label in labels
        if read[label.filename] - label.also_visible != label.bibs
    ]


def main(
    data: Annotated[Path, typer.Argument(exists=True, file_okay=False)],
    method: Annotated[list[str] | None, typer.Option(help=f"Of {', '.join(METHODS)}.")] = None,
    min_confidence: Annotated[float, typer.Option(min=0, max=1)] = 0.5,
    gallery: Annotated[
        Path | None, typer.Option(help="Write a page with all mistakes here, not in the repository")
    ] = None,
    fit: Annotated[bool, typer.Option(help="Print weights fitted to these photos.")] = False,
) -> None:
    """Print precision, recall, F1, exact photos, speed, memory and calibration by method."""
    if unknown := set(method or ()) - set(METHODS):
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: not of {', '.join(METHODS)}")
    if gallery is not None:
        try:
            refuse_repository(gallery)
        except ValueError as exc:
            raise typer.BadParameter(str(exc)) from exc
    labels = load_labels(data / "labels.csv")
    names = [label.filename for label in labels]
    console = Console(width=None if sys.stdout.isatty() else 150)
    rows, plots, wrong = [], [], {}
    for each in method or METHODS:
        started = time.monotonic()
        # One process a method: a peak is of the whole life of a process.
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            run = pool.submit(measure, each, data / "images", names).result()
        console.print(f"{each}: {time.monotonic() - started:.0f} s", highlight=False)
        result = score(labels, accepted(run, min_confidence))
        shares = (result.precision, result.recall, result.f1, result.exact)
        cells = [each, *(f"{share:.3f}" for share in shares), f"{run.speed:.2f}",
                 f"{run.memory:.0f}"]  # fmt: skip
        found = found_by(run, labels)
        if found and found[0].features:
            cells += _unseen(each, labels, found, min_confidence, plots)
            if fit:
                features = service("domain.bibs").Features
                print(calibration.as_source(*calibration.fit(found), features))
        rows.append([*cells, *[""] * (len(COLUMNS) - len(cells))])
        wrong[each] = mistakes(run, labels, data / "images", min_confidence)
    table = Table(*COLUMNS)
    for row in rows:
        table.add_row(*row)
    console.print(table)
    if gallery is not None:
        page = write_page(gallery, _html(rows), plots, wrong)
        console.print(f"Mistakes: {page}", highlight=False, soft_wrap=True)


def _unseen(
    method: str,
    labels: Sequence[Label],
    found: list[calibration.Found],
    least: float,
    plots: list[str],
) -> list[str]:
    """The figures of weights that never saw the photo they judge; blank for too few photos."""
    if len(labels) < 2 * calibration.FOLDS or sum(bool(each.right) for each in found) < 20:
        return []
    chances = calibration.out_of_fold(found, [label.filename for label in labels])
    read: dict[str, frozenset[str]] = {}
    for each, chance in zip(found, chances.tolist(), strict=True):
        if chance >= least:
            read[each.filename] = read.get(each.filename, frozenset()) | {each.bib}
    result = score(labels, read)
    bins = calibration.reliability(chances, found)
    error = calibration.expected_error(bins)
    plots.append(calibration.plot(bins, f"{method}: off by {error:.3f} on average"))
    shares = (result.precision, result.recall, result.f1, result.exact)
    return [*(f"{share:.3f}" for share in shares), f"{error:.3f}"]


def _html(rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{name}</th>" for name in COLUMNS)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


if __name__ == "__main__":
    typer.run(main)
