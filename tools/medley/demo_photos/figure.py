"""Renders one person: skeleton, solids, paint and light into a picture with an alpha channel."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from medley.demo_photos import body as bodies
from medley.demo_photos.buffer import Buffer, draw
from medley.demo_photos.head import head
from medley.demo_photos.light import Light, develop
from medley.demo_photos.outfit import Outfit
from medley.demo_photos.paint import Painter, Points, Surface
from medley.demo_photos.parts import Maker, Material
from medley.demo_photos.pose import Build, Motion, Skeleton, make_skeleton
from medley.demo_photos.shade import expose, light_up
from medley.demo_photos.solids import F32, Bool, Solid, bounds


@dataclass(frozen=True)
class Person:
    """Who is drawn, and what they do."""

    build: Build
    motion: Motion
    outfit: Outfit


@dataclass
class Drawing:
    """A drawn figure. `anchor` is the pixel of the point on the ground between its feet."""

    image: Image.Image
    anchor: tuple[float, float]
    per_metre: float
    body: Skeleton
    solids: list[Solid]
    card: NDArray[np.uint8] | None = None
    card_seen: NDArray[np.uint8] | None = None


class Pinned(Protocol):
    """What is pinned on a shirt and drawn over it; codes name its zones, 0 is none of it."""

    def cover(self, points: Points) -> F32:
        """The code of each shirt pixel."""

    def paint(self, points: Points, shirt: Surface) -> tuple[Surface, F32]:
        """The shirt's surface with it on, and the codes. May change the given surface."""


def solids_of(person: Person, *, fine: bool = True) -> tuple[Skeleton, list[Solid]]:
    """The posed skeleton and its solids; the shirt's come first."""
    body = make_skeleton(person.build, person.motion)
    make = Maker(person.build.height)
    parts = bodies.torso(make, body, person.build, person.outfit)
    parts += head(make, body, person.build, person.outfit)
    parts += bodies.legs(make, body, person.build, person.outfit)
    parts += bodies.arms(make, body, person.build, person.outfit, fine=fine)
    if fine:
        parts += bodies.feet(make, body)
    return body, parts


def _canvas(parts: list[Solid], per_metre: float) -> Buffer:
    boxes = np.array([bounds(p) for p in parts])
    x0, y0 = boxes[:, 0].min() - 0.02, boxes[:, 1].min() - 0.02
    x1, y1 = boxes[:, 2].max() + 0.02, boxes[:, 3].max() + 0.02
    width, height = int((x1 - x0) * per_metre) + 2, int((y1 - y0) * per_metre) + 2
    return Buffer(width, height, per_metre, (-x0 * per_metre, y1 * per_metre))


def points_of(buffer: Buffer, where: NDArray[np.intp], s: Solid) -> Points:
    """Frame coordinates of these pixels (flat indexes)."""
    flat = where.astype(np.int32)
    rows = flat // np.int32(buffer.width)
    columns = flat - rows * np.int32(buffer.width)
    x = ((columns + 0.5 - buffer.origin[0]) / buffer.per_metre).astype(np.float32)
    y = ((buffer.origin[1] - rows - 0.5) / buffer.per_metre).astype(np.float32)
    seen = np.stack([x, y, buffer.z.reshape(-1)[where]])
    seen -= s.frame.origin.astype(np.float32)[:, None]
    local = s.frame.axes.T.astype(np.float32) @ seen
    normal = buffer.normal.reshape(3, -1)[:, where]
    return Points(local[0], local[1], local[2], normal)


def _batches(
    buffer: Buffer, parts: list[Solid]
) -> Iterator[tuple[Material, Solid, NDArray[np.intp]]]:
    """The pixels by material and frame: one of the parts, and the flat indexes."""
    kinds: dict[tuple[int, int], int] = {}
    first: list[Solid] = []
    for part in parts:
        if (part.material, id(part.frame)) not in kinds:
            kinds[part.material, id(part.frame)] = len(first)
            first.append(part)
    kind = np.array([kinds[p.material, id(p.frame)] for p in parts], dtype=np.int16)
    flat = buffer.part.reshape(-1)
    where = np.flatnonzero(flat >= 0)
    owner = kind[flat[where]]
    where = where[np.argsort(owner, kind="stable")]
    ends = np.cumsum(np.bincount(owner, minlength=len(first)))
    for part, start, end in zip(first, np.r_[0, ends[:-1]], ends, strict=True):
        if start < end:
            yield Material(part.material), part, where[start:end]


