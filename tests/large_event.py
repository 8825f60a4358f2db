"""An event of many photos through the machine's real definition, with a reader that costs nothing.

What is left is what the service itself takes: listing, the Map, rows, tags and counters.
"""

import io
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from medley.local.stack import LocalStack

SERVICE = "event-images"
BUCKET = "a-large-event"
READER = "extract_bib_number_handler"
STUB = Path(__file__).with_name("stub_reader")
BITS = 17
ENDED = {"SUCCEEDED", "PARTIAL", "FAILED"}
Json = dict[str, Any]


@contextmanager
def stub_reader() -> Iterator[None]:
    """Let every function of a stack that starts inside read by the stub."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(STUB), before]))
    try:
        yield
    finally:
        os.environ.pop("PYTHONPATH")
        if before is not None:
            os.environ["PYTHONPATH"] = before


def photo(bib: int) -> bytes:
    """A small JPEG whose blocks are the bits of the number; no two have the same bytes."""
    image = Image.new("L", (8 * BITS, 16))
    for place in range(BITS):
        image.paste(255 * (bib >> place & 1), (8 * place, 0, 8 * place + 8, 16))
    data = io.BytesIO()
    image.convert("RGB").save(data, "JPEG", quality=90)
    return data.getvalue()


@dataclass(frozen=True)
class Sample:
    """A moment of a run: seconds since it began, photos done, the largest reader's memory in MB,
    and the processor seconds that all readers have taken."""

    seconds: float
    done: int
    memory: float
    processor: float


@dataclass(frozen=True)
class Run:
    """A request from its start to its end."""

    request: Json
    seconds: float
    samples: tuple[Sample, ...]

    @property
    def counts(self) -> dict[str, int]:
        counts: dict[str, int] = self.request["counts"]
        return counts

    @property
    def listing(self) -> float:
        """Seconds until the first photo was seen to be done."""
        return next((one.seconds for one in self.samples if one.done), self.seconds)

    def between(self, start: float, end: float) -> tuple[Sample, Sample]:
        """What a photo took while the run went from this share of its photos to that one.

        Returns:
            A sample of that part's beginning and one of its end.
        """
        total = self.counts["total"]
        inside = [one for one in self.samples if start * total <= one.done <= end * total]
        return (inside or [self.samples[0]])[0], (inside or [self.samples[-1]])[-1]


class LargeEvent:
    """An event whose photos lie in a bucket of their own."""

    def __init__(self, stack: LocalStack, api: httpx.Client) -> None:
        self.stack = stack
        self.api = api
        self.id = str(api.post("/events", json={"name": "Large Run"}).json()["eventId"])
        self.prefix = f"{self.id}/"
        s3 = stack.client("s3")
        with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
            s3.create_bucket(Bucket=BUCKET)

    def put(self, numbers: range, name: Callable[[int], str] = "{:06}.jpg".format) -> None:
        """Photos with these bibs."""
        s3 = self.stack.client("s3")

        def put(bib: int) -> None:
            s3.put_object(Bucket=BUCKET, Key=self.prefix + name(bib), Body=photo(bib))

        with ThreadPoolExecutor(4) as pool:
            for _ in pool.map(put, numbers):
                pass

    def start(self, source: Json | None = None) -> str:
        """Begin to process a source, by default the bucket; the request's id."""
        source = source or {"kind": "s3", "bucket": BUCKET, "prefix": self.prefix}
        started = self.api.post(f"/events/{self.id}/process", json={"source": source})
        assert started.status_code == 202, started.text
        return str(started.json()["requestId"])

    def run(self, source: Json | None = None, *, seconds: float, every: float = 0.5) -> Run:
        """Process a source to its end.

        Raises:
            AssertionError: it took longer than ``seconds``.
        """
        begin = time.monotonic()
        return self.follow(self.start(source), seconds=seconds, every=every, begin=begin)

    def follow(
        self, request_id: str, *, seconds: float, every: float = 0.5, begin: float | None = None
    ) -> Run:
        """Look at a request until it has ended."""
        begin = time.monotonic() if begin is None else begin
        path = f"/events/{self.id}/requests/{request_id}"
        samples = []
        while True:
            request = self.api.get(path).json()
            now = time.monotonic() - begin
            done = request["counts"]["done"]
            samples.append(Sample(now, done, *self._readers()))
            if request["state"] in ENDED:
                return Run(request, now, tuple(samples))
            assert now < seconds, f"the request did not end: {request['counts']}"
            time.sleep(every)

    def bibs(self, bib: int) -> list[str]:
        """The photos that a search for a bib finds, by their names."""
        found = self.api.get(f"/events/{self.id}/photos", params={"bib": str(bib)}).json()
        return [one["filename"] for one in found["items"]]

    def counts(self) -> dict[str, int]:
        counts: dict[str, int] = self.api.get(f"/events/{self.id}").json()["counts"]
        return counts

    def _readers(self) -> tuple[float, float]:
        """The processes that read photos: memory of the largest in MB, their processor seconds."""
        function = f"ministack-lambda-{self.stack.function_name(SERVICE, READER)}-"
        memory = processor = 0.0
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    command = (entry / "cmdline").read_bytes().decode(errors="replace")
                    if function in command and str(self.stack.layout.temporary) in command:
                        pages = int((entry / "statm").read_text().split()[1])
                        fields = (entry / "stat").read_text().rpartition(") ")[2].split()
                        memory = max(memory, pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
                        processor += sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
                except OSError:
                    continue
        return memory, processor
