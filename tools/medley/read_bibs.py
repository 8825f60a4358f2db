"""`medley read-bibs`: the bib reader on files and folders, without any AWS."""

import csv
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console

from medley.drawn_bibs import Reading, drawn, drawn_name
from medley.paths import SERVICES

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

    from rich.progress import Progress

COLUMNS = ("filename", "bib", "confidence", "x0", "y0", "x1", "y1")


@dataclass(frozen=True)
class Photo:
    """A photo on disk, and the name that it has in the results."""

    path: Path
    name: str


@dataclass(frozen=True)
class Result:
    """What came of a photo: its readings, best first, or why it could not be read."""

    photo: Photo
    readings: tuple[Reading, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Job:
    """What every worker has to know."""

    engine: str
    threads: int
    least: float
    draw: Path | None


def read_bibs(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", exists=True, help="Photos, and folders of photos."),
    ],
    csv_path: Annotated[
        Path | None,
        typer.Option("--csv", metavar="OUT", dir_okay=False, help="Write the readings here."),
    ] = None,
    draw: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", file_okay=False, help="Write the photos here, with the bibs marked."
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Photos at once; by default one a processor."),
    ] = None,
    engine: Annotated[Literal["ppocr", "tesseract"], typer.Option(help="What reads.")] = "ppocr",
    min_confidence: Annotated[
        float, typer.Option(min=0, max=1, help="Leave out readings that are less sure.")
    ] = 0.5,
) -> None:
    """Read the bib numbers in photos.

    A photo without a reading has one row with an empty bib, and so has a file that cannot be
    read; what is wrong with it is told on stderr.
    """
    errors = Console(stderr=True)
    photos = list(find_photos(paths, without=draw))
    if not photos:
        errors.print("There are no photos there.")
        raise typer.Exit(1)
    processors = _make_ready(engine)
    workers = min(jobs or processors, len(photos))
    job = Job(engine, max(1, processors // workers), min_confidence, draw)
    started = time.monotonic()
    read = failed = bibs = 0
    with ExitStack() as held:
        rows = csv.writer(held.enter_context(_output(csv_path)), lineterminator="\n")
        rows.writerow(COLUMNS)
        # Rows that are printed on the terminal would tear the bar apart.
        bar = csv_path is not None or not sys.stdout.isatty()
        progress = held.enter_context(_progress(errors, shown=bar))
        task = progress.add_task("Reading", total=len(photos))
        for result in run(photos, job, workers):
            rows.writerows(rows_of(result))
            if result.error is not None:
                failed += 1
                message = f"{result.photo.name}: {result.error}"
                errors.print(message, markup=False, highlight=False, soft_wrap=True)
            read += bool(result.readings)
            bibs += len(result.readings)
            progress.advance(task)
    seconds = time.monotonic() - started
    errors.print(
        f"{len(photos)} photos in {seconds:.1f} s ({len(photos) / seconds:.1f} a second): "
        f"{bibs} bibs in {read} photos, {failed} could not be read.",
        highlight=False,
    )


def _make_ready(engine: str) -> int:
    """Fail now, with one message, if the engine cannot work. How many processors there are."""
    from medley.deploy.errors import ToolError

    readers, errors = _service("adapters.bib_readers"), import_module("shared.errors")
    try:
        readers.make_reader(engine)
    except errors.MedleyError as exc:
        raise ToolError(exc.message) from exc
    return int(readers.available_processors())


def find_photos(paths: Iterable[Path], *, without: Path | None = None) -> Iterator[Photo]:
    """Each photo once, folders in the order of their names.

    A photo is called by its path below the one folder that was given, or else as it was given.

    Args:
        paths: Files, which are taken whatever their names, and folders, which are searched.
        without: A folder whose photos are left out: those that an earlier run drew.
    """
    is_image_name = _service("domain.names").is_image_name
    given = list(paths)
    seen: set[Path] = set()
    for path in given:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file())
            found = [p for p in inside if is_image_name(p.relative_to(path).as_posix())]
        else:
            found = [path]
        for file in found:
            real = file.resolve()
            if real in seen or (without is not None and real.is_relative_to(without.resolve())):
                continue
            seen.add(real)
            alone = len(given) == 1 and path.is_dir()
            yield Photo(file, (file.relative_to(path) if alone else file).as_posix())


def rows_of(result: Result) -> list[tuple[str, ...]]:
    """A photo's rows of the CSV: one a reading, and one without a bib if there is none."""
    name = result.photo.name
    if not result.readings:
        return [(name, "", "", "", "", "", "")]
    return [
        (name, reading.bib, f"{reading.confidence:.4f}", *(f"{edge:.1f}" for edge in reading.box))
        for reading in result.readings
    ]


def run(photos: Sequence[Photo], job: Job, workers: int) -> Iterator[Result]:
    """The results, in the order of the photos.

    A photo may kill its process, by the memory that it takes perhaps, and then all others wait
    in vain. The next ones, of which it is one, are read each in a process of their own.
    """
    from concurrent.futures.process import BrokenProcessPool

    done = 0
    while done < len(photos):
        with _pool(job, workers) as pool:
            waiting = [pool.submit(_read, photo) for photo in photos[done:]]
            try:
                for future in waiting:
                    yield future.result()
                    done += 1
            except BrokenProcessPool:
                pass
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
        for photo in photos[done : done + 2 * workers]:
            yield _read_alone(photo, job)
            done += 1


def _read_alone(photo: Photo, job: Job) -> Result:
    from concurrent.futures.process import BrokenProcessPool

    with _pool(job, 1) as pool:
        try:
            return pool.submit(_read, photo).result()
        except BrokenProcessPool:
            return Result(photo, error="the process that read it died")


def _pool(job: Job, workers: int) -> "ProcessPoolExecutor":
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Started anew, not forked: a copy of a process with onnxruntime's threads may hang.
    return ProcessPoolExecutor(workers, get_context("spawn"), _start_worker, (job,))


_worker: tuple[Job, Any] | None = None


def _start_worker(job: Job) -> None:
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    reader = _service("adapters.bib_readers").make_reader(job.engine, threads=job.threads)
    _worker = job, reader


def _read(photo: Photo) -> Result:
    """In a worker: one photo. Whatever is wrong with it is its result."""
    assert _worker is not None  # noqa: S101 -- the pool starts workers with _start_worker
    job, reader = _worker
    errors, images = import_module("shared.errors"), import_module("shared.images")
    try:
        limits = images.ImageLimits()
        with photo.path.open("rb") as file:
            # One byte over the limit is enough to be refused; a film need not fit into memory.
            image = images.decode(file.read(limits.max_bytes + 1), limits).image
        readings = tuple(
            Reading(reading.bib, reading.confidence, reading.box)
            for reading in reader.read(image)
            if reading.confidence >= job.least
        )
        if job.draw is not None:
            target = job.draw / drawn_name(photo.name)
            target.parent.mkdir(parents=True, exist_ok=True)
            drawn(image, readings).save(target, "JPEG", quality=88)
    except errors.MedleyError as exc:
        return Result(photo, error=exc.message)
    except OSError as exc:
        return Result(photo, error=exc.strerror or str(exc))
    except Exception as exc:  # one photo must not end the run for the others
        return Result(photo, error=f"{type(exc).__name__}: {exc}")
    return Result(photo, readings)


def _output(path: Path | None) -> AbstractContextManager[IO[str]]:
    from medley.deploy.errors import ToolError

    if path is None:
        return nullcontext(sys.stdout)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A file's name may be no text; it goes out as it came in.
        return path.open("w", encoding="utf-8", errors="surrogateescape", newline="")
    except OSError as exc:
        raise ToolError(f"{path} cannot be written: {exc.strerror}") from exc


def _progress(console: Console, *, shown: bool) -> "Progress":
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    remaining = TimeRemainingColumn()
    return Progress(*columns, remaining, console=console, transient=True, disable=not shown)


def _service(module: str) -> Any:
    """A module of event-images, which is no package of this environment."""
    folder = str(SERVICES / "event-images")
    if folder not in sys.path:
        sys.path.append(folder)
    return import_module(f"chalicelib.event_images.{module}")
