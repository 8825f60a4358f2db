"""Rounded cones seen along the view axis: depth, normals and part numbers, one array each.

A figure is some forty rounded cones (a ball rolled from one end to the other, growing or
shrinking on its way). Seen in parallel projection the first hit of every pixel has a closed
form, and its discriminant is a quadratic in x and y, so a solid costs some forty array
operations over its own bounding box. View space is in metres: x right, y up, z to the viewer.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

type F32 = NDArray[np.float32]
type F64 = NDArray[np.float64]
type Bool = NDArray[np.bool_]
type Index = NDArray[np.intp]
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

    def normal(self, rows: Index, columns: Index, t: F32, where: F32) -> F32:
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


def _hit(rays: _Rays) -> tuple[F32, F32, Bool | None]:
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


def _melt(gap: F32, new: F32, old: F32, reach: float) -> tuple[F32, F32]:
    """How two surfaces `gap` metres apart melt: the new one's share, and how much they swell.

    A surface that turns away to its own rim has no say, or the rim would show as a line; and
    surfaces that coincide need no fillet, only those that cross at an angle.
    """
    k = np.float32(reach)
    share = np.float32(0.5) + np.float32(0.5) * gap / k
    share = share * share * (3 - 2 * share)
    ahead = gap > 0
    behind = np.where(ahead, old[2], new[2])
    say = np.clip(behind * 2, 0, 1)
    share = np.where(ahead, 1 - (1 - share) * say, share * say)
    angle = np.clip((1 - (new * old).sum(axis=0)) * 6, 0, 1)
    lift: F32 = k * share * (1 - share) * angle
    return share, lift


def draw(buffer: Buffer, solid: Solid, part: int) -> None:
    """Draw one solid into the buffer under the number `part`; nearer surfaces stay."""
    x0, y0, x1, y1 = _window(buffer, solid)
    if x0 >= x1 or y0 >= y1:
        return
    rays = _Rays(solid, buffer.xs(x0, x1), buffer.ys(y0, y1))
    t, along, inside = _hit(rays)
    reach = np.float32(max(solid.blend, 0.0))
    hit = -t > buffer.z[y0:y1, x0:x1] - reach
    if solid.keep is not None:
        hit &= solid.keep(*rays.position(t))
    rows, columns = np.nonzero(hit)
    if not rows.size:
        return
    t, along = t[rows, columns], along[rows, columns]
    normal = rays.normal(rows, columns, t, along)
    within = inside[rows, columns] if inside is not None else np.zeros(t.shape, dtype=np.bool_)
    normal[:, within] *= -1
    at = (rows + y0) * buffer.width + columns + x0
    z_plane, n_plane = buffer.z.reshape(-1), buffer.normal.reshape(3, -1)
    group_plane = buffer.group.reshape(-1)
    z, old = -t, z_plane[at]
    weight = (z > old).astype(np.float32)
    top = np.maximum(z, old)
    if solid.blend > 0:
        melt = (group_plane[at] == solid.group) & (np.abs(z - old) < reach)
        if melt.any():
            before = n_plane[:, at[melt]]
            share, lift = _melt(z[melt] - old[melt], normal[:, melt], before, solid.blend)
            weight[melt] = share
            top[melt] += lift
            normal[:, melt] = before + (normal[:, melt] - before) * share
            n_plane[:, at[melt]] = normal[:, melt]
    z_plane[at] = top
    won = weight > 0.5
    target = at[won]
    n_plane[:, target] = normal[:, won]
    buffer.part.reshape(-1)[target] = part
    group_plane[target] = solid.group
    buffer.inside.reshape(-1)[target] = within[won]
