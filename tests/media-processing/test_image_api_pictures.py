"""Pictures of image jobs: bad ones, turned ones, large ones, and what is kept of findings."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

from chalicelib.media_processing.models import Detection

from .conftest import jpeg
from .image_jobs import Images


def bomb() -> bytes:
    """50,000 x 50,000 pixels of one bit."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def turned() -> bytes:
    """A picture of 300 x 200 that its EXIF turns upright, to 200 x 300."""
    data = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (300, 200), "teal").save(data, "JPEG", exif=exif)
    return data.getvalue()


BAD: list[tuple[bytes | None, str]] = [
    (None, "object_not_found"),
    (b"", "empty_file"),
    (b"<html></html>", "not_an_image"),
    (b"%PDF-1.7 ...", "unsupported_format"),
    (b"GIF89a" + b"\0" * 100, "unsupported_format"),
    (jpeg()[: len(jpeg()) // 2], "truncated_image"),
    (bomb(), "too_many_pixels"),
    (jpeg(8, 8), "too_small"),
]


def test_bad_images_are_recorded_and_the_rest_goes_on(images: Images) -> None:
    urls = []
    for data, _ in BAD:
        urls.append(images.put(data if data else b"x"))
        key = urls[-1].removeprefix("s3://incoming/")
        if data is None:
            images.world.deps.storage.delete("incoming", key)
        elif not data:
            images.world.deps.storage.put("incoming", key, b"", content_type="image/jpeg")
    job_id = images.start(*urls, images.put())
    images.drain()
    job = images.job(job_id)
    assert (job["status"], job["counts"]["failed"], job["counts"]["done"]) == (
        "PARTIAL",
        len(BAD),
        1,
    )
    assert [image["error"]["code"] for image in job["images"][:-1]] == [code for _, code in BAD]
    assert [found["imageIndex"] for found in job["detections"]] == [len(BAD)]


def test_a_job_whose_images_are_all_bad_has_failed(images: Images) -> None:
    job_id = images.start(images.put(b"nothing"))
    images.drain()
    job = images.job(job_id)
    assert (job["status"], job["error"]["code"]) == ("FAILED", "all_items_failed")


def test_boxes_are_of_the_upright_picture(images: Images) -> None:
    job_id = images.start(images.put(turned()))
    images.drain()
    job = images.job(job_id)
    assert images.detector.seen == [(200, 300)]
    assert (job["images"][0]["width"], job["images"][0]["height"]) == (200, 300)
    assert job["detections"][0]["detections"][0]["bbox"] == [50, 75, 100, 150]


def test_boxes_are_of_the_whole_picture_where_the_detector_saw_a_smaller_one(
    images: Images,
) -> None:
    job_id = images.start(images.put(jpeg(5000, 3000)))
    images.drain()
    assert images.detector.seen == [(2500, 1500)]
    found = images.job(job_id)["detections"][0]["detections"]
    assert found[0]["bbox"] == [1250, 750, 2500, 1500]


def test_unsure_findings_and_those_outside_are_left_out(images: Images) -> None:
    def found(_: Any) -> list[Detection]:
        return [
            Detection(label="car", confidence=0.5, bbox=(10, 10, 9999, 20)),
            Detection(label="car", confidence=0.39, bbox=(10, 10, 20, 20)),
            Detection(label="cat", confidence=0.91234567, bbox=(-5, 3.14159, 20, 20)),
            Detection(label="dog", confidence=0.9, bbox=(700, 10, 800, 20)),
        ]

    images.detector.detect = found  # type: ignore[method-assign]
    job_id = images.start(images.put())
    images.drain()
    (one,) = images.job(job_id)["detections"]
    assert one["detections"] == [
        {"label": "cat", "confidence": 0.9123, "bbox": [0, 3.1, 20, 20]},
        {"label": "car", "confidence": 0.5, "bbox": [10, 10, 640, 20]},
    ]
