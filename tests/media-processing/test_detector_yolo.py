"""Models of the YOLO family: what goes in, what each kind of head answers, what comes out."""

from typing import Any

import numpy as np
import pytest
from PIL import Image

from chalicelib.media_processing.adapters.detectors.boxes import from_centres, strongest
from chalicelib.media_processing.adapters.detectors.onnx_session import _providers
from chalicelib.media_processing.adapters.detectors.yolo import (
    YoloDetector,
    candidates_of,
    labels_of,
    letterbox,
    unboxed,
)
from shared.errors import Unavailable

from .tiny_onnx import model

NAMES = {"names": "{0: 'person', 1: 'car', 2: 'dog'}"}


def v8(*rows: tuple[float, ...], labels: int = 3, count: int = 40) -> Any:
    """``(1, 4 + labels, count)``; a row is centre x, centre y, width, height, scores."""
    answer = np.zeros((1, 4 + labels, count), np.float32)
    for at, row in enumerate(rows):
        answer[0, :, at] = row
    return answer


def v5(*rows: tuple[float, ...], labels: int = 3, count: int = 40) -> Any:
    """``(1, count, 5 + labels)``, with an objectness after the box."""
    answer = np.zeros((1, count, 5 + labels), np.float32)
    for at, row in enumerate(rows):
        answer[0, at] = row
    return answer


def found(answer: Any, image: Image.Image, *, side: int | str = 64, **more: Any) -> Any:
    detector = YoloDetector(model(answer, side=side, metadata=more.pop("metadata", NAMES)), 0.4)
    return [
        (one.label, round(one.confidence, 3), tuple(round(edge, 2) for edge in one.bbox))
        for one in detector.detect(image)
    ]


def test_a_v8_head_by_way_of_a_letterbox_to_boxes_in_the_picture() -> None:
    # 128 x 64 in 64 x 64: half the size, with 16 grey rows above and below.
    image = Image.new("RGB", (128, 64), "red")
    answer = v8((32, 32, 20, 10, 0.1, 0.9, 0), (10, 20, 8, 4, 0.8, 0, 0), (1, 1, 1, 1, 0.3, 0, 0))
    assert found(answer, image) == [
        ("car", 0.9, (44, 22, 84, 42)),
        ("person", 0.8, (12, 4, 28, 12)),
    ]


def test_a_v5_head_weighs_each_label_with_the_objectness() -> None:
    image = Image.new("RGB", (64, 64))
    answer = v5((32, 32, 20, 10, 0.9, 0.1, 0.1, 0.8), (10, 10, 8, 8, 0.3, 1, 0, 0))
    assert found(answer, image) == [("dog", 0.72, (22, 27, 42, 37))]


def test_a_head_that_has_picked_its_boxes_is_believed() -> None:
    answer = np.zeros((1, 300, 6), np.float32)
    answer[0, :2] = [(1, 2, 30, 40, 0.9, 2), (2, 2, 30, 40, 0.8, 2)]
    image = Image.new("RGB", (64, 64))
    assert found(answer, image) == [("dog", 0.9, (1, 2, 30, 40)), ("dog", 0.8, (2, 2, 30, 40))]


def test_of_boxes_on_each_other_the_surest_of_a_kind_stays() -> None:
    answer = v8(
        (32, 32, 20, 20, 0.8, 0, 0), (33, 32, 20, 20, 0.9, 0, 0), (32, 33, 20, 20, 0, 0.7, 0)
    )
    labels = [label for label, _, _ in found(answer, Image.new("RGB", (64, 64)))]
    assert labels == ["person", "car"]


def test_a_model_without_labels_gives_numbers() -> None:
    answer = v8((32, 32, 20, 10, 0.1, 0.9, 0))
    assert found(answer, Image.new("RGB", (64, 64)), metadata={})[0][0] == "class 1"


def test_a_model_for_any_size_is_given_the_usual_one() -> None:
    answer = v8((320, 320, 640, 640, 0.9, 0, 0))
    assert found(answer, Image.new("RGB", (1280, 1280)), side="any") == [
        ("person", 0.9, (0, 0, 1280, 1280))
    ]


