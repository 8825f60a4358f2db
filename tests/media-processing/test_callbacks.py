"""Callbacks: what is sent, when again, and what is not."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from chalicelib.media_processing.adapters.memory import SECRET
from chalicelib.media_processing.domain.webhooks import (
    Schedule,
    headers,
    retry_after_seconds,
)
from chalicelib.media_processing.ports import Answer, Undeliverable
from shared.tables import Item

from .conftest import LISTING, World, jpeg

URL = "https://receiver.example/hooks"
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def finished(world: World, *files: bytes, **more: Any) -> Item:
    """A batch that has ended, and wants a callback."""
    items = [world.put(data) for data in files or (jpeg(),)]
    run = world.start(*items, callback_url=URL, **more)
    world.run(run)
    return run


def delivery(world: World, run: Item) -> Item:
    key = (f"BATCH#{LISTING}#b1", f"DELIVERY#msg_{run['jobId']}")
    row = world.deps.media.get(key)
    assert row is not None
    return row


def test_the_receiver_learns_how_it_went(world: World) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    run = finished(world, jpeg(), b"bad", listing_identity_id="id-7", traceparent=trace)
    assert world.callback(run).next == "END"
    (posted,) = world.receivers.posted
    body = json.loads(posted.body)
    assert posted.url == URL
    assert body["status"] == "PARTIAL"
    assert (body["jobId"], body["listingIdentityId"]) == ("run1", "id-7")
    assert (body["failureReason"], body["error"]) == ("1 of 2 items failed.", None)
    assert body["traceparent"] == trace
    good, bad, zipped = body["outputs"]
    assert set(good["thumbnails"]) == {"thumbnail", "small", "medium", "large"}
    assert bad["error"]["code"] == "not_an_image"
    assert zipped["zipKey"].endswith("b1.zip")
    assert delivery(world, run)["state"] == "DELIVERED"


def test_the_standard_library_for_webhooks_verifies_the_signature(world: World) -> None:
    world.callback(finished(world))
    (posted,) = world.receivers.posted
    # The library looks at its own clock, so the time is set to now and signed again.
    sent = headers(SECRET, posted.headers["webhook-id"], datetime.now(UTC), posted.body)
    assert Webhook(SECRET).verify(posted.body, sent) == json.loads(posted.body)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(posted.body + b" ", sent)


def test_old_receivers_find_their_own_signature(world: World) -> None:
    world.callback(finished(world))
    (posted,) = world.receivers.posted
    expected = hmac.new(SECRET.encode(), posted.body, hashlib.sha256).hexdigest()
    assert posted.headers["X-Toq-Signature"] == expected


def test_a_secret_of_letters_and_digits_alone_is_a_key_too() -> None:
    secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    sent = headers(secret, "msg_1", datetime.now(UTC), b"{}")
    assert Webhook(f"whsec_{secret}").verify(b"{}", sent) == {}
    with pytest.raises(ValueError, match="base64"):
        headers("whsec_not base64!", "msg_1", NOW, b"{}")


def test_a_receiver_that_fails_twice_gets_the_same_bytes_a_third_time(world: World) -> None:
    run = finished(world)
    world.receivers.answers = [Answer(500), Undeliverable("no_answer", "It did not answer.")]
    first, second, third = (world.callback(run) for _ in range(3))
    assert (first.next, first.wait_seconds) == ("AGAIN", 5)
    assert (second.next, second.wait_seconds) == ("AGAIN", 10)
    assert third.next == "END"
    assert len({posted.body for posted in world.receivers.posted}) == 1
    assert len({posted.headers["webhook-id"] for posted in world.receivers.posted}) == 1
    attempts = delivery(world, run)["attempts"]
    assert [(one["status"], one["error"]) for one in attempts] == [
        (500, "status_500"),
        (None, "no_answer"),
        (200, None),
    ]


def test_what_was_delivered_is_not_sent_again_by_a_repeat(world: World) -> None:
    run = finished(world)
    world.callback(run)
    assert world.callback(run).next == "END"
    assert len(world.receivers.posted) == 1


def test_a_receiver_says_itself_when_to_come_again(world: World) -> None:
    run = finished(world)
    world.receivers.answers = [Answer(503, "120"), Answer(429, "999999")]
    assert world.callback(run).wait_seconds == 120
    assert world.callback(run).wait_seconds == 3600


def test_a_redirect_is_a_failure(world: World) -> None:
    run = finished(world)
    world.receivers.answers = [Answer(302)]
    assert world.callback(run).next == "AGAIN"
    assert delivery(world, run)["attempts"][0]["error"] == "redirect"


def test_a_receiver_that_is_gone_gets_no_more(world: World) -> None:
    run = finished(world)
    world.receivers.answers = [Answer(410)]
    assert world.callback(run).next == "END"
    assert delivery(world, run)["state"] == "DISABLED"
    again = world.rerun("run2")
    world.run(again)
    assert world.callback(again).next == "END"
    assert len(world.receivers.posted) == 1
    assert delivery(world, again)["state"] == "DISABLED"


def test_an_address_that_may_not_be_called_is_not_tried_again(world: World) -> None:
    run = finished(world)
    world.receivers.answers = [Undeliverable("forbidden_address", "It is not a public one.")]
    assert world.callback(run).next == "END"
    assert delivery(world, run)["state"] == "FAILED"


def test_after_the_last_try_the_callback_is_given_up(make_world: Any) -> None:
    world = make_world(callback_tries=3)
    run = finished(world)
    world.receivers.answers = [Answer(500)] * 5
    assert [world.callback(run).next for _ in range(4)] == ["AGAIN", "AGAIN", "END", "END"]
    assert len(world.receivers.posted) == 3
    assert delivery(world, run)["state"] == "FAILED"


def test_a_batch_without_a_receiver_needs_no_callback(world: World) -> None:
    run = world.start(world.put(jpeg()))
    world.run(run)
    assert world.callback(run).next == "END"
    assert world.receivers.posted == []


def test_a_machine_that_failed_is_told_too(world: World) -> None:
    run = world.start(world.put(jpeg()), callback_url=URL)
    world.fail(run, "RetryableError", json.dumps({"errorMessage": "busy: Others write."}))
    world.callback(run)
    body = json.loads(world.receivers.posted[0].body)
    assert (body["status"], body["failureReason"]) == ("FAILED", "Others write.")
    assert body["error"] == {"code": "busy", "message": "Others write."}


@pytest.mark.parametrize(("data", "status"), [(b"bad", "VALIDATION_FAILED"), (None, None)])
def test_a_batch_of_which_nothing_came_has_a_status_of_its_own(
    world: World, data: bytes | None, status: str | None
) -> None:
    if data is None:
        run = world.start(world.put(jpeg()), callback_url=URL)
        (item,) = world.validate(run)
        world.record_failure(item, "States.Timeout")
        world.finish(run)
        status = "PROCESSING_FAILED"
    else:
        run = finished(world, data)
    world.callback(run)
    body = json.loads(world.receivers.posted[0].body)
    assert body["status"] == status
    assert body["error"]["code"] in {"not_an_image", "timeout"}


class TestSchedule:
    """When a callback is tried again."""

    def test_waits_double_up_to_the_longest(self) -> None:
        schedule = Schedule(tries=20, first=5, most=60)
        waits = [schedule.wait(tried, None, 1.0) for tried in range(1, 7)]
        assert waits == [5, 10, 20, 40, 60, 60]

    def test_jitter_shortens_a_wait_and_never_to_nothing(self) -> None:
        schedule = Schedule(tries=9, first=8, most=60)
        assert schedule.wait(1, None, 0.5) == 4
        assert schedule.wait(1, None, 0.0) == 1

    @pytest.mark.parametrize(
        ("value", "seconds"),
        [
            (None, None),
            ("", None),
            ("soon", None),
            ("-5", None),
            ("30", 30.0),
            ("Fri, 01 May 2026 12:02:00 GMT", 120.0),
            ("Fri, 01 May 2026 11:00:00 GMT", 0.0),
        ],
    )
    def test_retry_after_is_seconds_or_a_date(self, value: str | None, seconds: Any) -> None:
        assert retry_after_seconds(value, NOW) == seconds
