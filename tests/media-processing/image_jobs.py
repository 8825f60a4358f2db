"""Image jobs over the API in memory, and a queue that is emptied as Lambda empties it."""

from typing import Any

from chalicelib.media_processing import steps
from chalicelib.media_processing.adapters.memory_images import MemoryDetector, MemoryImageQueue
from chalicelib.media_processing.models import ProcessImageInput, ReconcileInput
from chalicelib.media_processing.ports import Message
from shared.errors import MedleyError
from tests.service_app import Api

from .conftest import World, jpeg


class Images:
    """A caller's images and the jobs over them."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.serial = 0

    @property
    def world(self) -> World:
        return self.api.world

    @property
    def queue(self) -> MemoryImageQueue:
        assert isinstance(self.world.deps.images, MemoryImageQueue)
        return self.world.deps.images

    @property
    def detector(self) -> MemoryDetector:
        found = self.world.deps.detector()
        assert isinstance(found, MemoryDetector)
        return found

    def put(self, data: bytes | None = None) -> str:
        """An uploaded image; its URL."""
        self.serial += 1
        key = f"uploads/2026/05/01/{self.serial}-car.jpg"
        self.world.deps.storage.put("incoming", key, data or jpeg(), content_type="image/jpeg")
        return f"s3://incoming/{key}"

    def start(self, *urls: str, key: str | None = None, **more: Any) -> str:
        """A job; its id."""
        headers = {"Idempotency-Key": key} if key else None
        answer = self.api("POST", "/process", {"imageUrls": list(urls), **more}, headers)
        assert answer.status_code == 202, answer.body
        return str(answer.json_body["jobId"])

    def job(self, job_id: str, query: str = "") -> Any:
        answer = self.api("GET", f"/jobs/{job_id}{query}")
        assert answer.status_code == 200, answer.body
        return answer.json_body

    def take(self) -> Message:
        (message,) = self.queue.receive(1, 0, 30)
        return message

    def handle(self, message: Message) -> str:
        """What the function does with a message; it is deleted if that goes well."""
        given = ProcessImageInput.model_validate(message.record)
        try:
            output = steps.process_image(given, self.world.deps)
        except MedleyError as exc:
            self.queue.hide(message, 0)
            return exc.code
        self.queue.delete(message)
        return output.state

    def drain(self) -> list[str]:
        """Empty the queue; what came of each delivery."""
        found = []
        while messages := self.queue.receive(1, 0, 30):
            found.append(self.handle(messages[0]))
        return found

    def reconcile(self) -> Any:
        return steps.reconcile(ReconcileInput(), self.world.deps)