def test_the_version_is_that_of_the_models_bytes() -> None:
    one, other = (YoloDetector(model(v8(labels=kinds)), 0.4) for kinds in (3, 4))
    assert len(one.version) == 12
    assert one.version != other.version


@pytest.mark.parametrize("data", [b"", b"no model", model(v8())[:50]])
def test_what_is_no_model_is_the_operators_to_mend(data: bytes) -> None:
    with pytest.raises(Unavailable, match="bad_model"):
        YoloDetector(data, 0.4)


@pytest.mark.parametrize("shape", [(1, 10), (2, 7, 40), (1, 9, 40), (1, 7, 7, 7)])
def test_an_unknown_head_is_the_operators_to_mend(shape: tuple[int, ...]) -> None:
    with pytest.raises(Unavailable, match="bad_model"):
        candidates_of(np.zeros(shape, np.float32), 3, 0.4)


@pytest.mark.parametrize(
    ("shape", "labels", "expected"),
    [
        ((1, 84, 8400), 80, "v8"),
        ((1, 25200, 85), 80, "v5"),
        ((1, 5, 8400), 1, "v8"),
        ((1, 25200, 6), 1, "v5"),
        ((1, 300, 6), 80, "picked"),
        ((1, 6, 8400), 2, "v8"),
        ((1, 84, 8400), 0, "v8"),
        ((1, 25200, 85), 0, "v5"),
        ((1, 300, 6), 0, "picked"),
    ],
)
def test_heads_are_told_apart_by_their_shapes(
    shape: tuple[int, ...], labels: int, expected: str
) -> None:
    answer = np.zeros(shape, np.float32)
    rows = answer[0].T if expected == "v8" else answer[0]
    rows[0] = 0.5
    rows[0, :4] = (20, 30, 10, 12)
    seen = candidates_of(answer, labels, 0.2)
    assert len(seen.scores) == 1
    assert seen.picked == (expected == "picked")
    assert seen.scores[0] == pytest.approx(0.25 if expected == "v5" else 0.5)
    corners = [20, 30, 10, 12] if expected == "picked" else [15, 24, 25, 36]
    assert seen.boxes[0].tolist() == corners


def test_a_letterbox_keeps_proportions_and_its_way_back() -> None:
    image = Image.new("RGB", (200, 100), (255, 0, 0))
    box = letterbox(image, (64, 64))
    assert box.tensor.shape == (1, 3, 64, 64)
    assert (box.scale, box.left, box.top) == (0.32, 0, 16)
    assert box.tensor[0, :, 32, 32].tolist() == [1, 0, 0]
    assert box.tensor[0, 0, 2, 2] == pytest.approx(114 / 255)
    back = unboxed(np.array([[0, 16, 64, 48]], np.float32), box)
    assert back[0].tolist() == [0, 0, 200, 100]


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        ("{0: 'a', 1: 'b'}", {0: "a", 1: "b"}),
        ("['a', 'b']", {0: "a", 1: "b"}),
        ("__import__('os')", {}),
        ("{'a': 0}", {}),
        ("{0: ", {}),
        ("7", {}),
    ],
)
def test_labels_are_read_as_data(names: str, labels: dict[int, str]) -> None:
    assert labels_of({"names": names}) == labels


def test_a_full_picture_is_thinned_out() -> None:
    answer = np.full((1, 7, 8400), 0.5, np.float32)
    assert len(candidates_of(answer, 3, 0.4).scores) == 3000


def test_no_box_is_none() -> None:
    none = np.zeros((0, 4), np.float32)
    kinds = np.zeros(0, np.int64)
    assert len(strongest(none, none[:, 0], kinds, 0.5)) == 0
    assert from_centres(none).shape == (0, 4)


def test_a_gpu_comes_first_where_there_is_one() -> None:
    both = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]
    assert _providers(both) == ["CUDAExecutionProvider", "CPUExecutionProvider"]
    assert _providers(["AzureExecutionProvider", "CPUExecutionProvider"]) == [
        "CPUExecutionProvider"
    ]
