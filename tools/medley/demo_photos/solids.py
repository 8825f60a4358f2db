"""Rounded cones seen along the view axis: depth, normals and part numbers, one array each.

A figure is some forty rounded cones (a ball rolled from one end to the other, growing or
shrinking on its way). Seen in parallel projection the first hit of every pixel has a closed
form, and its discriminant is a quadratic in x and y, so a solid costs some forty array
operations over its own bounding box. View space is in metres: x right, y up, z to the viewer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

type F32 = NDArray[np.float32]
type F64 = NDArray[np.float64]
type Bool = NDArray[np.bool_]
type Keep = Callable[[F32, F32, F32], Bool]

FAR = np.float32(-1e6)


@dataclass(frozen=True)
class Frame:
    """A place and three directions (the columns of `axes`: left, up, front) in view space."""

    origin: F64
    axes: F64

    def point(self, x: float, y: float, z: float) -> F64:
        """The view-space point of frame coordinates (metres)."""
        moved: F64 = self.origin + self.axes @ np.array([x, y, z], dtype=np.float64)
        return moved


WORLD = Frame(np.zeros(3), np.eye(3))


@dataclass(frozen=True)
class Solid:
    """A rounded cone from `a` (radius `ra`) to `b` (radius `rb`) in a frame's coordinates.

    `scale` squashes it along the frame's axes (an ellipsoid is a squashed cone of no length).
    An `open` one has no round ends: it is a tube, and one sees into it. `keep` drops hits by
    their frame coordinates. Solids of one `group` melt into each other over `blend` metres.
    """

    material: int
    a: F64
    b: F64
    ra: float
    rb: float
    frame: Frame = WORLD
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)
    group: int = 0
    blend: float = 0.0
    open: bool = False
    wave: float = 0.0
    keep: Keep | None = None


@dataclass
class Buffer:
    """What each pixel of a figure shows: depth, normal, the number of its part."""

    width: int
    height: int
    per_metre: float
    origin: tuple[float, float]
    z: F32 = field(init=False)
    normal: F32 = field(init=False)
    part: NDArray[np.int16] = field(init=False)
    group: NDArray[np.int16] = field(init=False)
    inside: Bool = field(init=False)

    def __post_init__(self) -> None:
        shape = (self.height, self.width)
        self.z = np.full(shape, FAR, dtype=np.float32)
        self.normal = np.zeros((3, *shape), dtype=np.float32)
        self.part = np.full(shape, -1, dtype=np.int16)
        self.group = np.full(shape, -1, dtype=np.int16)
        self.inside = np.zeros(shape, dtype=np.bool_)

    def xs(self, x0: int, x1: int) -> F32:
        """View-space x of the pixel columns (metres)."""
        return ((np.arange(x0, x1) + 0.5 - self.origin[0]) / self.per_metre).astype(np.float32)

    def ys(self, y0: int, y1: int) -> F32:
        """View-space y of the pixel rows (metres, up)."""
        return ((self.origin[1] - np.arange(y0, y1) - 0.5) / self.per_metre).astype(np.float32)


def bounds(solid: Solid) -> tuple[float, float, float, float]:
    """The solid's extent in view space: x0, y0, x1, y1 (metres)."""
    spread = solid.frame.axes @ np.diag(solid.scale)
    reach_x = float(np.linalg.norm(spread[0]))
    reach_y = float(np.linalg.norm(spread[1]))
    pa, pb = solid.frame.point(*solid.a), solid.frame.point(*solid.b)
    ra, rb = solid.ra * (1 + solid.wave), solid.rb * (1 + solid.wave)
    return (
        min(pa[0] - ra * reach_x, pb[0] - rb * reach_x),
        min(pa[1] - ra * reach_y, pb[1] - rb * reach_y),
        max(pa[0] + ra * reach_x, pb[0] + rb * reach_x),
        max(pa[1] + ra * reach_y, pb[1] + rb * reach_y),
    )


