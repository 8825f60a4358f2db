"""The PP-OCR engine with its real models, on drawn photos."""

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from chalicelib.event_images.adapters import pp_ocr, pp_ocr_models
from chalicelib.event_images.adapters.bib_readers import available_processors, make_reader
from chalicelib.event_images.adapters.pp_ocr import PpOcrReader
from shared.errors import PermanentError

INK = "#101018"


# --- drawn photos --------------------------------------------------------------------------------


def scene(size: tuple[int, int] = (900, 600)) -> Image.Image:
    """Soft spots of colour, with nothing to read in them."""
    spots = np.random.default_rng(7).integers(60, 150, (20, 30, 3)).astype(np.uint8)
    return Image.fromarray(spots).resize(size, Image.Resampling.BICUBIC)


def pin(
    photo: Image.Image, text: str, at: tuple[int, int], *, size: int = 60, degrees: float = 0,
    ink: str = INK, cloth: str = "#f4f4f0",
) -> tuple[float, float]:  # fmt: skip
    """Draw a bib with its top left corner at a point; the middle of its text."""
    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox(text, stroke_width=1)
    bib = Image.new("RGBA", (int(right - left) + size, int((bottom - top) * 1.9)), cloth)
    place = (size / 2 - left, (bottom - top) * 0.45 - top)
    ImageDraw.Draw(bib).text(place, text, ink, font, stroke_width=1, stroke_fill=ink)
    turned = bib.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    photo.paste(turned, at, turned)
    return at[0] + turned.width / 2, at[1] + turned.height / 2


@pytest.fixture(scope="module")
def reader() -> PpOcrReader:
    return PpOcrReader(threads=1)


def sure(reader: PpOcrReader, photo: Image.Image) -> list[str]:
    return [reading.bib for reading in reader.read(photo) if reading.confidence >= 0.5]


# --- reading -------------------------------------------------------------------------------------


def test_every_bib_of_a_photo_is_read_where_it_is(reader: PpOcrReader) -> None:
    photo = scene()
    middles = {
        "733": pin(photo, "733", (60, 250)),
        "4821": pin(photo, "4821", (330, 150)),
        "15098": pin(photo, "15098", (600, 380), size=40),
    }

    found = {reading.bib: reading for reading in reader.read(photo)}

    assert set(found) == set(middles)
    for bib, (x, y) in middles.items():
        assert found[bib].confidence > 0.8
        x0, y0, x1, y1 = found[bib].box
        assert abs((x0 + x1) / 2 - x) < 10
        assert abs((y0 + y1) / 2 - y) < 10
        assert y1 - y0 < 100


@pytest.mark.parametrize("degrees", [-25, -10, 10, 25])
def test_a_tilted_bib_is_read(reader: PpOcrReader, degrees: float) -> None:
    photo = scene()
    pin(photo, "6307", (300, 200), degrees=degrees)

    assert sure(reader, photo) == ["6307"]


@pytest.mark.parametrize("size", [16, 30, 120, 280])
def test_small_and_large_bibs_are_read(reader: PpOcrReader, size: int) -> None:
    photo = scene()
    pin(photo, "2956", (60, 100), size=size)

    assert sure(reader, photo) == ["2956"]


def test_a_bib_of_a_large_photo_has_its_box_in_that_photos_pixels(reader: PpOcrReader) -> None:
    photo = scene((4500, 3000))
    x, y = pin(photo, "5118", (1500, 1200), size=220)

    (reading,) = reader.read(photo)

    x0, y0, x1, y1 = reading.box
    assert reading.bib == "5118"
    assert x0 < x < x1
    assert y0 < y < y1
    assert x1 - x0 < 800


def test_light_digits_on_dark_cloth_are_read(reader: PpOcrReader) -> None:
    photo = scene()
    pin(photo, "8146", (200, 160), ink="#f0f0f0", cloth="#a01020")

    assert sure(reader, photo) == ["8146"]


@pytest.mark.parametrize("text", ["1:23:45", "RUN4FUN", "MARATHON 2019", "1234567", "FINISH"])
def test_clocks_words_banners_and_long_numbers_are_no_bibs(reader: PpOcrReader, text: str) -> None:
    photo = scene()
    pin(photo, text, (150, 60), ink="#ffb000", cloth="#101010")

    assert sure(reader, photo) == []


@pytest.mark.parametrize(
    "photo",
    [
        Image.new("RGB", (640, 480), "#808080"),
        Image.new("RGB", (16, 16)),
        scene((3000, 40)),
        scene((40, 3000)),
        Image.fromarray(np.random.default_rng(1).integers(0, 256, (300, 400, 3)).astype(np.uint8)),
    ],
    ids=["blank", "tiny", "flat", "steep", "noise"],
)
def test_a_photo_without_a_bib_has_no_reading(reader: PpOcrReader, photo: Image.Image) -> None:
    assert sure(reader, photo) == []


def test_boxes_stay_inside_of_the_photo(reader: PpOcrReader) -> None:
    photo = scene((400, 300))
    pin(photo, "4821", (-30, -20), size=90)

    for reading in reader.read(photo):
        x0, y0, x1, y1 = reading.box
        assert 0 <= x0 < x1 <= 400
        assert 0 <= y0 < y1 <= 300


def test_threads_share_one_reader_and_load_its_models_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []

    class Counted(pp_ocr_models.Model):
        def __init__(self, path: Path, threads: int) -> None:
            loaded.append(path.name)
            super().__init__(path, threads)

    monkeypatch.setattr(pp_ocr, "Model", Counted)
    shared = PpOcrReader(threads=1)
    assert loaded == []
    photo = scene((450, 300))
    pin(photo, "4821", (100, 100), size=40)
    found: list[list[str]] = []
    threads = [threading.Thread(target=lambda: found.append(sure(shared, photo))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [["4821"]] * 4
    assert sorted(loaded) == sorted([pp_ocr_models.DETECTOR, pp_ocr_models.RECOGNISER])


# --- models and names ----------------------------------------------------------------------------


def test_models_are_found_in_the_wheel_and_in_a_folder_of_ones_own(tmp_path: Path) -> None:
    assert (pp_ocr_models.find_models() / pp_ocr_models.DETECTOR).is_file()
    for name in (pp_ocr_models.DETECTOR, pp_ocr_models.RECOGNISER):
        (tmp_path / name).touch()
    assert pp_ocr_models.find_models(tmp_path) == tmp_path


def test_missing_models_and_unknown_engines_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match=r"models_missing: No PP-OCR.*det_small\.onnx"):
        make_reader("ppocr", tmp_path)
    with pytest.raises(PermanentError, match="unknown_engine"):
        make_reader("eyes")


def test_an_engine_has_its_name_and_the_processors_that_there_are() -> None:
    assert make_reader("ppocr").name == "ppocr"
    assert available_processors() >= 1
