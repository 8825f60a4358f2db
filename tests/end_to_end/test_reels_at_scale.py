"""60 runners through the machine's real ASL and the real engine, with a worker killed."""

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from medley.local.stack import LocalStack
from tests.end_to_end.reels_race import Race

pytestmark = pytest.mark.end_to_end

SERVICE = "reels"
RUNNERS = 60
ENDED = {"SUCCEEDED", "PARTIAL", "FAILED"}
# As short as a reel can be: what is tested is that each runner has one.
SHORT = {
    "schema": 1,
    "name": "Short",
    "slots": [{"seconds": 0.4}],
    "seconds": 1,
    "longestHold": 0.5,
    "card": None,
    "fps": 24,
    "texts": [{"kind": "badge", "text": "${bib}", "during": "photos"}],
}


@pytest.fixture(scope="module")
def api(stack: LocalStack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.urls[SERVICE].rstrip("/"), timeout=60) as client:
        yield client


def test_sixty_runners_end_with_one_reel_or_one_clear_error_each(
    stack: LocalStack, api: httpx.Client
) -> None:
    before = files(stack)
    race = Race(stack, "sixty-run")
    bibs = [str(100 + number) for number in range(RUNNERS)]
    for bib in bibs:
        race.photo(bib, data=b"\xff\xd8\xff damaged" if bib == "107" else None)
        race.runner(bib, f"Runner {bib}")
    race.runner("999", "Nobody Saw")
    made = api.post("/templates", json={"templateId": "short", "template": SHORT})
    assert made.status_code == 201, made.text

    once = {"Idempotency-Key": "once"}
    body = {"templateId": "short", "aspects": ["1:1"]}
    accepted = api.post("/events/sixty-run/reels", json=body, headers=once)
    assert accepted.status_code == 202, accepted.text
    again = api.post("/events/sixty-run/reels", json=body, headers=once)
    assert again.json()["requestId"] == accepted.json()["requestId"]

    path = f"/events/sixty-run/reel-requests/{accepted.json()['requestId']}"
    assert kill_a_renderer(stack, api, path)
    request = wait_for(api, path)

    assert request["state"] == "PARTIAL", request
    counts = request["counts"]
    assert (counts["listed"], counts["withoutPhotos"], counts["total"]) == (61, 1, RUNNERS)
    assert (counts["done"], counts["failed"]) == (RUNNERS - 1, 1)
    assert [(e["bib"], e["code"]) for e in request["errors"]] == [("107", "truncated_image")]

    reels = {reel["bib"]: reel for reel in all_reels(api, "sixty-run")}
    assert sorted(reels) == bibs
    failed = reels.pop("107")
    assert (failed["state"], failed["videos"]) == ("FAILED", [])
    for reel in reels.values():
        assert (reel["state"], reel["error"], len(reel["videos"])) == ("DONE", None, 1)
    # Two files for each reel, and none that belongs to nobody.
    listed = stack.client("s3").list_objects_v2(
        Bucket=stack.outputs(SERVICE)["MediaBucket"], Prefix="reels/current/sixty-run/"
    )
    assert listed["KeyCount"] == 2 * (RUNNERS - 1)
    video = httpx.get(reels["100"]["videos"][0]["url"])
    assert video.headers["content-type"] == "video/mp4"
    assert video.content[4:8] == b"ftyp"
    assert httpx.get(reels["100"]["videos"][0]["posterUrl"]).content[:2] == b"\xff\xd8"

    opt_out_removes_everything(stack, api, race, "142")
    rerun_makes_what_changed(api, race, body)
    a_removed_event_leaves_nothing(stack, api, race, before)


