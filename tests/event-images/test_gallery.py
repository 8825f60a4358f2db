"""The runner's gallery: photos of one number, and nothing about anybody else."""

import json
from secrets import token_hex
from typing import Any

import pytest

from chalicelib.event_images.domain import gallery
from chalicelib.event_images.domain.opt_outs import digest, opt_out_row, secret_key
from chalicelib.event_images.domain.start_list import StartList, bits_row, meta_key, new_version
from shared.tables import Put, Update

SECRET = "ab" * 16


@pytest.fixture
def photos(world: Any) -> dict[str, str]:
    ids = {
        "both": world.put("both.jpg", world.jpeg("0042", "7")),
        "seven": world.put("seven.jpg", world.jpeg("7")),
        "none": world.put("none.jpg", world.jpeg()),
    }
    world.run()
    return ids


@pytest.fixture
def base(api: Any, photos: dict[str, str]) -> str:
    return str(api("POST", "/events/city-run/gallery-link").json_body["path"])


def opt_out(world: Any, bib: str) -> None:
    pk, sk = secret_key("city-run")
    world.deps.images.write(Put({"pk": pk, "sk": sk, "secret": SECRET}))
    row = opt_out_row("city-run", digest(SECRET, bib), world.deps.clock(), None)
    world.deps.images.write(Put(row))


def start_list(world: Any, *bibs: str) -> None:
    pk, sk = meta_key("city-run")
    # A list never changes under its version, so each has one of its own.
    version = new_version(None, token_hex(6))
    world.deps.images.write(Put({"pk": pk, "sk": sk, "version": version}))
    world.deps.images.write(Put(bits_row("city-run", version, StartList(bibs))))


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return [photo["imageId"] for burst in answer.json_body["bursts"] for photo in burst["photos"]]


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json_body["code"]) == (status, code)


def test_a_runner_finds_their_photos(api: Any, base: str, photos: dict[str, str]) -> None:
    answer = api("GET", f"{base}/photos?bib=007")
    assert set(ids(answer)) == {photos["both"], photos["seven"]}
    body = answer.json_body
    assert (body["bib"], body["count"], body["near"], body["more"]) == ("7", 2, [], False)
    photo = body["bursts"][0]["photos"][0]
    assert set(photo) == {"imageId", "takenAt", "width", "height", "thumbUrl", "webUrl"}
    assert "/media/city-run/photos/" in photo["webUrl"]


def test_nothing_else_about_a_photo_is_told(api: Any, base: str) -> None:
    text = json.dumps(api("GET", f"{base}/photos?bib=42").json_body)
    for secret in ("both.jpg", "races", "confidence", "readings", '"7"', "bibs", "sharpness"):
        assert secret not in text


@pytest.mark.parametrize("rest", ["event", "photos?bib=7", "photos?bib=x", "photos?bib=999"])
def test_answers_are_private_to_their_reader(api: Any, base: str, rest: str) -> None:
    headers = api("GET", f"{base}/{rest}").headers
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("bib", ["", "x", "1234567", "-1", "7%2342", "TAG", "%D9%A3"])
def test_what_is_no_number_is_refused(api: Any, base: str, bib: str) -> None:
    refused(api("GET", f"{base}/photos?bib={bib}"), 400, "bad_bib")
    refused(api("GET", f"{base}/photos"), 400, "bad_bib")


def test_photos_that_are_not_read_yet_are_not_shown(api: Any, world: Any, base: str) -> None:
    for row in world.rows("PHOTO#"):
        world.deps.images.write(Update((row["pk"], row["sk"]), set={"state": "FAILED"}))
    assert api("GET", f"{base}/photos?bib=7").json_body["count"] == 0


def test_a_bib_of_another_event_finds_nothing(api: Any, world: Any, base: str) -> None:
    world.add_event("other-run")
    other = api("POST", "/events/other-run/gallery-link").json_body["path"]
    assert ids(api("GET", f"{other}/photos?bib=7")) == []
    assert len(ids(api("GET", f"{base}/photos?bib=7"))) == 2


def test_very_many_photos_are_cut_and_said_to_be(
    api: Any, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery, "MOST_PHOTOS", 1)
    body = api("GET", f"{base}/photos?bib=7").json_body
    assert (body["count"], body["more"]) == (1, True)


def test_a_burst_is_one_place_with_its_sharpest_first(
    api: Any, world: Any, base: str, photos: dict[str, str]
) -> None:
    for name, second, sharp in (("both", 1, 4.5), ("seven", 2, 80)):
        values = {
            "takenAt": f"2026-05-03T09:41:0{second}",
            "perceptualHash": "00ff" * 4,
            "sharpness": sharp,
        }
        key = ("EVENT#city-run", f"PHOTO#{photos[name]}")
        world.deps.images.write(Update(key, set=values))
    bursts = api("GET", f"{base}/photos?bib=7").json_body["bursts"]
    assert [[p["imageId"] for p in burst["photos"]] for burst in bursts] == [
        [photos["seven"], photos["both"]]
    ]


def test_what_a_run_reads_has_what_groups_and_orders_it(world: Any, photos: dict[str, str]) -> None:
    row = world.photo(photos["both"])
    assert len(row["perceptualHash"]) == 16
    assert row["sharpness"] >= 0


