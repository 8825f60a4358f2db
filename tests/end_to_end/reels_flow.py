"""Every way through reels, by its routes where they lead there, else by its functions."""

import io
import json
import math
import struct
import time
import wave
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
from PIL import Image

from medley.local.stack import LocalStack
from shared.jobs import Jobs
from shared.tables import DynamoTables
from tests.end_to_end.reels_race import Race
from tests.end_to_end.stopped_executions import event_of

SERVICE = "reels"
ENDED = {"SUCCEEDED", "PARTIAL", "FAILED"}
EVENT = "recorded-run"
ERROR = {"Error": "Sandbox.Timedout", "Cause": "It took too long."}
SHORT: dict[str, Any] = {
    "schema": 1,
    "name": "Short",
    "slots": [{"seconds": 0.4}],
    "seconds": 1,
    "longestHold": 0.5,
    "card": None,
    "fps": 24,
}


class ReelsFlow:
    """One race, taken through everything."""

    def __init__(self, stack: LocalStack, api: httpx.Client) -> None:
        self.stack = stack
        self.api = api
        self.outputs = stack.outputs(SERVICE)
        self.race = Race(stack, EVENT)
        self.first = self.race.photo("11")
        for bib in ("11", "12", "13", "14", "15"):
            self.race.photo(bib)
        self.race.photo("16", data=b"\xff\xd8\xff damaged")
        self.race.runner("11", "Ana")
        self.request_id = ""

    # --- ways ------------------------------------------------------------------------------

    def materials(self) -> None:
        """Music and a logo, and a message about an upload that is gone."""
        music = self.upload(tone(), kind="music", contentType="audio/wav", licence="CC0")
        logo = self.upload(badge(), kind="logo", contentType="image/png")
        template = SHORT | {"music": {"materialId": music}, "logo": {"materialId": logo}}
        self.json("POST", "/templates", {"templateId": "short", "template": template})
        self.notify(f"materials/{music}/upload.gone")

    def templates(self) -> None:
        """One that is changed and deleted, beside the one that is used."""
        self.json("POST", "/templates", {"templateId": "other", "template": SHORT})
        self.json("PUT", "/templates/other", {"version": 1, "template": SHORT})
        assert self.api.delete("/templates/other").status_code == 204
        assert self.json("POST", "/templates/validate", SHORT)["valid"]

    def requests(self) -> None:
        """Reels, one that fails, one whose picture is gone; then again over what has changed."""
        self.stack.client("s3").delete_object(
            Bucket=self.race.outputs["MediaBucket"], Key=f"{EVENT}/photos/{self.first}/web.jpg"
        )
        counts = self.make(bibs=["11", "12", "13", "16"])
        assert (counts["done"], counts["failed"]) == (3, 1), counts
        counts = self.make(bibs=["12", "13"], aspects=["4:5"])
        assert (counts["done"], counts["unchanged"]) == (2, 0), counts
        counts = self.make(bibs=["12", "13"], aspects=["4:5"])
        assert counts["unchanged"] == 2, counts

    def ends(self) -> None:
        """What the machine calls only when something died, or somebody opted out meanwhile."""
        job = {"requestId": self.request_id, "eventId": EVENT}
        failed = job | {"reel": wanted("14"), "error": ERROR}
        assert self.invoke("record_reel_failure_handler", failed)["state"] == "FAILED"
        lost = self.job("lost", ["15"])
        assert self.invoke("reel_generation_completion_handler", lost)["state"] == "FAILED"
        stuck = self.job("stuck", []) | {"error": ERROR}
        for _ in range(2):
            assert self.invoke("reel_generation_failure_handler", stuck)["state"] == "FAILED"
        stopped = self.job("stopped", [])["requestId"]
        for _ in range(2):
            self.invoke("execution_stopped_handler", event_of(stopped))
        assert self.row(f"JOB#{stopped}", "JOB")["state"] == {"S": "FAILED"}
        for number, function in enumerate(("reel_generation", "record_reel_failure")):
            bib = self.opted_out(number)
            item = job | {"reel": wanted(bib), "error": ERROR}
            assert self.invoke(f"{function}_handler", item)["state"] is None
        lost = self.job("hidden", [self.opted_out(2)])
        assert self.invoke("reel_generation_completion_handler", lost)["state"] == "SUCCEEDED"

    def sharing(self) -> None:
        """A link that is watched, listed and revoked."""
        path = f"/events/{EVENT}/reels/13/share"
        link = self.json("POST", path)
        assert self.api.get(f"/w/{link['token']}").status_code == 200
        assert len(self.json("GET", path)["items"]) == 1
        assert self.json("DELETE", path) == {"revoked": 1}

    def opt_out(self) -> None:
        """A runner whose reel, link and items go by the message of event-images."""
        self.json("POST", f"/events/{EVENT}/reels/12/share")
        self.race.opt_out("12")
        self.tell({"eventId": EVENT, "bib": "12", "optedOutAt": "2026-05-18T00:00:00+00:00"})
        wait(lambda: not self.keys(f"reels/current/{EVENT}/12/"))
        wait(lambda: not self.row(f"JOB#{self.request_id}", "ITEM#12"))

    def removal(self) -> None:
        """The event is removed, while a child of its machine still runs."""
        self.json("POST", f"/events/{EVENT}/reels/13/share")
        self.race.remove()
        self.tell({"eventId": EVENT, "removedAt": "2026-05-18T00:00:00+00:00"})
        wait(lambda: not self.row(f"JOB#{self.request_id}", "JOB"))
        assert not self.keys(f"reels/current/{EVENT}/")
        late = {"requestId": self.request_id, "eventId": EVENT, "reel": wanted("13")}
        failed = late | {"error": ERROR}
        assert self.invoke("record_reel_failure_handler", failed)["state"] is None
        assert self.invoke("reel_generation_handler", late)["state"] is None
        self.invoke("reel_generation_completion_handler", late)
        assert not self.keys(f"requests/{self.request_id}/")

    def reads(self) -> None:
        """Every route that only reads."""
        base = f"/events/{EVENT}"
        paths = ["/", "/health", "/assets/main.js", "/docs", "/openapi.json", "/events", base]
        paths += [f"{base}/reels", f"{base}/reels/13", f"{base}/reel-requests"]
        paths += [f"{base}/reel-requests/{self.request_id}", "/templates", "/templates/short"]
        paths += ["/materials"]
        for path in paths:
            assert self.api.get(path).status_code == 200, path
        (material, *_) = self.json("GET", "/materials")["items"]
        assert self.json("GET", f"/materials/{material['materialId']}")["state"] == "DONE"
        (video,) = self.json("GET", f"{base}/reels/13")["videos"]
        assert httpx.get(video["url"]).status_code == 200

    # --- steps on them -----------------------------------------------------------------------

    def make(self, **asked: Any) -> dict[str, int]:
        body = {"templateId": "short", "aspects": ["1:1"], "preview": False} | asked
        started = self.json("POST", f"/events/{EVENT}/reels", body)
        self.request_id = started["requestId"]
        path = f"/events/{EVENT}/reel-requests/{self.request_id}"
        wait(lambda: self.json("GET", path)["state"] in ENDED)
        counts: dict[str, int] = self.json("GET", path)["counts"]
        return counts

    def upload(self, data: bytes, **asked: str) -> str:
        body = {"filename": "file", "size": len(data), **asked}
        made = self.json("POST", "/materials", body)
        sent = httpx.post(made["url"], data=made["fields"], files={"file": ("file", data)})
        assert sent.status_code in {200, 201, 204}, sent.text
        material: str = made["material"]["materialId"]
        wait(lambda: self.json("GET", f"/materials/{material}")["state"] == "DONE")
        return material

    def notify(self, key: str) -> None:
        """A notification, as S3 sends it."""
        sqs = self.stack.client("sqs")
        place = {"bucket": {"name": self.outputs["IncomingBucket"]}, "object": {"key": key}}
        record = {"eventName": "ObjectCreated:Put", "s3": place}
        url = sqs.get_queue_url(QueueName=self.outputs["UploadsQueueName"])["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"Records": [record]}))

    def tell(self, message: dict[str, str]) -> None:
        """A message of event-images' topic."""
        sqs = self.stack.client("sqs")
        url = sqs.get_queue_url(QueueName=self.outputs["OptOutsQueueName"])["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(message))

    def opted_out(self, number: int) -> str:
        """A runner who has opted out, with a file and a link that are still there."""
        bib = str(900 + number)
        self.race.opt_out(bib)
        key = f"reels/current/{EVENT}/{bib}/left.mp4"
        bucket = self.outputs["MediaBucket"]
        self.stack.client("s3").put_object(Bucket=bucket, Key=key, Body=b"left")
        return bib

    def invoke(self, function: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Call a step's function; what it answers."""
        name = self.stack.function_name(SERVICE, function)
        answer = self.stack.client("lambda").invoke(
            FunctionName=name, Payload=json.dumps(payload).encode()
        )
        text = answer["Payload"].read().decode()
        assert "FunctionError" not in answer, text
        document: dict[str, Any] = json.loads(text)
        return document

    def job(self, name: str, bibs: list[str]) -> dict[str, Any]:
        """A request whose machine has listed its runners, and not got any further."""
        tables = DynamoTables(self.stack.client("dynamodb"))
        jobs = Jobs(tables, self.outputs["ReelsTable"], lambda: datetime.now(UTC))
        asked = {"aspects": ["1:1"], "templateId": "short", "preview": False, "force": False}
        jobs.create(name, owner=EVENT, kind="generate-event-reels", input=asked)
        total = len(bibs)
        jobs.listed(name, listed=total, ignored=0, skipped=0, total=total)
        self.stack.client("s3").put_object(
            Bucket=self.outputs["MediaBucket"],
            Key=f"requests/{name}/items.json",
            Body=json.dumps([wanted(bib) for bib in bibs]).encode(),
        )
        return {"requestId": name, "eventId": EVENT}

    def keys(self, prefix: str) -> int:
        listed = self.stack.client("s3").list_objects_v2(
            Bucket=self.outputs["MediaBucket"], Prefix=prefix
        )
        return int(listed["KeyCount"])

    def row(self, pk: str, sk: str) -> Any:
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        dynamo = self.stack.client("dynamodb")
        return dynamo.get_item(TableName=self.outputs["ReelsTable"], Key=key).get("Item")

    def json(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self.api.request(method, path, json=body)
        assert answer.is_success, answer.text
        document: dict[str, Any] = answer.json()
        return document


def wanted(bib: str) -> dict[str, Any]:
    """An item of the Map."""
    return {
        "bib": bib,
        "aspects": ["1:1"],
        "templateId": "short",
        "templateVersion": 1,
        "preview": False,
        "force": False,
    }


def tone() -> bytes:
    """Three seconds of sound."""
    samples = [round(9000 * math.sin(n / 4)) for n in range(3 * 8000)]
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return out.getvalue()


def badge() -> bytes:
    """A logo."""
    out = io.BytesIO()
    Image.new("RGBA", (200, 80), (200, 40, 40, 128)).save(out, "PNG")
    return out.getvalue()


def wait(ready: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.2)
