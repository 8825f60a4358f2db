"""Tileable smooth noise, made once a process from a fixed seed and looked up by coordinates."""

from functools import cache

import numpy as np

from medley.demo_photos.solids import F32, Floats

SIZE = 512


@cache
def tile(roughness: float = 2.4, low: float = 2.0, number: int = 0) -> F32:
    """SIZE x SIZE noise around 0 with deviation 1, without a seam.

    The spectrum falls with the frequency to the power of -roughness/2 above `low` cycles.
    """
    rng = np.random.default_rng([number, int(low * 10), int(roughness * 10)])
    fx = np.fft.fftfreq(SIZE)[:, None] * SIZE
    fy = np.fft.rfftfreq(SIZE)[None, :] * SIZE
    distance = np.hypot(fx, fy)
    gain = np.where(distance < 0.5, 0, (1 + (distance / low) ** 2) ** (-roughness / 2))
    spectrum = gain * np.exp(2j * np.pi * rng.random(gain.shape))
    field = np.fft.irfft2(spectrum, s=(SIZE, SIZE))
    out: F32 = (field / field.std()).astype(np.float32)
    return out


@cache
def slopes(roughness: float = 2.4, low: float = 2.0, number: int = 0) -> tuple[F32, F32]:
    """The noise's slopes in u and v, each with deviation 1."""
    field = tile(roughness, low, number)
    du = np.roll(field, -1, axis=1) - np.roll(field, 1, axis=1)
    dv = np.roll(field, -1, axis=0) - np.roll(field, 1, axis=0)
    return du / du.std(), dv / dv.std()


def look_up(field: F32, u: Floats, v: Floats) -> F32:
    """The field at u, v in tiles (1.0 is once around), nearest texel."""
    row = (v * np.float32(SIZE)).astype(np.int32) & (SIZE - 1)
    column = (u * np.float32(SIZE)).astype(np.int32) & (SIZE - 1)
    out: F32 = field[row, column]
    return out


def glide(field: F32, u: Floats, v: Floats) -> F32:
    """The field at u, v in tiles, without steps between its texels."""
    x, y = u * np.float32(SIZE), v * np.float32(SIZE)
    column, row = np.floor(x).astype(np.int32), np.floor(y).astype(np.int32)
    fx, fy = x - column, y - row
    c0, r0 = column & (SIZE - 1), row & (SIZE - 1)
    c1, r1 = (c0 + 1) & (SIZE - 1), (r0 + 1) & (SIZE - 1)
    upper = field[r0, c0] * (1 - fx) + field[r0, c1] * fx
    lower = field[r1, c0] * (1 - fx) + field[r1, c1] * fx
    out: F32 = (upper * (1 - fy) + lower * fy).astype(np.float32)
    return out


def blur(field: Floats, radius: int) -> F32:
    """Three box blurs of a 2-D array, edges repeated: nearly a Gaussian."""
    out: F32 = field.astype(np.float32)
    if radius < 1:
        return out
    for axis in (0, 1):
        for _ in range(3):
            pad = [(0, 0), (0, 0)]
            pad[axis] = (radius + 1, radius)
            sums = np.cumsum(np.pad(out, pad, mode="edge"), axis=axis, dtype=np.float64)
            n = out.shape[axis]
            high = np.take(sums, range(2 * radius + 1, 2 * radius + 1 + n), axis=axis)
            low = np.take(sums, range(n), axis=axis)
            out = ((high - low) / (2 * radius + 1)).astype(np.float32)
    return out
