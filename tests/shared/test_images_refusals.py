"""Whatever else people upload: not images, damaged ones, and bombs."""

import resource
import struct
import time
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from shared.errors import PermanentError
from shared.images import ImageLimits, decode
from tests.shared.pictures import code_of, corners, encoded, exif_of, is_upright


class TestRefusals:
    """What cannot be read says why."""

    LIMITS = ImageLimits(max_pixels=10_000, max_side=200, min_side=16, max_bytes=100_000)

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"", "empty_file"),
            (b"\0", "not_an_image"),
            (b"<!DOCTYPE html><html></html>", "not_an_image"),
            (b"hello " * 100, "not_an_image"),
            (b"\xff\xd8", "not_an_image"),
            (b"\xff\xd8\xff", "truncated_image"),
            (b"\xff\xd8\xff\xe0\x00\x10JFIF", "truncated_image"),
            (b"\xff\xd8\xff\xd9" + b"\0" * 50, "not_an_image"),
            (b"\x89PNG\r\n\x1a\n", "not_an_image"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "truncated_image"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 20, "not_an_image"),
            (b"RIFF\x04\0\0\0WEBP", "not_an_image"),
            (b"RIFF\x04\0\0\0WEBPVP8X", "truncated_image"),
            (b"RIFF\x04\0\0\0WEBPVP8 ", "truncated_image"),
            (b"RIFF\x04\0\0\0WEBPVP8L", "truncated_image"),
            (b"RIFF\x04\0\0\0WAVEfmt ", "not_an_image"),
            (b"GIF89a" + b"\0" * 50, "unsupported_format"),
            (b"BM" + b"\0" * 50, "unsupported_format"),
            (b"II*\0" + b"\0" * 50, "unsupported_format"),
            (b"%PDF-1.7", "unsupported_format"),
            (b"\0\0\0\x18ftypheic" + b"\0" * 50, "unsupported_format"),
            (b"\0\0\0\x18ftypavif" + b"\0" * 50, "unsupported_format"),
            (b"\0\0\0\x18ftypmp42" + b"\0" * 50, "unsupported_format"),
        ],
    )
    def test_files_that_are_no_photos(self, data: bytes, code: str) -> None:
        assert code_of(data) == code

    def test_a_phones_format_is_named(self) -> None:
        with pytest.raises(PermanentError, match="HEIC; JPEG, PNG and WebP"):
            decode(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP"])
    @pytest.mark.parametrize(
        ("size", "code"),
        [
            ((201, 20), "too_many_pixels"),
            ((20, 201), "too_many_pixels"),
            ((101, 100), "too_many_pixels"),
            ((15, 100), "too_small"),
            ((100, 1), "too_small"),
        ],
    )
    def test_sizes_out_of_range(self, kind: str, size: tuple[int, int], code: str) -> None:
        assert code_of(encoded(Image.new("RGB", size), kind), self.LIMITS) == code
        decode(encoded(Image.new("RGB", (200, 16)), kind), self.LIMITS)
        decode(encoded(Image.new("RGB", (100, 100)), kind), self.LIMITS)

    def test_a_file_over_the_limit(self) -> None:
        assert code_of(b"\xff" * 100_001, self.LIMITS) == "too_large"

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP"])
    @pytest.mark.parametrize("part", [0.3, 0.5, 0.9])
    def test_a_photo_that_is_cut_off(self, kind: str, part: float) -> None:
        data = encoded(Image.effect_noise((200, 200), 80).convert("RGB"), kind)
        assert code_of(data[: int(len(data) * part)]) == "truncated_image"

    def test_a_damaged_png(self) -> None:
        data = bytearray(encoded(Image.effect_noise((64, 64), 80), "PNG"))
        data[len(data) // 2] ^= 0xFF
        assert code_of(bytes(data)) == "truncated_image"

    def test_a_jpeg_that_states_two_sizes(self) -> None:
        data = encoded(corners())
        at = data.index(b"\xff\xc0")
        frame = bytearray(data[at : at + 19])
        struct.pack_into(">HH", frame, 5, 60_000, 60_000)
        for doubled in (
            data[:at] + bytes(frame) + data[at:],
            data[: at + 19] + bytes(frame) + data[at + 19 :],
        ):
            assert code_of(doubled) in {"truncated_image", "too_many_pixels"}

    def test_the_global_settings_of_pillow_stay(self) -> None:
        before = (ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS)
        code_of(encoded(corners())[:500])
        assert before == (ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS)
        assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks)


class TestBombs:
    """Small files that would fill the memory."""

    @pytest.fixture(autouse=True)
    def cheap(self) -> Any:
        """Each of these takes under a second and 100 MB."""
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.process_time()
        yield
        assert time.process_time() - began < 1
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 100_000  # kB on Linux; on macOS bytes, and so never too much

    @pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (2**31 - 1, 2**31 - 1)])
    def test_a_png_of_gigapixels(self, width: int, height: int) -> None:
        rows = zlib.compress(b"\0" * 1_000_000)
        assert code_of(png(width, height, chunk(b"IDAT", rows))) == "too_many_pixels"

    def test_a_jpeg_of_gigapixels(self) -> None:
        data = bytearray(encoded(corners()))
        struct.pack_into(">HH", data, data.index(b"\xff\xc0") + 5, 65_500, 65_500)
        assert code_of(bytes(data)) == "too_many_pixels"

    def test_a_webp_of_gigapixels(self) -> None:
        data = bytearray(encoded(corners().convert("RGBA"), "WebP", exif=exif_of(orientation=1)))
        assert data[12:16] == b"VP8X"
        data[24:30] = b"\xff\x3f\x00\xff\x3f\x00"
        assert code_of(bytes(data)) == "too_many_pixels"

    def test_compressed_texts_are_not_looked_at(self) -> None:
        body = b"comment\0\0" + zlib.compress(b"x" * 20_000_000)
        pixels = zlib.compress((b"\0" + b"\x80" * 96) * 32)
        data = png(
            32, 32, *(chunk(b"zTXt", body) for _ in range(20)),
            chunk(b"IDAT", pixels), chunk(b"IEND", b""),
        )  # fmt: skip
        assert decode(data).image.getpixel((3, 3)) == (128, 128, 128)

    def test_exif_whose_entries_all_point_at_megabytes(self) -> None:
        # Each entry copies the whole block, when a library reads it to the letter.
        entries = b"".join(
            struct.pack("<HHII", tag, 7, 60_000, 8) for tag in range(0x100, 0x100 + 5000)
        )
        block = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 5000) + entries
        block = block.ljust(65_000, b"\0")
        segment = b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block
        data = encoded(corners())
        found = decode(data[:2] + segment * 50 + data[2:])
        assert is_upright(found.image)

    def test_an_icc_profile_that_unpacks_to_megabytes(self) -> None:
        body = b"icc\0\0" + zlib.compress(b"x" * 20_000_000)
        pixels = zlib.compress((b"\0" + b"\x80" * 96) * 32)
        data = png(32, 32, chunk(b"iCCP", body), chunk(b"IDAT", pixels), chunk(b"IEND", b""))
        assert code_of(data) == "truncated_image"


SEEDS = [
    encoded(corners(), exif=exif_of(orientation=6, taken="2026:05:01 09:30:05")),
    encoded(corners(), progressive=True),
    encoded(corners(), "PNG", exif=exif_of(orientation=3)),
    encoded(corners().convert("RGBA"), "WebP", exif=exif_of(orientation=3)),
]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SEEDS), st.data())
def test_a_damaged_file_decodes_or_says_why(seed: bytes, data: st.DataObject) -> None:
    damaged = bytearray(seed)
    # Most of the damage goes into the headers, where the structure is.
    places = st.integers(0, len(seed) - 1) | st.integers(0, min(250, len(seed) - 1))
    for place, value in data.draw(
        st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=6)
    ):
        damaged[place] = value
    cut = data.draw(st.integers(0, len(seed)) | st.just(len(seed)))
    try:
        found = decode(bytes(damaged[:cut]), ImageLimits(max_pixels=1_000_000))
    except PermanentError:
        return
    assert found.image.mode == "RGB"