# --- near numbers -----------------------------------------------------------------------------


def test_a_number_that_nobody_has_names_near_ones_and_no_photos(api: Any, base: str) -> None:
    body = api("GET", f"{base}/photos?bib=43").json_body
    assert (body["count"], body["bursts"], body["near"]) == (0, [], ["42"])
    assert api("GET", f"{base}/photos?bib=8").json_body["near"] == ["7"]
    assert api("GET", f"{base}/photos?bib=999").json_body["near"] == []


def test_a_number_with_photos_names_no_near_ones(api: Any, base: str) -> None:
    assert api("GET", f"{base}/photos?bib=42").json_body["near"] == []


def test_near_numbers_are_those_of_the_start_list(api: Any, world: Any, base: str) -> None:
    start_list(world, "44", "43")
    assert api("GET", f"{base}/photos?bib=43").json_body["near"] == []
    start_list(world, "42", "43", "41")
    assert api("GET", f"{base}/photos?bib=43").json_body["near"] == ["42"]


def test_near_numbers_are_few(world: Any) -> None:
    assert len(gallery.near_numbers("123456", None)) == gallery.MOST_LOOKED_FOR
    assert "" not in gallery.near_numbers("7", None)
    assert gallery.near_numbers("7", StartList(["7", "8", "17", "123"])) == ["8", "17"]


# --- opt-outs ---------------------------------------------------------------------------------


def test_an_opted_out_bib_is_like_one_that_nobody_has(
    api: Any, world: Any, base: str, photos: dict[str, str]
) -> None:
    opt_out(world, "7")
    gone = api("GET", f"{base}/photos?bib=7").json_body
    unknown = api("GET", f"{base}/photos?bib=9").json_body
    assert {**gone, "bib": ""} == {**unknown, "bib": ""}
    download = api("GET", f"{base}/photos/{photos['seven']}/download?bib=7")
    never = api("GET", f"{base}/photos/{photos['seven']}/download?bib=9")
    assert (download.status_code, download.json_body) == (never.status_code, never.json_body)
    for bib in ("7", "9"):
        sent = {"kind": "remove_me", "bib": bib}
        refused(api("POST", f"{base}/reports", sent), 404, "photo_not_found")


def test_an_opted_out_bib_is_no_near_number(api: Any, world: Any, base: str) -> None:
    opt_out(world, "42")
    assert api("GET", f"{base}/photos?bib=43").json_body["near"] == []


# --- downloads --------------------------------------------------------------------------------


def test_a_download_is_a_signed_address_with_a_name(
    api: Any, base: str, photos: dict[str, str]
) -> None:
    answer = api("GET", f"{base}/photos/{photos['both']}/download?bib=0042")
    assert (answer.status_code, answer.body) == (302, b"")
    address = answer.headers["Location"]
    assert f"/media/city-run/photos/{photos['both']}/web.jpg?" in address
    assert f"city-run-42-{photos['both'][:6]}.jpg" in address
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_download_is_named_after_when_it_was_taken() -> None:
    row = {"imageId": "0" * 20, "takenAt": "2026-05-03T09:41:07"}
    assert gallery.download_name("city-run", "0482", row) == "city-run-482-094107.jpg"


@pytest.mark.parametrize("bib", ["42", "9"])
def test_a_photo_without_the_bib_is_not_found(
    api: Any, base: str, photos: dict[str, str], bib: str
) -> None:
    for name in ("seven", "none"):
        url = f"{base}/photos/{photos[name]}/download?bib={bib}"
        refused(api("GET", url), 404, "photo_not_found")


@pytest.mark.parametrize("image_id", ["0" * 20, "x", "..%2F..", "G" * 20, "0" * 3000])
def test_an_unknown_photo_is_not_found(api: Any, base: str, image_id: str) -> None:
    refused(api("GET", f"{base}/photos/{image_id}/download?bib=7"), 404, "photo_not_found")


# --- the page ---------------------------------------------------------------------------------


def test_the_page_is_served_and_says_404_for_a_link_that_opens_nothing(api: Any, base: str) -> None:
    good, bad = api("GET", base), api("GET", f"/g/{'x' * 32}")
    assert (good.status_code, bad.status_code) == (200, 404)
    assert good.body == bad.body
    for answer in (good, bad):
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_an_answer_of_the_service_itself_does_not_repeat_the_token(
    api: Any, world: Any, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr(world.deps.images, "query_all", broken)
    answer = api("GET", f"{base}/photos?bib=7")
    refused(answer, 500, "internal_error")
    assert answer.json_body["instance"] == "/g/{token}/photos"


def test_the_token_is_in_no_line_of_the_log(
    api: Any, base: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "DEBUG")
    from shared.observability import logger

    log = logger("event-images")
    before = log.level
    log.setLevel("DEBUG")
    token = base.rpartition("/")[2]
    try:
        api("GET", f"{base}/photos?bib=7")
        api("GET", f"{base}/photos?bib=x")
        api("GET", f"/g/{token[:-1]}x/event")
    finally:
        log.setLevel(before)
    written = "".join(capfd.readouterr())
    assert "/g/{token}/photos" in written
    assert token[:-1] not in written
