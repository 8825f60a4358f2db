"""How alike two photos look, and how sharp one is: what tells the best of a burst."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

# The hash compares each of 8 x 8 places with its right neighbour.
_WIDE, _HIGH = 9, 8
# Sharpness is looked at in a picture of this size, so that photos of any size compare, and a
# sensor's noise, which lives in single pixels, does not pass for detail.
_LOOKED_AT = 1024


def perceptual_hash(image: "Image") -> str:
    """A 64-bit difference hash as 16 hex digits; pictures that look alike have close ones.

    It says where a coarse, grey version grows brighter to the right. So size, compression,
    brightness and contrast hardly matter; a turned or mirrored picture is another one.
    """
    from PIL.Image import Resampling

    coarse = image.convert("L").resize((_WIDE, _HIGH), Resampling.BOX)
    grey = coarse.tobytes()
    bits = 0
    for row in range(_HIGH):
        for column in range(_WIDE - 1):
            at = row * _WIDE + column
            bits = bits << 1 | (grey[at] < grey[at + 1])
    return f"{bits:016x}"


def distance(one: str, other: str) -> int:
    """In how many of 64 bits two hashes differ: 0 is the same look, about 32 is chance.

    Raises:
        ValueError: one of them is no such hash.
    """
    return (int(one, 16) ^ int(other, 16)).bit_count()


def sharpness(image: "Image") -> float:
    """How much fine detail a picture has: the variance of its Laplacian, 0 for a plain surface.

    A number to compare photos of one scene by; between scenes it says little.
    """
    from PIL import ImageFilter, ImageStat
    from PIL.Image import Resampling

    grey = image.convert("L")
    longest = max(grey.size)
    if longest > _LOOKED_AT:
        width, height = (max(1, round(side * _LOOKED_AT / longest)) for side in grey.size)
        grey = grey.resize((width, height), Resampling.BOX, reducing_gap=2.0)
    if min(grey.size) < 3:
        return 0.0
    # Halved and moved to the middle, since a picture's pixels cannot be negative.
    edges = grey.filter(ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), 2, 128))
    # The filter leaves the outermost pixels as they are.
    inner = edges.crop((1, 1, edges.width - 1, edges.height - 1))
    return round(4 * ImageStat.Stat(inner).var[0], 2)
