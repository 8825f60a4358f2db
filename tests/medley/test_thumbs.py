"""`medley thumbs`: files in, files out, one line when it cannot."""

from pathlib import Path

from PIL import Image
from typer.testing import CliRunner

from medley.cli import app


def test_each_size_is_a_file(tmp_path: Path) -> None:
    Image.new("RGB", (900, 600), "navy").save(tmp_path / "in.png")
    out = tmp_path / "new" / "folder"
    answer = CliRunner().invoke(
        app, ["thumbs", str(tmp_path / "in.png"), "--out", str(out), "--sizes", "320,640"]
    )
    assert answer.exit_code == 0, answer.output
    assert {path.name: Image.open(path).size for path in out.iterdir()} == {
        "640.jpg": (640, 427),
        "320.jpg": (320, 213),
    }


def test_a_file_that_is_no_picture_is_one_line_with_its_code(tmp_path: Path) -> None:
    (tmp_path / "in.jpg").write_bytes(b"<html></html>")
    answer = CliRunner().invoke(app, ["thumbs", str(tmp_path / "in.jpg"), "--out", str(tmp_path)])
    assert answer.exit_code == 1
    assert answer.stderr == "in.jpg: not_an_image: The file is not an image.\n"
    assert [path.name for path in tmp_path.iterdir()] == ["in.jpg"]


def test_sizes_that_make_no_sense_are_a_usage_error(tmp_path: Path) -> None:
    Image.new("RGB", (90, 60)).save(tmp_path / "in.png")
    for sizes in ("big", "0", ""):
        answer = CliRunner().invoke(
            app, ["thumbs", str(tmp_path / "in.png"), "--out", str(tmp_path), "--sizes", sizes]
        )
        assert answer.exit_code == 2
