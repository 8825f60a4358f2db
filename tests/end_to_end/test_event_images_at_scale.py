"""200 photos, the bad ones among them, through the machine's real ASL, with a worker killed."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from medley.demo_photos import draw_bad_files, draw_bulk
from medley.local.stack import LocalStack

pytestmark = pytest.mark.end_to_end

SERVICE = "event-images"
BUCKET = "race-photos-at-scale"
LISTED = 200
ENDED = {"SUCCEEDED", "PARTIAL", "FAILED"}


@pytest.fixture(scope="module")
def api(stack: LocalStack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.urls[SERVICE].rstrip("/"), timeout=60) as client:
        yield client


def test_an_event_of_200_photos_ends_with_every_photo_accounted_for(
    stack: LocalStack, api: httpx.Client, tmp_path: Path
) -> None:
    bad = draw_bad_files(tmp_path / "bad", oversize=300_000_000)
    good = draw_bulk(tmp_path / "good", count=LISTED - len(bad), seed=11)
    files = [tmp_path / "good" / photo.filename for photo in good]
    files += [tmp_path / "bad" / name for name in bad]
    event_id = api.post("/events", json={"name": "Scale Run"}).json()["eventId"]
    put_all(stack, files, f"{event_id}/")

    body = {"source": {"kind": "s3", "bucket": BUCKET, "prefix": f"{event_id}/"}}
    once = {"Idempotency-Key": "once"}
    accepted = api.post(f"/events/{event_id}/process", json=body, headers=once)
    assert accepted.status_code == 202, accepted.text
    request_id = accepted.json()["requestId"]
    assert accepted.headers["location"].endswith(f"/requests/{request_id}")

    # The same request again is the same request, not a second run.
    again = api.post(f"/events/{event_id}/process", json=body, headers=once)
    assert again.status_code == 202
    assert again.json()["requestId"] == request_id

    killed = kill_a_reader(stack, api, event_id, request_id)
    request = wait_for(api, event_id, request_id)

    counts = request["counts"]
    assert killed
    assert counts["listed"] == counts["total"] == LISTED
    assert counts["done"] + counts["failed"] == LISTED
    assert request["state"] == "PARTIAL"
    assert {error["name"]: error["code"] for error in request["errors"]} == bad
    assert counts["failed"] == len(bad)

    photos = all_photos(api, event_id)
    assert Counter(photo["state"] for photo in photos) == {
        "DONE": counts["done"],
        "FAILED": counts["failed"],
    }
    event = api.get(f"/events/{event_id}").json()
    assert event["counts"] == {"pending": 0, "done": counts["done"], "failed": counts["failed"]}

    truth = {photo.filename: {truth.bib for truth in photo.bibs} for photo in good}
    read = {photo["filename"]: set(photo["bibs"]) for photo in photos}
    hits = sum(len(read[name] & bibs) for name, bibs in truth.items())
    assert hits >= 0.7 * sum(len(bibs) for bibs in truth.values())

    # What was read is what a search finds: one tag for each reading, none twice.
    bib = next(bib for name, bibs in truth.items() for bib in bibs & read[name])
    found = api.get(f"/events/{event_id}/photos", params={"bib": bib}).json()["items"]
    assert sorted(photo["imageId"] for photo in found) == sorted(
        photo["imageId"] for photo in photos if bib in photo["bibs"]
    )

    # A second run does only what failed, and what was mended comes good.
    mended = next(name for name, code in bad.items() if code == "truncated_image")
    stack.client("s3").upload_file(str(files[0]), BUCKET, f"{event_id}/{mended}")
    second = api.post(f"/events/{event_id}/process", json=body).json()
    assert second["requestId"] != request_id
    rerun = wait_for(api, event_id, second["requestId"])["counts"]
    assert rerun["listed"] == LISTED
    assert rerun["skipped"] == counts["done"]
    assert (rerun["total"], rerun["done"], rerun["failed"]) == (len(bad), 1, len(bad) - 1)
    event = api.get(f"/events/{event_id}").json()
    assert event["counts"] == {"pending": 0, "done": counts["done"] + 1, "failed": len(bad) - 1}


def test_an_unknown_event_is_a_clear_error(api: httpx.Client) -> None:
    for method, path in (
        ("GET", "/events/nobody-ran-here"),
        ("POST", "/events/nobody-ran-here/process"),
        ("GET", "/events/nobody-ran-here/photos"),
    ):
        answer = api.request(method, path, json={} if method == "POST" else None)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert answer.json()["code"] == "event_not_found"


def put_all(stack: LocalStack, files: list[Path], prefix: str) -> None:
    s3 = stack.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda file: s3.upload_file(str(file), BUCKET, prefix + file.name), files))


def kill_a_reader(stack: LocalStack, api: httpx.Client, event_id: str, request_id: str) -> bool:
    """Kill one process of the reading function, once it is at work."""
    name = stack.function_name(SERVICE, "extract_bib_number_handler")
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        progress = api.get(f"/events/{event_id}/requests/{request_id}").json()
        if progress["counts"]["done"] >= 10:
            for pid in processes_of(stack, name):
                os.kill(pid, signal.SIGKILL)
                return True
        assert progress["state"] not in ENDED
        time.sleep(0.2)
    return False


def processes_of(stack: LocalStack, function: str) -> list[int]:
    """The workers of one function; their script lies in a folder named after it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if (
                f"ministack-lambda-{function}-" in command
                and str(stack.layout.temporary) in command
            ):
                found.append(int(entry.name))
    return found


def wait_for(api: httpx.Client, event_id: str, request_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 480
    while time.monotonic() < deadline:
        request: dict[str, Any] = api.get(f"/events/{event_id}/requests/{request_id}").json()
        if request["state"] in ENDED:
            return request
        time.sleep(0.5)
    raise AssertionError(f"the request did not end: {request['counts']}")


def all_photos(api: httpx.Client, event_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    params = {"limit": "100"}
    while True:
        page = api.get(f"/events/{event_id}/photos", params=params).json()
        items += page["items"]
        if not page["cursor"]:
            return items
        params["cursor"] = page["cursor"]
