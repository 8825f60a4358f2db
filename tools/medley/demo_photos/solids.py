"""Rounded cones seen along the view axis: depth, normals and part numbers, one array each.

A figure is some forty rounded cones (a ball rolled from one end to the other, growing or
shrinking on its way). Seen in parallel projection the first hit of every pixel has a closed
form, and its discriminant is a quadratic in x and y, so a solid costs some forty array
operations over its own bounding box. View space is in metres: x right, y up, z to the viewer.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

type F32 = NDArray[np.float32]
type F64 = NDArray[np.float64]
type Floats = NDArray[np.floating[Any]]
type Bool = NDArray[np.bool_]
type Index = NDArray[np.intp]
type Index32 = NDArray[np.int32]
type Keep = Callable[[F32, F32, F32], Bool]


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


def bounds(solid: Solid) -> tuple[float, float, float, float]:
    """The solid's extent in view space: x0, y0, x1, y1 (metres)."""
    (ax, ay, az), (bx, by, bz) = solid.frame.axes[:2].tolist()
    sx, sy, sz = solid.scale
    grow = 1 + solid.wave
    reach_x = grow * math.sqrt((ax * sx) ** 2 + (ay * sy) ** 2 + (az * sz) ** 2)
    reach_y = grow * math.sqrt((bx * sx) ** 2 + (by * sy) ** 2 + (bz * sz) ** 2)
    ox, oy, _ = solid.frame.origin.tolist()
    (a0, a1, a2), (b0, b1, b2) = solid.a.tolist(), solid.b.tolist()
    pax, pay = ox + ax * a0 + ay * a1 + az * a2, oy + bx * a0 + by * a1 + bz * a2
    pbx, pby = ox + ax * b0 + ay * b1 + az * b2, oy + bx * b0 + by * b1 + bz * b2
    return (
        min(pax - solid.ra * reach_x, pbx - solid.rb * reach_x),
        min(pay - solid.ra * reach_y, pby - solid.rb * reach_y),
        max(pax + solid.ra * reach_x, pbx + solid.rb * reach_x),
        max(pay + solid.ra * reach_y, pby + solid.rb * reach_y),
    )


@dataclass
class Rays:
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
        where = (self.m1 - np.float32(s.ra * self.rr) + t * np.float32(self.m2)) / np.float32(
            self.d2
        )
        t[h < 0] = np.inf
        return t, where.astype(np.float32)

    def position(self, t: F32) -> tuple[F32, F32, F32]:
        """Frame coordinates (metres) of the points at distance t."""
        near = np.where(np.isfinite(t), t, np.float32(0))
        found: list[F32] = []
        for i, (unit, k) in enumerate(zip(np.eye(3), self.solid.scale, strict=True)):
            place = self.along(unit) + near * np.float32(unit @ self.rd)
            place += np.float32(self.solid.a[i] / k)
            found.append((place * np.float32(k)).astype(np.float32))
        return found[0], found[1], found[2]

    def normal(self, rows: Index32, columns: Index32, t: F32, where: F32) -> F32:
        """Unit normals (3, n) in view space at these pixels of the window."""
        x, y = self.x[columns], self.y[rows]
        back = self.to_local.T
        on_x, on_y = back @ self.c0, back @ self.c1
        start, along, axis = back @ self.base, back @ self.rd, back @ self.ba
        out = np.empty((3, t.size), dtype=np.float32)
        for i in range(3):
            out[i] = x * np.float32(on_x[i]) + y * np.float32(on_y[i])
            out[i] += t * np.float32(along[i]) - where * np.float32(axis[i]) + np.float32(start[i])
        out /= np.sqrt(np.maximum((out * out).sum(axis=0), np.float32(1e-12)))
        return out


def first_hit(rays: Rays) -> tuple[F32, F32, Bool | None]:
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
    first = rays.ball(0.0, s.ra)
    if rays.m0 < 1e-12:
        return first, np.zeros_like(first), None
    last = rays.ball(1.0, s.rb)
    where = np.where(last < first, np.float32(1), np.float32(0))
    t = np.minimum(first, last)
    if has_side:
        side, along = rays.side(-1.0)
        side[(along < 0) | (along > 1)] = np.inf
        body = side < t
        t, where = np.where(body, side, t), np.where(body, along, where)
    return t, where, None
