"""The HTTP contract of event-images in memory, for tests of its page."""

import email
import hashlib
import io
import json
import threading
from collections.abc import Callable
from email.message import Message
from itertools import count
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, UnidentifiedImageError

from tests.browser_fixture import Answered, Asked, Handler

SERVICE = Path(__file__).resolve().parents[1] / "services" / "event-images"
PAGE = SERVICE / "chalicelib" / "event_images" / "page"
PARTS = SERVICE.parents[1] / "shared" / "page"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
CORS = {"Access-Control-Allow-Origin": "*"}
WIDTH, HEIGHT = 1200, 800
FAR_AHEAD = "2100-01-01T00:00:00Z"
Json = dict[str, Any]


def page_path(name: str) -> Path:
    """A file of the page: its own, or a part that all pages share."""
    own = PAGE / name
    return own if own.is_file() else PARTS / name


def picture(*bibs: tuple[str, tuple[int, int, int, int]], size: tuple[int, int]) -> bytes:
    """A JPEG with a white bib at each box."""
    image = Image.new("RGB", size, (96, 122, 104))
    draw = ImageDraw.Draw(image)
    for bib, box in bibs:
        draw.rectangle(box, fill="white")
        draw.text((box[0] + 10, box[1] + 10), bib, fill="black", font_size=48)
    data = io.BytesIO()
    image.save(data, "JPEG", quality=70)
    return data.getvalue()


def reading(
    bib: str, box: tuple[float, ...], confidence: float = 0.97, accepted: bool = True
) -> Json:
    return {"bib": bib, "confidence": confidence, "box": list(box), "accepted": accepted}


