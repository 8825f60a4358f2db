"""The sky of a plate: a gradient, clouds, the sun's glow."""

import numpy as np
from PIL import Image

from medley.demo_photos.camera import Camera
from medley.demo_photos.light import Light, develop
from medley.demo_photos.noise import look_up, tile
from medley.demo_photos.solids import Floats


def paint_sky(camera: Camera, light: Light, seed: float) -> Image.Image:
    """The sky above (and behind) everything."""
    w, h = camera.width, camera.height
    v = (np.arange(h, dtype=np.float32) / max(camera.horizon, 1)).clip(0, 1)[:, None]
    u = ((np.arange(w, dtype=np.float32) - w / 2) / h)[None, :]
    top, low = (np.array(c, dtype=np.float32) for c in (light.sky_top, light.sky_low))
    ramp = np.repeat(v**1.6, w, axis=1)
    colour = top[:, None, None] + (low - top)[:, None, None] * ramp
    height = (1.02 - v) * 1.2 + 0.16
    field = look_up(
        tile(2.9, 3.0, 8), u * np.float32(0.16) / height + np.float32(seed), 0.12 / height
    )
    heavy = {"clear": 0.55, "golden": 0.35, "backlit": 0.5, "night": 0.8}.get(light.name, -0.7)
    cloud = np.clip((field - np.float32(heavy)) * np.float32(0.55), 0, 0.85)
    glow = np.array(light.haze, dtype=np.float32) * np.float32(
        1.25 if light.name != "night" else 1.0
    )
    if light.name in ("overcast", "rain"):
        glow = glow * np.float32(0.86)
    colour += (glow[:, None, None] - colour) * cloud
    if light.sun_from[2] < 0 or light.name == "golden":
        x, y, _ = light.sun_from
        distance = np.hypot(u - np.float32(x * 0.7), (v - 1) * 0.6 + np.float32(y * 0.55))
        halo = np.exp(-((distance / 0.55) ** 2)) * 0.9 + np.exp(-((distance / 0.14) ** 2)) * 2.5
        strength = 1.0 if light.sun_from[2] < 0 else 0.25
        sun = np.array(light.sun, dtype=np.float32)[:, None, None] * np.float32(0.5 * strength)
        colour += halo.astype(np.float32) * sun
    return planes_to_image(colour, light.exposure)


def planes_to_image(colour: Floats, exposure: float) -> Image.Image:
    """A picture of linear light (3, rows, width)."""
    planes = develop(colour, exposure)
    return Image.merge("RGB", [Image.fromarray(plane) for plane in planes])
