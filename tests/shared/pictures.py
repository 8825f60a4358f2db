"""Photos that tests draw, and a way to see that they come out upright."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageDraw

from shared.errors import PermanentError
from shared.images import ImageLimits, decode

RED, GREEN, BLUE, GREY = (220, 30, 30), (30, 200, 30), (30, 30, 220), (128, 128, 128)


def corners(width: int = 96, height: int = 64) -> Image.Image:
    """Red at the top left, green at the top right, blue at the bottom left, grey else."""
    image = Image.new("RGB", (width, height), GREY)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 4, height // 4), fill=RED)
    draw.rectangle((width * 3 // 4, 0, width, height // 4), fill=GREEN)
    draw.rectangle((0, height * 3 // 4, width // 4, height), fill=BLUE)
    return image


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    if kind == "JPEG":
        options = {"quality": 95, "subsampling": 0} | options
    image.save(out, kind, **options)
    return out.getvalue()


def exif_of(**tags: Any) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    if "orientation" in tags:
        exif[0x0112] = tags["orientation"]
    if "taken" in tags:
        exif.get_ifd(0x8769)[0x9003] = tags["taken"]
    return exif


def close(pixel: Any, colour: tuple[int, int, int], tolerance: int = 12) -> bool:
    return len(pixel) == 3 and all(
        abs(a - b) <= tolerance for a, b in zip(pixel, colour, strict=True)
    )


def is_upright(image: Image.Image) -> bool:
    width, height = image.size
    return (
        close(image.getpixel((4, 4)), RED)
        and close(image.getpixel((width - 5, 4)), GREEN)
        and close(image.getpixel((4, height - 5)), BLUE)
    )


def code_of(data: bytes, limits: ImageLimits | None = None, **options: Any) -> str:
    with pytest.raises(PermanentError) as caught:
        decode(data, limits or ImageLimits(), **options)
    return caught.value.code


# How a camera held that way stores an upright scene: the inverse of what EXIF asks for.
STORED: dict[int, Callable[[Image.Image], Image.Image]] = {
    1: lambda i: i,
    2: lambda i: i.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda i: i.transpose(Image.Transpose.ROTATE_180),
    4: lambda i: i.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    5: lambda i: i.transpose(Image.Transpose.TRANSPOSE),
    6: lambda i: i.transpose(Image.Transpose.ROTATE_90),
    7: lambda i: i.transpose(Image.Transpose.TRANSVERSE),
    8: lambda i: i.transpose(Image.Transpose.ROTATE_270),
}