def _window(buffer: Buffer, solid: Solid) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = bounds(solid)
    s, (ox, oy) = buffer.per_metre, buffer.origin
    return (
        max(0, int(np.floor(ox + x0 * s)) - 1),
        max(0, int(np.floor(oy - y1 * s)) - 1),
        min(buffer.width, int(np.ceil(ox + x1 * s)) + 2),
        min(buffer.height, int(np.ceil(oy - y0 * s)) + 2),
    )


@dataclass
class _Rays:
    """The constants of one solid, and its affine functions of the pixel, on one window."""

    solid: Solid
    x: F32
    y: F32

    def __post_init__(self) -> None:
        s = self.solid
        scale = np.array(s.scale)
        to_local = np.diag(1.0 / scale) @ s.frame.axes.T
        self.to_local = to_local
        a, b = s.a / scale, s.b / scale
        self.ba = b - a
        self.rd = -to_local[:, 2]
        base = -to_local @ s.frame.origin - a
        # oa = base + x * c0 + y * c1, the ray's start seen from `a`.
        self.base, self.c0, self.c1 = base, to_local[:, 0], to_local[:, 1]
        rr = s.ra - s.rb
        self.rr = rr
        self.d2 = max(float(self.ba @ self.ba) - rr * rr, 0.0)
        self.m0 = float(self.ba @ self.ba)
        self.m2 = float(self.ba @ self.rd)
        self.rd2 = float(self.rd @ self.rd)
        self.m1 = self.along(self.ba)
        self.m3 = self.along(self.rd)
        self.m5 = self._square()

    def along(self, direction: F64) -> F32:
        """dot(direction, oa) on the window."""
        row = np.float32(direction @ self.c0) * self.x + np.float32(direction @ self.base)
        column = np.float32(direction @ self.c1) * self.y
        out: F32 = row[None, :] + column[:, None]
        return out

    def _square(self) -> F32:
        c0, c1, base = self.c0, self.c1, self.base
        row = np.float32(c0 @ c0) * self.x**2 + np.float32(2 * (c0 @ base)) * self.x
        row += np.float32(base @ base)
        column = np.float32(c1 @ c1) * self.y**2 + np.float32(2 * (c1 @ base)) * self.y
        out: F32 = row[None, :] + column[:, None]
        out += np.float32(2 * (c0 @ c1)) * self.x[None, :] * self.y[:, None]
        return out

    def ball(self, at: float, radius: float) -> F32:
        """Distance along the ray to the ball at a (0) or b (1); infinity where it misses."""
        shift = at
        m3 = self.m3 - np.float32(shift * float(self.ba @ self.rd))
        m5 = self.m5 - np.float32(2 * shift) * self.m1 + np.float32(shift * self.m0)
        h = m3 * m3 - np.float32(self.rd2) * (m5 - np.float32(radius * radius))
        t: F32 = (-m3 - np.sqrt(np.maximum(h, 0))) / np.float32(self.rd2)
        t[h < 0] = np.inf
        return t

    def side(self, sign: float) -> tuple[F32, F32]:
        """Distance to the cone's side (near: -1, far: +1), and where along the axis (0..1)."""
        s = self.solid
        k2 = self.d2 * self.rd2 - self.m2 * self.m2
        k1 = np.float32(self.d2) * self.m3 - np.float32(self.m2) * self.m1
        k1 += np.float32(self.m2 * self.rr * s.ra)
        k0 = np.float32(self.d2) * self.m5 - self.m1 * self.m1
        k0 += np.float32(2 * self.rr * s.ra) * self.m1 - np.float32(self.m0 * s.ra * s.ra)
        h = k1 * k1 - k0 * np.float32(k2)
        t: F32 = (-k1 + np.float32(sign) * np.sqrt(np.maximum(h, 0))) / np.float32(k2)
        where: F32 = (self.m1 - np.float32(s.ra * self.rr) + t * np.float32(self.m2)) / np.float32(
            self.d2
        )
        t[h < 0] = np.inf
        return t, where

    def position(self, t: F32) -> tuple[F32, F32, F32]:
        """Frame coordinates (metres) of the points at distance t."""
        near = np.where(np.isfinite(t), t, np.float32(0))
        x, y, z = (
            (self.along(unit) + near * np.float32(unit @ self.rd) + np.float32(self.solid.a[i] / k))
            * np.float32(k)
            for i, (unit, k) in enumerate(zip(np.eye(3), self.solid.scale, strict=True))
        )
        return x, y, z

    def normal(self, t: F32, where: F32) -> F32:
        """Unit normals in view space."""
        back = self.to_local.T
        parts = []
        for i in range(3):
            row = back[i]
            n = self.along(row) + t * np.float32(row @ self.rd) - where * np.float32(row @ self.ba)
            parts.append(n)
        out = np.stack(parts)
        out /= np.sqrt(np.maximum((out * out).sum(axis=0), np.float32(1e-12)))
        return out


