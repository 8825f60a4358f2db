"""Thumbnails: sizes, orientation, colours, and whatever else people upload."""

import importlib
import io
import struct
import zlib
from typing import Any

import pillow_heif
import pytest
from PIL import Image, ImageCms, ImageDraw

from shared.errors import PermanentError
from shared.images import ImageLimits
from shared.images.thumbnails import thumbnails
from tests.shared.pictures import close, corners, encoded, exif_of, is_upright

# The name in the package is the function.
module = importlib.import_module("shared.images.thumbnails")


@pytest.fixture(params=["libjpeg-turbo", "libvips alone"], autouse=True)
def decoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to decode a JPEG; the first is there only where numpy is."""
    if request.param == "libvips alone":
        monkeypatch.setattr(module, "_simplejpeg", lambda: None)


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def refused(data: bytes, **options: Any) -> str:
    with pytest.raises(PermanentError) as caught:
        thumbnails(data, [100], **options)
    return caught.value.code


def test_each_size_is_the_longest_side_of_its_picture() -> None:
    made = thumbnails(encoded(corners(1200, 800)), [200, 1000, 400])
    assert {size: opened(file).size for size, file in made.items()} == {
        1000: (1000, 667),
        400: (400, 267),
        200: (200, 133),
    }


def test_a_tall_picture_is_measured_by_its_height() -> None:
    assert opened(thumbnails(encoded(corners(300, 900)), [300])[300]).size == (100, 300)


def test_nothing_is_enlarged() -> None:
    made = thumbnails(encoded(corners(120, 80)), [1200, 400, 60])
    assert opened(made[1200]).size == opened(made[400]).size == (120, 80)
    assert made[1200] == made[400]
    assert opened(made[60]).size == (60, 40)


def test_a_sliver_keeps_at_least_one_pixel() -> None:
    made = thumbnails(encoded(Image.new("RGB", (5000, 16))), [200])
    assert opened(made[200]).size == (200, 1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_camera_was_held_some_way(orientation: int) -> None:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = corners(192, 128)
    if orientation in turns:
        stored = stored.transpose(turns[orientation])
    data = encoded(stored, exif=exif_of(orientation=orientation))
    picture = opened(thumbnails(data, [96])[96])
    assert picture.size == (96, 64)
    assert is_upright(picture)


def test_an_orientation_that_does_not_exist_changes_nothing() -> None:
    data = encoded(corners(192, 128), exif=exif_of(orientation=99))
    assert is_upright(opened(thumbnails(data, [96])[96]))


def test_a_phones_heic_is_upright() -> None:
    file = pillow_heif.from_pillow(corners(192, 128))
    out = io.BytesIO()
    file.save(out, quality=95)
    picture = opened(thumbnails(out.getvalue(), [96])[96])
    assert picture.size == (96, 64)
    assert is_upright(picture)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "AVIF", "GIF"])
def test_every_format_of_the_allowlist_is_read(kind: str) -> None:
    options = {"quality": 95} if kind in {"WebP", "AVIF"} else {}
    picture = opened(thumbnails(encoded(corners(192, 128), kind, **options), [96])[96])
    assert (picture.size, picture.format, picture.mode) == ((96, 64), "JPEG", "RGB")
    assert is_upright(picture)


def test_of_a_moving_picture_the_first_frame_counts() -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), "blue")] * 50
    Image.new("RGB", (64, 64), "red").save(out, "GIF", save_all=True, append_images=frames)
    assert close(opened(thumbnails(out.getvalue(), [32])[32]).getpixel((16, 16)), (254, 0, 0), 20)


def test_metadata_and_place_stay_behind() -> None:
    exif = exif_of(orientation=1, taken="2026:10:04 10:00:00")
    exif.get_ifd(0x8825)[1] = "N"
    data = encoded(corners(), exif=exif, comment=b"secret", xmp=b"<x>secret</x>")
    file = thumbnails(data, [64])[64]
    assert not opened(file).getexif()
    assert b"secret" not in file
    assert b"Exif" not in file
    assert b"Maker" not in file


def test_what_is_see_through_becomes_white() -> None:
    picture = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((0, 0, 31, 63), fill=(0, 0, 255, 255))
    made = opened(thumbnails(encoded(picture, "PNG"), [32])[32])
    assert close(made.getpixel((28, 16)), (255, 255, 255), 12)
    assert close(made.getpixel((4, 16)), (0, 0, 255), 20)


def test_grey_of_16_bits_is_scaled_and_not_cut_off() -> None:
    rows = b"".join(b"\0" + struct.pack(">64H", *([0x8000] * 64)) for _ in range(64))
    data = png(64, 64, 16, 0, zlib.compress(rows))
    assert close(opened(thumbnails(data, [32])[32]).convert("RGB").getpixel((16, 16)), (128,) * 3)


def test_print_colours_become_screen_colours() -> None:
    picture = Image.new("CMYK", (64, 64), (0, 255, 255, 0))
    red, green, blue = opened(thumbnails(encoded(picture), [32])[32]).getpixel((16, 16))
    assert red > 180
    assert green < 90
    assert blue < 90


def test_wide_colours_are_turned_into_srgb() -> None:
    # A profile whose red and green are exchanged: what it calls red must come out green.
    profile = swapped_profile()
    data = encoded(Image.new("RGB", (64, 64), (255, 0, 0)), icc_profile=profile)
    red, green, _ = opened(thumbnails(data, [32])[32]).getpixel((16, 16))
    assert green > red


def test_wide_colours_of_a_phone_are_turned_into_srgb() -> None:
    picture = Image.new("RGB", (64, 64), (255, 0, 0))
    picture.info["icc_profile"] = swapped_profile()
    out = io.BytesIO()
    pillow_heif.from_pillow(picture).save(out, quality=95)
    red, green, _ = opened(thumbnails(out.getvalue(), [32])[32]).getpixel((16, 16))
    assert green > red


def test_a_broken_profile_leaves_the_colours_alone() -> None:
    data = encoded(Image.new("RGB", (64, 64), (200, 30, 30)), icc_profile=b"not a profile" * 20)
    assert close(opened(thumbnails(data, [32])[32]).getpixel((16, 16)), (200, 30, 30))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"\0" * 4000, "not_an_image"),
        (b"<!DOCTYPE html><html></html>", "not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_an_image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "not_an_image"),
        (b"%PDF-1.7\n", "unsupported_format"),
        (b"II*\0" + b"\0" * 100, "unsupported_format"),
        (b"GIF89a", "truncated_image"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "not_an_image"),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + b"ispe", "truncated_image"),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 50, "unsupported_format"),
    ],
)
def test_files_that_are_no_pictures_say_why(data: bytes, code: str) -> None:
    assert refused(data) == code


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "AVIF", "GIF"])
@pytest.mark.parametrize("cut", [0.5, 0.9])
def test_a_file_that_was_cut_off_is_refused(kind: str, cut: float) -> None:
    noise = Image.effect_noise((400, 300), 90).convert("RGB")
    data = encoded(noise, kind)
    assert refused(data[: int(len(data) * cut)]) == "truncated_image"


def test_a_bomb_is_refused_by_its_header() -> None:
    assert refused(png(50_000, 50_000, 1, 0, b"")) == "too_many_pixels"
    assert refused(png(14_000, 14_000, 8, 2, b"")) == "too_many_pixels"
    header = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    bomb = header + b"ispe" + struct.pack(">III", 0, 60_000, 60_000)
    assert refused(bomb) == "too_many_pixels"


def test_a_bomb_in_a_text_chunk_is_never_unpacked() -> None:
    data = encoded(corners(), "PNG")
    text = b"a\0\0" + zlib.compress(b"\0" * 80_000_000, 9)
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text
    chunk += struct.pack(">I", zlib.crc32(b"zTXt" + text))
    assert is_upright(opened(thumbnails(data[:33] + chunk + data[33:], [96])[96]))


def test_limits_are_the_callers() -> None:
    limits = ImageLimits(max_bytes=100)
    assert refused(encoded(corners()), limits=limits) == "too_large"
    assert refused(encoded(corners()), limits=ImageLimits(max_side=90)) == "too_many_pixels"
    assert refused(encoded(Image.new("RGB", (64, 8)))) == "too_small"


@pytest.mark.parametrize("sizes", [[], [0], [20_000], list(range(1, 30))])
def test_sizes_out_of_range_are_the_callers_mistake(sizes: list[int]) -> None:
    with pytest.raises(ValueError, match="sizes"):
        thumbnails(encoded(corners()), sizes)


def test_a_quality_out_of_range_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="quality"):
        thumbnails(encoded(corners()), [10], quality=0)


def png(width: int, height: int, depth: int, colour: int, pixels: bytes) -> bytes:
    """A PNG by hand, of any size that its header may state."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def swapped_profile() -> bytes:
    """sRGB with the columns of red and green exchanged."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack_from(">I", data, 128)
    for at in range(132, 132 + 12 * count, 12):
        name = bytes(data[at : at + 4])
        if name in {b"rXYZ", b"gXYZ"}:
            data[at : at + 4] = b"gXYZ" if name == b"rXYZ" else b"rXYZ"
    return bytes(data)


def test_a_harmless_oddity_is_no_reason_to_refuse() -> None:
    data = encoded(corners(192, 128))
    # Bytes between two segments, as some cameras leave them.
    odd = data[:2] + b"\xff\xff" + data[2:]
    assert is_upright(opened(thumbnails(odd, [96])[96]))
