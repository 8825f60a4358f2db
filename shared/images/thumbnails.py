"""Several smaller versions of one picture, from one decode, with libvips.

The file is decoded once, at a fraction of its size where its format allows that, shrunk to the
largest size, and each size is made of the next larger one. A JPEG is decoded by libjpeg-turbo
itself, which scales by eighths where libvips takes halves: half the pixels to shrink at 3/8.

Colours are turned into sRGB after the first shrinking, and only where a profile is embedded: on a
picture without one that costs five times as much as all the rest, for nothing.
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from shared.errors import PermanentError
from shared.images import exif
from shared.images.containers import Container
from shared.images.decoding import DEFAULT_LIMITS, ImageLimits, check_size
from shared.images.more_containers import inspect_more

if TYPE_CHECKING:
    from pyvips import Image

MOST_SIZES = 16
_LOADERS = {
    "JPEG": "[fail_on=truncated,access=sequential]",
    "PNG": "[fail_on=truncated,access=sequential]",
    "WebP": "[fail_on=truncated]",
    "AVIF": "[fail_on=truncated]",
    "GIF": "[fail_on=truncated,n=1]",
}
_WHITE = [255, 255, 255]


def thumbnails(
    data: bytes,
    sizes: Sequence[int],
    quality: int = 85,
    *,
    limits: ImageLimits = DEFAULT_LIMITS,
) -> dict[int, bytes]:
    """JPEGs whose longest sides are at most ``sizes`` pixels, upright, in sRGB, without metadata.

    Takes JPEG, PNG, WebP, HEIC, AVIF, and the first frame of a GIF. Nothing is enlarged; what is
    see-through becomes white.

    Args:
        data: The file.
        sizes: At most 16, each 1 to 16,383 pixels.
        quality: Of the JPEGs, 1 to 100.
        limits: What is taken.

    Returns:
        For each size its file.

    Raises:
        ValueError: no size, too many, or one or the quality out of its range.
        PermanentError: `empty_file`, `too_large`, `not_an_image`, `unsupported_format`,
            `too_many_pixels`, `too_small`, or `truncated_image` (cut off or damaged).
    """
    wanted = sorted(set(sizes), reverse=True)
    if not 1 <= len(wanted) <= MOST_SIZES or not all(1 <= size <= 16_383 for size in wanted):
        raise ValueError("Between 1 and 16 sizes, each from 1 to 16383 pixels.")
    if not 1 <= quality <= 100:
        raise ValueError("The quality is from 1 to 100.")
    if len(data) > limits.max_bytes:
        raise PermanentError("too_large", f"The file is over {limits.max_bytes} bytes.")
    container = inspect_more(data)
    check_size(container.width, container.height, limits)
    try:
        return _cascade(container, wanted, quality)
    except MemoryError as exc:
        raise PermanentError("too_many_pixels", "The image does not fit into memory.") from exc
    except _vips().Error as exc:
        raise PermanentError("truncated_image", "The image is cut off or damaged.") from exc


def _cascade(container: Container, sizes: Sequence[int], quality: int) -> dict[int, bytes]:
    made: dict[int, bytes] = {}
    picture = _first(container, sizes[0])
    for size in sizes:
        if size < max(picture.width, picture.height):
            # From the whole picture's sides, since rounding would add up from size to size.
            width, height = _within(container, picture, size)
            picture = picture.thumbnail_image(width, height=height, size="force").copy_memory()
        elif made:
            # No smaller than the one before it: the same picture.
            made[size] = next(reversed(made.values()))
            continue
        made[size] = cast(
            "bytes", picture.jpegsave_buffer(Q=quality, keep="none", optimize_coding=True)
        )
    return made


def _within(container: Container, picture: "Image", size: int) -> tuple[int, int]:
    long, short = sorted((container.width, container.height), reverse=True)
    other = max(1, round(size * short / long))
    return (size, other) if picture.width >= picture.height else (other, size)


def _first(container: Container, size: int) -> "Image":
    """The largest version, upright, in 8 bits of sRGB, in memory."""
    whole = _heic(container) if container.format == "HEIC" else _scaled_jpeg(container, size)
    if whole is not None:
        picture = whole.thumbnail_image(size, height=size, size="down", no_rotate=True)
    else:
        picture = _vips().Image.thumbnail_buffer(
            container.content,
            size,
            height=size,
            size="down",
            no_rotate=True,
            # Given as keywords, these would be ignored without a word.
            option_string=_LOADERS[container.format],
        )
    picture = _srgb(picture.copy_memory())
    if picture.hasalpha():
        picture = picture.flatten(background=_WHITE)
    if container.format not in {"HEIC", "AVIF"}:  # the decoder turns these two
        picture = _upright(picture, exif.read(container.exif).orientation)
    return cast("Image", picture.copy_memory())


def _srgb(picture: "Image") -> "Image":
    if picture.get_typeof("icc-profile-data"):
        try:
            turned = picture.icc_transform("srgb", embedded=True, intent="relative").copy_memory()
        except _vips().Error:
            turned = picture  # a broken profile; the colours stay as they are
        picture = turned
    if picture.interpretation != "srgb" or picture.format != "uchar":
        # Grey of 16 bits among others, which a plain cast would cut off instead of scaling.
        picture = picture.colourspace("srgb")
    return picture


def _upright(picture: "Image", orientation: int) -> "Image":
    if orientation in {2, 5}:
        picture = picture.fliphor()
    elif orientation in {4, 7}:
        picture = picture.flipver()
    angle = {3: "d180", 5: "d270", 6: "d90", 7: "d270", 8: "d270"}.get(orientation)
    return picture.rot(angle) if angle else picture


def _scaled_jpeg(container: Container, size: int) -> "Image | None":
    """A JPEG of a screen's colours, by eighths; None where libvips is to decide and decode."""
    if container.format != "JPEG" or (simplejpeg := _simplejpeg()) is None:
        return None
    scale = min(1.0, size / max(container.width, container.height))
    least = [max(1, math.ceil(side * scale)) for side in (container.height, container.width)]
    try:
        _, _, colours, _ = simplejpeg.decode_jpeg_header(container.content)
        if colours not in {"YCbCr", "Gray"}:
            return None
        pixels = simplejpeg.decode_jpeg(
            container.content, "RGB", min_height=least[0], min_width=least[1]
        )
    except ValueError:
        # It says of cut-off files and of harmless oddities the same; libvips tells them apart.
        return None
    height, width, bands = pixels.shape
    picture = _vips().Image.new_from_memory(pixels, width, height, bands, "uchar")
    profile = _profile(container.content)
    return cast("Image", _with_profile(picture.copy(interpretation="srgb"), profile))