def _hit(rays: _Rays) -> tuple[F32, F32, Bool]:
    """Nearest hit of the solid: distance, place along the axis, and whether seen from inside."""
    s = rays.solid
    has_side = rays.d2 > 1e-9 and rays.d2 * rays.rd2 - rays.m2 * rays.m2 > 1e-9
    if s.open and has_side:
        t, where = rays.side(-1.0)
        low, high = np.float32(0), np.float32(1)
        if s.wave:
            x, _, z = rays.position(t)
            turn = np.arctan2(x - np.float32(s.a[0]), z - np.float32(s.a[2]))
            high = high - np.float32(s.wave) * (1 + np.sin(turn * 3 + np.float32(s.ra * 90)))
        t[(where < low) | (where > high)] = np.inf
        far, far_where = rays.side(1.0)
        far[(far_where < low) | (far_where > high)] = np.inf
        inside = np.isinf(t) & np.isfinite(far)
        return np.where(inside, far, t), np.where(inside, far_where, where), inside
    none = np.zeros(rays.m1.shape, dtype=np.bool_)
    first = rays.ball(0.0, s.ra)
    if rays.m0 < 1e-12:
        return first, np.zeros_like(first), none
    last = rays.ball(1.0, s.rb)
    where = np.where(last < first, np.float32(1), np.float32(0))
    t = np.minimum(first, last)
    if has_side:
        side, along = rays.side(-1.0)
        side[(along < 0) | (along > 1)] = np.inf
        body = side < t
        t, where = np.where(body, side, t), np.where(body, along, where)
    return t, where, none


def draw(buffer: Buffer, solid: Solid, part: int) -> None:
    """Draw one solid into the buffer under the number `part`; nearer surfaces stay."""
    x0, y0, x1, y1 = _window(buffer, solid)
    if x0 >= x1 or y0 >= y1:
        return
    rays = _Rays(solid, buffer.xs(x0, x1), buffer.ys(y0, y1))
    t, where, inside = _hit(rays)
    hit = np.isfinite(t)
    if solid.keep is not None:
        hit &= solid.keep(*rays.position(t))
    if not hit.any():
        return
    t = np.where(hit, t, np.float32(0))
    z = np.where(hit, -t, FAR)
    normal = rays.normal(t, where)
    if solid.open:
        normal = np.where(inside[None], -normal, normal)
    window = (slice(y0, y1), slice(x0, x1))
    old = buffer.z[window]
    weight = (z > old).astype(np.float32)
    if solid.blend > 0:
        k = np.float32(solid.blend)
        melt = (buffer.group[window] == solid.group) & hit
        weight = np.where(melt, np.clip(0.5 + 0.5 * (z - old) / k, 0, 1), weight)
        top = np.maximum(z, old)
        seam = melt & (weight > 0) & (weight < 1)
        if seam.any():
            # Surfaces that coincide need no fillet, only those that cross at an angle.
            before, after = buffer.normal[:, y0:y1, x0:x1][:, seam], normal[:, seam]
            angle = np.clip((1 - (before * after).sum(axis=0)) * 6, 0, 1)
            top[seam] += k * (weight * (1 - weight))[seam] * angle
        buffer.z[window] = top
    else:
        buffer.z[window] = np.maximum(z, old)
    view = buffer.normal[:, y0:y1, x0:x1]
    view += (normal - view) * weight
    won = weight > 0.5
    buffer.part[window][won] = part
    buffer.group[window][won] = solid.group
    buffer.inside[window] = np.where(won, inside, buffer.inside[window])
