"""A world in memory: one event, its buckets, and a machine that runs the steps as the ASL does."""

import io
import json
from collections import Counter
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

from chalicelib.event_images import steps
from chalicelib.event_images.adapters.memory import (
    MemoryBibReader,
    memory_dependencies,
)
from chalicelib.event_images.domain import events, names
from chalicelib.event_images.models import (
    BibReading,
    CreateEvent,
    ExtractBibNumberInput,
    ImageProcessingCompletionInput,
    ImageProcessingFailureInput,
    ListImagesInput,
    ProcessUploadInput,
    RecordImageFailureInput,
)
from chalicelib.event_images.ports import Dependencies
from shared.contracts import opt_out_partition
from shared.errors import MedleyError, RetryableError
from shared.jobs import Job
from shared.storage import Storage
from shared.tables import Item, Put, Tables
from tests import service_app

EVENT = "city-run"


class Killed(BaseException):
    """A worker that dies: nothing catches it, nothing is cleaned up."""


class World:
    """An event and what befalls it. ``faults`` is called before each step's call."""

    def __init__(self, tables: Tables | None = None, storage: Storage | None = None) -> None:
        self.reader = MemoryBibReader()
        self.deps: Dependencies = memory_dependencies(
            reader=self.reader, tables=tables, storage=storage
        )
        self.serial = 0
        self.add_event(EVENT)

    def add_event(self, event_id: str) -> None:
        row = events.event_row(
            event_id, CreateEvent(name=event_id), created_at=self.deps.clock(), origin="test"
        )
        self.deps.requests.write(Put(row))

    # --- photos ------------------------------------------------------------------------------

    def jpeg(self, *bibs: str, confidence: float = 0.9) -> bytes:
        """A photo of a size of its own, in which the reader sees these bibs."""
        self.serial += 1
        size = (60 + self.serial, 40)
        self.reader.readings[size] = [
            BibReading(bib=bib, confidence=confidence, box=(1, 2, 30.5, 20)) for bib in bibs
        ]
        data = io.BytesIO()
        Image.new("RGB", size, (self.serial % 256, 90, 120)).save(data, "JPEG")
        return data.getvalue()

    def put(self, key: str, data: bytes, bucket: str = "races") -> str:
        """An object; its image id."""
        self.deps.storage.put(bucket, key, data, content_type="image/jpeg")
        return names.image_id(bucket, key)

    # --- requests ----------------------------------------------------------------------------

    def request(
        self, request_id: str = "r1", *, source: Item | None = None, force: bool = False
    ) -> Item:
        """A new request; the input of its machine."""
        asked = {
            "source": source or {"kind": "s3", "bucket": "races", "prefix": ""},
            "force": force,
        }
        self.deps.jobs.create(request_id, owner=EVENT, kind="process-event-images", input=asked)
        return {"requestId": request_id, "eventId": EVENT, **asked}

    def list_images(self, machine: Item) -> list[Item]:
        """ListImages; the items of the Map, each as the step gets it."""
        output = steps.list_images(ListImagesInput.model_validate(machine), self.deps)
        listed = json.loads(self.deps.storage.get(output.items.bucket, output.items.key))
        assert output.total == len(listed)
        ids = {name: machine[name] for name in ("requestId", "eventId")}
        return [{**ids, "photo": photo} for photo in listed]

    def extract(self, item: Item) -> Any:
        return steps.extract_bib_number(ExtractBibNumberInput.model_validate(item), self.deps)

    def record_failure(self, item: Item, error: str, cause: str = "") -> Any:
        given = {**item, "error": {"Error": error, "Cause": cause}}
        return steps.record_image_failure(RecordImageFailureInput.model_validate(given), self.deps)

    def complete(self, machine: Item) -> Any:
        step = ImageProcessingCompletionInput.model_validate(machine)
        return steps.image_processing_completion(step, self.deps)

    def fail(self, machine: Item, error: str, cause: str = "") -> Any:
        given = {**machine, "error": {"Error": error, "Cause": cause}}
        step = ImageProcessingFailureInput.model_validate(given)
        return steps.image_processing_failure(step, self.deps)

    def run(self, request_id: str = "r1", **asked: Any) -> Job:
        """A whole request, its steps retried as the machine retries them."""
        machine = retried(lambda: self.request(request_id, **asked))
        for item in retried(lambda: self.list_images(machine)):
            try:
                retried(lambda item=item: self.extract(item))
            except (Killed, MedleyError) as exc:
                self.record_failure(item, *as_caught(exc))
        retried(lambda: self.complete(machine))
        return self.deps.jobs.get(request_id)

    def uploaded(self, *keys: str, attempt: int = 1, bucket: str = "incoming") -> Any:
        """A message of the queue about objects."""
        return self.deliver(s3_message(bucket, *keys), attempt=attempt)

    def message(self, *keys: str, event: str) -> str:
        return s3_message("incoming", *keys, event=event)

    def deliver(self, body: str, *, attempt: int = 1) -> Any:
        message = {
            "messageId": "m",
            "body": body,
            "attributes": {"ApproximateReceiveCount": str(attempt)},
        }
        return steps.process_upload(ProcessUploadInput.model_validate(message), self.deps)

    # --- what must hold ----------------------------------------------------------------------

    def rows(self, kind: str) -> list[Item]:
        """All rows of the event's photos (``PHOTO#``) or tags (``TAG#``)."""
        return list(self.deps.images.query_all(f"EVENT#{EVENT}", begins=kind))

    def opt_outs(self) -> list[Item]:
        """The rows of those who opted out, without the key of their fingerprints."""
        found = self.deps.images.query_all(opt_out_partition(EVENT), begins="OPTOUT#")
        return list(found)

    def photo(self, image_id: str) -> Item:
        row = self.deps.images.get((f"EVENT#{EVENT}", f"PHOTO#{image_id}"))
        assert row is not None
        return row

    def counts(self) -> dict[str, int]:
        row = self.deps.requests.get(events.event_key(EVENT))
        assert row is not None
        return {name: row[name] for name in ("pending", "done", "failed")}

    def check(self) -> None:
        """Counters are what the rows say, and tags are the accepted readings of DONE photos."""
        photos = self.rows("PHOTO#")
        by_state = Counter(row["state"].lower() for row in photos)
        assert self.counts() == {name: by_state[name] for name in ("pending", "done", "failed")}
        expected = {
            (reading["bib"].lstrip("0") or "0", row["imageId"])
            for row in photos
            if row["state"] == "DONE"
            for reading in row["readings"]
            if reading["accepted"]
        }
        assert {(tag["bib"], tag["imageId"]) for tag in self.rows("TAG#")} == expected
        asked: Counter[str] = Counter()
        for row in photos:
            assert row["gsi1pk"] == f"EVENT#{EVENT}#{row['state']}"
            for reading in row.get("readings", []):
                is_asked = reading.get("verdict") == "review" and not row.get("withheld")
                asked[row["imageId"]] += is_asked
        event = self.deps.requests.get(events.event_key(EVENT))
        assert event is not None
        assert event["review"] == asked.total()
        listed = {row["imageId"]: row["questions"] for row in self.rows("REVIEW#")}
        assert listed == +asked


