"""Renders one person: skeleton, solids, paint and light into a picture with an alpha channel."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from medley.demo_photos import body as bodies
from medley.demo_photos.body import Maker, Material
from medley.demo_photos.head import head
from medley.demo_photos.light import Light, develop
from medley.demo_photos.outfit import Outfit
from medley.demo_photos.paint import Painter, Points, Surface
from medley.demo_photos.pose import Build, Motion, Skeleton, make_skeleton
from medley.demo_photos.shade import expose, light_up
from medley.demo_photos.solids import F32, Bool, Buffer, Solid, bounds, draw


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
    card: NDArray[np.float32] | None = field(default=None)
    card_seen: NDArray[np.float32] | None = field(default=None)


class Pinned:
    """What is pinned on the shirt; drawn over it. The base pins nothing."""

    def cover(self, points: Points, body: Skeleton) -> F32:
        """How much (0..1) of each shirt pixel it covers."""
        return np.zeros_like(points.x)

    def paint(self, points: Points, body: Skeleton, shirt: Surface) -> Surface:
        """The shirt's surface with it on."""
        return shirt


def solids_of(person: Person) -> tuple[Skeleton, list[Solid]]:
    """The posed skeleton and its solids; the shirt's come first."""
    body = make_skeleton(person.build, person.motion)
    make = Maker(person.build.height)
    parts = bodies.torso(make, body, person.build, person.outfit)
    parts += head(make, body, person.build, person.outfit)
    parts += bodies.legs(make, body, person.build, person.outfit)
    parts += bodies.arms(make, body, person.build, person.outfit)
    parts += bodies.feet(make, body)
    return body, parts


def _canvas(parts: list[Solid], per_metre: float) -> Buffer:
    boxes = np.array([bounds(p) for p in parts])
    x0, y0 = boxes[:, 0].min() - 0.02, boxes[:, 1].min() - 0.02
    x1, y1 = boxes[:, 2].max() + 0.02, boxes[:, 3].max() + 0.02
    width, height = int((x1 - x0) * per_metre) + 2, int((y1 - y0) * per_metre) + 2
    return Buffer(width, height, per_metre, (-x0 * per_metre, y1 * per_metre))


def points_of(buffer: Buffer, rows: NDArray[np.intp], columns: NDArray[np.intp], s: Solid) -> Points:
    """Frame coordinates of these pixels."""
    x = ((columns + 0.5 - buffer.origin[0]) / buffer.per_metre).astype(np.float32)
    y = ((buffer.origin[1] - rows - 0.5) / buffer.per_metre).astype(np.float32)
    seen = np.stack([x, y, buffer.z[rows, columns]])
    seen -= s.frame.origin.astype(np.float32)[:, None]
    local = s.frame.axes.T.astype(np.float32) @ seen
    return Points(local[0], local[1], local[2], buffer.normal[:, rows, columns])


def render(
    person: Person, light: Light, per_metre: float, metres: float, *,
    pinned: Pinned | None = None, fog: float | None = None, supersample: float = 2.0,
) -> Drawing:  # fmt: skip
    """Draw a person who stands `metres` away at `per_metre` pixels a metre."""
    body, parts = solids_of(person)
    buffer = _canvas(parts, per_metre * supersample)
    painter = Painter(person.outfit, body, person.build.height, person.build.head)
    card: F32 | None = None
    seen: F32 | None = None
    for number, part in enumerate(parts):
        if card is None and pinned is not None and part.material != Material.SHIRT:
            card = _covered(buffer, parts[0], pinned, body)
        draw(buffer, part, number)
    mask = buffer.part >= 0
    exposure = expose(buffer, mask, light)
    colour = np.zeros((buffer.height, buffer.width, 3), dtype=np.float32)
    materials = np.array([p.material for p in parts] + [-1], dtype=np.int16)[buffer.part]
    frames = {id(p.frame): n for n, p in enumerate(parts)}
    owner = np.array([frames[id(p.frame)] for p in parts] + [-1], dtype=np.int16)[buffer.part]
    for material in Material:
        chosen = materials == material
        if not chosen.any():
            continue
        for number in np.unique(owner[chosen]):
            rows, columns = np.nonzero(chosen & (owner == number))
            points = points_of(buffer, rows, columns, parts[int(number)])
            surface = painter.surface(material, points)
            if material == Material.SHIRT and pinned is not None:
                seen = np.zeros(mask.shape, dtype=np.float32)
                seen[rows, columns] = pinned.cover(points, body) * ~buffer.inside[rows, columns]
                surface = pinned.paint(points, body, surface)
            if surface.bump is not None:
                axes = parts[int(number)].frame.axes.astype(np.float32)
                surface.bump = axes @ surface.bump
            sky = exposure.open[rows, columns]
            inside = buffer.inside[rows, columns]
            sky = np.where(inside, sky * np.float32(0.35), sky)
            sun = np.where(inside, np.float32(0.1), exposure.sun[rows, columns])
            lit = light_up(surface, points.normal, sky, sun, light, metres)
            colour[rows, columns] = lit.T
    haze = light.fog(metres) if fog is None else fog
    colour += (np.array(light.haze, dtype=np.float32) - colour) * np.float32(haze)
    rgb = develop(colour, light.exposure)
    image = _shrink(rgb, mask, supersample)
    return Drawing(
        image,
        (buffer.origin[0] / supersample, buffer.origin[1] / supersample),
        per_metre, body, parts,
        _shrink_plane(card, supersample), _shrink_plane(seen, supersample),
    )  # fmt: skip


def _covered(buffer: Buffer, shirt: Solid, pinned: Pinned, body: Skeleton) -> F32:
    """Where the pinned thing would show if no limb were before it."""
    out = np.zeros(buffer.part.shape, dtype=np.float32)
    rows, columns = np.nonzero((buffer.part >= 0) & ~buffer.inside)
    out[rows, columns] = pinned.cover(points_of(buffer, rows, columns, shirt), body)
    return out


def _size(shape: tuple[int, ...], factor: float) -> tuple[int, int]:
    return max(1, round(shape[1] / factor)), max(1, round(shape[0] / factor))


def _shrink(rgb: NDArray[np.uint8], mask: Bool, factor: float) -> Image.Image:
    """Average down with premultiplied alpha, so that edges take no black in."""
    alpha = (mask * np.uint8(255)).astype(np.uint8)
    stacked = np.dstack([rgb * mask[..., None], alpha])
    size = _size(mask.shape, factor)
    premultiplied = Image.fromarray(stacked, "RGBa").resize(size, Image.Resampling.BOX)
    return premultiplied.convert("RGBA")


def _shrink_plane(plane: F32 | None, factor: float) -> NDArray[np.float32] | None:
    if plane is None:
        return None
    small = Image.fromarray(plane).resize(_size(plane.shape, factor), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32)
