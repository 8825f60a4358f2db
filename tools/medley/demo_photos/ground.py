"""The ground of a plate: asphalt, lane marks, kerbs, verges, water; each pixel by its place."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from medley.demo_photos.camera import Camera
from medley.demo_photos.light import Light, Linear, linear
from medley.demo_photos.noise import look_up, tile
from medley.demo_photos.sky import planes_to_image
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


def _box(value: Floats, half: Floats | float, soft: Floats) -> F32:
    out: F32 = np.clip((half - np.abs(value)) / soft + np.float32(0.5), 0, 1)
    return out


class _Field:
    """The ground's pixels: where they are on the road (s across, d along, metres), their colour."""

    def __init__(self, camera: Camera, ground: Ground) -> None:
        self.first = max(0, int(np.ceil(camera.horizon)) + 1)
        rows = np.arange(self.first, camera.height, dtype=np.float32)
        far = (camera.focal * camera.eye / (rows + 0.5 - camera.horizon)).astype(np.float32)
        self.z: F32 = np.minimum(far, 900)[:, None]
        columns = np.arange(camera.width, dtype=np.float32) + np.float32(0.5 - camera.width / 2)
        self.x: F32 = columns[None, :] * (self.z / np.float32(camera.focal))
        turn = np.radians(camera.heading)
        c, t = np.float32(np.cos(turn)), np.float32(np.sin(turn))
        self.s: F32 = self.x * c - self.z * t + np.float32(camera.lane)
        self.d: F32 = self.x * t + self.z * c
        # The size of a pixel on the ground, across and along: edges are that soft.
        across = np.maximum(self.z / np.float32(camera.focal), np.float32(0.004))
        deep = across * self.z / np.float32(camera.eye)
        self.spread: F32 = across * c + deep * abs(t) + np.float32(0.01)
        self.length: F32 = deep * c + across * abs(t) + np.float32(0.01)
        self.fade: F32 = np.clip(np.float32(0.5 / 6) / self.length, 0, 1)
        seed = np.float32(ground.seed)
        s, d = self.s, self.d
        self.coarse = look_up(tile(2.2, 3.0, 9), s * np.float32(0.05) + seed, d * np.float32(0.025))
        fine = look_up(tile(0.5, 40.0, 9), s * np.float32(0.55), d * np.float32(0.33))
        self.grain: F32 = fine * self.fade
        self.colour: F32 = np.empty((3, *self.s.shape), dtype=np.float32)

    def fill(self, tint: str, texture: F32) -> None:
        """All of it in one colour."""
        for plane, value in zip(self.colour, linear(tint), strict=True):
            np.multiply(texture, np.float32(value), out=plane)

    def mix(self, mask: Floats, tint: str, amount: float = 1.0, texture: F32 | None = None) -> None:
        """Paint a colour where the mask is."""
        share = (mask * np.float32(amount)).astype(np.float32)
        for i, value in enumerate(linear(tint)):
            target = np.float32(value) if texture is None else texture * np.float32(value)
            self.colour[i] += (target - self.colour[i]) * share

    def shine(self, share: Floats, light: Linear, strength: float) -> None:
        """Reflect a light where the share is."""
        for i, value in enumerate(light):
            self.colour[i] += (np.float32(value * strength) - self.colour[i]) * share


def paint_ground(camera: Camera, light: Light, ground: Ground) -> tuple[int, Image.Image]:
    """The first row of the ground, and its picture from there down."""
    f = _Field(camera, ground)
    lanes = np.cos(f.s * np.float32(np.pi)) * np.float32(0.03)
    f.fill(ground.asphalt, 1 + f.coarse * np.float32(0.07) + f.grain * np.float32(0.10) + lanes)
    _marks(f, ground)
    ripple, beyond = None, None
    if ground.water is not None:
        edge = np.float32(ground.water)
        beyond = np.clip((f.s * np.sign(edge) - abs(edge)) / f.spread, 0, 1)
        f.mix(_box(f.s - edge, 0.25, f.spread), "#cdc8bc")
        field = tile(1.6, 8.0, 11)
        ripple = look_up(field, f.x * np.float32(0.02), f.z * np.float32(0.05) + ground.seed)
        f.mix(beyond, "#2f5566", 1.0, 1 + ripple * np.float32(0.22))
    _light(f, light, ground)
    if ripple is not None and beyond is not None:
        glint = np.clip(np.float32(0.50) + ripple * np.float32(0.16), 0, 0.95) * beyond
        f.shine(glint, light.sky_low, 0.85)
    if ground.wet:
        wet = np.clip(np.float32(0.30) + f.coarse * np.float32(0.35), 0, 1)
        f.shine(wet * np.clip(f.z / 14, 0.25, 1) * np.float32(ground.wet), light.sky_low, 0.8)
    fog = 1 - np.exp(-np.maximum(f.z - 4, 0) / np.float32(light.haze_metres))
    f.shine(fog, light.haze, 1.0)
    return f.first, planes_to_image(f.colour, light.exposure)


