"""What the bib benchmark counts, fits and shows."""

import csv
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def path(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    yield
    for name in [name for name in sys.modules if name == "bibs" or name.startswith("bibs_")]:
        del sys.modules[name]


def module(name: str) -> Any:
    return import_module(name)


def labels(folder: Path, rows: dict[str, tuple[str, str]]) -> Path:
    file = folder / "labels.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("filename", "bibs", "also_visible"))
        writer.writerows((name, *bibs) for name, bibs in rows.items())
    return file


def test_what_is_visible_and_not_labelled_counts_neither_way_nor_do_zeros(tmp_path: Path) -> None:
    bibs = module("bibs_labels")
    read = bibs.load_labels(
        labels(tmp_path, {"a": ("0042;733", "99"), "b": ("", ""), "c": ("5", "")})
    )

    score = bibs.score(read, {"a": frozenset({"42", "99", "1"}), "c": frozenset({"5"})})

    assert (score.precision, score.recall) == pytest.approx((2 / 3, 2 / 3))
    assert score.f1 == pytest.approx(2 / 3)
    assert score.exact == pytest.approx(2 / 3)


def found(count: int, seed: int = 0) -> list[Any]:
    """Numbers whose chance to be right is logistic in two features."""
    random = np.random.default_rng(seed)
    seen = random.normal(size=(count, 2))
    chance = 1 / (1 + np.exp(-(0.5 + 2 * seen[:, 0] - seen[:, 1])))
    right = random.random(count) < chance
    make = module("bibs_calibration").Found
    return [
        make(f"{i % 40}.jpg", str(i), float(c), tuple(x), bool(r))
        for i, (x, r, c) in enumerate(zip(seen.tolist(), right, chance, strict=True))
    ]


def test_the_fit_finds_the_weights_that_made_the_data() -> None:
    start, weights = module("bibs_calibration").fit(found(6000))

    assert start == pytest.approx(0.5, abs=0.15)
    assert weights == pytest.approx([2, -1], abs=0.2)


def test_a_true_probability_has_next_to_no_error_and_a_boast_has_much() -> None:
    calibration = module("bibs_calibration")
    readings = found(6000)
    true = np.array([each.confidence for each in readings])

    honest = calibration.expected_error(calibration.reliability(true, readings))
    boast = calibration.reliability(np.where(true > 0.3, 0.99, 0.05), readings)

    assert honest < 0.03 < 0.1 < calibration.expected_error(boast)


def test_a_photo_is_judged_by_weights_that_never_saw_it(monkeypatch: pytest.MonkeyPatch) -> None:
    calibration = module("bibs_calibration")
    readings = found(400)
    names = sorted({each.filename for each in readings})
    fits: list[set[str]] = []
    fit, judge = calibration.fit, calibration.confidences

    def noted_fit(some: Any) -> Any:
        fits.append({each.filename for each in some})
        return fit(some)

    def noted_judge(some: Any, *weights: Any) -> Any:
        assert not fits[-1] & {each.filename for each in some}
        return judge(some, *weights)

    monkeypatch.setattr(calibration, "fit", noted_fit)
    monkeypatch.setattr(calibration, "confidences", noted_judge)
    chances = calibration.out_of_fold(readings, names)

    assert len(fits) == calibration.FOLDS
    assert (chances > 0).all()


def test_what_labels_do_not_count_is_neither_fitted_nor_plotted() -> None:
    calibration = module("bibs_calibration")
    readings = found(300)
    ignored = [calibration.Found("x.jpg", "9", 0.9, (9.0, -9.0), None)] * 50

    assert calibration.fit(readings)[0] == calibration.fit([*readings, *ignored])[0]
    bins = calibration.reliability(np.full(350, 0.95), [*readings, *ignored])
    assert [each.count for each in bins] == [300]
    assert calibration.plot(bins, "all").startswith("<svg")


def test_photos_never_go_into_the_repository(tmp_path: Path) -> None:
    gallery = module("bibs_gallery")
    (tmp_path / "link").symlink_to(ROOT / "docs")

    for folder in (
        ROOT,
        ROOT / "docs" / "new",
        ROOT / "benchmarks" / ".." / "x",
        tmp_path / "link",
    ):
        with pytest.raises(ValueError, match="in the repository"):
            gallery.write_page(folder, "", [], {})
    assert not (ROOT / "docs" / "new").exists()


def photo(path: Path, text: str) -> None:
    image = Image.new("RGB", (500, 350), "#708090")
    pen = ImageDraw.Draw(image)
    pen.rectangle((120, 100, 380, 220), "white")
    pen.text((150, 120), text, "black", ImageFont.load_default(80), stroke_width=1)
    path.parent.mkdir(exist_ok=True)
    image.save(path)


@pytest.mark.end_to_end
def test_a_run_prints_the_figures_and_shows_the_mistakes(tmp_path: Path) -> None:
    photo(tmp_path / "images" / "a.jpg", "4821")
    photo(tmp_path / "images" / "b.jpg", "7063")
    labels(tmp_path, {"a.jpg": ("4821", ""), "b.jpg": ("7063;55", "")})
    app = module("typer").Typer()
    app.command()(module("bibs").main)
    arguments = [str(tmp_path), "--method", "ppocr", "--method", "rapidocr-defaults"]
    arguments += ["--method", "tesseract-cards", "--gallery", str(tmp_path / "page")]

    result = CliRunner().invoke(app, arguments)

    assert result.exit_code == 0, result.output
    page = (tmp_path / "page" / "bibs.html").read_text()
    assert page.count("<tr>") == 4
    assert "ppocr</td><td>1.000</td><td>0.667</td>" in page
    assert "missed 55" in page
    assert "data:image/jpeg;base64," in page
    assert 'src="http' not in page


@pytest.mark.parametrize(
    "arguments", [["--method", "eyes"], ["--gallery", str(ROOT / "docs" / "new")]]
)
def test_a_run_that_cannot_work_is_refused_before_it_reads(
    tmp_path: Path, arguments: list[str]
) -> None:
    labels(tmp_path, {})
    app = module("typer").Typer()
    app.command()(module("bibs").main)

    assert CliRunner().invoke(app, [str(tmp_path), *arguments]).exit_code == 2
    assert not (ROOT / "docs" / "new").exists()
