"""What runners report: received once, limited, and acted upon by the organiser."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.event_images.domain import gallery
from chalicelib.event_images.models import CreateReport
from shared.tables import ConditionFailed

REPORTS = "/events/city-run/reports"


@pytest.fixture
def photos(world: Any) -> dict[str, str]:
    ids = {
        "both": world.put("both.jpg", world.jpeg("0042", "7")),
        "seven": world.put("seven.jpg", world.jpeg("7")),
    }
    world.run()
    return ids


@pytest.fixture
def base(api: Any, photos: dict[str, str]) -> str:
    return str(api("POST", "/events/city-run/gallery-link").json_body["path"])


def wrong(photos: dict[str, str], name: str = "both", bib: str = "7", **more: Any) -> Any:
    return {"kind": "wrong_tag", "bib": bib, "imageId": photos[name], **more}


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json_body["code"]) == (status, code)


def waiting(api: Any, query: str = "") -> list[Any]:
    return list(api("GET", f"{REPORTS}{query}").json_body["items"])


def resolve(api: Any, report_id: str, action: str) -> Any:
    return api("POST", f"{REPORTS}/{report_id}/resolve", {"action": action})


def found(api: Any, base: str, bib: str) -> int:
    return int(api("GET", f"{base}/photos?bib={bib}").json_body["count"])


# --- sending ----------------------------------------------------------------------------------


def test_a_report_waits_for_the_organiser(api: Any, base: str, photos: dict[str, str]) -> None:
    sent = api("POST", f"{base}/reports", wrong(photos, message=" I am 71.\nThanks "))
    assert sent.status_code == 201
    assert sent.headers["Cache-Control"] == "private, no-store"
    (report,) = waiting(api)
    assert report["reportId"] == sent.json_body["reportId"]
    assert (report["kind"], report["bib"], report["state"]) == ("wrong_tag", "7", "open")
    assert (report["imageId"], report["message"]) == (photos["both"], "I am 71.\nThanks")
    assert f"/photos/{photos['both']}/thumb.jpg" in report["thumbUrl"]


def test_the_same_report_again_is_the_same_report(
    api: Any, base: str, photos: dict[str, str]
) -> None:
    first = api("POST", f"{base}/reports", wrong(photos))
    again = api("POST", f"{base}/reports", wrong(photos, bib="007", message="Hello?"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json_body == again.json_body
    assert len(waiting(api)) == 1


def test_removal_of_one_photo_and_of_all_are_two_wishes(
    api: Any, base: str, photos: dict[str, str]
) -> None:
    one = {"kind": "remove_me", "bib": "7", "imageId": photos["seven"]}
    assert api("POST", f"{base}/reports", one).status_code == 201
    assert api("POST", f"{base}/reports", {"kind": "remove_me", "bib": "7"}).status_code == 201
    assert [report["imageId"] for report in waiting(api)] == [photos["seven"], None]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"bib": "9"}, 404, "photo_not_found"),
        ({"bib": "42", "imageId": "0" * 20}, 404, "photo_not_found"),
        ({"imageId": None}, 400, "photo_needed"),
        ({"imageId": "x"}, 400, "invalid_body"),
        ({"bib": "seven"}, 400, "invalid_body"),
        ({"kind": "spam"}, 400, "invalid_body"),
        ({"message": "x" * 501}, 400, "invalid_body"),
        ({"message": "a\x00b"}, 400, "invalid_body"),
        ({"more": 1}, 400, "invalid_body"),
    ],
)
def test_what_cannot_be_a_report_is_refused(
    api: Any, base: str, photos: dict[str, str], change: Any, status: int, code: str
) -> None:
    refused(api("POST", f"{base}/reports", wrong(photos) | change), status, code)
    assert waiting(api) == []


def test_a_photo_that_does_not_show_the_bib_cannot_be_reported(
    api: Any, base: str, photos: dict[str, str]
) -> None:
    refused(api("POST", f"{base}/reports", wrong(photos, "seven", "42")), 404, "photo_not_found")
    refused(api("POST", f"/g/{'x' * 32}/reports", wrong(photos)), 404, "gallery_not_found")


def test_a_flood_is_held_back_and_wrong_tags_leave_room_for_removals(
    api: Any, base: str, photos: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery, "MOST_OF_A_BIB", 1)
    assert api("POST", f"{base}/reports", wrong(photos)).status_code == 201
    held = api("POST", f"{base}/reports", wrong(photos, "seven"))
    refused(held, 429, "too_many_reports")
    assert 0 < int(held.headers["Retry-After"]) <= 3600
    assert api("POST", f"{base}/reports", wrong(photos, bib="42")).status_code == 201
    assert len(waiting(api)) == 2


def test_each_kind_has_a_limit_of_its_own_that_no_bib_is_read_from() -> None:
    now = datetime(2026, 5, 3, 9, 41, 7, tzinfo=UTC)
    image = "0" * 20
    tag = CreateReport(kind="wrong_tag", bib="7", image_id=image)
    gone = CreateReport(kind="remove_me", bib="7", image_id=image)
    one, other = (gallery.limits("city-run", report, now, 200) for report in (tag, gone))
    assert sorted(one.values()) == [20, 200]
    assert len(set(one) & set(other)) == 1
    assert all("#7" not in sk for _, sk in one)
    assert gallery.seconds_left(now) == 3600 - 41 * 60 - 7


def test_many_at_once_are_counted_and_none_is_lost(
    api: Any, world: Any, base: str, photos: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = world.deps.tables.transact
    fails = iter([True, True])

    def transact(writes: Any) -> None:
        if next(fails, False):
            raise ConditionFailed
        real(writes)

    monkeypatch.setattr(world.deps.tables, "transact", transact)
    assert api("POST", f"{base}/reports", wrong(photos)).status_code == 201
    monkeypatch.setattr(world.deps.tables, "transact", lambda _: transact_never())
    busy = api("POST", f"{base}/reports", wrong(photos, "seven"))
    assert (busy.status_code, busy.json_body["code"]) == (503, "busy")


def transact_never() -> None:
    raise ConditionFailed


# --- acting -----------------------------------------------------------------------------------


def test_a_wrong_tag_is_taken_off_for_good(
    api: Any, world: Any, base: str, photos: dict[str, str]
) -> None:
    report = api("POST", f"{base}/reports", wrong(photos)).json_body["reportId"]
    handled = resolve(api, report, "untag")
    assert handled.status_code == 200
    assert (handled.json_body["state"], handled.json_body["action"]) == ("handled", "untag")
    assert waiting(api) == []
    assert [one["reportId"] for one in waiting(api, "?state=all")] == [report]
    assert (found(api, base, "7"), found(api, base, "42")) == (1, 1)
    world.run("again", force=True)
    assert found(api, base, "7") == 1  # a rerun reads the same and leaves the decision alone


def test_a_report_may_be_dismissed_and_comes_again_if_the_runner_insists(
    api: Any, base: str, photos: dict[str, str]
) -> None:
    report = api("POST", f"{base}/reports", wrong(photos)).json_body["reportId"]
    assert resolve(api, report, "dismiss").status_code == 200
    assert found(api, base, "7") == 2
    assert waiting(api) == []
    assert api("POST", f"{base}/reports", wrong(photos)).status_code == 201
    assert [one["reportId"] for one in waiting(api)] == [report]


def test_an_opt_out_begins_from_a_report(api: Any, world: Any, base: str) -> None:
    report = api("POST", f"{base}/reports", {"kind": "remove_me", "bib": "7"}).json_body["reportId"]
    assert resolve(api, report, "opt_out").status_code == 200
    assert found(api, base, "7") == 0
    assert len(world.opt_outs()) == 1
    assert waiting(api) == []


def test_acting_twice_is_acting_once(api: Any, base: str, photos: dict[str, str]) -> None:
    report = api("POST", f"{base}/reports", wrong(photos)).json_body["reportId"]
    first = resolve(api, report, "untag").json_body
    again = resolve(api, report, "untag").json_body
    # Signed addresses differ from one answer to the next.
    assert {**first, "thumbUrl": 0, "webUrl": 0} == {**again, "thumbUrl": 0, "webUrl": 0}
    refused(resolve(api, report, "dismiss"), 409, "report_handled")


def test_a_wish_about_all_photos_cannot_untag_one(api: Any, base: str) -> None:
    report = api("POST", f"{base}/reports", {"kind": "remove_me", "bib": "7"}).json_body["reportId"]
    refused(resolve(api, report, "untag"), 400, "photo_needed")
    assert len(waiting(api)) == 1


def test_untagging_what_is_no_longer_tagged_closes_the_report(
    api: Any, base: str, photos: dict[str, str]
) -> None:
    report = api("POST", f"{base}/reports", wrong(photos)).json_body["reportId"]
    decided = {"decisions": [{"action": "reject", "bib": "7"}]}
    assert api("PATCH", f"/events/city-run/photos/{photos['both']}", decided).status_code == 200
    assert resolve(api, report, "untag").json_body["state"] == "handled"


@pytest.mark.parametrize("report_id", ["0" * 20, "x", "..%2F.."])
def test_an_unknown_report_is_not_found(api: Any, base: str, report_id: str) -> None:
    refused(resolve(api, report_id, "dismiss"), 404, "report_not_found")


def test_reports_are_paged_and_filtered(api: Any, base: str, photos: dict[str, str]) -> None:
    for name, bib in (("both", "7"), ("both", "42"), ("seven", "7")):
        api("POST", f"{base}/reports", wrong(photos, name, bib))
    first = api("GET", f"{REPORTS}?limit=2").json_body
    rest = api("GET", f"{REPORTS}?limit=2&cursor={first['cursor']}").json_body
    assert (len(first["items"]), len(rest["items"]), rest["cursor"]) == (2, 1, None)
    refused(api("GET", f"{REPORTS}?state=lost"), 400, "bad_state")
