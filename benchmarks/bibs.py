"""The bib reader measured against labelled photos, each engine in a process of its own.

    python benchmarks/bibs.py DATA [--engine ppocr] [--engine tesseract] [--min-confidence 0.5]

DATA holds ``images/`` and ``labels.csv`` with the columns ``filename,bibs,also_visible``, numbers
separated by ``;``. What is in ``also_visible`` counts neither way, nor do zeros in front. Speed
is photos for a second of processor time, on one thread.
"""

import csv
import os
import resource
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
ENGINES = ["ppocr", "tesseract"]


@dataclass(frozen=True)
class Label:
    """What is to be read in a photo, and what may be."""

    filename: str
    bibs: frozenset[str]
    also_visible: frozenset[str]


@dataclass(frozen=True)
class Score:
    """How well an engine read all photos; ``exact`` is the share without any mistake."""

    precision: float
    recall: float
    f1: float
    exact: float


@dataclass(frozen=True)
class Run:
    """What an engine read, photos a processor second, and the most memory it had, in MB."""

    read: dict[str, frozenset[str]]
    speed: float
    memory: float


def numbers(texts: Iterable[str]) -> frozenset[str]:
    """Numbers without zeros in front."""
    return frozenset(text.strip().lstrip("0") or "0" for text in texts if text.strip())


def load_labels(path: Path) -> list[Label]:
    """The rows of a table of labels."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Label(
                row["filename"],
                numbers(row["bibs"].split(";")),
                numbers(row["also_visible"].split(";")),
            )
            for row in csv.DictReader(file)
        ]


def score(labels: Iterable[Label], read: dict[str, frozenset[str]]) -> Score:
    """Compare what was read with what is there."""
    right = wrong = missed = exact = photos = 0
    for label in labels:
        found = read.get(label.filename, frozenset())
        right += len(found & label.bibs)
        wrong += len(found - label.bibs - label.also_visible)
        missed += len(label.bibs - found)
        exact += found - label.also_visible == label.bibs
        photos += 1
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return Score(precision, recall, f1, exact / max(1, photos))


def measure(engine: str, images: Path, names: list[str], least: float) -> Run:
    """Read all photos with one engine, in this process."""
    sys.path[:0] = [str(ROOT), str(ROOT / "services" / "event-images")]
    decode = import_module("shared.images").decode
    readers = import_module("chalicelib.event_images.adapters.bib_readers")
    reader = readers.make_reader(engine, threads=1)
    read = {}
    started = _processor_seconds()
    for name in names:
        found = reader.read(decode((images / name).read_bytes()).image)
        read[name] = numbers(reading.bib for reading in found if reading.confidence >= least)
    seconds = _processor_seconds() - started
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF,
                                                             resource.RUSAGE_CHILDREN))  # fmt: skip
    return Run(read, len(names) / seconds, peak / (1e6 if sys.platform == "darwin" else 1e3))


def _processor_seconds() -> float:
    """Of this process and of the programs that it ran."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main(
    data: Annotated[Path, typer.Argument(exists=True, file_okay=False)],
    engine: Annotated[list[str] | None, typer.Option(help="By default all.")] = None,
    min_confidence: Annotated[float, typer.Option(min=0, max=1)] = 0.5,
) -> None:
    """Print precision, recall, F1, exact photos, speed and memory by engine."""
    labels = load_labels(data / "labels.csv")
    names = [label.filename for label in labels]
    table = Table("engine", "P", "R", "F1", "exact", "photos/s a core", "peak MB", "seconds")
    for each in engine or ENGINES:
        started = time.monotonic()
        # One process an engine: a peak is of the whole life of a process.
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            run = pool.submit(measure, each, data / "images", names, min_confidence).result()
        result = score(labels, run.read)
        shares = (result.precision, result.recall, result.f1, result.exact)
        table.add_row(
            each,
            *(f"{share:.3f}" for share in shares),
            f"{run.speed:.2f}",
            f"{run.memory:.0f}",
            f"{time.monotonic() - started:.0f}",
        )
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
