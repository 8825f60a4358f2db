"""Every way through event-images, by its routes where they lead there, else by its functions."""

import io
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
from PIL import Image, ImageDraw, ImageFont

from medley.local.stack import LocalStack
from shared.jobs import Jobs
from shared.tables import DynamoTables

SERVICE = "event-images"
DEV = "dev"
ENDED = {"SUCCEEDED", "PARTIAL", "FAILED"}
ERROR = {"Error": "Sandbox.Timedout", "Cause": "It took too long."}


def photo(bib: str) -> bytes:
    """A JPEG with a number that the reader reads."""
    image = Image.new("RGB", (900, 600), (90, 120, 90))
    draw = ImageDraw.Draw(image)
    draw.rectangle((250, 180, 650, 420), fill="white")
    font = ImageFont.load_default(160)
    draw.text((450, 300), bib, fill="black", font=font, anchor="mm")
    data = io.BytesIO()
    image.save(data, "JPEG", quality=92)
    return data.getvalue()


class Flow:
    """One event, taken through everything."""

    def __init__(self, stack: LocalStack, api: httpx.Client) -> None:
        self.stack = stack
        self.api = api
        self.outputs = stack.outputs(SERVICE)
        # So that the end of a request has photos support each other, too.
        body = {"name": "Recorded Run", "nearbyEvidence": True}
        self.event_id = str(self._json("POST", "/events", body)["eventId"])
        self.request_id = ""
        self.uploaded = ""

    # --- ways ------------------------------------------------------------------------------

    def uploads(self, was_looked_for: Callable[[], bool]) -> None:
        """A photo by a signed form, another over it, and one that is gone when its turn comes."""
        data = photo("482")
        file = {"filename": "one.jpg", "size": len(data), "contentType": "image/jpeg"}
        body = {"files": [file]}
        (form,) = self._json("POST", f"/events/{self.event_id}/uploads", body)["uploads"]
        sent = httpx.post(form["url"], data=form["fields"], files={"file": ("one.jpg", data)})
        assert sent.status_code in {200, 201, 204}, sent.text
        self.uploaded = form["imageId"]
        wait(lambda: self.bibs(self.uploaded) == ["482"])
        self.put(form["key"], photo("1307"))
        wait(lambda: self.bibs(self.uploaded) == ["1307"])
        key = f"{self.event_id}/gone.jpg"
        self.send({"bucket": {"name": self.outputs["IncomingBucket"]}, "object": {"key": key}})
        wait(was_looked_for)

    def requests(self) -> None:
        """A good photo, a bad one and no photo by their prefix, and a rerun over a new photo."""
        self.put("archive/good.jpg", photo("55"))
        self.put("archive/bad.jpg", b"this is no photo")
        self.put("archive/notes.txt", b"neither is this")
        counts = self.process()["counts"]
        assert (counts["done"], counts["failed"], counts["ignored"]) == (1, 1, 1)
        self.put("archive/good.jpg", photo("66"))
        counts = self.process()["counts"]
        assert (counts["done"], counts["failed"]) == (1, 1)

    def ends(self) -> None:
        """What the machine calls only when something died: each step by itself."""
        good = self.listed("archive/good.jpg")
        job = {"requestId": self.request_id, "eventId": self.event_id}
        missing = good | {"key": "archive/gone.jpg", "filename": "gone.jpg"}
        assert self.invoke("extract_bib_number_handler", job | {"photo": missing}) == "FAILED"
        failed = job | {"photo": good, "error": ERROR}
        self.invoke("record_image_failure_handler", failed)
        lost = self.job("lost", [self.listed_upload()])
        assert self.invoke("image_processing_completion_handler", lost) == "FAILED"
        stuck = self.job("stuck", []) | {"error": ERROR}
        for _ in range(2):
            assert self.invoke("image_processing_failure_handler", stuck) == "FAILED"

    # --- steps on them -----------------------------------------------------------------------

    def process(self) -> dict[str, Any]:
        """Process what lies under the prefix, to its end."""
        body = {"source": {"kind": "s3", "prefix": "archive/"}}
        started = self._json("POST", f"/events/{self.event_id}/process", body)
        self.request_id = started["requestId"]
        path = f"/events/{self.event_id}/requests/{self.request_id}"
        wait(lambda: self._json("GET", path)["state"] in ENDED)
        return self._json("GET", path)

    def put(self, key: str, data: bytes) -> None:
        bucket = self.outputs["IncomingBucket"]
        self.stack.client("s3").put_object(Bucket=bucket, Key=key, Body=data)

    def send(self, s3: dict[str, Any]) -> None:
        """A notification, as S3 sends it."""
        sqs = self.stack.client("sqs")
        record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": s3}
        record["s3"]["object"] |= {"size": 1, "eTag": "0" * 32, "sequencer": "0"}
        url = sqs.get_queue_url(QueueName=self.outputs["UploadsQueueName"])["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"Records": [record]}))

    def invoke(self, function: str, payload: dict[str, Any]) -> str:
        """Call a step's function; the state that it answers."""
        name = self.stack.function_name(SERVICE, function)
        answer = self.stack.client("lambda").invoke(
            FunctionName=name, Payload=json.dumps(payload).encode()
        )
        text = answer["Payload"].read().decode()
        assert "FunctionError" not in answer, text
        return str(json.loads(text)["state"])

    def job(self, name: str, photos: list[dict[str, Any]]) -> dict[str, Any]:
        """A request whose machine has listed its photos, and not got any further."""
        tables = DynamoTables(self.stack.client("dynamodb"))
        jobs = Jobs(tables, self.outputs["RequestsTable"], lambda: datetime.now(UTC))
        source = {"source": {"kind": "uploads"}, "force": False}
        jobs.create(name, owner=self.event_id, kind="process-event-images", input=source)
        total = len(photos)
        jobs.listed(name, listed=total, ignored=0, skipped=0, total=total)
        self.stack.client("s3").put_object(
            Bucket=self.outputs["MediaBucket"],
            Key=f"requests/{name}/items.json",
            Body=json.dumps(photos).encode(),
        )
        return {"requestId": name, "eventId": self.event_id}

    def listed(self, key: str) -> dict[str, Any]:
        """A known photo as the machine lists it, when its bytes had changed since."""
        (found,) = [one for one in self.photos() if one["key"] == key]
        same = {name: found[name] for name in ("bucket", "key", "filename", "size", "imageId")}
        now = datetime.now(UTC).isoformat()
        return same | {"etag": "f" * 32, "lastModified": now, "version": 1000}

    def listed_upload(self) -> dict[str, Any]:
        (found,) = [one for one in self.photos() if one["imageId"] == self.uploaded]
        return self.listed(found["key"])

    def photos(self, **query: str) -> list[dict[str, Any]]:
        found = self.api.get(f"/events/{self.event_id}/photos", params=query)
        assert found.status_code == 200, found.text
        items: list[dict[str, Any]] = found.json()["items"]
        return items

    def bibs(self, image_id: str) -> list[str]:
        answer = self.api.get(f"/events/{self.event_id}/photos/{image_id}")
        return list(answer.json()["bibs"]) if answer.status_code == 200 else []

    def _json(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self.api.request(method, path, json=body)
        assert answer.is_success, answer.text
        document: dict[str, Any] = answer.json()
        return document


def read_routes(flow: Flow) -> None:
    """Every route that only reads."""
    base = f"/events/{flow.event_id}"
    paths = ["/", "/health", "/assets/main.js", "/events", base, f"{base}/requests"]
    paths += ["/docs", "/openapi.json", f"{base}/review", f"{base}/reports", f"{base}/opt-outs"]
    paths += [f"{base}/requests/{flow.request_id}", f"{base}/photos/{flow.uploaded}"]
    for path in paths:
        assert flow.api.get(path).status_code == 200, path
    flow.put(f"{flow.event_id}/last.jpg", photo("77"))
    wait(lambda: len(flow.photos(bib="77")) == 1)
    assert flow.photos(state="FAILED")
    (shown,) = flow.photos(bib="77")
    assert httpx.get(shown["thumbUrl"]).status_code == 200


def wait(ready: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.2)
