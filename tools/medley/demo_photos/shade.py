"""Lights a figure's buffer: occlusion and shadows from its depth, then the colour of each pixel."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from medley.demo_photos.buffer import Buffer
from medley.demo_photos.light import Light
from medley.demo_photos.noise import blur
from medley.demo_photos.paint import Surface
from medley.demo_photos.solids import F32, Bool, Floats


@dataclass
class Exposure:
    """How open to the sky (0..1) and how lit by the sun (0..1) each pixel of a buffer is."""

    open: F32
    sun: F32


def _small(field: F32, step: int) -> F32:
    return np.asarray(Image.fromarray(field).reduce(step), dtype=np.float32)


def _large(field: Floats, shape: tuple[int, int]) -> F32:
    whole = Image.fromarray(field).resize((shape[1], shape[0]), Image.Resampling.BILINEAR)
    return np.asarray(whole, dtype=np.float32)


def expose(buffer: Buffer, mask: Bool, light: Light, reach: float = 0.16) -> Exposure:
    """Occlusion by what stands before a pixel's surroundings, and shadows towards the sun."""
    step = max(1, round(buffer.per_metre / 150))
    solid = mask.astype(np.float32)
    z = np.where(mask, buffer.z, np.float32(0))
    weight = _small(solid, step)
    small = _small(z, step) / np.maximum(weight, 1e-3)
    there = weight > 0.3
    scale = buffer.per_metre / step
    open_sky = np.ones_like(small)
    for size, strength in ((0.035, 5.5), (0.10, 3.0)):
        radius = max(1, round(size * scale))
        near = blur(small * there, radius) / np.maximum(
            blur(there.astype(np.float32), radius), 0.05
        )
        open_sky *= np.clip(1 - np.maximum(near - small, 0) * np.float32(strength), 0.32, 1)
    sun: Floats = np.ones_like(small)
    lx, ly, lz = light.direction()
    if lz > 0.05:
        flat = float(np.hypot(lx, ly))
        for k in (0.15, 0.3, 0.45, 0.65, 0.85, 1.0):
            run = reach * k
            dx = round(float(lx) / max(flat, 1e-3) * run * scale)
            dy = -round(float(ly) / max(flat, 1e-3) * run * scale)
            other = _shifted(small, dx, dy)
            present = _shifted(there.astype(np.float32), dx, dy)
            above = other - small - np.float32(run * float(lz) / max(flat, 1e-3) + 0.012)
            block = np.clip(above * 40, 0, 1) * np.clip((0.34 - above) * 20, 0, 1) * present
            sun = np.minimum(sun, 1 - block)
        sun = blur(sun, max(1, round(0.008 * scale)))
    shape = (buffer.height, buffer.width)
    return Exposure(_large(open_sky, shape), _large(sun, shape))


def _shifted(field: Floats, dx: int, dy: int) -> F32:
    """field[y + dy, x + dx], 0 outside."""
    h, w = field.shape
    out = np.zeros_like(field)
    y0, y1, x0, x1 = max(0, -dy), min(h, h - dy), max(0, -dx), min(w, w - dx)
    if y0 < y1 and x0 < x1:
        out[y0:y1, x0:x1] = field[y0 + dy : y1 + dy, x0 + dx : x1 + dx]
    return out


def light_up(
    surface: Surface, normal: F32, open_sky: F32, sun: F32, light: Light, metres: float
) -> F32:
    """Linear light (3, n) that the surface sends to the camera."""
    if surface.bump is not None:
        normal = normal + surface.bump
        normal = (normal / np.sqrt((normal * normal).sum(axis=0))).astype(np.float32)
    direction = light.direction()
    facing = direction @ normal
    wrap = np.float32(surface.wrap)
    diffuse = np.clip((facing + wrap) / (1 + wrap), 0, None) * sun
    up = normal[1] * np.float32(0.5) + np.float32(0.5)
    sky = np.array(light.sky, dtype=np.float32)[:, None]
    ground = np.array(light.ground, dtype=np.float32)[:, None]
    amount = (ground + (sky - ground) * up) * open_sky
    amount += np.array(light.sun, dtype=np.float32)[:, None] * diffuse
    if surface.wrap:
        # Light that travels under the skin reddens the edge of the shadow.
        edge = np.clip(1 - np.abs(facing) * 3.5, 0, 1) * sun
        amount[0] += edge * np.float32(0.06 * light.sun[0])
    flash = light.flash_at(metres)
    if flash:
        amount += np.float32(flash) * np.clip(normal[2], 0, 1) ** np.float32(1.2)
    out = surface.albedo * amount
    rim = np.clip(1 - normal[2], 0, 1) ** 3
    edge_light = np.clip(0.55 + 0.45 * up, 0, 1) * rim * open_sky
    out += edge_light * sky * np.float32(0.16)
    if light.sun_from[2] < 0:
        towards = np.clip(facing + np.float32(0.25), 0, 1) * rim
        out += towards * np.array(light.sun, dtype=np.float32)[:, None] * np.float32(0.55)
    half = direction + np.array([0, 0, 1], dtype=np.float32)
    half = half / np.linalg.norm(half)
    shine = np.clip(half @ normal, 0, 1)
    strength = (
        np.float32(0.35) * sun * shine**24 + np.float32(0.12) * open_sky * up**4
    ) * surface.gloss
    out += strength * np.array(light.sun, dtype=np.float32)[:, None]
    lit: F32 = out.astype(np.float32)
    return lit
