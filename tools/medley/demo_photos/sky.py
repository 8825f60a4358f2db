"""Sky and ground of a plate: gradients, clouds, the sun's glow; asphalt, kerbs, lane marks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from medley.demo_photos.camera import Camera
from medley.demo_photos.light import Light, develop, linear
from medley.demo_photos.noise import look_up, tile
from medley.demo_photos.solids import F32, Floats


@dataclass(frozen=True)
class Ground:
    """What lies beside and on the road."""

    half_width: float = 4.0
    verge: str = "#8f8b84"
    asphalt: str = "#6a6b70"
    dapple: float = 0.0
    shade_edge: float | None = None
    wet: float = 0.0
    line: str = "#e9e7df"
    finish: float | None = None
    water: float | None = None
    lamps: bool = False
    seed: float = 0.0


def paint_sky(camera: Camera, light: Light, seed: float) -> Image.Image:
    """The sky above (and behind) everything."""
    w, h = camera.width, camera.height
    v = (np.arange(h, dtype=np.float32) / max(camera.horizon, 1)).clip(0, 1)[:, None]
    u = ((np.arange(w, dtype=np.float32) - w / 2) / h)[None, :]
    top, low = (np.array(c, dtype=np.float32) for c in (light.sky_top, light.sky_low))
    ramp = (v**1.6)[..., None]
    colour = np.repeat(top + (low - top) * ramp, w, axis=1)
    height = (1.02 - v) * 1.2 + 0.16
    field = look_up(
        tile(2.9, 3.0, 8), u * np.float32(0.16) / height + np.float32(seed), 0.12 / height
    )
    heavy = {"clear": 0.55, "golden": 0.35, "backlit": 0.5, "night": 0.8}.get(light.name, -0.7)
    cloud = np.clip((field - np.float32(heavy)) * np.float32(0.55), 0, 0.85)[..., None]
    glow = np.array(light.haze, dtype=np.float32) * np.float32(
        1.25 if light.name != "night" else 1.0
    )
    if light.name in ("overcast", "rain"):
        glow = glow * np.float32(0.86)
    colour = colour + (glow - colour) * cloud
    if light.sun_from[2] < 0 or light.name == "golden":
        x, y, _ = light.sun_from
        distance = np.hypot(u - np.float32(x * 0.7), (v - 1) * 0.6 + np.float32(y * 0.55))
        halo = np.exp(-((distance / 0.55) ** 2)) * 0.9 + np.exp(-((distance / 0.14) ** 2)) * 2.5
        strength = 1.0 if light.sun_from[2] < 0 else 0.25
        colour = colour + (halo * strength)[..., None] * np.array(light.sun, np.float32) * 0.5
    return Image.fromarray(develop(colour, light.exposure))


def _box(value: Floats, half: Floats | float, soft: Floats) -> F32:
    out: F32 = np.clip((half - np.abs(value)) / soft + np.float32(0.5), 0, 1)
    return out


def paint_ground(camera: Camera, light: Light, ground: Ground) -> tuple[int, NDArray[np.uint8]]:
    """The first row of the ground, and its pixels (rows, width, 3) from there down."""
    first = max(0, int(np.ceil(camera.horizon)) + 1)
    rows = np.arange(first, camera.height, dtype=np.float32)
    z = (camera.focal * camera.eye / (rows + 0.5 - camera.horizon)).astype(np.float32)
    z = np.minimum(z, 900)[:, None]
    x = ((np.arange(camera.width, dtype=np.float32) + 0.5 - camera.width / 2)[None, :]) * (
        z / np.float32(camera.focal)
    )
    c, t = np.cos(np.radians(camera.heading)), np.sin(np.radians(camera.heading))
    s = x * np.float32(c) - z * np.float32(t) + np.float32(camera.lane)
    d = x * np.float32(t) + z * np.float32(c)
    across = np.maximum(z / np.float32(camera.focal), 0.004).astype(np.float32)
    deep = across * z / np.float32(camera.eye)
    spread = across * np.float32(c) + deep * np.float32(abs(t)) + np.float32(0.01)
    length = deep * np.float32(c) + across * np.float32(abs(t)) + np.float32(0.01)
    fade = np.clip(0.5 / (length * 6), 0, 1)
    seed = np.float32(ground.seed)
    coarse = look_up(tile(2.2, 3.0, 9), s * np.float32(0.05) + seed, d * np.float32(0.025))
    grain = look_up(tile(0.5, 40.0, 9), s * np.float32(0.55), d * np.float32(0.33)) * fade
    half = np.float32(ground.half_width)
    lanes = np.cos(s * np.float32(np.pi / 1.0)) * np.float32(0.03)
    road = 1 + coarse * np.float32(0.07) + grain * np.float32(0.10) + lanes
    shade = road.astype(np.float32)
    colour = np.array(linear(ground.asphalt), dtype=np.float32) * shade[..., None]

    def mix(mask: F32, tint: str, amount: float = 1.0, texture: F32 | float = 1.0) -> None:
        nonlocal colour
        target = np.array(linear(tint), dtype=np.float32) * np.asarray(texture)[..., None]
        colour += (target - colour) * (mask * np.float32(amount))[..., None]

    worn = np.clip(0.82 + coarse * np.float32(0.14) + grain * np.float32(0.2), 0.3, 1)
    dash = _box((d % 6) - 3, 1.6, length)
    mix(_box(s, 0.07, spread) * dash * worn, ground.line, 0.85)
    mix(_box(np.abs(s) - (half - np.float32(0.35)), 0.06, spread) * worn, ground.line, 0.8)
    off = np.clip((np.abs(s) - half) / spread + np.float32(0.5), 0, 1)
    joints = np.maximum(_box((s % 0.8) - 0.4, 0.012, spread), _box((d % 0.8) - 0.4, 0.012, length))
    slabs = (
        1 + coarse * np.float32(0.06) + grain * np.float32(0.07) - joints * fade * np.float32(0.3)
    )
    mix(off, ground.verge, 1.0, slabs)
    mix(_box(np.abs(s) - half - np.float32(0.12), 0.12, spread), "#b9b6ae", 0.9)
    mix(_box(np.abs(s) - half + np.float32(0.03), 0.04, spread), "#3b3c40", 0.6)
    if ground.finish is not None:
        band = _box(d - np.float32(ground.finish), 0.6, length) * (np.abs(s) < half)
        mix(band, "#f2f0ea", 0.95)
        check = np.sign(np.sin(s * np.float32(np.pi / 0.4)) * np.sin(d * np.float32(np.pi / 0.4)))
        mix(band * (check > 0), "#24262c", 0.9)
    if ground.water is not None:
        edge = np.float32(ground.water)
        beyond = np.clip((s * np.sign(edge) - abs(edge)) / spread, 0, 1)
        mix(_box(s - edge, 0.25, spread), "#cdc8bc", 1.0)
        ripple = look_up(tile(1.6, 8.0, 11), x * np.float32(0.02), z * np.float32(0.05) + seed)
        mix(beyond, "#2f5566", 1.0, 1 + ripple * np.float32(0.22))
    lit = np.full(s.shape, np.float32(max(light.sun_from[1], 0.15)))
    if ground.dapple:
        leaves = look_up(tile(2.4, 7.0, 10), s * np.float32(0.07) + seed, d * np.float32(0.045))
        lit = lit * (1 - np.float32(ground.dapple) * np.clip(leaves * 2 + 0.3, 0, 1))
    if ground.shade_edge is not None:
        lit = lit * (1 - 0.9 * np.clip((s - np.float32(ground.shade_edge)) / 0.25, 0, 1))
    amount = np.array(light.sky, dtype=np.float32) * np.float32(0.95) + (
        np.array(light.sun, dtype=np.float32) * lit[..., None]
    )
    if light.flash:
        amount = amount + np.float32(light.flash * 0.5) * np.minimum(
            np.float32(1.2), (np.float32(light.flash_metres) / np.maximum(z, 2)) ** 2
        )[..., None] * np.float32(0.5)
    if ground.lamps:
        pool = np.exp(-(((np.abs(s) - 4.3) / 3.4) ** 2)) * (
            0.35 + np.exp(-((((d - 14) % 16) - 8) ** 2) / 12)
        )
        amount = amount + pool[..., None] * np.array((0.62, 0.40, 0.20), dtype=np.float32)
    colour *= amount
    if ground.water is not None:
        glint = np.clip(np.float32(0.50) + ripple * np.float32(0.16), 0, 0.95) * beyond
        low = np.array(light.sky_low, np.float32)
        colour += (low * np.float32(0.85) - colour) * glint[..., None]
    if ground.wet:
        shine = np.clip(np.float32(0.30) + coarse * np.float32(0.35), 0, 1) * np.float32(ground.wet)
        shine = shine * np.clip(z / 14, 0.25, 1)
        colour += (np.array(light.sky_low, np.float32) * 0.8 - colour) * shine[..., None]
    fog = 1 - np.exp(-np.maximum(z - 4, 0) / np.float32(light.haze_metres))
    colour += (np.array(light.haze, dtype=np.float32) - colour) * fog[..., None]
    return first, develop(colour, light.exposure)
