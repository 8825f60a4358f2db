"""shared.zips beside the bare transfer and beside zipfile, over a loopback S3 of its own.

The bare transfer reads each object and puts as many bytes as parts, at the same time and with the
same client, and does nothing with them: no zip can be faster. Not measured against moto, which
takes so long for each request that everything looks alike.
"""

import argparse
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from loopback_s3 import etag, serve
from rich.console import Console
from rich.table import Table

from shared.zips import S3Zips, ZipEntry, safe_names

MIB = 1 << 20
PART = 8 * MIB
# As many at once as shared.zips has: S3 takes some 30 ms for each, which this server does not.
FETCHES, UPLOADS = 8, 2
SPAWN = multiprocessing.get_context("spawn")
type Entries = Sequence[ZipEntry]


def ours(s3: Any, entries: Entries) -> int:
    """shared.zips."""
    return S3Zips(s3).write(entries, "bucket", "all.zip").size


def bare(s3: Any, entries: Entries) -> int:
    """The bytes in and out, and nothing else."""
    total = sum(entry.size for entry in entries)
    part = bytes(PART)
    upload = s3.create_multipart_upload(Bucket="bucket", Key="all.zip")["UploadId"]

    def read(entry: ZipEntry) -> None:
        body = s3.get_object(Bucket="bucket", Key=entry.key, IfMatch=entry.etag)["Body"]
        while body.read(MIB):
            pass

    def write(number: int) -> None:
        data = part[: min(PART, total - number * PART)]
        place = {"Bucket": "bucket", "Key": "all.zip", "UploadId": upload}
        s3.upload_part(**place, PartNumber=number + 1, Body=data)

    with ThreadPoolExecutor(FETCHES) as readers, ThreadPoolExecutor(UPLOADS) as writers:
        waiting = [readers.submit(read, entry) for entry in entries]
        waiting += [writers.submit(write, number) for number in range(-(-total // PART))]
        for one in waiting:
            one.result()
    return total


def temporary(s3: Any, entries: Entries) -> int:
    """zipfile into a temporary file, one object after the other, then upload_file."""
    return _zipfile(s3, entries, zipfile.ZIP_STORED)


def deflated(s3: Any, entries: Entries) -> int:
    """The same with zipfile's compression."""
    return _zipfile(s3, entries, zipfile.ZIP_DEFLATED)


def _zipfile(s3: Any, entries: Entries, how: int) -> int:
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        with zipfile.ZipFile(file, "w", how) as archive:
            for entry in entries:
                data = s3.get_object(Bucket="bucket", Key=entry.key)["Body"].read()
                archive.writestr(entry.name, data)
        file.flush()
        s3.upload_file(file.name, "bucket", "all.zip")
        return Path(file.name).stat().st_size


METHODS: dict[str, Callable[[Any, Entries], int]] = {
    "the bare GETs and PUTs": bare,
    "shared.zips": ours,
    "zipfile, temporary file": temporary,
    "zipfile, deflated": deflated,
}


def listed(small: int, large: int, small_bytes: int, large_bytes: int) -> list[ZipEntry]:
    """Objects of two kinds, the large ones spread among the small ones."""
    sizes = [small_bytes + number * 37 % 4096 for number in range(small)]
    step = max(1, len(sizes) // max(1, large))
    for number in range(large):
        sizes.insert(min(len(sizes), number * (step + 1)), large_bytes + number)
    names = safe_names("IMG.jpg" for _ in sizes)
    keys = [f"{size}/{number}" for number, size in enumerate(sizes)]
    return [
        ZipEntry(bucket="bucket", key=key, name=name, size=size, etag=etag(key))
        for key, name, size in zip(keys, names, sizes, strict=True)
    ]


def client(port: int) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",  # noqa: S106 -- loopback takes any
        config=Config(max_pool_connections=16, s3={"addressing_style": "path"}),
    )


def work(there: Connection, name: str, port: int, entries: Entries) -> None:
    """One run in a process of its own: seconds, CPU seconds, MB above the start, the size."""
    s3 = client(port)
    s3.get_object(Bucket="bucket", Key="10/warm")["Body"].read()  # what is loaded once
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, cpu = time.perf_counter(), time.process_time()
    size = METHODS[name](s3, entries)
    taken, spent = time.perf_counter() - start, time.process_time() - cpu
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    there.send((taken, spent, (after - before) / 1024, size))


def measured(name: str, port: int, entries: Entries) -> tuple[float, float, float, int]:
    here, there = SPAWN.Pipe()
    child = SPAWN.Process(target=work, args=(there, name, port, entries))
    child.start()
    there.close()
    result: tuple[float, float, float, int] = here.recv()
    child.join()
    return result


def checked(entries: Entries) -> str:
    """Write a zip, and read it back by zipfile."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.zip"
        server, port = started(path)
        try:
            measured("shared.zips", port, entries)
            with zipfile.ZipFile(path) as archive:
                names, broken = archive.namelist(), archive.testzip()
        finally:
            server.terminate()
    good = broken is None and names == [entry.name for entry in entries]
    return f"read back by zipfile: {len(names)} entries, {'all good' if good else 'BROKEN'}\n"


def started(keep: Path | None = None) -> tuple[Any, int]:
    here, there = SPAWN.Pipe()
    server = SPAWN.Process(target=serve, args=(there, keep), daemon=True)
    server.start()
    return server, int(here.recv())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=2000, help="how many small objects")
    parser.add_argument("--large", type=int, default=50, help="how many large objects")
    parser.add_argument("--small-kb", type=int, default=150)
    parser.add_argument("--large-mb", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=list(METHODS), default=list(METHODS))
    parser.add_argument("--check", action="store_true", help="read the zip back instead")
    options = parser.parse_args()
    entries = listed(options.small, options.large, options.small_kb * 1024, options.large_mb * MIB)
    if options.check:
        sys.stdout.write(checked(entries))
        return
    server, port = started()
    found: dict[str, list[tuple[float, float, float, int]]] = {name: [] for name in options.only}
    for _ in range(options.rounds):  # in turn, so that a busy machine is busy for all of them
        for name in options.only:
            found[name].append(measured(name, port, entries))
    server.terminate()
    total = sum(entry.size for entry in entries)
    table = Table(title=f"{len(entries):,} objects, {total / 1e9:.2f} GB")
    for heading in ("method", "s", "of bare", "CPU s", "CPU of bare", "MB/s", "MB*", "zip GB"):
        table.add_column(heading, justify="left" if heading == "method" else "right")
    base = [statistics.median(column) for column in zip(*found[options.only[0]], strict=True)]
    for name, runs in found.items():
        taken, spent, _, size = (statistics.median(column) for column in zip(*runs, strict=True))
        grown = max(run[2] for run in runs)
        table.add_row(
            *(name, f"{taken:.2f}", f"{taken / base[0]:.2f}", f"{spent:.2f}"),
            *(f"{spent / base[1]:.2f}", f"{total / taken / 1e6:.0f}", f"{grown:.0f}"),
            f"{size / 1e9:.2f}",
        )
    Console(width=110).print(table)
    sys.stdout.write("* over a process that has the libraries in memory\n")


if __name__ == "__main__":
    main()
