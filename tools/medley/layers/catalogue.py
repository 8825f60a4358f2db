"""The layers: what travels in each, what is left out of it and why.

A layer ``NAME`` takes the dependency group ``layer-NAME`` from the lock. Several small ones, not
one large one, so that each zip stays under the limit and a function takes only what it uses.

The places below Lambda's ``/opt``:

    python/            packages; on the path of every function with the layer
    bin/               programs; on its PATH
    lib/<program>/     what a program needs, out of the way of the runtime's own libraries
    lib/medley/        the kernel, compiled from native/
    models/ share/     models; data and licences
"""

from collections.abc import Sequence
from dataclasses import dataclass

from medley import fonts
from medley.layers.debian_files import DebianFiles
from medley.layers.errors import LayerError

# What no function needs of any wheel. Metadata and licences stay.
NEVER = (
    "**/__pycache__",
    "**/tests",
    "**/*.pyi",
    "**/*.pxd",
    "**/*.pyx",
    "**/*.pyx.in",
    "**/*.h",
    "**/*.hpp",
    "**/*.c",
    "**/*.a",
    "bin",
    ".lock",
    "*.data",
    "*.dist-info/INSTALLER",
    "*.dist-info/RECORD",
    "*.dist-info/REQUESTED",
    "*.dist-info/entry_points.txt",
    "*.dist-info/top_level.txt",
)


@dataclass(frozen=True)
class Trim:
    """Files that are left out of the packages, but for those to keep.

    ``paths`` and ``keep`` are patterns below site-packages.
    """

    why: str
    paths: tuple[str, ...]
    keep: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pick:
    """Files of a wheel that a layer takes without the wheel's code.

    ``paths`` are patterns below site-packages, each with at least one match; ``into`` is the
    folder below ``/opt``. A program gets the name ``program`` and may be run.
    """

    package: str
    paths: tuple[str, ...]
    into: str
    program: str | None = None


@dataclass(frozen=True)
class DebianProgram:
    """A program of Debian with every library that it loads, the loader among them.

    ``data`` are patterns in the packages, which go to the folder ``data_folder`` below ``/opt``.
    The program finds it by ``data_variable``, unless the caller has set that.
    """

    name: str
    packages: tuple[str, ...]
    data: tuple[str, ...]
    data_folder: str
    data_variable: str


@dataclass(frozen=True)
class Layer:
    """One layer: one zip, one version. ``python`` are packages of the lock's ``group``."""

    name: str
    what: str
    group: str | None = None
    python: tuple[str, ...] = ()
    trims: tuple[Trim, ...] = ()
    picks: tuple[Pick, ...] = ()
    files: tuple[DebianFiles, ...] = ()
    program: DebianProgram | None = None
    kernel: bool = False  # whether it carries the compiled native/*.c

    @property
    def placeholder(self) -> str:
        """What stands for the layer's ARN in a config.json.in: ``OcrModelsLayerArn``."""
        return "".join(word.title() for word in self.name.split("-")) + "LayerArn"


_AVIF = Trim(
    "no service reads AVIF, and Pillow does without its largest library",
    ("pillow.libs/libavif-*", "PIL/_avif.*.so"),
)
_F2PY = Trim("numpy's Fortran wrapper is for builds", ("numpy/f2py",))

LAYERS = (
    Layer(
        name="ocr",
        what="onnxruntime, numpy, Pillow, pytesseract",
        group="layer-ocr",
        # Not flatbuffers and protobuf: only onnxruntime's converters import them.
        python=("numpy", "onnxruntime", "packaging", "pillow", "pytesseract"),
        trims=(
            _AVIF,
            _F2PY,
            Trim(
                "conversion and training, never inference",
                tuple(
                    f"onnxruntime/{folder}"
                    for folder in ("backend", "datasets", "quantization", "tools", "transformers")
                ),
            ),
            Trim(
                "29 MB for programs in C; the Python module has its own copy linked in",
                ("onnxruntime/capi/libonnxruntime.so.*",),
            ),
        ),
    ),
    Layer(
        name="ocr-models",
        what="the PP-OCR models of the rapidocr wheel, without its code",
        group="layer-ocr-models",
        picks=(
            Pick(
                "rapidocr",
                (
                    "rapidocr/models/PP-OCRv6_det_small.onnx",
                    "rapidocr/models/PP-OCRv6_rec_small.onnx",
                    "rapidocr-*.dist-info/licenses/*",
                ),
                into="models/ppocr",
            ),
        ),
    ),
    Layer(
        name="tesseract",
        what="Tesseract with its libraries, its own loader and English data",
        program=DebianProgram(
            name="tesseract",
            packages=("tesseract-ocr", "tesseract-ocr-eng"),
            data=tuple(
                f"usr/share/tesseract-ocr/*/tessdata/{name}"
                for name in ("eng.traineddata", "configs", "tessconfigs")
            ),
            data_folder="share/tessdata",
            data_variable="TESSDATA_PREFIX",
        ),
    ),
    Layer(
        name="media",
        what="imageio-ffmpeg's ffmpeg; numpy, Pillow, simplejpeg; the video engine's kernel",
        group="layer-media",
        python=("numpy", "pillow", "simplejpeg"),
        trims=(_AVIF, _F2PY),
        kernel=True,
        picks=(
            Pick(
                "imageio-ffmpeg",
                ("imageio_ffmpeg/binaries/ffmpeg-linux-x86_64-*",),
                into="bin",
                program="ffmpeg",
            ),
            Pick(
                "imageio-ffmpeg",
                ("imageio_ffmpeg-*.dist-info/METADATA", "imageio_ffmpeg-*.dist-info/LICENSE"),
                into="share/doc/imageio-ffmpeg",
            ),
        ),
    ),
    Layer(
        name="fonts",
        what="Noto Sans for most scripts, Han and emoji; FriBidi for Pillow",
        files=(*fonts.FONTS, fonts.SHAPING),
    ),
    Layer(
        name="imaging",
        what="pyvips with its libvips, Pillow, pillow-heif",
        group="layer-imaging",
        # Pillow keeps AVIF here: listings bring it.
        python=("cffi", "pillow", "pillow-heif", "pycparser", "pyvips", "pyvips-binary"),
    ),
    Layer(
        name="google",
        what="google-api-python-client for Drive and YouTube, google-auth",
        group="layer-google",
        python=(
            *("certifi", "cffi", "charset-normalizer", "cryptography", "google-api-core"),
            *("google-api-python-client", "google-auth", "google-auth-httplib2"),
            *("googleapis-common-protos", "httplib2", "idna", "opentelemetry-api", "proto-plus"),
            *("protobuf", "pyasn1", "pyasn1-modules", "pycparser", "pyparsing", "requests"),
            *("typing-extensions", "uritemplate", "urllib3"),
        ),
        trims=(
            Trim(
                "100 MB that describe Google's other services",
                ("googleapiclient/discovery_cache/documents/*",),
                keep=tuple(
                    f"googleapiclient/discovery_cache/documents/{name}.json"
                    for name in ("drive.v3", "youtube.v3")
                ),
            ),
        ),
    ),
)


def find(names: Sequence[str] | None) -> list[Layer]:
    """The layers of those names; all of them without names.

    Raises:
        LayerError: no such layer.
    """
    known = {layer.name: layer for layer in LAYERS}
    if unknown := [name for name in names or () if name not in known]:
        raise LayerError(f"No layer {unknown[0]!r}. Known: {', '.join(known)}.")
    return [known[name] for name in dict.fromkeys(names or known)]
