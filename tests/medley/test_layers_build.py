"""Real layers: what they hold, and that it runs with nothing of this machine's."""

import json
import platform
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from medley.layers.archive import unpack
from medley.layers.build import BuiltLayer, build
from medley.layers.catalogue import Trim, find
from medley.layers.errors import LayerError, OtherMachineError

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(
        (platform.system(), platform.machine()) != ("Linux", "x86_64"),
        reason="the layers hold programs for Linux on x86_64",
    ),
]


def built(name: str, out: Path) -> BuiltLayer:
    try:
        return build(find([name])[0], out)
    except OtherMachineError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def opt(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A layer unpacked, at a place that no build knew."""
    folder = tmp_path_factory.mktemp("a layer")
    unpack(built(request.param, folder / "zip").archive.path, folder / "opt")
    return folder / "opt"


def python(opt: Path, program: str) -> str:
    """What a program prints with a layer's packages and the standard library alone."""
    found = f"import sys; sys.path.insert(0, {str(opt / 'python')!r}); {program}"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-S", "-I", "-B", "-c", found],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("opt", ["ocr"], indirect=True)
def test_the_ocr_layer_imports_by_itself_without_what_it_left_out(opt: Path) -> None:
    program = "import numpy, onnxruntime, PIL.Image, PIL.ImageCms, pytesseract"
    assert python(opt, f"{program}; print(onnxruntime.get_available_providers())")
    python(opt, "from PIL import Image; Image.init(); assert 'WEBP' in Image.OPEN")
    assert not list(opt.glob("**/__pycache__"))
    assert not list(opt.glob("**/tests"))
    assert not (opt / "python/google").exists()
    licences = [path.parent.name for path in opt.glob("python/*.dist-info/METADATA")]
    assert len(licences) == len(find(["ocr"])[0].python)


@pytest.mark.parametrize("opt", ["ocr-models"], indirect=True)
def test_the_models_come_with_their_licences_and_no_code(opt: Path) -> None:
    names = sorted(path.relative_to(opt).as_posix() for path in opt.rglob("*.*"))
    assert [Path(name).name for name in names if name.endswith(".onnx")] == [
        "PP-OCRv6_det_small.onnx",
        "PP-OCRv6_rec_small.onnx",
    ]
    assert "models/ppocr/MODEL_LICENSES.md" in names
    assert not [name for name in names if name.endswith(".py")]


@pytest.mark.parametrize("opt", ["tesseract"], indirect=True)
def test_tesseract_reads_digits_with_its_own_loader_and_libraries_only(
    opt: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "number.png"
    image = Image.new("RGB", (400, 160), "white")
    font = ImageFont.load_default(100)
    ImageDraw.Draw(image).text((60, 20), "1234", fill="black", font=font)
    image.save(picture)

    # By its name and a PATH, as pytesseract starts it; the working directory is another one.
    command = ["tesseract", str(picture), "-", "--psm", "7", "tsv"]
    done = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", '"$@"', "sh", *command],
        env={"PATH": f"{opt}/bin", "LD_DEBUG": "libs", "LD_DEBUG_OUTPUT": str(tmp_path / "libs")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1].endswith("\t1234")

    own = opt / "lib/tesseract"
    logs = [path.read_text() for path in tmp_path.glob("libs.*")]
    (log,) = [text for text in logs if "libtesseract" in text]
    # What comes before is the shell, of which the program takes the place.
    loaded = re.findall(r"calling init: (.+)", log[log.index("find library=libtesseract") :])
    assert len(loaded) > 30
    assert {str(Path(library).resolve().parent) for library in loaded} == {str(own.resolve())}


@pytest.mark.parametrize("opt", ["tesseract"], indirect=True)
def test_a_caller_may_bring_other_data_for_tesseract(opt: Path, tmp_path: Path) -> None:
    environment = {"PATH": f"{opt}/bin:/bin", "TESSDATA_PREFIX": str(tmp_path)}
    command = ["tesseract", "--list-langs"]
    done = subprocess.run(  # noqa: S603
        command, env=environment, capture_output=True, text=True, check=False
    )
    assert str(tmp_path) in done.stdout + done.stderr


def test_each_debian_package_of_a_layer_has_its_licence_and_is_in_the_manifest(
    tmp_path: Path,
) -> None:
    layer = built("tesseract", tmp_path)
    manifest = json.loads(layer.manifest.read_text())
    unpack(layer.archive.path, tmp_path / "opt")
    names = {package["name"] for package in manifest["debian"]["packages"]}
    assert {"tesseract-ocr", "tesseract-ocr-eng", "libc6"} <= names
    assert {path.parent.name for path in tmp_path.glob("opt/share/doc/*/copyright")} == names
    assert manifest["debian"]["release"]
    assert manifest["file"] == layer.archive.path.name
    assert manifest["unzipped"] == layer.archive.unzipped


@pytest.mark.parametrize("opt", ["media"], indirect=True)
def test_the_media_layer_has_an_ffmpeg_that_may_be_run(opt: Path, tmp_path: Path) -> None:
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=red:size=64x64:duration=0.2"]
    film = tmp_path / "red.mp4"
    subprocess.run(  # noqa: S603
        [*command, str(film)],
        env={"PATH": f"{opt}/bin"},
        stdin=subprocess.DEVNULL,
        check=True,
        executable=opt / "bin/ffmpeg",
    )
    assert film.stat().st_size > 0
    assert (opt / "share/doc/imageio-ffmpeg/LICENSE").exists()
    python(opt, "import numpy, PIL.Image")


@pytest.mark.parametrize("opt", ["google"], indirect=True)
def test_the_google_layer_knows_drive_and_youtube_without_a_network(opt: Path) -> None:
    start = (
        "from googleapiclient.discovery import build;"
        "from google.auth.credentials import AnonymousCredentials as Nobody;"
        "from google.oauth2 import service_account;"
    )
    for name in ("drive", "youtube"):
        called = f"build({name!r}, 'v3', credentials=Nobody(), static_discovery=True)"
        assert "Resource" in python(opt, f"{start} print({called})")
    documents = opt / "python/googleapiclient/discovery_cache/documents"
    assert sorted(path.name for path in documents.iterdir()) == ["drive.v3.json", "youtube.v3.json"]


@pytest.mark.parametrize("opt", ["imaging"], indirect=True)
def test_the_imaging_layer_shrinks_what_cameras_and_phones_bring(opt: Path) -> None:
    program = (
        "import io, pillow_heif, pyvips; from PIL import Image;"
        "pillow_heif.register_heif_opener();"
        "phone = io.BytesIO(); Image.new('RGB', (640, 480), 'red').save(phone, 'HEIF');"
        "seen = Image.open(io.BytesIO(phone.getvalue())); camera = io.BytesIO();"
        "seen.convert('RGB').save(camera, 'JPEG');"
        "small = pyvips.Image.thumbnail_buffer(camera.getvalue(), 64);"
        "print(seen.format, pyvips.API_mode, small.width, small.height)"
    )
    assert python(opt, program) == "HEIF True 64 48"


def test_a_second_build_is_taken_from_the_cache_and_a_changed_one_is_not(tmp_path: Path) -> None:
    layer = find(["ocr-models"])[0]
    cache = tmp_path / "cache"
    first = build(layer, tmp_path / "one", cache)
    second = build(layer, tmp_path / "two", cache)
    assert (first.fresh, second.fresh) == (True, False)
    assert first.archive.path.read_bytes() == second.archive.path.read_bytes()
    changed = replace(layer, trims=(Trim("a test", ("nothing",)),))
    third = build(changed, tmp_path / "three", cache)
    assert third.fresh
    # Other reasons, the same content: no new version.
    assert third.archive.path.name == first.archive.path.name
    assert third.archive.path.read_bytes() == first.archive.path.read_bytes()


def test_a_pick_that_the_wheel_lacks_is_an_error(tmp_path: Path) -> None:
    layer = find(["ocr-models"])[0]
    pick = replace(layer.picks[0], paths=("rapidocr/models/gone.onnx",))
    with pytest.raises(LayerError, match=r"rapidocr has 0 files rapidocr/models/gone\.onnx"):
        build(replace(layer, picks=(pick,)), tmp_path / "out", tmp_path / "cache")
