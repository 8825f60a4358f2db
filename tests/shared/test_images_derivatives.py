"""Smaller versions of a photo."""

import io
import struct

import pytest
from PIL import Image, ImageCms

from shared.images import decode, derivative
from tests.shared.pictures import close, corners, encoded, exif_of


class TestDerivative:
    """Smaller, progressive, and without a word of metadata."""

    @pytest.mark.parametrize(
        ("size", "side", "made"),
        [
            ((400, 200), 100, (100, 50)),
            ((200, 400), 100, (50, 100)),
            ((400, 200), 400, (400, 200)),
            ((400, 200), 1000, (400, 200)),
            ((4000, 16), 100, (100, 1)),
        ],
    )
    def test_the_longest_side_fits_and_nothing_is_enlarged(
        self, size: tuple[int, int], side: int, made: tuple[int, int]
    ) -> None:
        out = Image.open(io.BytesIO(derivative(corners(*size), side)))
        assert (out.format, out.size) == ("JPEG", made)
        assert out.info.get("progressive")

    def test_no_metadata_is_left(self) -> None:
        exif = exif_of(orientation=6, taken="2026:05:01 09:30:05")
        exif.get_ifd(0x8825)[1] = "N"
        data = encoded(corners(), exif=exif, comment=b"at home", dpi=(300, 300))
        out = derivative(decode(data).image, 64)
        assert b"Exif" not in out
        assert b"at home" not in out
        image = Image.open(io.BytesIO(out))
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density",
                                   "progressive", "progression"}  # fmt: skip

    def test_the_picture_that_is_given_stays_as_it_is(self) -> None:
        image = corners()
        image.info["comment"] = "kept"
        derivative(image, 32)
        assert (image.size, image.info) == ((96, 64), {"comment": "kept"})

    def test_quality_is_a_choice(self) -> None:
        image = Image.effect_noise((200, 200), 60).convert("RGB")
        assert len(derivative(image, 200, quality=40)) < len(derivative(image, 200, quality=90))

    def test_the_colours_of_another_profile_become_srgb(self) -> None:
        # The same numbers mean other colours in XYZ-swapped sRGB, so they must change.
        swapped = _swapped_profile()
        data = encoded(Image.new("RGB", (64, 64), (200, 40, 40)), icc_profile=swapped)
        found = decode(data).image
        assert found.info["icc_profile"] == swapped
        pixel = Image.open(io.BytesIO(derivative(found, 64))).getpixel((5, 5))
        assert close(pixel, (40, 200, 40), 25)

    def test_srgb_and_broken_profiles_change_nothing(self) -> None:
        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        for profile in (srgb, b"rubbish" * 100):
            data = encoded(Image.new("RGB", (64, 64), (200, 40, 40)), icc_profile=profile)
            out = Image.open(io.BytesIO(derivative(decode(data).image, 64)))
            assert close(out.getpixel((5, 5)), (200, 40, 40))
            assert "icc_profile" not in out.info


def _swapped_profile() -> bytes:
    """The sRGB profile with the primaries of red and green exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack_from(">I", profile, 128)
    for index in range(count):
        at = 132 + 12 * index
        tag = bytes(profile[at : at + 4])
        if tag in {b"rXYZ", b"gXYZ"}:
            profile[at : at + 4] = {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}[tag]
    text = bytes(profile).replace("sRGB".encode("utf-16-be"), "odd1".encode("utf-16-be"))
    return text.replace(b"sRGB built-in", b"odd1 built-in")
