"""A job of 100 images through the real queue, by functions and by a container's worker, with one
of each killed: each image has exactly one stored result."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image, ImageDraw, ImageFont

from medley.local.stack import LocalStack
from tests.end_to_end.media_images_flow import send_upload
from tests.end_to_end.test_event_images_at_scale import processes_of

pytestmark = pytest.mark.end_to_end

SERVICE = "media-processing"
ROOT = Path(__file__).resolve().parents[2]
COUNT = 100
ENDED = {"COMPLETED", "PARTIAL", "FAILED", "CANCELLED"}
# So long a killed worker's message stays hidden here; on AWS it is six timeouts.
HIDDEN = 10


@pytest.fixture(scope="module")
def api(stack: LocalStack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.urls[SERVICE].rstrip("/"), timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def queue(stack: LocalStack) -> Iterator[str]:
    sqs, url = stack.client("sqs"), stack.outputs(SERVICE)["ImagesQueueUrl"]
    name = "VisibilityTimeout"
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={name: str(HIDDEN)})
    yield url
    sqs.set_queue_attributes(QueueUrl=url, Attributes=before)


def picture(number: int) -> bytes:
    image = Image.new("RGB", (160, 64), (240, 240, 235))
    ImageDraw.Draw(image).text((20, 8), f"N {number}", (20, 20, 60), ImageFont.load_default(40))
    data = io.BytesIO()
    image.save(data, "JPEG")
    return data.getvalue()


def uploaded(api: httpx.Client, data: bytes, way: str) -> str:
    """An image that was put as a caller puts it; its URL."""
    asked = {"filename": "sign.jpg", "contentType": "image/jpeg", "size": len(data)}
    form = api.post("/uploads/presign", json=asked).json()
    return send_upload(form, data, way)


def put_many(stack: LocalStack, count: int) -> list[str]:
    bucket = stack.outputs(SERVICE)["IncomingBucket"]
    keys = [f"uploads/2026/05/01/{number:03}-sign.jpg" for number in range(count)]

    def put(number: int) -> None:
        stack.client("s3").put_object(Bucket=bucket, Key=keys[number], Body=picture(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, range(count)))
    return [f"s3://{bucket}/{key}" for key in keys]


def worker(stack: LocalStack, exits: ExitStack) -> subprocess.Popen[str]:
    """The container's worker, at work."""
    path = os.pathsep.join([str(ROOT / "services" / SERVICE), str(ROOT)])
    own = {"DETECTOR": "text", "WORKER_VISIBILITY_SECONDS": str(HIDDEN), "WORKER_WAIT_SECONDS": "2"}
    process = subprocess.Popen(
        [sys.executable, "-m", "chalicelib.media_processing.worker"],
        env={**os.environ, **stack.environment(SERVICE), **own, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
    )
    exits.callback(process.kill)
    assert process.stdout
    assert "looks at them with pp-ocr-text" in process.stdout.readline()
    return process


def until(ready: Callable[[], bool], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.3)


def job_of(api: httpx.Client, job_id: str) -> dict[str, Any]:
    return dict(api.get(f"/jobs/{job_id}", params={"limit": "1"}).json())


def kill_a_function(stack: LocalStack) -> bool:
    name = stack.function_name(SERVICE, "process_image_handler")
    for pid in processes_of(stack, name):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        return True
    return False


def rows(stack: LocalStack, table: str, job_id: str, prefix: str) -> list[dict[str, Any]]:
    pages = (
        stack.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=stack.outputs(SERVICE)[table],
            KeyConditionExpression="pk = :pk and begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": {"S": f"JOB#{job_id}"}, ":sk": {"S": prefix}},
        )
    )
    return [row for page in pages for row in page["Items"]]


def test_with_workers_killed_each_of_100_images_has_one_result(
    stack: LocalStack, api: httpx.Client, queue: str
) -> None:
    urls = [uploaded(api, picture(998), "put"), uploaded(api, picture(999), "post")]
    urls += put_many(stack, COUNT - len(urls))
    with ExitStack() as exits:
        first = worker(stack, exits)
        body = {"imageUrls": urls, "userId": "user123", "metadata": {"source": "test"}}
        once = {"Idempotency-Key": "hundred"}
        accepted = api.post("/process", json=body, headers=once)
        assert accepted.status_code == 202, accepted.text
        assert accepted.json()["message"] == f"Job created for {COUNT} image(s)"
        job_id = accepted.json()["jobId"]
        assert api.post("/process", json=body, headers=once).json()["jobId"] == job_id

        until(lambda: job_of(api, job_id)["counts"]["done"] >= 10)
        first.kill()
        until(lambda: kill_a_function(stack) or job_of(api, job_id)["status"] in ENDED)
        second = worker(stack, exits)
        until(lambda: job_of(api, job_id)["status"] in ENDED)
        second.send_signal(signal.SIGTERM)
        assert second.wait(60) == 0

    job = job_of(api, job_id)
    assert job["status"] == "COMPLETED", job
    assert (job["counts"]["done"], job["counts"]["failed"]) == (COUNT, 0)
    results = rows(stack, "MediaTable", job_id, "IMAGE#")
    assert Counter(row["state"]["S"] for row in results) == {"DONE": COUNT}
    assert len(rows(stack, "JobsTable", job_id, "ITEM#")) == COUNT
    page = api.get(f"/jobs/{job_id}", params={"limit": "200"}).json()
    assert [one["imageUrl"] for one in page["detections"]] == urls
    found = [one["detections"][0] for one in page["detections"] if one["detections"]]
    assert len(found) >= 0.9 * COUNT
    assert {one["label"] for one in found} == {"text"}
    assert all(0 <= one["bbox"][0] < one["bbox"][2] <= 160 for one in found)
    assert {one["model"]["name"] for one in page["images"]} == {"pp-ocr-text"}


def test_dead_letters_are_shown_and_moved_back(
    stack: LocalStack, api: httpx.Client, queue: str
) -> None:
    sqs, dead = stack.client("sqs"), stack.outputs(SERVICE)["ImagesDeadLettersUrl"]
    sqs.send_message(QueueUrl=dead, MessageBody='{"jobId": "gone", "imageIndex": 3}')
    (letter,) = api.get("/admin/dead-letters").json()["items"]
    assert (letter["jobId"], letter["imageIndex"]) == ("gone", 3)
    answer = api.post("/admin/redrive")
    assert answer.status_code == 202, answer.text
    # The embedded AWS has no StartMessageMoveTask, so this one was moved by hand.
    assert answer.json() == {"reopened": 0, "moved": 1, "taskHandle": None}
    until(lambda: api.get("/admin/dead-letters").json()["total"] == 0)


def test_the_clock_finds_nothing_to_end(stack: LocalStack) -> None:
    event = {
        "source": "aws.events",
        "detail": {},
        "resources": [],
        "version": "0",
        "id": "1",
        "account": "",
        "region": "",
        "time": "",
        "detail-type": "Scheduled Event",
    }
    answer = stack.client("lambda").invoke(
        FunctionName=stack.function_name(SERVICE, "reconcile_handler"), Payload=json.dumps(event)
    )
    assert "FunctionError" not in answer, answer["Payload"].read()
