"""Thumbnails and zips over and over in one process: its memory is to stay where it is.

    python benchmarks/soak.py [--minutes 10]

Pictures of several sizes and formats, damaged ones among them, go through `shared.images`, and
what comes out through `shared.zips` over a loopback S3. Each minute prints the memory. The first
two minutes warm caches up; after them, growth over the allowance fails the run. What counts is the
least memory of a minute: peaks depend on which pictures happened to come together.

It runs with the allocator's setting of the functions, `MALLOC_ARENA_MAX=2`: with a heap for each
thread, as is the default, those of threads that have ended keep some 80 MB more.
"""

import argparse
import gc
import io
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from loopback_s3 import etag
from PIL import Image
from zip import client, started

from shared.errors import PermanentError
from shared.images import thumbnails
from shared.zips import S3Zips, ZipEntry

SIZES = (1200, 800, 400, 200)
# What allocators keep back for themselves varies by this much without anything being lost.
ALLOWED_MB = 24


def resident() -> float:
    """MB in memory at this moment."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * 4096 / 1e6
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # macOS: the peak, in bytes


def pictures() -> list[bytes]:
    """Files of several kinds, two of them bad."""
    chance = np.random.default_rng(7)
    found = []
    for kind, width, height in (
        *(("JPEG", 4000, 3000), ("JPEG", 1600, 2400), ("PNG", 1400, 1000)),
        *(("WEBP", 1800, 1200), ("GIF", 640, 480), ("JPEG", 900, 600)),
    ):
        small = chance.integers(0, 256, (height // 16, width // 16, 3), np.uint8)
        image = Image.fromarray(small).resize((width, height))
        out = io.BytesIO()
        image.save(out, kind)
        found.append(out.getvalue())
    return [*found, found[0][: len(found[0]) // 2], b"<html></html>" * 50]


def zips(s3: object, chance: random.Random) -> None:
    """One zip of some small and one large object."""
    sizes = [chance.randrange(1, 300_000) for _ in range(60)] + [30_000_000]
    keys = [f"{size}/{number}" for number, size in enumerate(sizes)]
    entries = [
        ZipEntry(bucket="bucket", key=key, name=f"{number}.jpg", size=size, etag=etag(key))
        for number, (key, size) in enumerate(zip(keys, sizes, strict=True))
    ]
    S3Zips(s3).write(entries, "bucket", "all.zip")  # type: ignore[arg-type]


def work(port: int) -> Iterator[Callable[[], None]]:
    """What is done in turn, without end."""
    s3, files, chance = client(port), pictures(), random.Random(7)

    def thumbs(data: bytes) -> None:
        with suppress(PermanentError):
            thumbnails(data, SIZES)

    while True:
        for data in files:
            yield lambda data=data: thumbs(data)  # type: ignore[misc]
        yield lambda: zips(s3, chance)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--every", type=float, default=60, help="seconds between two lines")
    options = parser.parse_args()
    if "MALLOC_ARENA_MAX" not in os.environ:  # read when a process starts
        environment = {**os.environ, "MALLOC_ARENA_MAX": "2"}
        os.execve(sys.executable, [sys.executable, *sys.argv], environment)  # noqa: S606 -- itself
    every = min(options.every, options.minutes * 20)  # three lines at least
    server, port = started()
    least: list[float] = []
    tasks = work(port)
    count, began = 0, time.monotonic()
    try:
        for minute in range(1, round(options.minutes * 60 / every) + 1):
            lowest = float("inf")
            while time.monotonic() - began < minute * every:
                next(tasks)()
                count += 1
                gc.collect()
                lowest = min(lowest, resident())
            least.append(lowest)
            line = f"{minute * every:5.0f} s  {lowest:6.1f} MB  {count} tasks\n"
            sys.stdout.write(line)
            sys.stdout.flush()
    finally:
        server.terminate()
    grown = max(least[2:]) - least[1]
    good = grown <= ALLOWED_MB
    verdict = "flat" if good else "IT GROWS"
    sys.stdout.write(f"{grown:+.1f} MB after the first lines: {verdict}\n")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
