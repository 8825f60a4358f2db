"""The real routes of event-images over a world in memory, as a browser reaches them."""

import json
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlencode

from shared.tables import Update
from tests.browser_fixture import Answered, Asked, Handler

STORAGE = "https://memory.invalid"


class Gallery:
    """An event with a link, behind the prefix ``/api``, and a storage of another origin."""

    def __init__(self, api: Any, world: Any, serve: Callable[[Handler], str]) -> None:
        self.api, self.world = api, world
        self.storage = serve(self.store)
        self.origin = serve(self.answer)
        self.sent: list[Any] = []
        self.down = False
        self.lock = threading.Lock()
        self.token = api("POST", "/events/city-run/gallery-link").json_body["token"]
        self.url = f"{self.origin}/api/g/{self.token}"

    def photo(self, name: str, *bibs: str, taken: str, look: str = "0", sharp: float = 1) -> str:
        image_id = self.world.put(name, self.world.jpeg(*bibs))
        self.world.run(f"run-{name}")
        values = {
            "takenAt": f"2026-05-03T{taken}",
            "perceptualHash": look * 16,
            "sharpness": sharp,
        }
        key = ("EVENT#city-run", f"PHOTO#{image_id}")
        self.world.deps.images.write(Update(key, set=values))
        return str(image_id)

    def answer(self, asked: Asked) -> Answered:
        path = asked.path.removeprefix("/api")
        if asked.query:
            path = f"{path}?{urlencode(asked.query)}"
        if asked.body:
            self.sent.append(json.loads(asked.body))
        if self.down and "/photos" in path:
            return Answered(503, b"{}", {"Content-Type": "application/json"})
        with self.lock:
            given = self.api(asked.method, path, asked.body or None, headers=asked.headers)
        headers = {
            name: str(value).replace(STORAGE, self.storage)
            for name, value in given.headers.items()
            if name.lower() not in {"content-length", "content-encoding"}
        }
        return Answered(
            given.status_code, given.body.replace(STORAGE.encode(), self.storage.encode()), headers
        )

    def store(self, asked: Asked) -> Answered:
        bucket, _, key = unquote(asked.path).lstrip("/").partition("/")
        headers = {"Content-Type": "image/jpeg", "Access-Control-Allow-Origin": "*"}
        if name := asked.query.get("response-content-disposition"):
            headers["Content-Disposition"] = name
        return Answered(200, self.world.deps.storage.get(bucket, key), headers)
