"""`medley read-bibs`: rows, names, drawn photos, and files that cannot be read."""

import csv
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from typer.testing import CliRunner, Result

from medley import read_bibs as command
from medley.cli import app
from medley.deploy.errors import ToolError
from medley.drawn_bibs import Reading, drawn, drawn_name
from medley.read_bibs import COLUMNS, Job, Photo, find_photos, rows_of, run


def photo(path: Path, *numbers: str, orientation: int = 1) -> Path:
    """A photo with bibs side by side."""
    image = Image.new("RGB", (300 * max(1, len(numbers)), 300), "#507050")
    pen = ImageDraw.Draw(image)
    for place, number in enumerate(numbers):
        pen.rectangle((300 * place + 50, 100, 300 * place + 250, 220), "white")
        font = ImageFont.load_default(60)
        pen.text((300 * place + 150, 160), number, "black", font, anchor="mm")
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = image.rotate(90, expand=True) if orientation == 6 else image
    path.parent.mkdir(parents=True, exist_ok=True)
    turned.save(path, exif=exif)
    return path


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["read-bibs", "--jobs", "1", *map(str, arguments)])


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == list(COLUMNS)
        return list(reader)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    photos = tmp_path / "photos"
    photo(photos / "b two.jpg", "733", "4826")
    photo(photos / "deep" / "c über.png", "1509")
    photo(photos / "a none.jpg")
    (photos / "notes.txt").write_text("no photo")
    photo(photos / ".trash" / "x.jpg", "999")
    return photos


