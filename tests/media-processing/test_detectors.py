"""Rekognition, text regions, and which detector is taken."""

import io
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
from botocore.stub import ANY, Stubber
from PIL import Image, ImageDraw, ImageFont

from chalicelib.media_processing import settings
from chalicelib.media_processing.adapters.detectors.choice import engine, make_detector
from chalicelib.media_processing.adapters.detectors.rekognition import (
    RekognitionDetector,
    encoded,
)
from chalicelib.media_processing.adapters.detectors.text_regions import (
    TextRegionDetector,
    connected,
    regions,
    tensor,
)
from chalicelib.media_processing.adapters.memory import SETTINGS
from shared.errors import Forbidden, PermanentError, RetryableError, Unavailable
from shared.storage import MemoryStorage

from .tiny_onnx import model


def rekognition() -> tuple[RekognitionDetector, Stubber]:
    client = boto3.client("rekognition", region_name="eu-west-1")
    return RekognitionDetector(client, 0.4), Stubber(client)


def label(name: str, *boxes: tuple[float, float, float, float]) -> dict[str, Any]:
    names = ("Left", "Top", "Width", "Height")
    instances = [
        {"BoundingBox": dict(zip(names, box, strict=True)), "Confidence": 95.5} for box in boxes
    ]
    return {"Name": name, "Confidence": 99.0, "Instances": instances, "Parents": []}


def test_rekognitions_percents_and_ratios_become_confidences_and_pixels() -> None:
    detector, stubber = rekognition()
    answer = {
        "Labels": [label("Car", (0.1, 0.2, 0.5, 0.25), (0, 0, 1, 1)), label("Outdoors")],
        "LabelModelVersion": "3.0",
    }
    given = {"Image": {"Bytes": ANY}, "MaxLabels": 100, "MinConfidence": 40.0}
    stubber.add_response("detect_labels", answer, given)
    with stubber:
        found = detector.detect(Image.new("RGB", (200, 100)))
    assert [(one.label, one.confidence, one.bbox) for one in found] == [
        ("Car", 0.955, (20, 20, 120, 45)),
        ("Car", 0.955, (0, 0, 200, 100)),
    ]
    assert (detector.name, detector.version) == ("rekognition", "3.0")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("InvalidImageFormatException", PermanentError),
        ("ImageTooLargeException", PermanentError),
        ("ThrottlingException", RetryableError),
        ("ProvisionedThroughputExceededException", RetryableError),
        ("AccessDeniedException", Forbidden),
    ],
)
def test_rekognitions_errors_are_told_apart(code: str, error: type[Exception]) -> None:
    detector, stubber = rekognition()
    stubber.add_client_error("detect_labels", code)
    with stubber, pytest.raises(error):
        detector.detect(Image.new("RGB", (200, 100)))


def test_a_picture_over_the_limit_of_a_call_is_made_smaller() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (600, 900, 3), np.uint8)
    data = encoded(Image.fromarray(noise), most=100_000)
    assert len(data) <= 100_000
    with Image.open(io.BytesIO(data)) as small:
        assert small.width / small.height == pytest.approx(1.5, abs=0.02)


def page(*lines: tuple[str, tuple[int, int]]) -> Image.Image:
    image = Image.new("RGB", (800, 600), (240, 238, 230))
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(40)
    for text, place in lines:
        draw.text(place, text, fill=(20, 20, 60), font=font)
    return image


def test_text_is_found_where_it_stands() -> None:
    image = page(("FOR SALE 214 5551", (60, 80)), ("Open house", (420, 450)))
    found = TextRegionDetector().detect(image)
    assert {one.label for one in found} == {"text"}
    assert all(0.5 <= one.confidence <= 1 for one in found)
    around = [
        (min(one.bbox[0] for one in found if high(one)), True),
        (min(one.bbox[0] for one in found if not high(one)), False),
    ]
    assert around[0][0] == pytest.approx(60, abs=20)
    assert around[1][0] == pytest.approx(420, abs=20)
    assert all(0 < one.bbox[3] - one.bbox[1] < 90 for one in found)


