"""Looking into pictures with Pillow, within limits."""

import io

from chalicelib.reels.models import Picture
from chalicelib.reels.ports import Pictures
from shared import images
from shared.errors import PermanentError
from shared.images.decoding import ImageLimits

# Longer than this shows nothing in any frame; the domain has the same limit for what rows say.
LONGEST_SHAPE = 5.0
LOGO_SIDE = 1200


class PillowPictures(Pictures):
    """Pillow; its limits are of one file in bytes, pixels, and pixels a side."""

    def __init__(self, *, max_bytes: int, max_pixels: int, max_side: int) -> None:
        self._limits = ImageLimits(max_bytes=max_bytes, max_pixels=max_pixels, max_side=max_side)

    def measure(self, data: bytes) -> Picture:
        # Decoded to its end, since a file that is cut off has a header as good as any.
        decoded = images.decode(data, self._limits)
        short, long = sorted((decoded.width, decoded.height))
        if long > LONGEST_SHAPE * short:
            raise PermanentError(
                "bad_shape",
                f"The photo is {decoded.width} x {decoded.height}, too narrow to fill a frame.",
            )
        return Picture(width=decoded.width, height=decoded.height)

    def logo(self, data: bytes) -> tuple[bytes, Picture]:
        images.decode(data, self._limits)  # all that may be wrong with it is said here
        from PIL import Image, ImageOps

        # Again, since `decode` gives RGB, and a logo lives by what is transparent in it.
        with Image.open(io.BytesIO(data)) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
        upright.thumbnail((LOGO_SIDE, LOGO_SIDE), Image.Resampling.LANCZOS)
        upright.info = {}
        out = io.BytesIO()
        upright.save(out, "PNG", optimize=True)
        return out.getvalue(), Picture(width=upright.width, height=upright.height)
