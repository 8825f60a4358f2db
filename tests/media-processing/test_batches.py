"""A batch from its files to its zip: what is made, what is refused, what a rerun does."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from hashlib import md5, sha256
from typing import Any

import pytest
from PIL import Image

from chalicelib.media_processing.models import CreateBatch
from shared.errors import Conflict, RetryableError
from tests.shared.pictures import corners, encoded, exif_of

from .conftest import LISTING, World, jpeg


def png_header(width: int, height: int) -> bytes:
    body = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + body + struct.pack(">I", zlib.crc32(b"IHDR" + body))
    return b"\x89PNG\r\n\x1a\n" + chunk


MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 100


def test_each_picture_gets_its_sizes_and_the_batch_its_zip(world: World) -> None:
    first = world.put(jpeg(2000, 1000), filename="Front.jpg")
    second = world.put(encoded(corners(600, 900), "PNG"), ext="png", filename="front.JPG")
    ended = world.run(world.start(first, second))
    assert ended["status"] == "SUCCEEDED"
    sizes = {
        output["size"]: (output["width"], output["height"])
        for output in world.items()[0]["outputs"]
    }
    assert sizes == {
        "thumbnail": (200, 100),
        "small": (400, 200),
        "medium": (800, 400),
        "large": (1200, 600),
    }
    key = f"{LISTING}/processed/photo/large/{first.uuid}.jpg"
    assert Image.open(io.BytesIO(world.deps.storage.get("media", key))).size == (1200, 600)
    data = world.deps.storage.get("media", f"{LISTING}/processed/zip/b1.zip")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["Front.jpg", "front (2).jpg"]
    manifest = json.loads(world.deps.storage.get("media", ended["manifestKey"]))
    assert (manifest["status"], len(manifest["items"])) == ("SUCCEEDED", 2)
    job = world.deps.jobs.get("run1")
    assert (job.state, job.counts.done, job.counts.total) == ("SUCCEEDED", 2, 2)


def test_no_size_carries_where_the_picture_was_taken(world: World) -> None:
    exif = exif_of(orientation=6)
    exif.get_ifd(0x8825)[1] = "N"
    item = world.put(encoded(corners(640, 480), exif=exif))
    world.run(world.start(item))
    for output in world.items()[0]["outputs"]:
        made = Image.open(io.BytesIO(world.deps.storage.get("media", output["key"])))
        assert not made.getexif()
        assert made.height > made.width


@pytest.mark.parametrize(
    ("zip_of", "expected"),
    [
        ("large", ["a.jpg", "tour.mp4"]),
        ("originals", ["a.jpg", "tour.mp4"]),
        ("all", ["a.jpg", "a-large.jpg", "tour.mp4", "tour-large.jpg"]),
    ],
)
def test_the_zip_holds_what_was_asked_for(world: World, zip_of: str, expected: list[str]) -> None:
    photo = world.put(jpeg(), filename="a.jpg")
    video = world.put(MP4, kind="video", ext="mp4", filename="tour.mp4")
    world.run(world.start(photo, video, zip_of=zip_of))
    data = world.deps.storage.get("media", f"{LISTING}/processed/zip/b1.zip")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == expected
        if zip_of == "originals":
            assert archive.read("a.jpg") == jpeg()


def test_a_video_has_sizes_of_its_poster(world: World) -> None:
    video = world.put(MP4, kind="video", ext="mp4")
    world.run(world.start(video))
    (item,) = world.items()
    assert (item["state"], item["format"]) == ("DONE", "MP4")
    assert [output["width"] for output in item["outputs"]] == [200, 320, 320, 320]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (None, "object_not_found"),
        (b"", "empty_file"),
        (b"<html></html>", "not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_an_image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "not_an_image"),
        (b"%PDF-1.7", "unsupported_format"),
        (b"II*\0" + b"\0" * 50, "unsupported_format"),
        (jpeg()[:600], "truncated_image"),
        (png_header(50_000, 50_000), "too_many_pixels"),
        (png_header(12_000, 12_000), "too_many_pixels"),
        (MP4[:20], "truncated_image"),
    ],
)
def test_a_bad_file_is_a_code_on_its_item_and_the_batch_goes_on(
    world: World, data: bytes | None, code: str
) -> None:
    world.deps.posters.picture = b""  # type: ignore[attr-defined]
    ended = world.run(world.start(world.put(data), world.put(jpeg())))
    bad, good = world.items()
    if data and data[4:8] == b"ftyp":
        code = "not_a_video"
    assert (bad["state"], bad["error"]["code"]) == ("FAILED", code)
    assert good["state"] == "DONE"
    assert ended["status"] == "PARTIAL"
    job = world.deps.jobs.get("run1")
    assert (job.counts.done, job.counts.failed) == (1, 1)


def test_what_a_market_asks_for_is_reported_check_by_check(world: World) -> None:
    profile = {
        "width": {"least": 1000},
        "aspect": {"least": 1.2, "most": 1.8},
        "bytes": {"most": 5_000_000},
        "count": {"photo": {"most": 5}},
    }
    wide, small = world.put(jpeg(1500, 1000)), world.put(jpeg(640, 480))
    ended = world.run(world.start(wide, small, profile=profile))
    good, bad = world.items()
    assert all(check["ok"] for check in good["report"])
    assert {check["check"]: check["ok"] for check in bad["report"]} == {
        "type": True,
        "bytes": True,
        "pixels": True,
        "width": False,
        "height": True,
        "aspect": True,
        "count": True,
    }
    assert bad["error"] == {"code": "bad_width", "message": "640 is under 1000."}
    assert ended["status"] == "PARTIAL"


def test_too_few_items_fail_the_whole_batch_in_validation(world: World) -> None:
    ended = world.run(world.start(world.put(jpeg()), profile={"count": {"photo": {"least": 3}}}))
    assert ended["status"] == "VALIDATION_FAILED"
    assert world.items()[0]["error"]["code"] == "bad_count"


@pytest.mark.parametrize("digest", [md5, sha256])
def test_a_checksum_is_held_against_the_bytes(world: World, digest: Callable[..., Any]) -> None:
    data = jpeg()
    right = world.put(data, checksum=digest(data).hexdigest())
    wrong = world.put(data, checksum=digest(b"else").hexdigest())
    world.run(world.start(right, wrong))
    assert [row["state"] for row in world.items()] == ["DONE", "FAILED"]
    assert world.items()[1]["error"]["code"] == "checksum_mismatch"


def test_a_rerun_does_only_what_failed_and_replaces_the_zip(world: World) -> None:
    good, late = world.put(jpeg(colour="red")), world.put(None)
    world.run(world.start(good, late))
    before = world.items()[0]
    key = f"{LISTING}/raw/photo/{late.uuid}.jpg"
    world.deps.storage.put("incoming", key, jpeg(colour="blue"), content_type="image/jpeg")
    ended = world.run(world.rerun())
    assert ended["status"] == "SUCCEEDED"
    assert world.items()[0] == before
    counts = world.deps.jobs.get("run2").counts
    assert (counts.listed, counts.skipped, counts.total, counts.done) == (2, 1, 1, 1)
    data = world.deps.storage.get("media", f"{LISTING}/processed/zip/b1.zip")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert len(archive.namelist()) == 2
    assert world.batch()["jobId"] == "run2"


def test_every_step_may_run_twice(world: World) -> None:
    run = world.start(world.put(jpeg()), world.put(b"bad"))
    items = world.validate(run)
    for item in (*items, *items):
        world.make(item)
    first = world.finish(run)
    manifest = world.deps.storage.get("media", first["manifestKey"])
    assert world.finish(run) == first
    assert world.deps.storage.get("media", first["manifestKey"]) == manifest
    counts = world.deps.jobs.get("run1").counts
    assert (counts.done, counts.failed) == (1, 1)


def test_a_validation_that_was_cut_off_looks_again(world: World) -> None:
    run = world.start(world.put(jpeg()), world.put(b"bad"))
    world.validate(run)
    items = world.validate(run)
    assert len(items) == 1
    world.make(items[0])
    assert world.finish(run)["status"] == "PARTIAL"


def test_an_item_whose_worker_died_is_recorded_and_one_nobody_recorded_is_found(
    world: World,
) -> None:
    run = world.start(world.put(jpeg()), world.put(jpeg()), world.put(jpeg()))
    died, lost, good = world.validate(run)
    world.record_failure(
        died, "Runtime.ExitError", "RequestId: 1 Error: exited with signal: killed"
    )
    world.make(good)
    assert world.finish(run)["status"] == "PARTIAL"
    codes = [row["error"] and row["error"]["code"] for row in world.items()]
    assert codes == ["worker_died", "worker_lost", None]
    assert lost["item"]["itemId"] == world.items()[1]["itemId"]


def test_an_object_deleted_during_the_batch_fails_its_item(world: World) -> None:
    gone, good = world.put(jpeg()), world.put(jpeg())
    run = world.start(gone, good)
    items = world.validate(run)
    world.deps.storage.delete("incoming", f"{LISTING}/raw/photo/{gone.uuid}.jpg")
    for item in items:
        world.make(item)
    assert world.finish(run)["status"] == "PARTIAL"
    assert world.items()[0]["error"]["code"] == "object_not_found"


def test_an_original_deleted_before_the_zip_is_named_in_the_manifest(world: World) -> None:
    gone = world.put(jpeg(), filename="a.jpg")
    run = world.start(gone, world.put(jpeg()), zip_of="originals")
    for item in world.validate(run):
        world.make(item)
    world.deps.storage.delete("incoming", f"{LISTING}/raw/photo/{gone.uuid}.jpg")
    ended = world.finish(run)
    manifest = json.loads(world.deps.storage.get("media", ended["manifestKey"]))
    assert manifest["zip"]["missing"] == ["a.jpg"]
    assert manifest["zip"]["entries"] == 1


def test_two_runs_that_meet_on_an_item_do_not_overwrite_each_other(world: World) -> None:
    run = world.start(world.put(jpeg()))
    (item,) = world.validate(run)
    other = {**item, "jobId": world.rerun("run2")["jobId"]}
    world.make(item)
    world.make(other)
    assert world.items()[0]["state"] == "DONE"
    assert world.deps.jobs.get("run2").counts.done == 1


def test_a_machine_that_cannot_go_on_fails_the_run(world: World) -> None:
    run = world.start(world.put(jpeg()))
    world.fail(run, "States.Timeout")
    assert world.batch()["status"] == "FAILED"
    job = world.deps.jobs.get("run1")
    assert job.error is not None
    assert (job.state, job.error.code) == ("FAILED", "timeout")


def test_a_batch_of_the_same_name_with_other_items_is_a_conflict(world: World) -> None:
    world.start(world.put(jpeg()))
    with pytest.raises(Conflict, match="batch_exists"):
        world.start(world.put(jpeg()), job_id="run9")


def test_a_row_that_others_write_all_the_time_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shared.tables import ConditionFailed

    run = world.start(world.put(jpeg()))
    table = type(world.deps.media)
    monkeypatch.setattr(table, "write", lambda *_: (_ for _ in ()).throw(ConditionFailed((0,))))
    with pytest.raises(RetryableError, match="busy"):
        world.validate(run)


def test_a_batch_has_limits() -> None:
    item = {"mediaType": "photo", "uuid": "a", "ext": "jpg"}
    for wrong in (
        {"items": []},
        {"items": [item, item]},
        {"items": [{**item, "uuid": f"u{n}"} for n in range(501)]},
        {
            "items": [{**item, "uuid": f"u{n}"} for n in range(400)],
            "sizes": {f"s{n}": 100 + n for n in range(7)},
        },
        {"items": [{**item, "mediaType": "zip"}]},
        {"items": [{**item, "ext": "../x"}]},
        {"items": [item], "sizes": {"large": 100_000}},
        {"items": [item], "sizes": {}},
        {"items": [item], "callbackUrl": "ftp://example.com"},
        {"items": [item], "profile": {"width": {"least": 5, "most": 1}}},
    ):
        with pytest.raises(ValueError, match="validation error"):
            CreateBatch.model_validate(wrong)