def high(one: Any) -> bool:
    return bool(one.bbox[3] < 300)


def test_a_picture_without_text_has_no_regions() -> None:
    assert TextRegionDetector().detect(Image.new("RGB", (640, 480), (90, 120, 60))) == []


@pytest.mark.parametrize("size", [(16, 16), (3000, 20), (20, 3000)])
def test_pictures_of_any_shape_are_looked_at(size: tuple[int, int]) -> None:
    assert all(side % 32 == 0 for side in tensor(Image.new("RGB", size)).shape[2:])
    TextRegionDetector().detect(Image.new("RGB", size))


def test_a_region_grows_back_to_what_it_was_trained_on() -> None:
    seen = np.zeros((64, 128), np.float32)
    seen[20:30, 30:90] = 0.9
    seen[50:51, 10:20] = 0.9  # a scratch
    seen[40:50, 100:110] = 0.4  # unsure
    ((box, score),) = regions(seen)
    assert score == pytest.approx(0.9)
    assert box == pytest.approx((30 - 6.857, 20 - 6.857, 90 + 6.857, 30 + 6.857), abs=0.01)


def test_regions_are_those_of_a_flood_fill() -> None:
    random = np.random.default_rng(7)
    for density in (0.1, 0.3, 0.5, 0.7):
        mask = random.random((37, 53)) < density
        ours = sorted(
            sorted((row, x) for row, start, end in runs for x in range(start, end))
            for runs in connected(mask)
        )
        assert ours == sorted(flood(mask))


def flood(mask: Any) -> list[list[tuple[int, int]]]:
    left = {(int(y), int(x)) for y, x in zip(*np.nonzero(mask), strict=True)}
    found = []
    while left:
        region, edge = [], [left.pop()]
        while edge:
            y, x = edge.pop()
            region.append((y, x))
            near = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & left
            left -= near
            edge += near
        found.append(sorted(region))
    return found


def test_a_folder_without_the_model_is_the_operators_to_mend(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no_model"):
        TextRegionDetector(tmp_path)


def chosen(**changes: Any) -> settings.Settings:
    return SETTINGS.model_copy(update=changes)


def test_the_stage_chooses_unless_the_setting_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert engine(chosen()) == "text"
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())
    assert engine(chosen()) == "opencv"
    assert engine(chosen(stage="prod")) == "rekognition"
    assert engine(chosen(stage="prod", detector="yolo")) == "yolo"


def never() -> Any:
    raise AssertionError("nobody asked for it")


def test_a_model_comes_from_s3() -> None:
    storage = MemoryStorage()
    data = model(np.zeros((1, 7, 40), np.float32))
    storage.put("media", "models/v8.onnx", data, content_type="application/octet-stream")
    config = chosen(detector="yolo", detector_model_s3_uri="s3://media/models/v8.onnx")
    assert make_detector(config, storage, never).name == "yolo"


@pytest.mark.parametrize("uri", [None, "models/v8.onnx", "s3://media", "s3://media/gone.onnx"])
def test_a_model_that_is_not_there_is_the_operators_to_mend(uri: str | None) -> None:
    config = chosen(detector="yolo", detector_model_s3_uri=uri)
    with pytest.raises(Unavailable, match="no_model"):
        make_detector(config, MemoryStorage(), never)


def test_each_name_makes_its_detector() -> None:
    storage = MemoryStorage()
    text = make_detector(chosen(detector="text"), storage, never)
    assert text.version.startswith("PP-OCRv6_det_small-")
    client = boto3.client("rekognition", region_name="eu-west-1")
    named = make_detector(chosen(detector="rekognition"), storage, lambda: client)
    assert (named.name, named.version) == ("rekognition", "DetectLabels")
