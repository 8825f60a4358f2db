"""A figure's pixels: what each one shows, and how solids are drawn and melted into it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from medley.demo_photos.solids import F32, Bool, Index, Index32, Rays, Solid, bounds, first_hit

FAR = np.float32(-1e6)


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


def _window(buffer: Buffer, solid: Solid) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = bounds(solid)
    s, (ox, oy) = buffer.per_metre, buffer.origin
    return (
        max(0, int(np.floor(ox + x0 * s)) - 1),
        max(0, int(np.floor(oy - y1 * s)) - 1),
        min(buffer.width, int(np.ceil(ox + x1 * s)) + 2),
        min(buffer.height, int(np.ceil(oy - y0 * s)) + 2),
    )


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
    rays = Rays(solid, buffer.xs(x0, x1), buffer.ys(y0, y1))
    t, along, inside = first_hit(rays)
    reach = np.float32(max(solid.blend, 0.0))
    hit = -t > buffer.z[y0:y1, x0:x1] - reach
    if solid.keep is not None:
        hit &= solid.keep(*rays.position(t))
    found = np.flatnonzero(hit)
    if not found.size:
        return
    rows, columns = _row_column(found, x1 - x0)
    t, along = t.reshape(-1)[found], along.reshape(-1)[found]
    normal = rays.normal(rows, columns, t, along)
    within = np.zeros(t.shape, dtype=np.bool_)
    if inside is not None:
        within = inside.reshape(-1)[found]
        normal[:, within] *= -1
    at = (rows + np.int32(y0)) * np.int32(buffer.width) + columns + np.int32(x0)
    z_plane, group_plane = buffer.z.reshape(-1), buffer.group.reshape(-1)
    n_planes = [plane.reshape(-1) for plane in buffer.normal]
    z = -t
    won = at
    if solid.blend > 0:
        old = z_plane[at]
        weight = (z > old).astype(np.float32)
        melt = np.flatnonzero((group_plane[at] == solid.group) & (np.abs(z - old) < reach))
        z = np.maximum(z, old)
        if melt.size:
            place = at[melt]
            before = np.stack([plane[place] for plane in n_planes])
            share, lift = _melt(-t[melt] - old[melt], normal[:, melt], before, solid.blend)
            weight[melt] = share
            z[melt] += lift
            mixed = before + (normal[:, melt] - before) * share
            normal[:, melt] = mixed
            for plane, values in zip(n_planes, mixed, strict=True):
                plane[place] = values
        z_plane[at] = z
        keep = weight > 0.5
        won, normal, within = at[keep], normal[:, keep], within[keep]
    else:
        z_plane[at] = z
    for plane, values in zip(n_planes, normal, strict=True):
        plane[won] = values
    buffer.part.reshape(-1)[won] = part
    group_plane[won] = solid.group
    buffer.inside.reshape(-1)[won] = within


def _row_column(flat: Index, width: int) -> tuple[Index32, Index32]:
    """Rows and columns of flat indexes, in 32 bits: half the time of 64."""
    small = flat.astype(np.int32)
    rows = small // np.int32(width)
    return rows, small - rows * np.int32(width)
