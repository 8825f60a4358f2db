"""Smaller versions of a photo."""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


def derivative(image: "Image", side: int, quality: int = 82) -> bytes:
    """A progressive JPEG whose longest side is at most `side` pixels; never enlarged.

    It carries no metadata at all, so no place either. Colours of a wide-gamut profile, as
    phones write it, are turned into sRGB first, since without their profile they would be dull.
    """
    from PIL.Image import Resampling

    longest = max(image.size)
    if longest > side:
        width, height = (max(1, round(edge * side / longest)) for edge in image.size)
        small = image.resize((width, height), Resampling.LANCZOS, reducing_gap=2.0)
    else:
        small = image.copy()
    small = as_srgb(small, image.info.get("icc_profile"))
    # Pillow writes a comment that it finds here.
    small.info = {}
    out = io.BytesIO()
    small.convert("RGB").save(out, "JPEG", quality=quality, progressive=True, optimize=True)
    return out.getvalue()


def as_srgb(image: "Image", profile: bytes | None) -> "Image":
    """The picture with its colours turned from a profile's to sRGB; a broken profile is ignored."""
    if not profile or image.mode != "RGB":
        return image
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != "RGB" or "sRGB" in (
            source.profile.profile_description or ""
        ):
            return image
        turned = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image  # a broken profile; the colours stay as they are
    return image if turned is None else turned
