"""An execution that somebody stops ends its job by way of EventBridge, and the job can be run
again. `test_a_large_event.py` has the same of event-images."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from PIL import Image
from standardwebhooks import Webhook

from medley.demo.receiver import Receiver
from medley.local.stack import LocalStack
from tests.end_to_end.media_flow import ENDED, wait
from tests.end_to_end.reels_flow import SHORT
from tests.end_to_end.reels_race import Race
from tests.end_to_end.stopped_executions import stop

pytestmark = pytest.mark.end_to_end

REELS, MEDIA = "reels", "media-processing"
# Enough to be far from done when the execution is stopped, which is at once.
RUNNERS, PICTURES = 8, 40
EVENT, LISTING = "stopped-run", "stopped-house"
type Call = Callable[..., dict[str, Any]]


@pytest.fixture
def call(stack: LocalStack, request: pytest.FixtureRequest) -> Iterator[Call]:
    """What a route of the service answers, which is a success."""

    def answered(method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = client.request(method, path, json=body)
        assert answer.is_success, answer.text
        document: dict[str, Any] = answer.json()
        return document

    url = stack.urls[request.param].rstrip("/")
    with httpx.Client(base_url=url, timeout=60) as client:
        yield answered


def followed(call: Call, path: str) -> dict[str, Any]:
    """What is there once it has ended."""
    wait(lambda: call("GET", path)["state"] in ENDED, seconds=480)
    return call("GET", path)


@pytest.mark.parametrize("call", [REELS], indirect=True)
def test_reels_that_were_stopped_are_made_by_the_next_request(
    stack: LocalStack, call: Call
) -> None:
    race = Race(stack, EVENT)
    for number in range(RUNNERS):
        race.photo(str(100 + number))
    call("POST", "/templates", {"templateId": "stopped", "template": SHORT})
    body = {"templateId": "stopped", "aspects": ["1:1"]}
    first = call("POST", f"/events/{EVENT}/reels", body)["requestId"]
    stop(stack, REELS, first)

    ended = followed(call, f"/events/{EVENT}/reel-requests/{first}")
    assert (ended["state"], ended["error"]["code"]) == ("FAILED", "stopped")
    second = call("POST", f"/events/{EVENT}/reels", body)["requestId"]
    again = followed(call, f"/events/{EVENT}/reel-requests/{second}")
    assert (again["state"], again["counts"]["done"]) == ("SUCCEEDED", RUNNERS)
    reels = call("GET", f"/events/{EVENT}/reels")["items"]
    assert [reel["state"] for reel in reels] == ["DONE"] * RUNNERS


@pytest.mark.parametrize("call", [MEDIA], indirect=True)
def test_a_batch_that_was_stopped_tells_its_receiver_and_is_run_again(
    stack: LocalStack, call: Call
) -> None:
    outputs, s3 = stack.outputs(MEDIA), stack.client("s3")
    secret = stack.client("secretsmanager").get_secret_value(SecretId=outputs["CallbackSecret"])
    items = [{"mediaType": "photo", "uuid": f"p{n}", "ext": "jpg"} for n in range(PICTURES)]
    for number, item in enumerate(items):
        key = f"{LISTING}/raw/photo/{item['uuid']}.jpg"
        s3.put_object(Bucket=outputs["IncomingBucket"], Key=key, Body=picture(number))
    path = f"/listings/{LISTING}/batches/stopped"
    with Receiver(Webhook(secret["SecretString"]).verify, []) as receiver:
        body = {"batchId": "stopped", "items": items, "callbackUrl": receiver.url}
        first = call("POST", f"/listings/{LISTING}/batches", body)["jobId"]
        stop(stack, MEDIA, first)

        ended = followed(call, path)
        assert (ended["status"], ended["error"]["code"]) == ("FAILED", "stopped")
        assert told(call, path, 1) == [(first, "FAILED", "DELIVERED")]
        second = call("POST", f"{path}/rerun")["jobId"]
        again = followed(call, path)
        assert (again["jobId"], again["status"]) == (second, "SUCCEEDED")
        assert {item["state"] for item in again["items"]} == {"DONE"}
        assert told(call, path, 2)[0] == (second, "SUCCEEDED", "DELIVERED")


def told(call: Call, path: str, count: int) -> list[tuple[str, str, str]]:
    """The callbacks, newest first, once there are so many and none is on its way."""

    def found() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = call("GET", f"{path}/deliveries")["items"]
        return items

    wait(lambda: len(found()) == count and all(one["state"] != "PENDING" for one in found()))
    return [(one["jobId"], one["status"], one["state"]) for one in found()]


def picture(number: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (900, 600), (number, 90, 140)).save(out, "JPEG")
    return out.getvalue()
