"""A start list, an opt-out and a rerun on the whole stack: the number is in no table or bucket."""

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from medley.local.stack import LocalStack
from medley.settings import LocalSettings
from tests.large_event import BUCKET, SERVICE, LargeEvent, stub_reader

pytestmark = pytest.mark.end_to_end

SECONDS = 240
BIB = 98_765
BIBS = range(BIB - 3, BIB + 4)
LIST = "Startnr;Vorname;Nachname\r\n" + "".join(f"{bib};Zoë;Läufer {bib % 7}\r\n" for bib in BIBS)


type Place = tuple[LocalStack, httpx.Client]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    settings = LocalSettings(
        aws_port=0, base_port=0, state_dir=tmp_path_factory.mktemp("opt-out") / "state"
    )
    with (
        stub_reader(),
        LocalStack(settings, [SERVICE]) as stack,
        httpx.Client(base_url=stack.urls[SERVICE].rstrip("/"), timeout=60) as api,
    ):
        yield stack, api


@pytest.fixture
def event(place: Place) -> LargeEvent:
    return LargeEvent(*place)


def until[T](look: Callable[[], T | None]) -> T:
    end = time.monotonic() + SECONDS
    while (found := look()) is None:
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.3)
    return found


def listener(stack: LocalStack) -> str:
    """A queue that hears the topic."""
    topics = stack.client("sns").list_topics()["Topics"]
    (topic,) = [one["TopicArn"] for one in topics if one["TopicArn"].endswith("-opt-outs")]
    url: str = stack.client("sqs").create_queue(QueueName="listener")["QueueUrl"]
    arn = stack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    stack.client("sns").subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn["Attributes"]["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
    )
    return url


def stored(stack: LocalStack) -> list[str]:
    """Every row of every table, and every object of the service's buckets, as text."""
    found = []
    dynamodb, s3 = stack.client("dynamodb"), stack.client("s3")
    for table in dynamodb.list_tables()["TableNames"]:
        for page in dynamodb.get_paginator("scan").paginate(TableName=table):
            found += [f"{table}: {json.dumps(row)}" for row in page["Items"]]
    for bucket in s3.list_buckets()["Buckets"]:
        name = bucket["Name"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
            for one in page.get("Contents", []):
                body = s3.get_object(Bucket=name, Key=one["Key"])["Body"].read()
                text = "" if one["Key"].endswith(".jpg") else body.decode("latin-1")
                found.append(f"{name}/{one['Key']}: {text}")
    return found


def traces(stack: LocalStack) -> list[str]:
    """What names the runner; digits within hexadecimal are no number."""
    number = re.compile(rf"(?<![0-9a-f]){BIB}(?![0-9a-f])")
    who = json.dumps(f"Läufer {BIB % 7}")[1:-1]
    return [text for text in stored(stack) if number.search(text) or who in text]


def test_an_opt_out_leaves_no_trace_and_a_rerun_brings_none_back(event: LargeEvent) -> None:
    api, stack, path = event.api, event.stack, f"/events/{event.id}"
    heard = listener(stack)
    event.put(BIBS, name=lambda bib: f"{bib ^ 0x1AAAA}.jpg")

    # A start list by its form, from which the uploads queue and then the chores queue take it.
    form = api.post(f"{path}/participants/upload").json()
    file = {"file": ("list.csv", LIST.encode("cp1252"), "text/csv")}
    assert httpx.post(form["url"], data=form["fields"], files=file).status_code == 204

    def imported() -> Any:
        body = api.get(f"{path}/participants").json()
        return body if (body["lastImport"] or {}).get("state") == "DONE" else None

    body = until(imported)
    assert body["startList"]["rows"] == len(BIBS)
    assert body["items"][0]["name"].startswith("Zoë Läufer")

    assert event.run(seconds=SECONDS).request["state"] == "SUCCEEDED"
    assert event.bibs(BIB) == [f"{BIB ^ 0x1AAAA}.jpg"]
    assert api.get(f"{path}/participants").json()["coverage"]["withPhotos"] == len(BIBS)
    export = api.post(f"{path}/exports", json={"kind": "zip", "bib": str(BIB)}).json()

    def exported() -> Any:
        look = api.get(f"{path}/exports/{export['exportId']}").json()
        return None if look["state"] == "PENDING" else look

    made = until(exported)
    assert (made["state"], made["entries"]) == ("DONE", 1)
    assert httpx.get(made["url"]).content.startswith(b"PK")
    assert len(traces(stack)) >= 4

    assert api.delete(f"{path}/participants/{BIB}").status_code == 202
    until(lambda: api.get(f"{path}/opt-outs").json()["items"][0]["state"] == "REMOVED" or None)
    assert traces(stack) == []

    def told() -> Any:
        for got in stack.client("sqs").receive_message(QueueUrl=heard).get("Messages", []):
            message = json.loads(got["Body"])
            if message["eventId"] == event.id:
                return message
        return None

    assert until(told)["bib"] == str(BIB)

    source = {"kind": "s3", "bucket": BUCKET, "prefix": event.prefix}
    started = api.post(f"{path}/process", json={"source": source, "force": True}).json()
    assert event.follow(started["requestId"], seconds=SECONDS).counts["done"] == len(BIBS)
    assert traces(stack) == []
    near = api.get(f"{path}/photos", params={"bib": str(BIB)}).json()
    assert near["items"] == []
    media = [text for text in stored(stack) if "/web.jpg" in text and event.id in text]
    assert len(media) == len(BIBS) - 1


def test_the_schedule_is_made_and_an_event_is_removed_as_a_whole(event: LargeEvent) -> None:
    api, stack = event.api, event.stack
    event.put(range(100, 103))
    assert event.run(seconds=SECONDS).request["state"] == "SUCCEEDED"
    rules = stack.client("events").list_rules()["Rules"]
    assert "cron(17 3 * * ? *)" in [one.get("ScheduleExpression") for one in rules]
    assert api.delete(f"/events/{event.id}").status_code == 202
    assert api.get(f"/events/{event.id}").status_code == 410

    def gone() -> bool | None:
        left = [text for text in stored(stack) if event.id in text and BUCKET not in text]
        return True if len(left) == 1 and "TOMBSTONE" in left[0] else None

    until(gone)
