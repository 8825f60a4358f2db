"""The service's own routes in memory behind one origin, its storage behind another, as on AWS."""

import email
import re
import threading
from email.message import Message
from typing import Any
from urllib.parse import quote

import pytest

from shared.storage import MemoryStorage
from tests.browser_fixture import Answered, Asked, Serve

CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag"}
TYPES = {"jpg": "image/jpeg", "png": "image/png", "zip": "application/zip", "mp4": "video/mp4"}


class Site:
    """``origin`` is the page; ``asked`` are the requests that it made, ``posted`` the uploads."""

    def __init__(self, api: Any, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
        self.api = api
        self.world = api.world
        self.asked: list[str] = []
        self.posted: list[str] = []
        self.refusals: list[int] = []  # statuses of the storage's next answers to uploads
        self.lock = threading.Lock()
        self.storage = serve(self._object)
        self.origin = serve(self._route)
        sign_post = MemoryStorage.presign_post
        monkeypatch.setattr(MemoryStorage, "presign_get", self._sign)

        def signed_post(storage: MemoryStorage, bucket: str, key: str, **words: Any) -> Any:
            form = sign_post(storage, bucket, key, **words)
            return form.model_copy(update={"url": f"{self.storage}/{bucket}"})

        monkeypatch.setattr(MemoryStorage, "presign_post", signed_post)

    def _sign(self, bucket: str, key: str, **_: Any) -> str:
        return f"{self.storage}/{bucket}/{quote(key)}"

    def _object(self, asked: Asked) -> Answered:
        bucket, _, key = asked.path.lstrip("/").partition("/")
        if asked.method == "OPTIONS":  # asked before an upload whose progress is watched
            return Answered(204, b"", {**CORS, "Access-Control-Allow-Methods": "POST, PUT"})
        if asked.method == "POST":
            if self.refusals:
                return Answered(self.refusals.pop(0), b"", CORS)
            fields, data = form_of(asked)
            key = fields["key"]
            self.posted.append(key)
            self.world.deps.storage.put(bucket, key, data, content_type=fields["Content-Type"])
            return Answered(204, b"", CORS)
        data = self.world.deps.storage.get(bucket, key)
        kind = TYPES.get(key.rpartition(".")[2], "application/octet-stream")
        return Answered(200, data, {"Content-Type": kind, **CORS})

    def _route(self, asked: Asked) -> Answered:
        query = "&".join(f"{name}={quote(value)}" for name, value in asked.query.items())
        self.asked.append(f"{asked.method} {asked.path}")
        names = {"content-type": "Content-Type", "idempotency-key": "Idempotency-Key"}
        sent = {kept: asked.headers[n] for n, kept in names.items() if n in asked.headers}
        path = quote(asked.path) + (f"?{query}" if query else "")
        with self.lock:  # an app has one request at a time, as in Lambda
            answer = self.api(asked.method, path, asked.body or None, sent)
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name.lower() not in {"content-length", "connection"}
        }
        return Answered(answer.status_code, answer.body, headers)


def form_of(asked: Asked) -> tuple[dict[str, str], bytes]:
    """The fields and the file of a multipart form."""
    header = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode()
    message: Message = email.message_from_bytes(header + asked.body)
    fields: dict[str, str] = {}
    data = b""
    for part in message.walk():
        found = re.search(r'name="([^"]*)"', part.get("Content-Disposition", ""))
        if not found:
            continue
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        if found[1] == "file":
            data = payload
        else:
            fields[found[1]] = payload.decode()
    return fields, data
