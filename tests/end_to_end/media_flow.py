"""Every way through media-processing's listings, by its routes where they lead there, else by its
functions."""

import hashlib
import io
import json
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from PIL import Image, ImageDraw
from standardwebhooks import Webhook

from medley.demo.receiver import Receiver
from medley.local.stack import LocalStack
from shared.jobs import Jobs
from shared.tables import DynamoTables, Update
from shared.video.ffmpeg import ffmpeg_path
from tests.end_to_end.calls_heard import LargeFile
from tests.end_to_end.stopped_executions import event_of

SERVICE = "media-processing"
LISTING = "house-31"
BATCH = "first"
ENDED = {"SUCCEEDED", "PARTIAL", "VALIDATION_FAILED", "PROCESSING_FAILED", "FAILED"}
# Bytes that a zip takes into more than one part.
PARTS = 17 << 20
TRIES = 10
ERROR = {"Error": "Sandbox.Timedout", "Cause": "It took too long."}
Json = dict[str, Any]


def picture(kind: str = "JPEG") -> bytes:
    """A small picture."""
    image = Image.new("RGB", (320, 240), (150, 130, 90))
    ImageDraw.Draw(image).ellipse((40, 40, 200, 180), fill=(40, 70, 160))
    data = io.BytesIO()
    image.save(data, kind)
    return data.getvalue()


def film(path: Path) -> bytes:
    """A second of an MP4."""
    command = [str(ffmpeg_path()), "-v", "error", "-y", "-f", "lavfi", "-i"]
    command += ["testsrc=size=160x120:rate=5:duration=1", "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)  # noqa: S603 -- our own
    return path.read_bytes()


def wait(ready: Callable[[], bool], seconds: float = 120) -> None:
    """Until it is so."""
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.2)


class Way:
    """The service's routes and functions, and what of AWS lies around them."""

    def __init__(self, stack: LocalStack, api: httpx.Client) -> None:
        self.stack = stack
        self.api = api
        self.outputs = stack.outputs(SERVICE)
        self.s3 = stack.client("s3")
        tables = DynamoTables(stack.client("dynamodb"))
        self.media = tables.table(self.outputs["MediaTable"])
        self.jobs = Jobs(tables, self.outputs["JobsTable"], lambda: datetime.now(UTC))

    def json(self, method: str, path: str, body: Any = None) -> Json:
        """What a route answers, which is a success."""
        answer = self.api.request(method, path, json=body)
        assert answer.is_success, answer.text
        document: Json = answer.json()
        return document

    def put(self, bucket: str, key: str, data: bytes) -> None:
        """An object, in the bucket of this output."""
        self.s3.put_object(Bucket=self.outputs[bucket], Key=key, Body=data)

    def remove(self, bucket: str, key: str) -> None:
        """No such object any more."""
        self.s3.delete_object(Bucket=self.outputs[bucket], Key=key)

    def invoke(self, function: str, payload: Json) -> Any:
        """What a function answers, which is a success."""
        name = self.stack.function_name(SERVICE, function)
        answer = self.stack.client("lambda").invoke(
            FunctionName=name, Payload=json.dumps(payload).encode()
        )
        text = answer["Payload"].read().decode()
        assert "FunctionError" not in answer, text
        return json.loads(text)


