"""Photos as they come: every orientation, every mode, every size."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from shared.images import decode
from tests.shared.pictures import STORED, close, corners, encoded, exif_of, is_upright


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_photo_comes_out_upright(kind: str, orientation: int) -> None:
    stored = STORED[orientation](corners())
    options: dict[str, Any] = {"lossless": True} if kind == "WebP" else {}
    data = encoded(stored, kind, exif=exif_of(orientation=orientation), **options)
    found = decode(data)
    assert is_upright(found.image)
    assert (found.width, found.height) == found.image.size == (96, 64)
    assert found.format == kind
    assert found.scale == 1


@pytest.mark.parametrize("orientation", [0, 9, 99, 65535])
def test_a_nonsense_orientation_is_upright(orientation: int) -> None:
    data = encoded(corners(), exif=exif_of(orientation=orientation))
    assert is_upright(decode(data).image)


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("2026:05:01 09:30:05", datetime(2026, 5, 1, 9, 30, 5)),  # noqa: DTZ001
        ("0000:00:00 00:00:00", None),
        ("2026-05-01T09:30:05", None),
        ("    :  :     :  :  ", None),
        ("soon", None),
        ("2026:13:41 25:61:61", None),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP"])
def test_when_a_photo_was_taken(kind: str, written: str, taken: datetime | None) -> None:
    assert decode(encoded(corners(), kind, exif=exif_of(taken=written))).taken_at == taken


def test_a_photo_without_exif_has_no_time() -> None:
    assert decode(encoded(corners())).taken_at is None


@pytest.mark.parametrize(
    ("written", "camera"),
    [
        ({}, None),
        ({0x010F: "Canon", 0x0110: "EOS R5", 0xA431: "0123"}, "Canon/EOS R5/0123"),
        ({0x0110: "R5"}, "/R5/"),  # so short that it stands in the entry itself
        ({0xA431: "a/b"}, "//a-b"),
        ({0x010F: " \x01 ", 0x0110: ""}, None),
        ({0x010F: "x" * 5000}, "x" * 64 + "//"),
        ({0x010F: b"caf\xe9 noir"}, "caf noir//"),
        ({0xA431: b"42"}, None),  # bytes, which are no text
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP"])
def test_which_camera_took_a_photo(
    kind: str, written: dict[int, str | bytes], camera: str | None
) -> None:
    exif = exif_of(orientation=1)
    del exif[0x010F]
    for tag, text in written.items():
        place = exif.get_ifd(0x8769) if tag == 0xA431 else exif
        place[tag] = text
    assert decode(encoded(corners(), kind, exif=exif)).camera == camera


MODES: dict[str, tuple[str, Callable[[], Image.Image]]] = {
    "cmyk jpeg": ("JPEG", lambda: corners().convert("CMYK")),
    "grey jpeg": ("JPEG", lambda: corners().convert("L")),
    "palette png": ("PNG", lambda: corners().quantize(8)),
    "one bit png": ("PNG", lambda: corners().convert("1")),
    "grey png": ("PNG", lambda: corners().convert("L")),
    "grey with alpha png": ("PNG", lambda: corners().convert("LA")),
    "rgba png": ("PNG", lambda: corners().convert("RGBA")),
    "rgba webp": ("WebP", lambda: corners().convert("RGBA")),
}


@pytest.mark.parametrize("name", MODES)
def test_every_mode_becomes_rgb(name: str) -> None:
    kind, make = MODES[name]
    image = make()
    found = decode(encoded(image, kind)).image
    assert found.mode == "RGB"
    assert type(found) is Image.Image
    expected = image.convert("RGB").getpixel((48, 32))
    assert close(found.getpixel((48, 32)), expected, 20)  # type: ignore[arg-type]


def test_16_bits_of_grey_are_scaled_and_not_cut_off() -> None:
    image = Image.new("I;16", (32, 32), 0x8000)
    image.putpixel((0, 0), 0xFFFF)
    image.putpixel((1, 0), 0)
    found = decode(encoded(image, "PNG")).image
    assert [found.getpixel((x, 0)) for x in range(3)] == [(255,) * 3, (0,) * 3, (127,) * 3]


def test_what_is_transparent_is_white() -> None:
    image = Image.new("RGBA", (32, 32), (255, 0, 0, 0))
    assert decode(encoded(image, "PNG")).image.getpixel((5, 5)) == (255, 255, 255)
    palette = Image.new("P", (32, 32), 0)
    palette.putpalette([255, 0, 0] * 256)
    data = encoded(palette, "PNG", transparency=0)
    assert decode(data).image.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["PNG", "WebP"])
def test_of_several_frames_the_first_counts(kind: str) -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "lime", "blue")]
    options: dict[str, Any] = {"save_all": True, "append_images": frames[1:], "duration": 50}
    data = encoded(frames[0], kind, **options, **({"lossless": True} if kind == "WebP" else {}))
    assert decode(data).image.getpixel((5, 5)) == (255, 0, 0)


def test_an_mpo_of_two_pictures_is_its_first() -> None:
    data = encoded(
        corners(), "MPO", save_all=True, append_images=[Image.new("RGB", (96, 64))], quality=95
    )
    assert is_upright(decode(data).image)


def test_a_png_with_big_texts_is_read() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", "x" * 3_000_000, zip=True)
    assert is_upright(decode(encoded(corners(), "PNG", pnginfo=info)).image)


def test_rubbish_between_a_jpegs_segments_is_skipped() -> None:
    data = encoded(corners())
    assert is_upright(decode(data[:2] + b"\xff\xff\xff" + data[3:]).image)
    at = data.index(b"\xff\xdb")
    assert is_upright(decode(data[:at] + b"\0\0" + data[at:]).image)


class TestUseSide:
    """A JPEG decoded no larger than it is needed."""

    @pytest.mark.parametrize(
        ("size", "use_side", "decoded"),
        [
            ((1600, 800), 400, (400, 200)),
            ((1600, 800), 401, (800, 400)),
            ((1600, 800), 100, (200, 100)),
            ((1600, 800), 5000, (1600, 800)),
            ((800, 1600), 500, (400, 800)),
        ],
    )
    def test_a_jpeg_is_decoded_at_a_fraction(
        self, size: tuple[int, int], use_side: int, decoded: tuple[int, int]
    ) -> None:
        found = decode(encoded(corners(*size)), use_side=use_side)
        assert found.image.size == decoded
        assert (found.width, found.height) == size
        assert found.scale == decoded[0] / size[0]
        assert is_upright(found.image)

    def test_turned_photos_too(self) -> None:
        data = encoded(STORED[6](corners(1600, 800)), exif=exif_of(orientation=6))
        found = decode(data, use_side=400)
        assert (found.width, found.height, found.image.size) == (1600, 800, (400, 200))
        assert is_upright(found.image)

    def test_other_formats_come_in_full(self) -> None:
        assert decode(encoded(corners(), "PNG"), use_side=10).image.size == (96, 64)


def test_a_24_megapixel_photo_is_quick() -> None:
    data = encoded(corners(6000, 4000), quality=80, subsampling=2)
    began = time.process_time()
    found = decode(data, use_side=1600)
    took = time.process_time() - began
    assert found.image.size == (3000, 2000)
    assert took < 3
