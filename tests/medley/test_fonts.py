"""How fonts come to a machine, and the layer that carries them to Lambda."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from medley import fonts
from medley.layers import debian_files
from medley.layers.archive import unpack
from medley.layers.build import build
from medley.layers.catalogue import find
from medley.layers.debian import DebianPackage
from medley.layers.debian_files import DebianFiles, bring
from medley.layers.errors import LayerError, OtherMachineError
from shared.video import fonts as video_fonts

MOST_ZIPPED = 50_000_000


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "fonts"
    monkeypatch.setattr(fonts, "FOLDER", place)
    monkeypatch.setattr(fonts, "COMPLETE", place / ".complete")
    return place


def fail(*_: object) -> None:
    raise LayerError("the network is away")


def test_fonts_that_are_there_are_not_brought_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir()
    (folder / ".complete").write_text(fonts.EDITION)
    monkeypatch.setattr(fonts, "_bring_debian", fail)
    assert fonts.main() == 0


def test_another_edition_is_brought(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    (folder / ".complete").write_text("an older list")
    called = []
    monkeypatch.setattr(fonts.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(fonts, "_bring_debian", lambda: called.append(1))
    assert fonts.main() == 0
    assert called == [1]
    assert (folder / ".complete").read_text() == fonts.EDITION


def test_a_failure_is_told_and_leaves_no_mark(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fonts.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(fonts, "_bring_debian", fail)
    assert fonts.main() == 1
    assert "the network is away" in capsys.readouterr().err
    assert not folder.exists()


def test_without_apt_and_brew_it_says_what_to_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fonts.shutil, "which", lambda _: None)
    assert fonts.main() == 1
    assert "Noto Sans" in capsys.readouterr().err


def test_lists_of_apt_are_fetched_where_a_fresh_machine_has_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []
    answers = iter([LayerError("no list"), [DebianPackage("fonts-noto-core", "1", "0" * 64)]])

    def offered(_: object) -> object:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def bringing(_files: object, _packages: object, where: Path, _cache: Path) -> None:
        for name in ("fonts", "doc"):
            (where / "share" / name).mkdir(parents=True)
        (where / "share/fonts/NotoSans-Regular.ttf").touch()

    monkeypatch.setattr(fonts, "offered", offered)
    monkeypatch.setattr(fonts, "bring", bringing)
    monkeypatch.setattr(fonts, "_run", commands.append)
    fonts._bring_debian()
    assert [command[-3:] for command in commands] == [["apt-get", "update", "-qq"]]
    assert sorted(path.name for path in folder.iterdir()) == ["NotoSans-Regular.ttf", "licences"]
    assert [path.name for path in folder.parent.iterdir()] == ["fonts"]


def test_a_file_that_a_package_lacks_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(debian_files.debian, "fetch", lambda packages, cache: [tmp_path])
    monkeypatch.setattr(debian_files.debian, "unpack", lambda path, root: root.mkdir())
    wanted = [DebianFiles("some-fonts", ("usr/share/fonts/Gone.ttf",), "share/fonts")]
    with pytest.raises(LayerError, match=r"Gone\.ttf is missing in some-fonts"):
        bring(wanted, [DebianPackage("some-fonts", "1", "")], tmp_path / "opt", tmp_path)


def test_each_face_that_videos_ask_for_is_in_the_list() -> None:
    listed = {Path(pattern).name for one in fonts.FONTS for pattern in one.paths}
    asked = [video_fonts.SANS, video_fonts.EMOJI, video_fonts.CJK["jp"], *video_fonts.SYMBOLS]
    asked += [f"{video_fonts.SANS} {script}" for script in video_fonts.SCRIPTS]
    for family in asked:
        names = {name for name, _ in video_fonts._names(family, bold=False)}
        assert names & listed, family


@pytest.mark.end_to_end
def test_the_layer_sets_arabic_in_its_own_fonts_and_fits(tmp_path: Path) -> None:
    try:
        layer = build(find(["fonts"])[0], tmp_path / "zip")
    except OtherMachineError as error:
        pytest.skip(str(error))
    assert layer.archive.zipped < MOST_ZIPPED
    opt = tmp_path / "opt"
    unpack(layer.archive.path, opt)
    packages = json.loads(layer.manifest.read_text())["debian"]["packages"]
    licences = {path.parent.name for path in opt.glob("share/doc/*/copyright")}
    assert licences == {package["name"] for package in packages}
    program = (
        "import ctypes, sys; from pathlib import Path; from PIL import features;"
        "from shared.video import fonts; opt = Path(sys.argv[1]);"
        "fonts.folders = lambda: (opt / 'share/fonts',);"
        "print(features.check('raqm'), len(fonts.fallbacks(bold=True)), fonts.emoji().family)"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program, str(opt)],
        env={"LD_LIBRARY_PATH": str(opt / "lib"), "PYTHONPATH": str(fonts.ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split(" ", 2) == ["True", "23", "Noto Color Emoji\n"]
