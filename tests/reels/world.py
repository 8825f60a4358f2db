"""A world in memory: an event of event-images, and a machine that runs steps as the ASL does."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from chalicelib.reels import steps
from chalicelib.reels.adapters.memory import MemoryRenderer, memory_dependencies
from chalicelib.reels.models import (
    EventImagesBibExtractionInput,
    ProcessUploadInput,
    RecordReelFailureInput,
    ReelGenerationCompletionInput,
    ReelGenerationFailureInput,
    ReelGenerationInput,
    RemoveOptedOutInput,
)
from chalicelib.reels.ports import Dependencies, EventImages
from shared.contracts import (
    BibTag,
    event_key,
    opt_out_key,
    opt_out_secret_key,
    photo_key,
    runner_key,
    start_list_key,
    web_picture_key,
)
from shared.errors import MedleyError, RetryableError
from shared.jobs import Job
from shared.queues import MemoryQueues
from shared.storage import Storage
from shared.tables import Delete, Item, Put, Tables

EVENT = "city-run"
SECRET = "ab" * 32
GUN = datetime(2026, 5, 17, 9, 0)  # noqa: DTZ001 -- a camera's clock has no zone


class Killed(BaseException):
    """A worker that dies: nothing catches it, nothing is cleaned up."""


class World:
    """An event and what befalls it."""

    def __init__(
        self,
        tables: Tables | None = None,
        storage: Storage | None = None,
        event_images: EventImages | None = None,
    ) -> None:
        self.renderer = MemoryRenderer()
        self.deps: Dependencies = memory_dependencies(
            renderer=self.renderer, tables=tables, storage=storage, event_images=event_images
        )
        self.serial = 0
        self.add_event(EVENT)

    # --- what event-images knows ---------------------------------------------------------------

    @property
    def events(self) -> Any:
        return self.deps.tables.table(self.deps.settings.event_requests_table)

    @property
    def images(self) -> Any:
        return self.deps.tables.table(self.deps.settings.event_images_table)

    def add_event(self, event_id: str) -> None:
        pk, sk = event_key(event_id)
        row = {"pk": pk, "sk": sk, "eventId": event_id, "name": "City Run", "date": "2026-05-17"}
        at = {"gsi1pk": "EVENTS", "gsi1sk": f"2026-05-01#{event_id}"}
        self.events.write(Put({**row, **at, "origin": "test", "pending": 0}))

    def photo(
        self,
        *bibs: str,
        taken: int | None = None,
        size: tuple[int, int] = (1600, 1067),
        data: bytes | None = None,
        **attributes: Any,
    ) -> str:
        """A photo with tags, ``taken`` so many seconds after the gun; its image id."""
        self.serial += 1
        image_id = f"{self.serial:020x}"
        width, height = size
        at = GUN + timedelta(seconds=60 * self.serial if taken is None else taken)
        pk, sk = photo_key(EVENT, image_id)
        row: Item = {
            "pk": pk,
            "sk": sk,
            "eventId": EVENT,
            "imageId": image_id,
            "state": "DONE",
            "etag": f"etag-{self.serial}",
            "width": width,
            "height": height,
            "takenAt": at.isoformat(),
            "sharpness": 100 + self.serial,
            "perceptualHash": f"{self.serial * 0x0F0F0F0F0F0F0F0F & (2**64 - 1):016x}",
            "version": 2,
        }
        self.images.write(Put(row | attributes))
        box = (width * 0.45, height * 0.5, width * 0.55, height * 0.56)
        for bib in bibs:
            tag = BibTag(
                event_id=EVENT, bib=bib, image_id=image_id, confidence=0.9, box=box, taken_at=at
            )
            self.images.write(Put(tag.row()))
        self.put_picture(image_id, data if data is not None else f"{width}x{height} x".encode())
        return image_id

    def put_picture(self, image_id: str, data: bytes) -> None:
        bucket = self.deps.settings.event_images_media_bucket
        key = web_picture_key(EVENT, image_id)
        self.deps.storage.put(bucket, key, data, content_type="image/jpeg")

    def lose_picture(self, image_id: str) -> None:
        bucket = self.deps.settings.event_images_media_bucket
        self.deps.storage.delete(bucket, web_picture_key(EVENT, image_id))

    def runner(self, bib: str, **told: Any) -> None:
        pk, sk = start_list_key(EVENT)
        self.images.write(Put({"pk": pk, "sk": sk, "version": "00000001-ab"}))
        pk, sk = runner_key(EVENT, "00000001-ab", bib)
        self.images.write(Put({"pk": pk, "sk": sk, "bib": bib, "version": "00000001-ab", **told}))

    def opt_out(self, bib: str) -> None:
        pk, sk = opt_out_secret_key(EVENT)
        self.images.write(Put({"pk": pk, "sk": sk, "secret": SECRET}))
        pk, sk = opt_out_key(EVENT, SECRET, bib)
        self.images.write(Put({"pk": pk, "sk": sk, "at": "2026-05-18T00:00:00Z"}))

    def opt_in(self, bib: str) -> None:
        self.images.write(Delete(opt_out_key(EVENT, SECRET, bib)))

    def remove_event(self, event_id: str = EVENT) -> None:
        """What event-images does first when an event is removed."""
        self.events.write(Delete(event_key(event_id)))

    # --- requests ------------------------------------------------------------------------------

    def request(self, request_id: str = "r1", *, bibs: Any = None, **asked: Any) -> Item:
        """A new request; the input of its machine."""
        wanted = {"aspects": ["9:16"], "templateId": "default", "preview": False, "force": False}
        wanted |= asked
        self.deps.jobs.create(
            request_id, owner=EVENT, kind="generate-event-reels", input={**wanted, "bibsDigest": ""}
        )
        return {"requestId": request_id, "eventId": EVENT, "bibs": bibs, **wanted}

    def extract(self, machine: Item) -> list[Item]:
        """EventImagesBibExtraction; the items of the Map, each as the step gets it."""
        step = EventImagesBibExtractionInput.model_validate(machine)
        output = steps.event_images_bib_extraction(step, self.deps)
        listed = json.loads(self.deps.storage.get(output.items.bucket, output.items.key))
        assert output.total == len(listed)
        ids = {name: machine[name] for name in ("requestId", "eventId")}
        return [{**ids, "reel": reel} for reel in listed]

    def generate(self, item: Item) -> Any:
        return steps.reel_generation(ReelGenerationInput.model_validate(item), self.deps)

    def record_failure(self, item: Item, error: str, cause: str = "") -> Any:
        given = {**item, "error": {"Error": error, "Cause": cause}}
        return steps.record_reel_failure(RecordReelFailureInput.model_validate(given), self.deps)

    def complete(self, machine: Item) -> Any:
        step = ReelGenerationCompletionInput.model_validate(machine)
        return steps.reel_generation_completion(step, self.deps)

    def fail(self, machine: Item, error: str, cause: str = "") -> Any:
        given = {**machine, "error": {"Error": error, "Cause": cause}}
        step = ReelGenerationFailureInput.model_validate(given)
        return steps.reel_generation_failure(step, self.deps)

    def run(self, request_id: str = "r1", **asked: Any) -> Job:
        """A whole request, its steps retried as the machine retries them."""
        machine = retried(lambda: self.request(request_id, **asked))
        for item in retried(lambda: self.extract(machine)):
            try:
                retried(lambda item=item: self.generate(item))
            except (Killed, MedleyError) as exc:
                self.record_failure(item, *as_caught(exc))
        retried(lambda: self.complete(machine))
        return self.deps.jobs.get(request_id)

    def uploaded(self, key: str, *, attempt: int = 1, bucket: str = "reels-incoming") -> Any:
        """A message of the uploads queue about an object."""
        record = {"bucket": {"name": bucket}, "object": {"key": key, "size": 1, "eTag": "old"}}
        body = json.dumps({"Records": [{"eventName": "ObjectCreated:Post", "s3": record}]})
        message = {"body": body, "attributes": {"ApproximateReceiveCount": str(attempt)}}
        return steps.process_upload(ProcessUploadInput.model_validate(message), self.deps)

    def told_of_opt_out(self, bib: str, *, envelope: bool = False) -> Any:
        """A message of the opt-outs queue."""
        body = json.dumps({"eventId": EVENT, "bib": bib, "optedOutAt": "2026-05-18T00:00:00+00:00"})
        if envelope:
            body = json.dumps({"Type": "Notification", "Message": body})
        return steps.remove_opted_out(RemoveOptedOutInput(body=body), self.deps)

    def told_of_removal(self, event_id: str = EVENT, *, envelope: bool = False) -> Any:
        """A message of the opt-outs queue about a removed event."""
        body = json.dumps({"eventId": event_id, "removedAt": "2026-05-18T00:00:00+00:00"})
        if envelope:
            body = json.dumps({"Type": "Notification", "Message": body})
        return steps.remove_opted_out(RemoveOptedOutInput(body=body), self.deps)

    def work(self) -> int:
        """Take what is in the opt-outs queue until it is empty; how many messages it was."""
        queue = self.deps.queues
        assert isinstance(queue, MemoryQueues)
        count = 0
        while queue.sent:
            body = json.dumps(queue.sent.pop(0).body)
            steps.remove_opted_out(RemoveOptedOutInput(body=body), self.deps)
            count += 1
        return count

    # --- what must hold ------------------------------------------------------------------------

    def rows(self, kind: str = "REEL#") -> dict[str, Item]:
        """The rows of the event's reels (``REEL#``) or previews (``PREVIEW#``), by bib."""
        found = self.deps.reels.query_all(f"EVENT#{EVENT}", begins=kind)
        return {row["sk"].removeprefix(kind): row for row in found}

    def files(self, prefix: str = "reels/current/") -> list[str]:
        """The keys in the media bucket."""
        media = self.deps.settings.media_bucket
        return [found.key for found in self.deps.storage.list(media, prefix)]

    def check(self) -> None:
        """Every file is of a current reel, and every reel's files are there."""
        named = [
            key
            for row in self.rows().values()
            for video in row["videos"]
            for key in (video["key"], video["posterKey"])
        ]
        assert sorted(named) == self.files()
        for row in self.rows().values():
            assert bool(row["videos"]) == (row["state"] == "DONE")
            assert row["videos"] or row["error"]


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