def retried[T](call: Callable[[], T], times: int = 3) -> T:
    """What the machine's Retry does with a dead worker and a RetryableError."""
    for _ in range(times - 1):
        try:
            return call()
        except (Killed, RetryableError):
            continue
    return call()


def as_caught(exc: BaseException) -> tuple[str, str]:
    """Error and Cause as a Catch gives them."""
    if isinstance(exc, Killed):
        return "Runtime.ExitError", "RequestId: 1 Error: Runtime exited with error: signal: killed"
    name = type(exc).__name__
    return name, json.dumps({"errorMessage": str(exc), "errorType": name})


def s3_message(bucket: str, *keys: str, event: str = "ObjectCreated:Post") -> str:
    """What S3 tells the queue."""
    from urllib.parse import quote_plus

    records = [
        {
            "eventName": event,
            "s3": {
                "bucket": {"name": bucket},
                "object": {
                    "key": quote_plus(key, safe="/"),
                    "size": 1,
                    "eTag": "old",
                    "sequencer": "01",
                },
            },
        }
        for key in keys
    ]
    return json.dumps({"Records": records})


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def make_world() -> Callable[..., World]:
    return World


@pytest.fixture
def killed() -> type[BaseException]:
    return Killed


@pytest.fixture
def load_app() -> Callable[..., ModuleType]:
    return partial(service_app.load_app, "event-images")


@pytest.fixture
def api(world: World, monkeypatch: pytest.MonkeyPatch) -> service_app.Api:
    module = service_app.load_app("event-images")
    monkeypatch.setattr(module, "deps", lambda: world.deps)
    return service_app.Api(module, world)
