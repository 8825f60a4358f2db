"""The Tesseract engine: the rows that it is given, and the program, real and failing."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from pytesseract import pytesseract

from chalicelib.event_images.adapters.bib_readers import make_reader
from chalicelib.event_images.adapters.tesseract import TesseractReader
from chalicelib.event_images.adapters.tesseract_rows import DEFAULT, find_rows
from chalicelib.event_images.domain.sightings import overlap
from shared.errors import PermanentError, RetryableError


def photo(
    text: str = "", at: tuple[int, int] = (300, 220), *, size: int = 60, degrees: float = 0,
    ink: str = "#101018", cloth: str = "#f4f4f0",
) -> Image.Image:  # fmt: skip
    """Soft spots of colour, and a bib with its top left corner at a point."""
    spots = np.random.default_rng(7).integers(60, 150, (20, 30, 3)).astype(np.uint8)
    image = Image.fromarray(spots).resize((900, 600), Image.Resampling.BICUBIC)
    if text:
        font = ImageFont.load_default(size)
        left, top, right, bottom = font.getbbox(text)
        bib = Image.new("RGBA", (int(right - left) + 2 * size, int((bottom - top) * 2.4)), cloth)
        ImageDraw.Draw(bib).text((size - left, (bottom - top) * 0.7 - top), text, ink, font)
        turned = bib.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
        image.paste(turned, at, turned)
    return image


def read(image: Image.Image) -> list[str]:
    return [r.bib for r in TesseractReader().read(image) if r.confidence >= 0.5]


@pytest.mark.parametrize(
    ("number", "degrees"), [("4826", 0), ("63079", 0), ("733", 8), ("4826", -12)]
)
def test_a_bib_is_read_where_it_is(number: str, degrees: float) -> None:
    (reading, *others) = TesseractReader().read(photo(number, degrees=degrees))

    assert reading.bib == number
    assert reading.confidence > 0.5
    assert all(other.confidence < 0.5 for other in others)
    assert overlap(reading.box, (300, 220, 640, 420)) == 1


def test_light_digits_on_dark_cloth_are_read() -> None:
    assert read(photo("8146", ink="#f0f0f0", cloth="#a01020")) == ["8146"]


@pytest.mark.parametrize("text", ["", "1:23:45", "FINISH"])
def test_where_no_bib_is_none_is_read(text: str) -> None:
    assert read(photo(text)) == []


@pytest.mark.parametrize("size", [(16, 16), (3000, 20), (20, 3000), (640, 480)])
def test_odd_sizes_and_blank_photos_are_read(size: tuple[int, int]) -> None:
    assert TesseractReader().read(Image.new("RGB", size, "#777777")) == []


# --- rows ----------------------------------------------------------------------------------------


def test_a_row_is_drawn_black_on_white_level_and_of_one_height() -> None:
    rows = find_rows(photo("4826", degrees=15))
    row = next(row for row in rows if row.marks == 4)
    pixels = np.asarray(row.image)
    inked = np.flatnonzero((pixels < 100).any(axis=1))

    assert pixels.shape[0] == DEFAULT.drawn_height
    assert pixels.min() < 60 < 200 < np.median(pixels[:, :2])
    # Level: each half of the row reaches from top to bottom.
    for half in np.array_split(pixels, 2, axis=1):
        assert np.ptp(np.flatnonzero((half < 100).any(axis=1))) > 0.75 * np.ptp(inked)


def test_one_place_is_drawn_twice_at_most() -> None:
    rows = find_rows(photo("4826"))
    whole = [row for row in rows if row.marks == 4]

    assert 1 <= len(whole) <= DEFAULT.most_alike


def test_noise_does_not_make_rows_without_end() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (600, 800, 3)).astype(np.uint8)

    assert len(find_rows(Image.fromarray(noise))) <= DEFAULT.most_rows


# --- the program ---------------------------------------------------------------------------------


VERSION = 'echo "tesseract 5.3.0"'


def pretend(
    folder: Path, script: str, monkeypatch: pytest.MonkeyPatch, *, version: str = VERSION
) -> None:
    """Put a program named tesseract before the real one, new to this process."""
    program = folder / "tesseract"
    program.write_text(f'#!/bin/sh\nif [ "$1" = --version ]; then {version}; exit; fi\n{script}\n')
    program.chmod(0o755)
    asked = pytesseract.get_tesseract_version
    monkeypatch.setattr(asked, "_result", asked)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_without_the_program_the_error_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(PermanentError, match=r"tesseract_missing.*install"):
        make_reader("tesseract")


def test_a_program_that_vanishes_is_the_same_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = TesseractReader()
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(PermanentError, match="tesseract_missing"):
        reader.read(photo("4826"))


def test_a_photo_that_takes_too_long_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(tmp_path, "exec sleep 60", monkeypatch)
    started = time.monotonic()

    with pytest.raises(RetryableError, match="tesseract_timeout"):
        TesseractReader(timeout=0.3).read(photo("4826"))

    assert time.monotonic() - started < 20


def test_a_program_that_fails_is_tried_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(tmp_path, "echo out of ink >&2; exit 3", monkeypatch)

    with pytest.raises(RetryableError, match=r"tesseract_failed.*out of ink"):
        TesseractReader().read(photo("4826"))


@pytest.mark.parametrize("version", ["exit 3", "true", "echo soon"])
def test_a_program_that_does_not_know_its_version_is_tried_again_later(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(tmp_path, "true", monkeypatch, version=version)

    with pytest.raises(RetryableError, match="tesseract_failed"):
        TesseractReader().read(photo("4826"))


def test_the_program_has_one_thread_no_input_and_leaves_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, temporary = tmp_path / "said", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    # Waits for the end of its input: with an open one it would never answer.
    pretend(tmp_path, f'cat; echo "$OMP_THREAD_LIMIT" > {said}; exit 3', monkeypatch)

    with pytest.raises(RetryableError, match="tesseract_failed"):
        TesseractReader(timeout=20).read(photo("4826"))

    assert said.read_text() == "1\n"
    assert list(temporary.iterdir()) == []