def _marks(f: _Field, ground: Ground) -> None:
    """Lane marks, kerbs, slabs beside the road, the finish line."""
    half = np.float32(ground.half_width)
    side = np.abs(f.s)
    worn = np.clip(
        np.float32(0.82) + f.coarse * np.float32(0.14) + f.grain * np.float32(0.2), 0.3, 1
    )
    f.mix(_box(f.s, 0.07, f.spread) * _box((f.d % 6) - 3, 1.6, f.length) * worn, ground.line, 0.85)
    f.mix(_box(side - (half - np.float32(0.35)), 0.06, f.spread) * worn, ground.line, 0.8)
    off = np.clip((side - half) / f.spread + np.float32(0.5), 0, 1)
    joints = np.maximum(
        _box((f.s % 0.8) - 0.4, 0.012, f.spread), _box((f.d % 0.8) - 0.4, 0.012, f.length)
    )
    slabs = 1 + f.coarse * np.float32(0.06) + f.grain * np.float32(0.07)
    f.mix(off, ground.verge, 1.0, slabs - joints * f.fade * np.float32(0.3))
    f.mix(_box(side - half - np.float32(0.12), 0.12, f.spread), "#b9b6ae", 0.9)
    f.mix(_box(side - half + np.float32(0.03), 0.04, f.spread), "#3b3c40", 0.6)
    if ground.finish is not None:
        band = _box(f.d - np.float32(ground.finish), 0.6, f.length) * (side < half)
        f.mix(band, "#f2f0ea", 0.95)
        wave = np.float32(np.pi / 0.4)
        f.mix(band * (np.sin(f.s * wave) * np.sin(f.d * wave) > 0), "#24262c", 0.9)


def _light(f: _Field, light: Light, ground: Ground) -> None:
    """Sun with the shadows of leaves and houses, sky, lamps, flash."""
    sunny = np.full(f.s.shape, max(light.sun_from[1], 0.15), dtype=np.float32)
    if ground.dapple:
        place = f.s * np.float32(0.07) + np.float32(ground.seed)
        leaves = look_up(tile(2.4, 7.0, 10), place, f.d * np.float32(0.045))
        sunny *= 1 - np.float32(ground.dapple) * np.clip(leaves * 2 + np.float32(0.3), 0, 1)
    if ground.shade_edge is not None:
        behind = np.clip((f.s - np.float32(ground.shade_edge)) / np.float32(0.25), 0, 1)
        sunny *= 1 - np.float32(0.9) * behind
    flash = np.minimum(np.float32(1.2), (np.float32(light.flash_metres) / np.maximum(f.z, 2)) ** 2)
    even = flash * np.float32(light.flash * 0.25)
    pool: Floats | None = None
    if ground.lamps:
        along = np.exp(-((((f.d - 14) % 16) - 8) ** 2) / 12)
        pool = np.exp(-(((np.abs(f.s) - np.float32(4.3)) / np.float32(3.4)) ** 2)) * (along + 0.35)
    warm = (0.62, 0.40, 0.20)
    for i, (sun, sky, lamp) in enumerate(zip(light.sun, light.sky, warm, strict=True)):
        amount = sunny * np.float32(sun) + (np.float32(sky * 0.95) + even)
        if pool is not None:
            amount += pool * np.float32(lamp)
        f.colour[i] *= amount
