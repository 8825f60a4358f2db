"""Light and colour: a sun, a sky, the ground's bounce, a flash; linear light in, sRGB out."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from medley.demo_photos.solids import Floats

type Rgb = tuple[int, int, int]
type Linear = tuple[float, float, float]

_LUT_SIZE = 4096
_LUT_TOP = 6.0


@dataclass(frozen=True)
class Light:
    """One photo's light. Directions are in view space, towards the source; colours linear."""

    name: str
    sun_from: tuple[float, float, float]
    sun: Linear
    sky: Linear
    ground: Linear
    sky_top: Linear
    sky_low: Linear
    haze: Linear
    haze_metres: float
    shadow: float = 0.6
    softness: float = 0.02
    exposure: float = 1.0
    flash: float = 0.0
    flash_metres: float = 7.0

    def direction(self) -> NDArray[np.float32]:
        """The unit vector towards the sun."""
        v = np.array(self.sun_from, dtype=np.float32)
        out: NDArray[np.float32] = v / np.linalg.norm(v)
        return out

    def flash_at(self, metres: float) -> float:
        """The flash's light on a thing so far away, which falls with the square."""
        return self.flash * min(1.6, (self.flash_metres / max(metres, 1.0)) ** 2)

    def fog(self, metres: float) -> float:
        """How much of a thing so far away is haze (0..1)."""
        return float(1 - np.exp(-max(0.0, metres - 4) / self.haze_metres))


CLEAR = Light(
    "clear", (-0.55, 0.75, 0.5), (2.5, 2.3, 1.95), (0.40, 0.52, 0.74), (0.30, 0.27, 0.24),
    (0.10, 0.27, 0.66), (0.55, 0.74, 0.95), (0.62, 0.75, 0.92), 260.0,
)  # fmt: skip
OVERCAST = Light(
    "overcast", (-0.3, 0.9, 0.45), (0.85, 0.85, 0.86), (0.88, 0.93, 1.0), (0.36, 0.35, 0.34),
    (0.42, 0.48, 0.57), (0.80, 0.84, 0.89), (0.72, 0.77, 0.83), 300.0,
    shadow=0.34, softness=0.09,
)  # fmt: skip
GOLDEN = Light(
    "golden", (0.8, 0.38, 0.42), (2.7, 2.08, 1.38), (0.46, 0.50, 0.68), (0.34, 0.26, 0.20),
    (0.22, 0.34, 0.64), (1.15, 0.78, 0.50), (0.98, 0.72, 0.50), 240.0,
)  # fmt: skip
BACKLIT = Light(
    "backlit", (0.45, 0.42, -0.85), (4.4, 3.3, 2.0), (0.56, 0.57, 0.66), (0.46, 0.38, 0.30),
    (0.40, 0.52, 0.78), (1.5, 1.15, 0.78), (1.05, 0.84, 0.60), 150.0,
    exposure=1.05,
)  # fmt: skip
RAIN = Light(
    "rain", (0.15, 0.95, 0.3), (0.30, 0.32, 0.36), (0.72, 0.79, 0.90), (0.26, 0.27, 0.29),
    (0.28, 0.33, 0.40), (0.52, 0.58, 0.65), (0.50, 0.56, 0.63), 110.0,
    shadow=0.25, softness=0.1, exposure=1.28,
)  # fmt: skip
NIGHT = Light(
    "night", (-0.35, 0.85, 0.4), (0.46, 0.33, 0.20), (0.06, 0.085, 0.17), (0.085, 0.06, 0.045),
    (0.008, 0.014, 0.04), (0.085, 0.075, 0.11), (0.045, 0.043, 0.06), 220.0,
    shadow=0.5, exposure=1.2, flash=1.15,
)  # fmt: skip
LIGHTS = {x.name: x for x in (CLEAR, OVERCAST, GOLDEN, BACKLIT, RAIN, NIGHT)}


def mirrored(light: Light) -> Light:
    """The same light from the other side."""
    x, y, z = light.sun_from
    return replace(light, sun_from=(-x, y, z))


def linear(colour: str) -> Linear:
    """Linear light of an sRGB colour such as '#f2545b'."""
    value = colour.lstrip("#")
    parts = [int(value[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return r, g, b


@cache
def _table() -> NDArray[np.uint8]:
    x = (np.linspace(0, 1, _LUT_SIZE) ** 2) * _LUT_TOP
    film = x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14)
    film = np.clip(film, 0, 1)
    srgb = np.where(film <= 0.0031308, film * 12.92, 1.055 * film ** (1 / 2.4) - 0.055)
    out: NDArray[np.uint8] = np.round(srgb * 255).astype(np.uint8)
    return out


def develop(values: Floats, exposure: float = 1.0) -> NDArray[np.uint8]:
    """Linear light to sRGB bytes through a film-like curve (any shape)."""
    scaled = np.clip(values * np.float32(0.62 * exposure / _LUT_TOP), 0, 1)
    index = (np.sqrt(scaled) * (_LUT_SIZE - 1)).astype(np.int32)
    out: NDArray[np.uint8] = _table()[index]
    return out


def lit(light: Light, colour: Linear, metres: float, *, sun: float = 0.4, sky: float = 1.0) -> Rgb:
    """The sRGB colour of a far surface that gets this share of the sun and of the sky."""
    base = np.array(colour)
    glow = np.array(light.sun) * sun + np.array(light.sky) * sky
    glow = glow + light.flash_at(metres)
    fog = light.fog(metres)
    mixed = base * glow * (1 - fog) + np.array(light.haze) * fog
    r, g, b = develop(mixed.astype(np.float32), light.exposure)
    return int(r), int(g), int(b)
