"""A listing in memory, and the machine's steps called as the machine calls them."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from chalicelib.media_processing import steps
from chalicelib.media_processing.adapters.memory import (
    MemoryReceivers,
    memory_dependencies,
)
from chalicelib.media_processing.domain import names
from chalicelib.media_processing.models import (
    BatchItem,
    CallbackInput,
    ConsolidateInput,
    CreateBatch,
    MakeThumbnailsInput,
    ProcessBatchUploadInput,
    ProcessingFailureInput,
    RecordThumbnailsFailureInput,
    ValidateInput,
    ZipInput,
)
from chalicelib.media_processing.steps.start import start_batch, start_run
from shared.errors import MedleyError
from shared.tables import Item
from tests import service_app

LISTING = "house-7"


def jpeg(width: int = 640, height: int = 480, colour: Any = (90, 120, 60)) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(data, "JPEG")
    return data.getvalue()


class World:
    """A listing's batches and what befalls them."""

    def __init__(self, **settings: Any) -> None:
        self.deps = memory_dependencies(poster=jpeg(320, 180, "red"), **settings)
        self.serial = 0

    @property
    def receivers(self) -> MemoryReceivers:
        assert isinstance(self.deps.receivers, MemoryReceivers)
        return self.deps.receivers

    def put(
        self, data: bytes | None, *, kind: str = "photo", ext: str = "jpg", **more: Any
    ) -> BatchItem:
        """A file of the listing; with None it is named and never uploaded."""
        self.serial += 1
        item = BatchItem(media_type=kind, uuid=f"file-{self.serial}", ext=ext, **more)
        if data is not None:
            key = names.raw_key(LISTING, item)
            self.deps.storage.put("incoming", key, data, content_type="image/jpeg")
        return item

    def start(self, *items: BatchItem, job_id: str = "run1", **more: Any) -> Item:
        """A batch; the input of its machine."""
        wanted = CreateBatch(items=list(items), **{"batch_id": "b1", **more})
        start_batch(LISTING, wanted, job_id, self.deps, repeatable=True)
        return {"jobId": job_id, "listingId": LISTING, "batchId": wanted.batch_id or job_id}

    def rerun(self, job_id: str = "run2") -> Item:
        start_run(LISTING, "b1", job_id, self.deps, repeatable=True)
        return {"jobId": job_id, "listingId": LISTING, "batchId": "b1"}

    def validate(self, run: Item) -> list[Item]:
        """Validate; the items of the Map, each as the step gets it."""
        output = steps.validate(ValidateInput.model_validate(run), self.deps)
        listed = json.loads(self.deps.storage.get(output.items.bucket, output.items.key))
        assert output.total == len(listed)
        return [{**run, "item": item} for item in listed]

    def make(self, item: Item) -> Any:
        return steps.make_thumbnails(MakeThumbnailsInput.model_validate(item), self.deps)

    def record_failure(self, item: Item, error: str, cause: str = "") -> Any:
        given = {**item, "error": {"Error": error, "Cause": cause}}
        model = RecordThumbnailsFailureInput.model_validate(given)
        return steps.record_thumbnails_failure(model, self.deps)

    def finish(self, run: Item) -> Item:
        """Zip and Consolidate; what Consolidate answers."""
        zipped = steps.zip(ZipInput.model_validate(run), self.deps)
        given = {**run, "zip": zipped.zip.model_dump(by_alias=True)}
        output = steps.consolidate(ConsolidateInput.model_validate(given), self.deps)
        return output.model_dump(mode="json", by_alias=True)

    def fail(self, run: Item, error: str, cause: str = "") -> Any:
        given = {**run, "error": {"Error": error, "Cause": cause}}
        return steps.processing_failure(ProcessingFailureInput.model_validate(given), self.deps)

    def callback(self, run: Item) -> Any:
        return steps.callback(CallbackInput.model_validate(run), self.deps)

    def run(self, run: Item) -> Item:
        """A whole run."""
        for item in self.validate(run):
            try:
                self.make(item)
            except MedleyError as exc:
                name = type(exc).__name__
                self.record_failure(item, name, json.dumps({"errorMessage": str(exc)}))
        return self.finish(run)

    def deliver(self, body: str) -> list[str]:
        """A message of the queue; the runs that it started."""
        model = ProcessBatchUploadInput.model_validate({"body": body})
        return steps.process_batch_upload(model, self.deps).job_ids

    def items(self) -> list[Item]:
        rows = self.deps.media.query_all(f"BATCH#{LISTING}#b1", begins="ITEM#")
        return sorted(rows, key=lambda row: int(row["place"]))

    def batch(self) -> Item:
        row = self.deps.media.get((f"LISTING#{LISTING}", "BATCH#b1"))
        assert row is not None
        return row


def s3_message(key: str, bucket: str = "incoming") -> str:
    """What S3 tells the queue."""
    entity = {"bucket": {"name": bucket}, "object": {"key": key, "size": 1, "eTag": "e"}}
    entity["object"]["sequencer"] = "01"
    return json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": entity}]})


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def make_world() -> Callable[..., World]:
    return World


@pytest.fixture
def api(world: World, monkeypatch: pytest.MonkeyPatch) -> service_app.Api:
    module = service_app.load_app("media-processing")
    monkeypatch.setattr(module, "deps", lambda: world.deps)
    return service_app.Api(module, world)


@pytest.fixture
def images(api: service_app.Api) -> Any:
    from .image_jobs import Images

    return Images(api)
