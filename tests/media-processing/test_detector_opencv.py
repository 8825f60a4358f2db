"""OpenCV's detectors: the real ones where OpenCV is installed, and a stand-in everywhere."""

import importlib.util
from typing import Any

import numpy as np
import pytest
from PIL import Image

from chalicelib.media_processing.adapters.detectors.opencv import OpenCvDetector
from shared.errors import Unavailable

needs_opencv = pytest.mark.skipif(
    importlib.util.find_spec("cv2") is None, reason="OpenCV is of the container's requirements"
)


@needs_opencv
def test_opencv_looks_at_pictures_of_any_shape() -> None:
    detector = OpenCvDetector()
    assert detector.version.startswith("4.")
    for size in ((16, 16), (64, 128), (3000, 200), (640, 480)):
        assert detector.detect(Image.new("RGB", size, (90, 120, 60))) == []


class FakeClassifier:
    """A cascade that finds its object twice, almost at one place."""

    def __init__(self, path: str) -> None:
        self.path = path

    def empty(self) -> bool:
        return "gone" in self.path

    def detectMultiScale3(self, image: Any, **_: Any) -> Any:  # noqa: N802
        at = 100 if "frontal" in self.path else 300
        rectangles = np.array([[at, 100, 50, 50], [at + 2, 100, 50, 50]])
        least = 55.0 if "frontal" in self.path else 1.0
        return rectangles, np.array([0, 0]), np.array([least, least + 1])


class FakeHog:
    """One that sees a person, and says no margin of the second."""

    def setSVMDetector(self, _: Any) -> None:  # noqa: N802
        """Nothing to learn."""

    def detectMultiScale(self, image: Any, **_: Any) -> Any:  # noqa: N802
        assert image.ndim == 2
        return np.array([[10, 20, 64, 128]]), np.array([[0.3]])


class FakeOpenCv:
    """As much of OpenCV 4 as the detector calls."""

    __version__ = "4.0-fake"
    COLOR_RGB2GRAY = 0
    HOGDescriptor = FakeHog
    CascadeClassifier = FakeClassifier

    class data:  # noqa: N801
        haarcascades = "/cascades/"

    @staticmethod
    def cvtColor(pixels: Any, _: int) -> Any:  # noqa: N802
        return pixels.mean(axis=2).astype(np.uint8)

    @staticmethod
    def equalizeHist(grey: Any) -> Any:  # noqa: N802
        return grey

    @staticmethod
    def HOGDescriptor_getDefaultPeopleDetector() -> Any:  # noqa: N802
        return None


def test_opencvs_findings_are_of_the_whole_picture_each_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.import_module", lambda _: FakeOpenCv)
    detector = OpenCvDetector()
    assert (detector.name, detector.version) == ("opencv", "4.0-fake")
    # Seen at half its size.
    found = detector.detect(Image.new("RGB", (2560, 1280)))
    places = {(one.label, one.bbox) for one in found}
    assert ("person", (20, 40, 148, 296)) in places
    # The surer of two that lie on each other.
    assert ("face", (204, 200, 304, 300)) in places
    assert ("licence plate", (604, 200, 704, 300)) in places
    assert ("face", (200, 200, 300, 300)) not in places
    person = next(one for one in found if one.label == "person")
    assert person.confidence == pytest.approx(0.5)
    assert all(0 <= one.confidence <= 1 for one in found)


def test_a_picture_smaller_than_a_person_is_not_searched_for_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.import_module", lambda _: FakeOpenCv)
    found = OpenCvDetector().detect(Image.new("RGB", (63, 200)))
    assert "person" not in {one.label for one in found}


def test_without_opencv_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> Any:
        raise ImportError

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(Unavailable, match="no_opencv"):
        OpenCvDetector()


def test_an_opencv_that_has_dropped_them_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.import_module", lambda _: object())
    with pytest.raises(Unavailable, match="OpenCV 5"):
        OpenCvDetector()
