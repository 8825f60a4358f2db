"""A listing's batch of 40, ten of them bad, through the machine's real ASL on the local stack."""

import hashlib
import io
import json
import os
import random
import struct
import subprocess
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image, ImageDraw
from standardwebhooks import Webhook

from medley.demo.receiver import Receiver
from medley.local.stack import LocalStack
from shared.video.ffmpeg import ffmpeg_path

pytestmark = pytest.mark.end_to_end

SERVICE = "media-processing"
ENDED = {"SUCCEEDED", "PARTIAL", "VALIDATION_FAILED", "PROCESSING_FAILED", "FAILED"}
GOOD, BAD = 30, 10
SIZES = {"small": 120, "large": 400}
Json = dict[str, Any]


def scene(serial: int, kind: str = "JPEG") -> bytes:
    """A picture that is unlike the others and does not shrink to nothing."""
    chance = random.Random(serial)
    image = Image.new("RGB", (640, 480), (serial * 5 % 255, 140, 90))
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        x, y = chance.randrange(640), chance.randrange(480)
        colour = tuple(chance.randrange(256) for _ in range(3))
        draw.ellipse((x, y, x + 60, y + 40), fill=colour)
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of 50,000 by 50,000 black and white pixels, in a few bytes."""
    body = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 6251 * 100, 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", body) + _chunk(b"IDAT", rows)


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + check


def video(path: Path) -> bytes:
    command = [str(ffmpeg_path()), "-v", "error", "-f", "lavfi", "-i"]
    command += ["testsrc=size=320x180:rate=10:duration=1", "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)  # noqa: S603 -- our own
    return path.read_bytes()


class Listing:
    """One listing over its routes, and its part of the incoming bucket."""

    def __init__(self, stack: LocalStack, api: httpx.Client, listing_id: str) -> None:
        self.api = api
        self.base = f"/listings/{listing_id}"
        self.id = listing_id
        self.s3 = stack.client("s3")
        self.outputs = stack.outputs(SERVICE)

    def put(self, item: Json, data: bytes) -> None:
        key = f"{self.id}/raw/{item['mediaType']}/{item['uuid']}.{item['ext']}"
        self.s3.put_object(Bucket=self.outputs["IncomingBucket"], Key=key, Body=data)

    def json(self, method: str, path: str, body: Any = None, **headers: str) -> Json:
        answer = self.api.request(method, f"{self.base}{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        document: Json = answer.json()
        return document

    def ended(self, batch_id: str) -> Json:
        wait(lambda: self.json("GET", f"/batches/{batch_id}")["status"] in ENDED)
        return self.json("GET", f"/batches/{batch_id}")

    def zip(self, batch: Json) -> zipfile.ZipFile:
        answer = httpx.get(batch["zipUrl"])
        assert answer.status_code == 200
        assert len(answer.content) == batch["zipBytes"]
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        assert archive.testzip() is None
        return archive

    def delivered(self, batch_id: str, count: int) -> list[Json]:
        def settled() -> bool:
            found = self.json("GET", f"/batches/{batch_id}/deliveries")["items"]
            return len(found) == count and found[0]["state"] != "PENDING"

        wait(settled)
        items: list[Json] = self.json("GET", f"/batches/{batch_id}/deliveries")["items"]
        return items


@pytest.fixture
def listing(stack: LocalStack) -> Iterator[Listing]:
    with httpx.Client(base_url=stack.urls[SERVICE].rstrip("/"), timeout=60) as client:
        yield Listing(stack, client, "house-7")


@pytest.fixture
def secret(stack: LocalStack) -> str:
    found = stack.client("secretsmanager").get_secret_value(
        SecretId=stack.outputs(SERVICE)["CallbackSecret"]
    )
    return str(found["SecretString"])


def test_a_batch_of_forty_with_ten_bad_items(listing: Listing, secret: str, tmp_path: Path) -> None:
    films = video(tmp_path / "tour.mp4")
    good = [named(f"room-{place}", filename="Room.jpg") for place in range(GOOD - 3)]
    for place, item in enumerate(good):
        listing.put(item, scene(place))
    good += [named("plan", "floorplan", "png"), named("moving", "photo", "gif")]
    good.append(named("tour", "video", "mp4", filename="Tour.mp4"))
    listing.put(good[-3], scene(97, "PNG"))
    listing.put(good[-2], scene(98, "GIF"))
    listing.put(good[-1], films)
    bad = bad_items(listing, films)
    assert (len(good), len(bad)) == (GOOD, BAD)

    first = [(500, {}), (503, {"Retry-After": "1"})]
    with Receiver(Webhook(secret).verify, first) as receiver:
        body = {
            "batchId": "autumn",
            "listingIdentityId": "LI-7",
            "items": [*good, *(item for item, _ in bad)],
            "sizes": SIZES,
            "callbackUrl": receiver.url,
        }
        once = {"Idempotency-Key": "once"}
        started = listing.json("POST", "/batches", body, **once)
        again = listing.json("POST", "/batches", body, **once)
        assert (started["jobId"], started["batchId"]) == (again["jobId"], "autumn")
        batch = listing.ended("autumn")
        comes_out_in_part(listing, batch, bad)
        was_told(listing, receiver, batch, secret)
        rerun_does_only_what_failed(listing, receiver, batch, [item for item, _ in bad], films)


def named(uuid: str, kind: str = "photo", ext: str = "jpg", **more: str) -> Json:
    return {"mediaType": kind, "uuid": uuid, "ext": ext, **more}


def bad_items(listing: Listing, film: bytes) -> list[tuple[Json, str]]:
    """Ten items, each with the code that it must come to."""
    whole = scene(99)
    files: list[tuple[str, bytes | None, str]] = [
        ("bomb", bomb(), "too_many_pixels"),
        ("half", whole[: len(whole) // 2], "truncated_image"),
        ("short", whole[:-3000], "truncated_image"),
        ("empty", b"", "empty_file"),
        ("random", os.urandom(5000), "not_an_image"),
        ("html", b"<!doctype html><title>Sign in</title>", "not_an_image"),
        ("document", b"%PDF-1.7\n" + b"x" * 500, "unsupported_format"),
        ("missing", None, "object_not_found"),
    ]
    found = []
    for uuid, data, code in files:
        item = named(uuid, filename=f"../../{uuid}.jpg")
        if data is not None:
            listing.put(item, data)
        found.append((item, code))
    other = named("other", checksum=hashlib.sha256(b"another file").hexdigest())
    listing.put(other, whole)
    cut = named("cut", "video", "mp4")
    listing.put(cut, film[: len(film) // 3])
    return [*found, (other, "checksum_mismatch"), (cut, "not_a_video")]


def comes_out_in_part(listing: Listing, batch: Json, bad: list[tuple[Json, str]]) -> None:
    assert (batch["status"], batch["state"]) == ("PARTIAL", "PARTIAL"), batch
    counts = batch["counts"]
    assert (counts["total"], counts["done"], counts["failed"]) == (GOOD + BAD, GOOD, BAD)
    items = {item["itemId"].partition(".")[2]: item for item in batch["items"]}
    assert {item["uuid"]: items[item["uuid"]]["error"]["code"] for item, _ in bad} == {
        item["uuid"]: code for item, code in bad
    }
    for item in items.values():
        assert item["state"] == ("FAILED" if item["error"] else "DONE")
        assert [one["size"] for one in item["outputs"]] == ([] if item["error"] else list(SIZES))
    shown = Image.open(io.BytesIO(httpx.get(items["room-3"]["outputs"][1]["url"]).content))
    assert (shown.format, shown.size) == ("JPEG", (400, 300))
    archive = listing.zip(batch)
    names = archive.namelist()
    assert len(names) == GOOD
    assert names[:3] == ["Room.jpg", "Room (2).jpg", "Room (3).jpg"]
    assert archive.getinfo("Tour.mp4").compress_type == zipfile.ZIP_STORED
    manifest = json.loads(
        listing.s3.get_object(Bucket=listing.outputs["MediaBucket"], Key=batch["manifestKey"])[
            "Body"
        ].read()
    )
    assert (manifest["status"], len(manifest["items"])) == ("PARTIAL", GOOD + BAD)


def was_told(listing: Listing, receiver: Receiver, batch: Json, secret: str) -> None:
    (delivery,) = listing.delivered("autumn", 1)
    tries = [(one["status"], one["error"]) for one in delivery["attempts"]]
    assert tries == [(500, "status_500"), (503, "status_503"), (204, None)]
    assert delivery["state"] == "DELIVERED"
    assert [one.refused for one in receiver.received] == ["", "", ""]
    assert len({(one.headers["webhook-id"], one.body) for one in receiver.received}) == 1
    body = json.loads(receiver.received[-1].body)
    assert (body["status"], body["listingIdentityId"]) == ("PARTIAL", "LI-7")
    assert (body["jobId"], body["failureReason"]) == (batch["jobId"], "10 of 40 items failed.")
    forged = Webhook(secret[::-1])
    with pytest.raises(Exception, match="signature"):
        forged.verify(receiver.received[-1].body, receiver.received[-1].headers)


def rerun_does_only_what_failed(
    listing: Listing, receiver: Receiver, before: Json, bad: list[Json], film: bytes
) -> None:
    for serial, item in enumerate(bad):
        listing.put(item, film if item["ext"] == "mp4" else scene(200 + serial))
    # The checksum still names another file, so this item stays what it is.
    started = listing.json("POST", "/batches/autumn/rerun")
    assert started["jobId"] != before["jobId"]
    batch = listing.ended("autumn")
    counts = batch["counts"]
    assert (counts["skipped"], counts["total"]) == (GOOD, BAD)
    assert (counts["done"], counts["failed"]) == (BAD - 1, 1)
    archive = listing.zip(batch)
    assert len(archive.namelist()) == GOOD + BAD - 1
    assert "missing.jpg" in archive.namelist()
    assert batch["zipKey"] == before["zipKey"]
    newest, _ = listing.delivered("autumn", 2)
    assert newest["state"] == "DELIVERED"
    assert receiver.received[-1].refused == ""
    sent = len(receiver.received)
    replayed = listing.json("POST", f"/batches/autumn/deliveries/{newest['deliveryId']}/replay")
    assert [one["status"] for one in replayed["attempts"]] == [204, 204]
    assert receiver.received[sent].body == receiver.received[sent - 1].body


def test_an_uploaded_batch_starts_by_itself(listing: Listing) -> None:
    forms = listing.json(
        "POST",
        "/uploads",
        {"files": [{"filename": "Garden.JPG", "contentType": "image/jpeg", "size": len(scene(1))}]},
    )["uploads"]
    (form,) = forms
    sent = httpx.post(form["url"], data=form["fields"], files={"file": scene(1)})
    assert sent.status_code in {200, 201, 204}, sent.text
    body = json.dumps({"batchId": "by-file", "items": [form["item"]]}).encode()
    bucket, key = listing.outputs["IncomingBucket"], "house-7/raw/batch.json"
    listing.s3.put_object(Bucket=bucket, Key=key, Body=body)

    def known() -> bool:
        found = listing.json("GET", "/batches")["items"]
        return any(one["batchId"] == "by-file" for one in found)

    wait(known)
    batch = listing.ended("by-file")
    assert batch["status"] == "SUCCEEDED", batch
    assert listing.zip(batch).namelist() == ["Garden.jpg"]
    listing.s3.put_object(Bucket=bucket, Key=key, Body=b'{"items": []}')
    wait(lambda: bool(listing.json("GET", "/batches")["refused"]))
    (refused,) = listing.json("GET", "/batches")["refused"]
    assert refused["error"]["code"] == "invalid_batch"


def wait(ready: Callable[[], bool], seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.3)
