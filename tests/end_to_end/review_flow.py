"""The ways that people take through event-images: review, and the runners' gallery."""

from typing import Any

import httpx

from tests.end_to_end.event_images_flow import Flow, photo, wait
from tests.end_to_end.people_flow import process

PHOTOS = "reviewed/"
READ, MEANT, SURE = "4821", "4827", "1307"
LIST = f"bib,name\n{MEANT},Ada\n{SURE},Bo\n"


def through_review(before: Flow) -> None:
    """An event whose start list comes after its photos; people settle what it then doubts."""
    flow = Flow(before.stack, before.api)
    flow.put(f"{PHOTOS}read.jpg", photo(READ))
    flow.put(f"{PHOTOS}sure.jpg", photo(SURE))
    process(flow, PHOTOS)
    assert review(flow) == []
    late_list(flow)
    decide(flow)
    gallery(flow)


def review(flow: Flow) -> list[Any]:
    return list(flow.api.get(f"/events/{flow.event_id}/review").json()["items"])


def late_list(flow: Flow) -> None:
    """The photos are judged anew without being read again."""
    path = f"/events/{flow.event_id}/participants"
    put = flow.api.put(path, content=LIST, headers={"Content-Type": "text/csv"})
    assert put.status_code == 202, put.text
    wait(lambda: [one["bibs"] for one in review(flow)] == [[]])


def decide(flow: Flow) -> None:
    """Each kind of decision, and each of them taken back."""
    (asked,) = review(flow)
    path = f"/events/{flow.event_id}/photos/{asked['imageId']}"
    assert asked["questions"][0]["alternatives"][0]["bib"] == MEANT
    for decision in (
        {"action": "accept", "bib": READ},
        {"action": "reject", "bib": READ},
        {"action": "add", "bib": "9"},
        {"action": "correct", "bib": READ, "to": MEANT},
    ):
        decided = flow.api.patch(path, json={"decisions": [decision]})
        assert decided.status_code == 200, decided.text
        if decision["action"] == "correct":
            break
        (made,) = decided.json()["decisionIds"]
        assert flow.api.patch(path, json={"undo": made}).status_code == 200
    assert review(flow) == []
    assert len(flow.api.get(f"{path}/audit").json()["items"]) == 7
    # People's word outlasts a forced rerun.
    process(flow, PHOTOS)
    assert flow.bibs(asked["imageId"]) == [MEANT]


def gallery(flow: Flow) -> None:
    """A link made, used, reported through, changed and revoked."""
    path = f"/events/{flow.event_id}"
    first = flow.api.post(f"{path}/gallery-link").json()["path"]
    assert flow.api.get(f"{path}/gallery-link").json()["active"]
    for page in (first, f"{first}/event"):
        assert flow.api.get(page).status_code == 200
    shown = flow.api.get(f"{first}/photos", params={"bib": MEANT}).json()
    image_id = shown["bursts"][0]["photos"][0]["imageId"]
    assert flow.api.get(f"{first}/photos", params={"bib": READ}).json()["near"] == [MEANT]
    asked: Any = {"params": {"bib": MEANT}, "follow_redirects": False}
    moved = flow.api.get(f"{first}/photos/{image_id}/download", **asked)
    assert httpx.get(moved.headers["Location"]).status_code == 200

    resolve(flow, first, {"kind": "wrong_tag", "bib": MEANT, "imageId": image_id}, "untag")
    assert flow.api.get(f"{first}/photos", params={"bib": MEANT}).json()["count"] == 0
    resolve(flow, first, {"kind": "remove_me", "bib": SURE}, "opt_out")
    wait(lambda: flow.api.get(f"{path}/opt-outs").json()["items"][0]["state"] == "REMOVED")
    assert len(flow.api.get(f"{path}/reports?state=all").json()["items"]) == 2

    second = flow.api.post(f"{path}/gallery-link").json()["path"]
    assert flow.api.get(f"{first}/event").status_code == 404
    assert flow.api.delete(f"{path}/gallery-link").status_code == 200
    assert flow.api.get(f"{second}/event").status_code == 404


def resolve(flow: Flow, link: str, report: dict[str, str], action: str) -> None:
    """Report something as a runner, and deal with it as the organiser."""
    assert flow.api.post(f"{link}/reports", json=report).status_code == 201
    path = f"/events/{flow.event_id}/reports"
    (waiting,) = flow.api.get(path).json()["items"]
    done = flow.api.post(f"{path}/{waiting['reportId']}/resolve", json={"action": action})
    assert done.status_code == 200, done.text
