"""Where fonts are found, what they cover, and what is said when there are none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import ImageFont

from shared.errors import Unavailable
from shared.video import fonts
from shared.video.font_coverage import coverage


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    fonts.clear()


def only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "folders", lambda: (folder,))
    fonts.clear()


@pytest.mark.parametrize("bold", [False, True])
def test_vietnamese_greek_and_cyrillic_are_in_one_face(bold: bool) -> None:
    face = fonts.find(bold=bold)
    assert face.covers("Nguyễn Thị Ánh Tuyết, Đà Nẵng ẤẦẨẪẬ Ελλάδα Москва")
    assert fonts.load(face, 20).getname() == ("Noto Sans", "Bold" if bold else "Regular")


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("مرحبا", "Noto Sans Arabic"),
        ("שלום", "Noto Sans Hebrew"),
        ("สวัสดี", "Noto Sans Thai"),
        ("नमस्ते", "Noto Sans Devanagari"),
        ("速度東京한국ひらがな", "Noto Sans CJK SC"),
    ],
)
def test_other_scripts_have_a_face_among_the_fallbacks(text: str, family: str) -> None:
    covering = [face.family for face in fonts.fallbacks() if face.covers(text)]
    assert covering[0] == family


@pytest.mark.parametrize("language", ["sc", "tc", "hk", "jp", "kr"])
def test_han_characters_come_in_the_forms_of_each_language(language: str) -> None:
    faces = fonts.fallbacks(bold=True, language=language)
    wanted = f"Noto Sans CJK {language.upper()}"
    face = next(face for face in faces if face.family == wanted)
    assert fonts.load(face, 20).getname() == (wanted, "Bold")


def test_emoji_are_coloured_ones() -> None:
    face = fonts.emoji()
    assert face is not None
    assert face.covers("🏃🎉")


def test_without_fonts_the_error_names_the_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(tmp_path, monkeypatch)
    with pytest.raises(Unavailable, match="make setup") as caught:
        fonts.find()
    assert caught.value.code == "fonts_missing"


def test_with_one_face_alone_the_others_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = fonts.find().path
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / here.name).symlink_to(here)
    only(tmp_path, monkeypatch)
    assert [face.family for face in fonts.fallbacks(bold=True)] == ["Noto Sans"]
    assert fonts.emoji() is None


def test_a_damaged_font_is_left_out_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "NotoSans-Regular.ttf").write_bytes(b"\0\1\0\0no font" * 9)
    only(tmp_path, monkeypatch)
    with (
        pytest.warns(UserWarning, match=r"NotoSans-Regular\.ttf is not a usable font"),
        pytest.raises(Unavailable),
    ):
        fonts.find()


def test_coverage_is_what_freetype_would_draw() -> None:
    # FreeType draws the same box for all that a font lacks.
    for face in (fonts.find(), fonts.fallbacks()[1], fonts.fallbacks(language="jp")[19]):
        # Without HarfBuzz, which puts what is missing together from a letter and a mark.
        plain = ImageFont.Layout.BASIC
        font = ImageFont.truetype(face.path, 24, index=face.index, layout_engine=plain)
        missing = bytes(font.getmask("\uffff"))
        covered = coverage(face.path, face.index)
        for code in (*range(0x21, 0x7F), *range(0xA1, 0x180), *range(0x1EA0, 0x1F00), 0x4E00,
                     0x9F98, 0x3042, 0x627, 0x64A, 0x5D0, 0xAC00):  # fmt: skip
            drawn = bytes(font.getmask(chr(code)))
            if code in covered:
                assert drawn != missing, (face.family, hex(code))
            else:
                assert drawn in (missing, b""), (face.family, hex(code))


def test_what_is_no_font_covers_nothing(tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"ttcf", b"\0\1\0\0\0\1cmap" + bytes(16))):
        path = tmp_path / f"{number}.ttf"
        path.write_bytes(content)
        assert not coverage(path)
        assert 65 not in coverage(path)
    assert not coverage(tmp_path / "gone.ttf")
