"""From a file's bytes to an upright RGB picture, or to a clear reason why not."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared.errors import PermanentError
from shared.images import exif
from shared.images.containers import Container, inspect
from shared.models import Model

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile


class ImageLimits(Model):
    """What `decode` takes: bytes of the file, pixels in all, and pixels of a side."""

    max_bytes: int = 60_000_000
    max_pixels: int = 150_000_000
    max_side: int = 30_000
    min_side: int = 16


@dataclass(frozen=True)
class DecodedImage:
    """An upright RGB picture.

    `width` and `height` are of the upright photo in full; `image` is smaller by `scale` when
    `decode` was asked for less. `taken_at` is the camera's own time, without a zone, and
    `camera` its make, model and serial number, as far as it writes them.
    """

    image: "Image"
    width: int
    height: int
    format: str
    taken_at: datetime | None
    camera: str | None = None

    @property
    def scale(self) -> float:
        """How long a pixel of the photo is in `image`: 1 when it was decoded in full."""
        return self.image.width / self.width


DEFAULT_LIMITS = ImageLimits()


def decode(
    data: bytes, limits: ImageLimits = DEFAULT_LIMITS, *, use_side: int | None = None
) -> DecodedImage:
    """Decodes a JPEG (MPO too), PNG or WebP; of several frames the first.

    Limits are held against the header, before any pixel is decoded.

    Args:
        data: The file.
        limits: What is taken.
        use_side: The longest side that is wanted, in pixels. A JPEG is then decoded at an
            eighth, a quarter or half of its size, if that is no less: several times faster.

    Raises:
        PermanentError: `empty_file`, `too_large`, `not_an_image`, `unsupported_format`,
            `too_many_pixels`, `too_small`, or `truncated_image` (cut off or damaged).
    """
    if len(data) > limits.max_bytes:
        raise PermanentError("too_large", f"The file is over {limits.max_bytes} bytes.")
    container = inspect(data)
    check_size(container.width, container.height, limits)
    found = exif.read(container.exif)
    try:
        picture = _load(container, limits, use_side)
        upright = _upright(_rgb(picture), found.orientation)
    except PermanentError:
        raise
    except MemoryError as exc:
        raise PermanentError("too_many_pixels", "The image does not fit into memory.") from exc
    except Exception as exc:
        # Decoders raise whatever they stumble over: OSError, SyntaxError, struct.error,
        # zlib.error, ValueError, IndexError, EOFError ...
        raise PermanentError("truncated_image", "The image is cut off or damaged.") from exc
    turned = found.orientation >= 5
    width, height = container.width, container.height
    return DecodedImage(
        image=upright,
        width=height if turned else width,
        height=width if turned else height,
        format=container.format,
        taken_at=found.taken_at,
        camera=found.camera,
    )


def check_size(width: int, height: int, limits: ImageLimits) -> None:
    """Holds a picture's size against the limits. PermanentError: what `decode` says of sizes."""
    if max(width, height) > limits.max_side or width * height > limits.max_pixels:
        raise PermanentError(
            "too_many_pixels",
            f"The image is {width} x {height}; at most {limits.max_pixels} pixels and sides of "
            f"{limits.max_side} are read.",
        )
    if min(width, height) < limits.min_side:
        raise PermanentError(
            "too_small", f"The image is {width} x {height}; a side has at least {limits.min_side}."
        )


def _load(container: Container, limits: ImageLimits, use_side: int | None) -> "Image":
    # The plugins themselves, not Image.open: what may be opened is decided above, and its
    # warning about big images is a global setting.
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile
    from PIL.WebPImagePlugin import WebPImageFile

    plugins: dict[str, Callable[[io.BytesIO], ImageFile]] = {
        "JPEG": JpegImageFile,
        "PNG": PngImageFile,
        "WebP": WebPImageFile,
    }
    picture = plugins[container.format](io.BytesIO(container.content))
    # A JPEG may state its size twice; what is about to be decoded is what counts.
    check_size(*picture.size, limits)
    if picture.size != (container.width, container.height):
        raise ValueError("the file gives two sizes")
    if use_side is not None and container.format == "JPEG":
        longest = max(picture.size)
        wanted = [max(1, side * use_side // longest) for side in picture.size]
        picture.draft(None, (wanted[0], wanted[1]))
    picture.load()
    return picture


def _rgb(picture: "Image") -> "Image":
    from PIL import Image

    profile = picture.info.get("icc_profile") if picture.mode == "RGB" else None
    if picture.mode.startswith("I"):
        # 16 bits of grey; a plain conversion would cut off instead of scaling.
        picture = picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if picture.mode in {"LA", "PA", "RGBA", "RGBa"} or (
        picture.mode in {"P", "L"} and "transparency" in picture.info
    ):
        picture = picture.convert("RGBA")
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        picture = white
    result = picture.convert("RGB")
    # A picture of its own: no open file behind it, and nothing of the old one's information.
    result = result.copy() if type(result) is not Image.Image else result
    result.info = {} if profile is None else {"icc_profile": profile}
    return result


def _upright(picture: "Image", orientation: int) -> "Image":
    from PIL.Image import Transpose

    turn = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }.get(orientation)
    return picture if turn is None else picture.transpose(turn)
