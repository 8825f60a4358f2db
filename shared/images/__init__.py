"""Photos in and out, safely: decode within limits, and make smaller ones without metadata."""

from shared.images.decoding import DecodedImage, ImageLimits, decode
from shared.images.derivatives import derivative
from shared.images.thumbnails import thumbnails

__all__ = ["DecodedImage", "ImageLimits", "decode", "derivative", "thumbnails"]
