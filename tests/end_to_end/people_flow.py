"""Every way that runners take through event-images: lists, exports, opt-outs, removals."""

import json
from pathlib import Path
from typing import Any

import httpx

from chalicelib.event_images.domain.events import event_key
from chalicelib.event_images.domain.names import web_key
from shared.tables import DynamoTables, Update
from tests.end_to_end.calls_heard import LargeFile, heard
from tests.end_to_end.event_images_flow import SERVICE, Flow, photo, wait

GONE, KNOWN = "4821", "1307"
# With more bad rows than the list's own row keeps, so that a file has them.
LIST = f"bib,name\n{GONE},Ada\n{KNOWN},Bo\n" + "x,Nobody\n" * 60
# Bytes that a zip takes into more than one part.
PARTS = 17 << 20
TRIES = 10


def through_people(before: Flow, calls: Path) -> None:
    """An event of its own with a start list, exports and an opt-out; then it is removed.

    `calls` is where calls are recorded.
    """
    flow = Flow(before.stack, before.api)
    lists(flow)
    upload(flow, "first.jpg", GONE)
    flow.put("runners/one.jpg", photo(GONE))
    flow.put("runners/two.jpg", photo(KNOWN))
    process(flow)
    exports(flow)
    export_that_fails(flow, calls)
    opt_out(flow)
    remove(flow)


def lists(flow: Flow) -> None:
    path = f"/events/{flow.event_id}/participants"
    for _ in range(2):
        put = flow.api.put(path, content=LIST, headers={"Content-Type": "text/csv"})
        assert put.status_code == 202, put.text
        made = put.json()["importId"]
        wait(lambda made=made: imported(flow) == (made, "DONE"))
    assert httpx.get(flow.api.get(path).json()["startList"]["reportUrl"]).status_code == 200
    form = flow.api.post(f"{path}/upload", json={}).json()
    sent = httpx.post(form["url"], data=form["fields"], files={"file": ("list.csv", LIST)})
    assert sent.status_code in {200, 201, 204}, sent.text
    wait(lambda: imported(flow) == (form["importId"], "DONE"))


def imported(flow: Flow) -> tuple[str, str]:
    last = flow.api.get(f"/events/{flow.event_id}/participants").json()["lastImport"]
    return last["importId"], last["state"]


def upload(flow: Flow, name: str, bib: str) -> None:
    """A photo by a signed form, read to its end."""
    data = photo(bib)
    body = {"files": [{"filename": name, "size": len(data), "contentType": "image/jpeg"}]}
    path = f"/events/{flow.event_id}"
    (form,) = flow.api.post(f"{path}/uploads", json=body).json()["uploads"]
    httpx.post(form["url"], data=form["fields"], files={"file": (name, data)})
    known = f"{path}/photos/{form['imageId']}"
    wait(lambda: flow.api.get(known).json().get("state") == "DONE")


def process(flow: Flow, prefix: str = "runners/") -> None:
    """Read all that lies under a prefix, also what is known."""
    body = {"source": {"kind": "s3", "prefix": prefix}, "force": True}
    path = f"/events/{flow.event_id}"
    made = flow.api.post(f"{path}/process", json=body).json()["requestId"]
    wait(lambda: flow.api.get(f"{path}/requests/{made}").json()["state"] == "SUCCEEDED")


def exports(flow: Flow) -> None:
    path = f"/events/{flow.event_id}/exports"
    assert flow.api.get(f"{path}/tags.csv").text.count(GONE) == 2
    for body in ({"kind": "tags"}, {"kind": "zip", "bib": GONE}):
        made = f"{path}/{flow.api.post(path, json=body).json()['exportId']}"
        wait(lambda made=made: flow.api.get(made).json()["state"] == "DONE")
        assert httpx.get(flow.api.get(made).json()["url"]).status_code == 200


def export_that_fails(flow: Flow, calls: Path) -> None:
    """Some parts of a zip are written, then a picture changes while it is read."""
    ids = {one["filename"]: one["imageId"] for one in flow.photos()}
    s3, bucket = flow.stack.client("s3"), flow.outputs["MediaBucket"]
    first, after = (web_key(flow.event_id, ids[name]) for name in ("first.jpg", "one.jpg"))
    kept = {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in (first, after)}
    s3.put_object(Bucket=bucket, Key=first, Body=bytes(PARTS))
    large = LargeFile(calls, s3, bucket, after)
    was_given_up = heard(calls, "AbortMultipartUpload", "exports/")
    path = f"/events/{flow.event_id}/exports"

    def ended() -> bool:
        return bool(flow.api.get(made).json()["state"] == "DONE") or was_given_up()

    for _ in range(TRIES):
        large.put()
        made = f"{path}/{flow.api.post(path, json={'kind': 'zip', 'bib': GONE}).json()['exportId']}"
        large.change_when_read(too_late=ended)
        wait(ended)
        if was_given_up():
            break
    else:
        raise AssertionError("the picture always changed too late")
    for key, data in kept.items():
        s3.put_object(Bucket=bucket, Key=key, Body=data)


def opt_out(flow: Flow) -> None:
    """A runner opts out, and is not tagged by what comes later."""
    path = f"/events/{flow.event_id}"
    assert flow.api.delete(f"{path}/participants/{GONE}").status_code == 202
    wait(lambda: flow.api.get(f"{path}/opt-outs").json()["items"][0]["state"] == "REMOVED")
    upload(flow, "later.jpg", GONE)
    process(flow)
    photos = flow.api.get(f"{path}/photos").json()["items"]
    assert sorted(one["withheld"] for one in photos) == [False, True, True, True]
    assert flow.api.delete(f"{path}/participants/9").status_code == 202
    assert flow.api.delete(f"{path}/opt-outs/9").status_code == 204


def remove(flow: Flow) -> None:
    """One event by its route, and one whose time is over by the nightly function."""
    over = Flow(flow.stack, flow.api)
    tables = DynamoTables(flow.stack.client("dynamodb"))
    long_ago = {"createdAt": "2020-01-01T00:00:00+00:00", "retentionDays": 1}
    requests = tables.table(flow.outputs["RequestsTable"])
    requests.write(Update(event_key(over.event_id), set=long_ago))
    assert over.event_id in invoke(flow, "expire_events_handler")
    assert flow.api.delete(f"/events/{flow.event_id}").status_code == 202
    for event_id in (flow.event_id, over.event_id):
        assert flow.api.get(f"/events/{event_id}").status_code == 410
        stone = (f"EVENT#{event_id}", "TOMBSTONE")
        wait(lambda stone=stone: bool((requests.get(stone) or {}).get("settled")))


def invoke(flow: Flow, function: str) -> str:
    """Call a function as the schedule does; its log line says nothing, so the rows are asked."""
    name = flow.stack.function_name(SERVICE, function)
    before: Any = events(flow)
    event = {"time": "", "region": "", "resources": [], "detail-type": "", "detail": {}}
    event |= {"source": "aws.events", "account": "", "id": "", "version": "0"}
    answer = flow.stack.client("lambda").invoke(
        FunctionName=name, Payload=json.dumps(event).encode()
    )
    assert "FunctionError" not in answer, answer["Payload"].read()
    return " ".join(before - events(flow))


def events(flow: Flow) -> set[str]:
    return {one["eventId"] for one in flow.api.get("/events?limit=200").json()["items"]}
