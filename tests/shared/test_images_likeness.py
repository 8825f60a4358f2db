"""Photos that look alike have close hashes; a blurred one is less sharp."""

import random

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from shared.images.likeness import distance, perceptual_hash, sharpness


def scene(seed: int, size: tuple[int, int] = (600, 400), shift: int = 0) -> Image.Image:
    """Shapes that a seed decides, moved to the right by ``shift`` pixels."""
    chance = random.Random(seed)
    image = Image.new("RGB", size, (90, 120, 150))
    draw = ImageDraw.Draw(image)
    for _ in range(40):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        w, h = chance.randrange(20, 160), chance.randrange(20, 160)
        colour = tuple(chance.randrange(256) for _ in range(3))
        draw.ellipse((x + shift, y, x + shift + w, y + h), fill=colour)
    return image


def test_a_hash_is_sixteen_hex_digits_and_always_the_same() -> None:
    first = perceptual_hash(scene(1))
    assert len(first) == 16
    assert int(first, 16) >= 0
    assert perceptual_hash(scene(1)) == first


@pytest.mark.parametrize("seed", range(5))
def test_size_light_and_compression_hardly_matter(seed: int) -> None:
    image = scene(seed)
    original = perceptual_hash(image)
    small = image.resize((300, 200))
    dark = ImageEnhance.Brightness(image).enhance(0.7)
    soft = image.filter(ImageFilter.GaussianBlur(3))
    moved = scene(seed, shift=6)
    for other in (small, dark, soft, moved):
        assert distance(original, perceptual_hash(other)) <= 8


def test_other_scenes_are_far_away() -> None:
    hashes = [perceptual_hash(scene(seed)) for seed in range(12)]
    apart = [distance(a, b) for i, a in enumerate(hashes) for b in hashes[:i]]
    assert min(apart) > 12


def test_distance_counts_bits() -> None:
    assert distance("0" * 16, "0" * 16) == 0
    assert distance("0" * 16, "f" * 16) == 64
    assert distance("8000000000000001", "0000000000000001") == 1
    with pytest.raises(ValueError, match="invalid literal"):
        distance("", "0")


def test_the_more_blurred_the_less_sharp() -> None:
    image = scene(3)
    values = [sharpness(image.filter(ImageFilter.GaussianBlur(r))) for r in (0, 1, 2, 4)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 2 * values[1] > 0


def test_sharpness_is_about_the_picture_and_not_its_size() -> None:
    image = scene(4, (4000, 3000))
    half = image.resize((2000, 1500), Image.Resampling.BOX)
    assert sharpness(half) == pytest.approx(sharpness(image), rel=0.15)


@pytest.mark.parametrize("size", [(1, 1), (2, 400), (16, 16), (9, 8)])
def test_tiny_and_plain_pictures_are_no_error(size: tuple[int, int]) -> None:
    plain = Image.new("RGB", size, (12, 200, 7))
    assert sharpness(plain) == 0
    assert perceptual_hash(plain) == "0" * 16