def render(
    person: Person, light: Light, per_metre: float, metres: float, *,
    pinned: Pinned | None = None, fog: float | None = None, supersample: float = 2.0,
    fine: bool = True,
) -> Drawing:  # fmt: skip
    """Draw a person who stands `metres` away at `per_metre` pixels a metre."""
    body, parts = solids_of(person, fine=fine)
    buffer = _canvas(parts, per_metre * supersample)
    painter = Painter(person.outfit, body, person.build.height, person.build.head)
    card: F32 | None = None
    for number, part in enumerate(parts):
        if card is None and pinned is not None and part.material != Material.SHIRT:
            card = _covered(buffer, parts[0], pinned)
        draw(buffer, part, number)
    mask = buffer.part >= 0
    exposure = expose(buffer, mask, light)
    rgb = np.zeros((buffer.height * buffer.width, 3), dtype=np.uint8)
    pinned_at: F32 = np.zeros(buffer.height * buffer.width, dtype=np.float32)
    fog_share = np.float32(light.fog(metres) if fog is None else fog)
    haze = np.array(light.haze, dtype=np.float32)[:, None]
    for material, part, where in _batches(buffer, parts):
        points = points_of(buffer, where, part)
        surface = painter.surface(material, points)
        inside = buffer.inside.reshape(-1)[where]
        if material == Material.SHIRT and pinned is not None:
            surface, codes = pinned.paint(points, surface)
            pinned_at[where] = codes * ~inside
        if surface.bump is not None:
            surface.bump = part.frame.axes.astype(np.float32) @ surface.bump
        sky = exposure.open.reshape(-1)[where] * np.where(inside, np.float32(0.35), 1)
        sun = exposure.sun.reshape(-1)[where] * np.where(inside, np.float32(0.1), 1)
        colour = light_up(surface, points.normal, sky, sun, light, metres)
        colour += (haze - colour) * fog_share
        rgb[where] = develop(colour, light.exposure).T
    image = _shrink(rgb.reshape(*mask.shape, 3), mask, supersample)
    return Drawing(
        image,
        (buffer.origin[0] / supersample, buffer.origin[1] / supersample),
        per_metre, body, parts,
        _codes(card, supersample),
        _codes(pinned_at.reshape(mask.shape), supersample) if pinned else None,
    )  # fmt: skip


def _covered(buffer: Buffer, shirt: Solid, pinned: Pinned) -> F32:
    """Where the pinned thing would show if no limb were before it."""
    out = np.zeros(buffer.part.shape, dtype=np.float32)
    where = np.flatnonzero((buffer.part >= 0) & ~buffer.inside)
    out.reshape(-1)[where] = pinned.cover(points_of(buffer, where, shirt))
    return out


def _size(shape: tuple[int, ...], factor: float) -> tuple[int, int]:
    return max(1, round(shape[1] / factor)), max(1, round(shape[0] / factor))


def _shrink(rgb: NDArray[np.uint8], mask: Bool, factor: float) -> Image.Image:
    """Average down with premultiplied alpha, so that edges take no black in."""
    alpha = (mask * np.uint8(255)).astype(np.uint8)
    stacked = np.dstack([rgb * mask[..., None], alpha])
    size = _size(mask.shape, factor)
    filtering = Image.Resampling.BOX if factor > 1.3 else Image.Resampling.HAMMING
    premultiplied = Image.fromarray(stacked, "RGBa").resize(size, filtering)
    return premultiplied.convert("RGBA")


def _codes(plane: F32 | None, factor: float) -> NDArray[np.uint8] | None:
    if plane is None:
        return None
    whole = Image.fromarray(plane.astype(np.uint8))
    return np.asarray(whole.resize(_size(plane.shape, factor), Image.Resampling.NEAREST))