def opt_out_removes_everything(stack: LocalStack, api: httpx.Client, race: Race, bib: str) -> None:
    link = api.post(f"/events/sixty-run/reels/{bib}/share").json()
    assert api.get(f"/w/{link['token']}").status_code == 200
    race.opt_out(bib)
    told = {"eventId": race.event_id, "bib": bib, "optedOutAt": "2026-05-18T00:00:00+00:00"}
    publish(stack, told)
    bucket = stack.outputs(SERVICE)["MediaBucket"]
    prefix = f"reels/current/sixty-run/{bib}/"
    s3 = stack.client("s3")
    wait(lambda: s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["KeyCount"] == 0)
    # Not the beginning of a link's hash or of a request's id.
    named = re.compile(rf"'{bib}'|#{bib}(?![0-9a-f])")
    wait(lambda: named.search(rows(stack)) is None)
    assert api.get(f"/w/{link['token']}").status_code == 404


def a_removed_event_leaves_nothing(
    stack: LocalStack, api: httpx.Client, race: Race, before: set[str]
) -> None:
    link = api.post("/events/sixty-run/reels/100/share").json()
    race.remove()
    assert api.get(f"/w/{link['token']}").status_code == 404
    publish(stack, {"eventId": race.event_id, "removedAt": "2026-05-18T00:00:00+00:00"})
    wait(lambda: race.event_id not in rows(stack))
    assert files(stack) <= before
    # The template is the organiser's own.
    assert api.get("/templates/short").status_code == 200


def files(stack: LocalStack) -> set[str]:
    """The keys of all reels, previews and lists."""
    pages = stack.client("s3").get_paginator("list_objects_v2")
    return {
        one["Key"]
        for prefix in ("reels/", "requests/")
        for page in pages.paginate(Bucket=stack.outputs(SERVICE)["MediaBucket"], Prefix=prefix)
        for one in page.get("Contents", [])
    }


def publish(stack: LocalStack, message: dict[str, str]) -> None:
    """A message of event-images."""
    sns = stack.client("sns")
    topics = [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
    (topic,) = [arn for arn in topics if arn.endswith(":event-images-local-opt-outs")]
    sns.publish(TopicArn=topic, Message=json.dumps(message))


def rows(stack: LocalStack) -> str:
    """Everything in the table of reels."""
    table = stack.outputs(SERVICE)["ReelsTable"]
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    return str([item for page in pages for item in page["Items"]])


def rerun_makes_what_changed(api: httpx.Client, race: Race, body: dict[str, Any]) -> None:
    race.photo("107")
    started = api.post("/events/sixty-run/reels", json=body).json()
    again = wait_for(api, f"/events/sixty-run/reel-requests/{started['requestId']}")
    counts = again["counts"]
    assert again["state"] == "SUCCEEDED"
    assert (counts["done"], counts["unchanged"], counts["optedOut"]) == (
        RUNNERS - 1,
        RUNNERS - 2,
        1,
    )
    assert api.get("/events/sixty-run/reels/107").json()["error"] is None


def kill_a_renderer(stack: LocalStack, api: httpx.Client, path: str) -> bool:
    """Kill one process of the rendering function, once it is at work."""
    name = stack.function_name(SERVICE, "reel_generation_handler")
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        progress = api.get(path).json()
        if progress["counts"]["done"] >= 3:
            for pid in processes_of(stack, name):
                os.kill(pid, signal.SIGKILL)
                return True
        assert progress["state"] not in ENDED, (progress["counts"], progress["errors"][:3])
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
            here = str(stack.layout.temporary) in command
            if f"ministack-lambda-{function}-" in command and here:
                found.append(int(entry.name))
    return sorted(found)


def wait_for(api: httpx.Client, path: str) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def ended() -> bool:
        found.update(api.get(path).json())
        return found["state"] in ENDED

    wait(ended, seconds=480)
    return found


def wait(ready: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.3)


def all_reels(api: httpx.Client, event_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    params = {"limit": "50"}
    while True:
        page = api.get(f"/events/{event_id}/reels", params=params).json()
        items += page["items"]
        if not page["cursor"]:
            return items
        params["cursor"] = page["cursor"]