class Listings(Way):
    """One listing, taken through everything."""

    def __init__(self, stack: LocalStack, api: httpx.Client, folder: Path) -> None:
        super().__init__(stack, api)
        self.base = f"/listings/{LISTING}"
        self.film = film(folder / "tour.mp4")
        secret = stack.client("secretsmanager").get_secret_value(
            SecretId=self.outputs["CallbackSecret"]
        )
        self.verify = Webhook(secret["SecretString"]).verify

    # --- ways ------------------------------------------------------------------------------

    def batches(self) -> None:
        """Good and bad files, a receiver that fails once, a rerun, and the callback once more."""
        asked = {"filename": "Room.jpg", "contentType": "image/jpeg", "size": len(picture())}
        (form,) = self.json("POST", f"{self.base}/uploads", {"files": [asked]})["uploads"]
        sent = httpx.post(form["url"], data=form["fields"], files={"file": picture()})
        assert sent.is_success, sent.text
        wrong = hashlib.sha256(b"another file").hexdigest()
        plan = {"mediaType": "floorplan", "uuid": "plan", "ext": "png", "checksum": wrong}
        tour = {"mediaType": "video", "uuid": "tour", "ext": "mp4", "filename": "Tour.mp4"}
        late = {"mediaType": "photo", "uuid": "late", "ext": "jpg"}
        self.put("IncomingBucket", f"{LISTING}/raw/floorplan/plan.png", picture("PNG"))
        self.put("IncomingBucket", f"{LISTING}/raw/video/tour.mp4", self.film)
        items = [form["item"], plan, tour, late]
        with Receiver(self.verify, [(500, {})]) as receiver:
            first = self.start(BATCH, items, receiver.url)
            assert self.ended(BATCH)["counts"]["failed"] == 2
            (delivery,) = self.delivered(BATCH, 1)
            assert [one["status"] for one in delivery["attempts"]] == [500, 204]
            self.put("IncomingBucket", f"{LISTING}/raw/photo/late.jpg", picture())
            self.json("POST", f"{self.base}/batches/{BATCH}/rerun")
            assert self.ended(BATCH)["counts"]["failed"] == 1
            newest, oldest = self.delivered(BATCH, 2)
            replay = f"{self.base}/batches/{BATCH}/deliveries/{{}}/replay"
            again = self.json("POST", replay.format(newest["deliveryId"]))
            assert [one["status"] for one in again["attempts"]] == [204, 204]
            # Its body is past its retention.
            self.remove("MediaBucket", f"runs/{first['jobId']}/callback.json")
            gone = self.api.post(replay.format(oldest["deliveryId"]))
            assert gone.status_code == 404, gone.text

    def receiver_that_is_gone(self) -> None:
        """410 disables a receiver until somebody enables it again."""
        with Receiver(self.verify, [(410, {})]) as receiver:
            item = {"mediaType": "photo", "uuid": "late", "ext": "jpg"}
            self.start("gone", [item], receiver.url)
            self.ended("gone")
            (delivery,) = self.delivered("gone", 1)
            assert delivery["state"] == "DISABLED"
            answer = self.api.post("/callback-endpoints/enable", json={"url": receiver.url})
            assert answer.status_code == 204, answer.text
            self.machine_that_fails("gone")

    def machine_that_fails(self, batch_id: str) -> None:
        """A row that Validate cannot read stops the machine, and the receiver is told."""
        key = f"LISTING#{LISTING}", f"BATCH#{batch_id}"
        self.media.write(Update(key, set={"profile": {"pixels": {"least": "many"}}}))
        run = self.json("POST", f"{self.base}/batches/{batch_id}/rerun")
        assert self.ended(batch_id)["status"] == "FAILED"
        newest, _ = self.delivered(batch_id, 2)
        assert (newest["status"], newest["state"]) == ("FAILED", "DELIVERED")
        # The step again, as the machine does when it died after its work.
        self.invoke(
            "processing_failure_handler", {**self.run(run["jobId"], batch_id), "error": ERROR}
        )
        self.execution_that_is_stopped(batch_id)

    def execution_that_is_stopped(self, batch_id: str) -> None:
        """Nothing of the machine is left to end the run and to tell the receiver."""
        job_id = self.new_run("stopped", batch_id)["jobId"]
        key = f"LISTING#{LISTING}", f"BATCH#{batch_id}"
        self.media.write(Update(key, set={"jobId": job_id, "status": "PENDING"}))
        for _ in range(2):
            self.invoke("execution_stopped_handler", event_of(job_id))
        assert self.ended(batch_id)["error"]["code"] == "stopped"
        newest, *_ = self.delivered(batch_id, 3)
        assert (newest["status"], newest["state"]) == ("FAILED", "DELIVERED")

    def uploaded_batches(self, was_looked_for: Callable[[], bool]) -> None:
        """A batch.json that starts its batch, one that is none, and one that is gone."""
        key = f"{LISTING}/raw/batch.json"
        item = {"mediaType": "photo", "uuid": "late", "ext": "jpg"}
        body = {"batchId": "by-file", "items": [item], "sizes": {"small": 100}}
        self.put("IncomingBucket", key, json.dumps(body).encode())
        wait(lambda: "by-file" in {one["batchId"] for one in self.listed()["items"]})
        assert self.ended("by-file")["status"] == "SUCCEEDED"
        self.put("IncomingBucket", key, b'{"items": []}')
        wait(lambda: bool(self.listed()["refused"]))
        self.notify("house-32/raw/batch.json")
        wait(was_looked_for)

    def steps(self, calls: Path) -> None:
        """What goes wrong when something disappears, or dies, while the machine is at work.

        `calls` is where calls are recorded.
        """
        items = self.json("GET", f"{self.base}/batches/{BATCH}")["items"]
        room, plan, tour, late = items
        lost = self.new_run("lost")
        self.make_valid(BATCH, room["itemId"])
        self.remove("IncomingBucket", room["key"])
        item = {"itemId": room["itemId"], "version": 1}
        made = self.invoke("make_thumbnails_handler", {**lost, "item": item})
        assert made["state"] == "FAILED"
        item = {"itemId": plan["itemId"], "version": 1}
        died = {**self.new_run("died"), "item": item, "error": ERROR}
        assert self.invoke("record_thumbnails_failure_handler", died)["state"] == "FAILED"
        self.remove("IncomingBucket", tour["key"])
        self.remove("MediaBucket", tour["outputs"][-1]["key"])
        zipped = self.invoke("zip_handler", lost)
        assert zipped["zip"]["missingCount"] == 2
        # The floor plan has no outcome in this run.
        assert self.invoke("consolidate_handler", zipped)["status"] == "PARTIAL"
        self.zip_that_fails(lost, tour, late, calls)

    def zip_that_fails(self, run: Json, first: Json, after: Json, calls: Path) -> None:
        """Some parts of a zip are written, then a file changes while it is read."""
        put = self.s3.put_object(
            Bucket=self.outputs["IncomingBucket"], Key=first["key"], Body=bytes(PARTS)
        )
        self.now_of(first, PARTS, put["ETag"])
        large = LargeFile(calls, self.s3, self.outputs["IncomingBucket"], after["key"])
        for _ in range(TRIES):
            self.now_of(after, LargeFile.BYTES, large.put())
            with ThreadPoolExecutor(1) as pool:
                zipped = pool.submit(self.invoke, "zip_handler", run)
                large.change_when_read(too_late=zipped.done)
            if (error := zipped.exception()) is not None:
                assert "object_changed" in str(error)
                return
        raise AssertionError("the file always changed too late")

    def now_of(self, item: Json, size: int, etag: str) -> None:
        """An item whose file is this one."""
        key = f"BATCH#{LISTING}#{BATCH}", f"ITEM#{item['itemId']}"
        self.media.write(Update(key, set={"bytes": size, "etag": etag}))

    # --- what they are made of -------------------------------------------------------------

    def start(self, batch_id: str, items: list[Json], callback_url: str | None = None) -> Json:
        body: Json = {"batchId": batch_id, "items": items, "callbackUrl": callback_url}
        body |= {"sizes": {"small": 80, "large": 160}, "zipOf": "all"}
        return self.json("POST", f"{self.base}/batches", body)

    def ended(self, batch_id: str) -> Json:
        path = f"{self.base}/batches/{batch_id}"
        wait(lambda: self.json("GET", path)["status"] in ENDED)
        return self.json("GET", path)

    def delivered(self, batch_id: str, count: int) -> list[Json]:
        def found() -> list[Json]:
            path = f"{self.base}/batches/{batch_id}/deliveries"
            items: list[Json] = self.json("GET", path)["items"]
            return items

        wait(lambda: len(found()) == count and found()[0]["state"] != "PENDING")
        return found()

    def listed(self) -> Json:
        return self.json("GET", f"{self.base}/batches")

    def run(self, job_id: str, batch_id: str) -> Json:
        return {"jobId": job_id, "listingId": LISTING, "batchId": batch_id}

    def new_run(self, job_id: str, batch_id: str = BATCH) -> Json:
        """A run over a batch that no machine knows, and that has two items to do."""
        given = {"listingId": LISTING, "batchId": batch_id}
        owner = f"{LISTING}/{batch_id}"
        self.jobs.create(job_id, owner=owner, kind="process-batch", input=given)
        self.jobs.listed(job_id, listed=4, ignored=0, skipped=2, total=2)
        return self.run(job_id, batch_id)

    def make_valid(self, batch_id: str, item_id: str) -> None:
        """Put an item back to where validation left it."""
        key = f"BATCH#{LISTING}#{batch_id}", f"ITEM#{item_id}"
        self.media.write(Update(key, set={"state": "VALID"}))

    def notify(self, key: str) -> None:
        """A notification, as S3 sends it."""
        stored = {"key": key, "size": 1, "eTag": "0" * 32, "sequencer": "0"}
        s3 = {"bucket": {"name": self.outputs["IncomingBucket"]}, "object": stored}
        record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": s3}
        sqs = self.stack.client("sqs")
        url = sqs.get_queue_url(QueueName=self.outputs["BatchesQueueName"])["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"Records": [record]}))