class Stub:
    """One event service behind the prefix `/api/`, and a storage of another origin.

    Uploads wait to be read, one for each look at their event, as `outcomes` says by file name:
    readings, or an error.
    """

    def __init__(self, serve: Callable[[Handler], str], key: str | None = None) -> None:
        self.key = key
        self.events: dict[str, Json] = {}
        self.photos: dict[str, dict[str, Json]] = {}
        self.requests: dict[str, Json] = {}
        self.objects: dict[str, bytes] = {}
        self.outcomes: dict[str, list[Json] | Json] = {}
        self.asked: list[Asked] = []
        self.batches: list[int] = []
        self.refusals: list[int] = []  # statuses of the storage's next answers
        self.gate = threading.Event()  # the storage holds uploads back while it is clear
        self.gate.set()
        self.lock = threading.Lock()
        self.serial = count(1)
        self.storage = serve(self.store)
        self.url = f"{serve(self.answer)}/api/"

    # --- what a test lays out -----------------------------------------------------------------

    def add_event(self, event_id: str = "city-run", name: str = "City Run", **more: Any) -> Json:
        self.events[event_id] = {
            "eventId": event_id,
            "name": name,
            "date": "2026-05-03",
            "createdAt": "2026-05-01T10:00:00Z",
            **more,
        }
        self.photos[event_id] = {}
        return self.events[event_id]

    def add_photo(self, filename: str, *, event_id: str = "city-run", **more: Any) -> Json:
        image_id = hashlib.sha256(f"{event_id}/{filename}".encode()).hexdigest()[:20]
        photo: Json = {
            "imageId": image_id,
            "eventId": event_id,
            "source": "uploads",
            "bucket": "incoming",
            "key": f"{event_id}/uploads/{filename}",
            "filename": filename,
            "size": 2_345_678,
            "width": None,
            "height": None,
            "takenAt": None,
            "md5": None,
            "state": "PENDING",
            "bibs": [],
            "readings": [],
            "engine": None,
            "error": None,
            "thumbUrl": None,
            "webUrl": None,
            "processedAt": None,
            **more,
        }
        self.photos[event_id][image_id] = photo
        return photo

    def read(self, photo: Json, outcome: list[Json] | Json, data: bytes | None = None) -> None:
        """The photo's end: readings, or an error."""
        if isinstance(outcome, dict):
            photo.update(state="FAILED", error=outcome, processedAt="2026-05-03T12:00:00Z")
            return
        boxes = [(one["bib"], tuple(one["box"])) for one in outcome]
        size = (photo["width"] or WIDTH, photo["height"] or HEIGHT)
        data = data or picture(*boxes, size=size)
        with Image.open(io.BytesIO(data)) as image:
            width, height = image.size
        self.objects[photo["imageId"]] = data
        url = f"{self.storage}/media/{photo['imageId']}"
        photo.update(
            state="DONE",
            width=width,
            height=height,
            readings=outcome,
            bibs=sorted({one["bib"] for one in outcome if one["accepted"]}),
            engine="stub",
            takenAt="2026-05-03T09:41:07",
            thumbUrl=f"{url}?thumb",
            webUrl=f"{url}?web",
            processedAt="2026-05-03T12:00:00Z",
        )

    # --- the storage --------------------------------------------------------------------------

    def store(self, asked: Asked) -> Answered:
        if asked.method == "OPTIONS":
            return Answered(204, headers={**CORS, "Access-Control-Allow-Methods": "GET, POST"})
        if asked.method == "GET":
            data = self.objects.get(asked.path.rsplit("/", 1)[-1])
            if data is None:
                return Answered(404)
            return Answered(200, data, {**CORS, "Content-Type": "image/jpeg"})
        self.gate.wait(10)
        if self.refusals:
            xml = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
            return Answered(self.refusals.pop(), xml, {**CORS, "Content-Type": "application/xml"})
        self._stored(asked)
        return Answered(204, headers=CORS)

    def _stored(self, asked: Asked) -> None:
        head = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode()
        parts: list[Message] = email.message_from_bytes(head + asked.body).get_payload()  # type: ignore[assignment]
        names = [part.get_param("name", header="content-disposition") for part in parts]
        assert names[-1] == "file"
        values = [part.get_payload(decode=True) for part in parts]
        fields = dict(zip(names, values, strict=True))
        event_id, _, filename = fields["key"].decode().split("/", 2)  # type: ignore[union-attr]
        with self.lock:
            photo = self.add_photo(filename, event_id=event_id, size=len(values[-1] or b""))
            self.objects[photo["imageId"]] = values[-1]  # type: ignore[assignment]

    def _work(self, event_id: str) -> None:
        photo = next((p for p in self.photos[event_id].values() if p["state"] == "PENDING"), None)
        if photo is None or photo["filename"] not in self.outcomes:
            return
        outcome = self.outcomes[photo["filename"]]
        try:
            self.read(photo, outcome, self.objects[photo["imageId"]])
        except UnidentifiedImageError:
            self.read(photo, {"code": "not_an_image", "message": "It is not an image."})

    # --- the API ------------------------------------------------------------------------------

    def answer(self, asked: Asked) -> Answered:
        self.asked.append(asked)
        if not asked.path.startswith("/api/"):
            return Answered(404)
        parts = asked.path.removeprefix("/api/").split("/")
        if parts == [""] or parts[0] == "assets":
            path = page_path(parts[-1] or "index.html")
            return Answered(200, path.read_bytes(), {"Content-Type": TYPES[path.suffix]})
        if self.key is not None and asked.headers.get("authorization") != self.key:
            return as_json({"message": "Unauthorized"}, 401)
        with self.lock:
            return self._api(asked, parts[1:])

    def _api(self, asked: Asked, parts: list[str]) -> Answered:
        body = json.loads(asked.body) if asked.body else {}
        if not parts:
            return self._made(body) if asked.method == "POST" else self._listed(asked)
        event_id, *rest = parts
        if event_id not in self.events:
            return problem(404, "event_not_found", "There is no such event.")
        match rest:
            case []:
                self._work(event_id)
                return as_json(self._event(event_id))
            case ["uploads"]:
                return self._uploads(event_id, body["files"])
            case ["process"]:
                return as_json(self._process(event_id, body, asked), 202)
            case ["requests"]:
                return as_json({"items": list(self.requests.values())[-1:], "cursor": None})
            case ["requests", request_id]:
                return as_json(self.requests[request_id])
            case ["photos"]:
                return self._photos(event_id, asked.query)
            case ["photos", image_id] if image_id in self.photos[event_id]:
                return as_json(self.photos[event_id][image_id])
        return problem(404, "photo_not_found", "There is no such photo.")

    def _event(self, event_id: str) -> Json:
        states = [photo["state"] for photo in self.photos[event_id].values()]
        counts = {name: states.count(name.upper()) for name in ("pending", "done", "failed")}
        return {**self.events[event_id], "counts": counts}

    def _listed(self, asked: Asked) -> Answered:
        return paged([self._event(event_id) for event_id in self.events], asked.query)

    def _made(self, body: Json) -> Answered:
        if body["name"] == "Refused":
            error = {"field": "date", "code": "date_type", "message": "Input is no valid date."}
            return problem(400, "invalid_body", "The body is not valid.", errors=[error])
        event_id = f"event-{next(self.serial)}"
        self.add_event(event_id, body["name"], date=body.get("date"))
        return as_json(self._event(event_id), 201)

    def _uploads(self, event_id: str, files: list[Json]) -> Answered:
        self.batches.append(len(files))
        uploads = [
            {
                "filename": file["filename"],
                "imageId": "0" * 20,
                "key": f"{event_id}/{next(self.serial)}/{file['filename']}",
                "url": f"{self.storage}/incoming",
                "expiresAt": FAR_AHEAD,
            }
            for file in files
        ]
        for upload in uploads:
            upload["fields"] = {"key": upload["key"], "policy": "e30="}
        return as_json({"uploads": uploads})

    def _process(self, event_id: str, body: Json, asked: Asked) -> Json:
        request_id = asked.headers["idempotency-key"]
        names = ("listed", "ignored", "skipped", "total", "done", "failed")
        request: Json = {"requestId": request_id, "eventId": event_id, "state": "PENDING"}
        request |= {"counts": dict.fromkeys(names, 0), "source": body["source"], "error": None}
        request |= {"errors": [], "errorsCursor": None}
        self.requests[request_id] = request
        return request

    def _photos(self, event_id: str, query: dict[str, str]) -> Answered:
        bib, state = query.get("bib"), query.get("state")
        found = [
            photo
            for photo in self.photos[event_id].values()
            if (not bib or bib in photo["bibs"]) and state in (None, photo["state"])
        ]
        return paged(found, query)


def paged(items: list[Json], query: dict[str, str]) -> Answered:
    start = int(query.get("cursor", "0"))
    end = start + int(query.get("limit", "50"))
    return as_json({"items": items[start:end], "cursor": str(end) if end < len(items) else None})


def as_json(body: Json, status: int = 200, kind: str = "application/json") -> Answered:
    return Answered(status, json.dumps(body).encode(), {"Content-Type": kind})


def problem(status: int, code: str, detail: str, **more: Any) -> Answered:
    body = {"type": "about:blank", "title": detail, "status": status, "detail": detail}
    return as_json({**body, "code": code, **more}, status, "application/problem+json")
