"""Thumbnails of one large JPEG: this project, Pillow and libvips in other ways, and the limit.

    .venv/bin/python benchmarks/thumbnails.py [PHOTO.jpg] [--sizes 1200,800,400,200]

Without a photo one of 12 megapixels is drawn. Each method runs in a process of its own, in turn,
and its CPU time is the least of several runs. ``limit`` decodes at half size and encodes pictures
that are shrunk already: what nobody can do without. SSIM is against Lanczos from all pixels.
"""

import argparse
import io
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.table import Table

from shared.images.thumbnails import thumbnails

QUALITY = 85
Method = Callable[[bytes, Sequence[int]], dict[int, bytes]]


def drawn(width: int = 4000, height: int = 3000) -> bytes:
    """A picture with detail of all sizes, as photos have it; always the same."""
    rng = np.random.default_rng(7)
    canvas = np.full((height, width, 3), 128, np.float32)
    for octave in range(2, 12):
        side = 2**octave
        strength = 45 * 0.75 ** (octave - 2)
        for channel in range(3):
            noise = rng.standard_normal((side * 3 // 4, side)).astype(np.float32)
            canvas[..., channel] += strength * np.asarray(
                Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
            )
    out = io.BytesIO()
    Image.fromarray(np.clip(canvas, 0, 255).astype(np.uint8)).save(
        out, "JPEG", quality=92, subsampling=2
    )
    return out.getvalue()


def encode(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def shrunk(picture: Image.Image, size: int) -> Image.Image:
    width, height = (max(1, round(side * size / max(picture.size))) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def naive(data: bytes, sizes: Sequence[int]) -> dict[int, bytes]:
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    return {size: encode(shrunk(picture, size)) for size in sizes}


def reopened(data: bytes, sizes: Sequence[int]) -> dict[int, bytes]:
    return {size: encode(shrunk(Image.open(io.BytesIO(data)), size)) for size in sizes}


def vips_each(data: bytes, sizes: Sequence[int]) -> dict[int, bytes]:
    import pyvips

    return {
        size: pyvips.Image.thumbnail_buffer(data, size, height=size, size="down").jpegsave_buffer(
            Q=QUALITY, keep="none", optimize_coding=True
        )
        for size in sizes
    }


def ours(data: bytes, sizes: Sequence[int]) -> dict[int, bytes]:
    return thumbnails(data, sizes, QUALITY)


def limit(data: bytes, sizes: Sequence[int]) -> dict[int, bytes]:
    picture = Image.open(io.BytesIO(data))
    longest = max(picture.size)
    picture.draft("RGB", tuple(side * max(sizes) // longest for side in picture.size))
    picture.load()
    return {size: encode(ready) for size, ready in READY.items()}


READY: dict[int, Image.Image] = {}
METHODS: dict[str, Method] = {
    "naive Pillow: one decode, each from all pixels": naive,
    "Pillow, opened again for each": reopened,
    "pyvips, each by itself": vips_each,
    "shared.images.thumbnails": ours,
    "limit: half-size decode, ready pictures encoded": limit,
}


def grey(data: bytes) -> NDArray[np.float64]:
    return np.asarray(Image.open(io.BytesIO(data)).convert("L"), np.float64)


def blurred(values: NDArray[np.float64]) -> NDArray[np.float64]:
    taps = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
    taps /= taps.sum()
    for axis in (0, 1):
        padded = np.pad(values, [(5, 5) if axis == each else (0, 0) for each in (0, 1)], "reflect")
        length = values.shape[axis]
        values = sum(
            tap * np.take(padded, range(at, at + length), axis) for at, tap in enumerate(taps)
        )
    return values


def ssim(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Mean structural similarity (Wang et al. 2004), Gaussian window of 1.5 pixels."""
    a, b = blurred(one), blurred(other)
    variance_a = blurred(one * one) - a * a
    variance_b = blurred(other * other) - b * b
    both = blurred(one * other) - a * b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * a * b + c1) * (2 * both + c2)
    return float(np.mean(top / ((a * a + b * b + c1) * (variance_a + variance_b + c2))))


def measured(name: str, path: Path, sizes: Sequence[int], runs: int) -> tuple[float, float]:
    """CPU seconds of a run, and the most memory of its process above the start, in MB."""
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(
        target=work, args=(there, name, path, sizes, runs)
    )
    child.start()
    result: tuple[float, float] = here.recv()
    child.join()
    return result


def work(there: Connection, name: str, path: Path, sizes: Sequence[int], runs: int) -> None:
    method = METHODS[name]
    data = path.read_bytes()
    if method is limit:
        picture = Image.open(io.BytesIO(data)).convert("RGB")
        READY.update({size: shrunk(picture, size) for size in sizes})
    spent = []
    small = encode(Image.new("RGB", (64, 64)))
    method(small, [16]) if method is not limit else None  # what is loaded once is not counted
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(runs):
        start = time.process_time()
        method(data, sizes)
        spent.append(time.process_time() - start)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    there.send((min(spent), (after - before) / 1024))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photo", type=Path, nargs="?")
    parser.add_argument("--sizes", default="1200,800,400,200")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    data = options.photo.read_bytes() if options.photo else drawn()
    sizes = [int(size) for size in options.sizes.split(",")]
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in METHODS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.jpg"
        path.write_bytes(data)
        for _ in range(options.rounds):  # in turn, so that a busy machine is busy for all of them
            for name in METHODS:
                found[name].append(measured(name, path, sizes, options.runs))
    seconds = {name: statistics.median(spent for spent, _ in runs) for name, runs in found.items()}
    whole = Image.open(io.BytesIO(data)).convert("RGB")
    ideal = {size: np.asarray(shrunk(whole, size).convert("L"), np.float64) for size in sizes}
    table = Table(title=f"{len(data) / 1e6:.1f} MB, {whole.width} x {whole.height}; {sizes}")
    for heading in (
        "method",
        "CPU s",
        "of naive",
        "of limit",
        "MB*",
        *(f"SSIM {s}" for s in sizes),
    ):
        table.add_column(heading)
    slowest, fastest = seconds[next(iter(METHODS))], seconds[list(METHODS)[-1]]
    for name, method in METHODS.items():
        row = [name, f"{seconds[name]:.3f}"]
        row += [f"{seconds[name] / slowest:.2f}", f"{seconds[name] / fastest:.2f}"]
        row.append("" if method is limit else f"{max(grown for _, grown in found[name]):.0f}")
        if method is limit:
            row += ["" for _ in sizes]
        else:
            made = method(data, sizes)
            row += [f"{ssim(grey(made[size]), ideal[size]):.4f}" for size in sizes]
        table.add_row(*row)
    Console(width=150).print(table)
    sys.stdout.write("* over a process that has the file and the libraries in memory\n")


if __name__ == "__main__":
    main()