def _profile(content: bytes) -> bytes | None:
    """The profile of a JPEG; only its header is read."""
    picture = _vips().Image.jpegload_buffer(content)
    if not picture.get_typeof("icc-profile-data"):
        return None
    return cast("bytes", picture.get("icc-profile-data"))


def _with_profile(picture: "Image", profile: bytes | None) -> "Image":
    if not profile:
        return picture
    # A picture of its own: libvips shares what is not changed.
    copied = picture.copy()
    copied.set_type(_vips().GValue.blob_type, "icc-profile-data", profile)
    return cast("Image", copied)


def _heic(container: Container) -> "Image":
    import pillow_heif

    try:
        found = pillow_heif.open_heif(container.content, convert_hdr_to_8bit=True)
        picture = _vips().Image.new_from_memory(
            bytes(found.data), found.stride // len(found.mode), found.size[1], len(found.mode),
            "uchar",
        )  # fmt: skip
        profile = found.info.get("icc_profile")
    except Exception as exc:  # it raises what its C library says, in several classes
        raise PermanentError("truncated_image", "The image is cut off or damaged.") from exc
    picture = picture.crop(0, 0, *found.size).copy(interpretation="srgb")
    return _with_profile(picture, profile)


@cache
def _simplejpeg() -> Any:
    """libjpeg-turbo for Python, where it is at hand: it needs numpy, which is large."""
    try:
        import simplejpeg
    except ImportError:
        return None
    return simplejpeg


@cache
def _vips() -> Any:
    """pyvips, without its cache, and without loaders that were not made for strangers' files."""
    import pyvips

    pyvips.cache_set_max(0)
    pyvips.block_untrusted_set(True)
    return pyvips