def test_a_folder_becomes_a_table_of_bibs(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out.csv"
    result = call(folder, "--csv", out)

    assert result.exit_code == 0, result.output
    rows = table(out)
    assert [(row["filename"], row["bib"]) for row in rows if row["filename"] != "b two.jpg"] == [
        ("a none.jpg", ""),
        ("deep/c über.png", "1509"),
    ]
    assert {row["bib"] for row in rows if row["filename"] == "b two.jpg"} == {"733", "4826"}
    empty = next(row for row in rows if not row["bib"])
    assert [empty[name] for name in COLUMNS[2:]] == [""] * 5
    for row in rows:
        if row["bib"]:
            assert 0.5 <= float(row["confidence"]) <= 1
            assert float(row["x0"]) < float(row["x1"])
            assert float(row["y0"]) < float(row["y1"])
    assert "3 photos" in result.stderr
    assert "3 bibs in 2 photos, 0 could not be read" in result.stderr


def test_without_a_file_the_table_goes_to_stdout_and_nothing_else_does(folder: Path) -> None:
    result = call(folder / "b two.jpg")

    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "filename,bib,confidence,x0,y0,x1,y1"
    assert {line.split(",")[1] for line in lines[1:]} == {"733", "4826"}


def test_files_that_cannot_be_read_have_an_empty_row_and_a_message(tmp_path: Path) -> None:
    good = photo(tmp_path / "good.jpg", "4826")
    (tmp_path / "cut off.jpg").write_bytes(good.read_bytes()[:800])
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("I am no photo")
    (tmp_path / "zz.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(50))
    out = tmp_path / "out.csv"

    result = call(tmp_path, "--csv", out)

    assert result.exit_code == 0, result.output
    assert [(row["filename"], row["bib"]) for row in table(out)] == [
        ("cut off.jpg", ""),
        ("empty.jpg", ""),
        ("good.jpg", "4826"),
        ("text.jpg", ""),
        ("zz.heic", ""),
    ]
    for name in ("cut off.jpg", "empty.jpg", "text.jpg", "zz.heic"):
        assert f"{name}: " in result.stderr
    assert "4 could not be read" in result.stderr


def test_boxes_are_of_the_upright_photo_and_drawn_on_it(tmp_path: Path) -> None:
    photo(tmp_path / "in" / "turned.jpg", "733", "4826", orientation=6)
    out = tmp_path / "out.csv"

    result = call(tmp_path / "in", "--csv", out, "--draw", tmp_path / "drawn")

    assert result.exit_code == 0, result.output
    boxes = {row["bib"]: float(row["x0"]) for row in table(out)}
    assert 50 < boxes["733"] < 250 < 350 < boxes["4826"] < 550
    with Image.open(tmp_path / "drawn" / "turned.jpg") as marked:
        assert marked.size == (600, 300)
        assert not marked.getexif()


def test_readings_below_the_confidence_are_left_out(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    result = call(folder, "--csv", out, "--min-confidence", "1")

    assert result.exit_code == 0, result.output
    assert {row["bib"] for row in table(out)} == {""}


def test_tesseract_reads_too(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    result = call(folder / "deep", "--csv", out, "--engine", "tesseract")

    assert result.exit_code == 0, result.output
    assert [row["bib"] for row in table(out)] == ["1509"]


def test_nothing_to_read_and_an_engine_that_is_missing_are_told(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bare").mkdir()
    assert call(tmp_path / "bare").exit_code == 1
    assert call(tmp_path / "not there").exit_code == 2
    monkeypatch.setenv("PATH", str(tmp_path))
    result = call(folder, "--engine", "tesseract")
    assert isinstance(result.exception, ToolError)
    assert "install" in str(result.exception)


def test_a_table_that_cannot_be_written_is_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = call(folder, "--csv", tmp_path / "file" / "out.csv")

    assert isinstance(result.exception, ToolError)


# --- names ---------------------------------------------------------------------------------------


def test_each_photo_comes_once_under_one_name(folder: Path) -> None:
    alone = [found.name for found in find_photos([folder])]
    several = list(find_photos([folder / "b two.jpg", folder, folder / "deep"]))

    assert alone == ["a none.jpg", "b two.jpg", "deep/c über.png"]
    assert [found.path.name for found in several] == ["b two.jpg", "a none.jpg", "c über.png"]
    assert all(found.name == found.path.as_posix() for found in several)


def test_a_file_is_read_whatever_its_name_and_drawn_photos_are_not_read_again(
    folder: Path,
) -> None:
    assert len(list(find_photos([folder / "notes.txt"]))) == 1
    photo(folder / "drawn" / "b two.jpg", "733")
    assert len(list(find_photos([folder], without=folder / "drawn"))) == 3


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.jpg", "a.jpg"),
        ("deep/b.PNG", "deep/b.PNG.jpg"),
        ("../up/c.JPEG", "up/c.JPEG"),
        ("/far/away/d.webp", "far/away/d.webp.jpg"),
    ],
)
def test_drawn_photos_stay_in_their_folder_and_are_jpegs(name: str, expected: str) -> None:
    assert drawn_name(name) == expected


@pytest.mark.parametrize("box", [(0, 0, 30, 20), (370, 280, 400, 300), (150, 100, 250, 150)])
def test_a_marked_photo_keeps_its_size_and_the_digits_stay_visible(
    box: tuple[float, float, float, float],
) -> None:
    plain = Image.new("RGB", (400, 300), "#808080")
    marked = drawn(plain, [Reading("4826", 0.93, box)])
    inside = marked.crop(tuple(round(edge) for edge in box))

    assert marked.size == plain.size
    assert np.asarray(plain).std() == 0 < np.asarray(marked).std()
    # In a corner the label has to go somewhere, but never over the number itself.
    assert (np.asarray(inside) == 128).mean() > 0.6


def test_rows_have_one_decimal_in_boxes_and_four_in_confidences() -> None:
    result = command.Result(Photo(Path("a.jpg"), "a.jpg"), (Reading("07", 0.98765, (1, 2, 3, 4)),))

    assert rows_of(result) == [("a.jpg", "07", "0.9877", "1.0", "2.0", "3.0", "4.0")]


# --- workers that die ----------------------------------------------------------------------------


DEADLY = """
import os
from medley.drawn_bibs import Reading
from medley.read_bibs import Result

def read(photo):
    if photo.name == "deadly":
        os.kill(os.getpid(), 9)
    return Result(photo, (Reading("7", 0.9, (0, 0, 1, 1)),))
"""


def test_a_photo_that_kills_its_process_does_not_take_the_others_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A module of its own, since workers find the function by its name.
    (tmp_path / "deadly_reading.py").write_text(DEADLY)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(command, "_read", import_module("deadly_reading").read)
    names = ["a", "b", "deadly", "c", "d", "e", "f", "g"]
    photos = [Photo(Path(name), name) for name in names]

    results = list(run(photos, Job("ppocr", 1, 0.5, None), 2))

    assert [result.photo.name for result in results] == names
    assert [result.photo.name for result in results if result.error] == ["deadly"]
    assert "died" in str(results[2].error)
