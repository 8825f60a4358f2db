"""Painters: the colour, gloss and wrinkles of each material at points of a figure."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from medley.demo_photos.head import paint_face
from medley.demo_photos.light import Linear
from medley.demo_photos.noise import look_up, slopes, tile
from medley.demo_photos.outfit import Outfit
from medley.demo_photos.parts import Material
from medley.demo_photos.pose import Skeleton
from medley.demo_photos.solids import F32, Floats


@dataclass
class Points:
    """Some of a figure's pixels: coordinates in their part's frame (metres), view normals."""

    x: F32
    y: F32
    z: F32
    normal: F32


@dataclass
class Surface:
    """What the light needs to know: albedo (3, n), gloss (n) 0..1, wrinkles (3, n) or None."""

    albedo: F32
    gloss: F32 | float = 0.0
    bump: F32 | None = None
    wrap: float = 0.0


def flat(colour: Linear, n: int) -> F32:
    """One colour for n points."""
    return np.repeat(np.array(colour, dtype=np.float32)[:, None], n, axis=1)


def step(value: Floats, at: float, width: float = 0.004) -> F32:
    """0 below `at`, 1 above, soft over `width` metres."""
    out: F32 = np.clip((value - np.float32(at)) / np.float32(width) + np.float32(0.5), 0, 1)
    return out


def blend(base: F32, colour: Linear, mask: F32) -> F32:
    """Paint a colour over the base where the mask is."""
    out: F32 = base + (np.array(colour, dtype=np.float32)[:, None] - base) * mask
    return out


@dataclass(frozen=True)
class Painter:
    """Paints one figure."""

    outfit: Outfit
    body: Skeleton
    height: float
    head: float

    def surface(self, material: Material, p: Points) -> Surface:
        """The surface of a material at these points."""
        o, n = self.outfit, p.x.size
        plain: dict[Material, tuple[Linear, float]] = {
            Material.CAP: (o.extra, 0.05),
            Material.BAND: (o.accent, 0.05),
            Material.SOLE: ((0.80, 0.80, 0.78), 0.1),
            Material.SOCK: (o.sock, 0.0),
            Material.WATCH: ((0.02, 0.02, 0.025), 0.6),
        }
        if material in plain:
            colour, gloss = plain[material]
            return Surface(flat(colour, n), gloss)
        painters: dict[Material, Callable[[Points], Surface]] = {
            Material.SHIRT: self._shirt,
            Material.SLEEVE: self._sleeve,
            Material.BOTTOM: self._bottom,
            Material.TIGHTS: self._tights,
            Material.FACE: self._face,
            Material.HAIR: self._hair,
            Material.SHOE: self._shoe,
            Material.SKIN: self._skin,
        }
        return painters[material](p)

    def _seed(self) -> np.float32:
        return np.float32((self.outfit.seed % 1009) / 1009)

    def _skin(self, p: Points) -> Surface:
        tone = look_up(tile(2.2, 3.0, 1), p.x * 2 + self._seed(), p.y * 2) * np.float32(0.03)
        base = flat(self.outfit.skin, p.x.size) * (1 + tone)
        base[1:] *= 1 - np.abs(tone) * np.float32(0.8)
        return Surface(base, 0.16, None, 0.25)

    def _face(self, p: Points) -> Surface:
        unit = np.float32(1 / (self.height * self.head))
        albedo, gloss = paint_face(p.x * unit, p.y * unit, p.z * unit, self.outfit)
        return Surface(albedo, gloss, None, 0.25)

    def _hair(self, p: Points) -> Surface:
        curly = self.outfit.hair_style == "afro"
        turn = np.arctan2(p.x, p.z + np.float32(0.05)) / np.float32(2 * np.pi)
        u, v = (turn * 3, p.y * 2) if not curly else (p.x * 14, p.y * 14)
        strand = look_up(tile(1.0, 20.0, 2), u, v)
        base = flat(self.outfit.hair, p.x.size) * (1 + np.float32(0.22) * strand)
        bump = np.stack([strand, strand * np.float32(0.2), np.zeros_like(strand)]) * np.float32(
            0.20
        )
        return Surface(np.maximum(base, 0.002), 0.22 if not curly else 0.04, bump)

    def _shoe(self, p: Points) -> Surface:
        unit = np.float32(1 / self.height)
        z, y = p.z * unit, p.y * unit
        base = flat(self.outfit.shoe, p.x.size)
        stripe = step(np.abs(z - y * np.float32(0.7) - np.float32(0.035)) * -1, -0.006, 0.002)
        base = blend(base, (0.85, 0.85, 0.85), stripe * (y < -0.01))
        laces = step(y, -0.002, 0.004) * (np.abs(p.x * unit) < 0.011) * (z > 0.012)
        base = blend(base, (0.9, 0.9, 0.9), laces * ((z * 90).astype(np.int32) % 2 == 0))
        return Surface(base, 0.1)

    def _folds(self, p: Points, amount: float, lean: float) -> F32:
        """Wrinkles: long soft ones drawn towards the waist, and small ones."""
        seed = self._seed()
        side = np.tanh(p.x * 14)
        slant = p.y * np.float32(lean)
        du, dv = slopes(5.0, 4.0, 3)
        u = np.abs(p.x) * np.float32(1.3) - slant * np.float32(0.55) + seed
        long_folds = look_up(du, u, p.y * np.float32(0.55) + side * np.float32(0.25) + seed)
        across = look_up(dv, p.x * np.float32(0.6) + seed, p.y * np.float32(1.7) + u * 0.5)
        fine_u, fine_v = slopes(4.0, 6.0, 5)
        fu = look_up(fine_u, p.x * 2 + seed, p.y * np.float32(1.6) - slant)
        fv = look_up(fine_v, p.x * 2 + seed, p.y * np.float32(1.6) - slant)
        bump = np.stack([
            long_folds * side * np.float32(0.75) + fu * np.float32(0.35),
            across * np.float32(0.55) + fv * np.float32(0.3),
            np.zeros_like(fu),
        ])  # fmt: skip
        return bump * np.float32(amount)

    def _cloth(self, p: Points, albedo: F32, amount: float, lean: float = 0.8) -> Surface:
        weave = look_up(tile(0.2, 60.0, 4), p.x * 6, p.y * 6) * np.float32(0.018)
        return Surface(albedo * (1 + weave), 0.03, self._folds(p, amount, lean), 0.12)

    def _bottom(self, p: Points) -> Surface:
        base = flat(self.outfit.bottom, p.x.size)
        return self._cloth(p, base, 0.28)

    def _tights(self, p: Points) -> Surface:
        base = flat(self.outfit.bottom, p.x.size)
        return Surface(base, 0.12, self._folds(p, 0.04, 0.4), 0.1)

    def _sleeve(self, p: Points) -> Surface:
        o = self.outfit
        two_tone = o.print in ("sides", "yoke", "halves") and o.cut != "long"
        return self._cloth(p, flat(o.accent if two_tone else o.shirt, p.x.size), 0.20, 0.2)

    def _shirt(self, p: Points) -> Surface:
        o, n = self.outfit, p.x.size
        x, y = p.x, p.y / np.float32(self.body.torso)
        ax = np.abs(x)
        base = flat(o.shirt, n)
        masks: dict[str, Callable[[], F32]] = {
            "sides": lambda: step(ax - np.abs(y - 0.45) * np.float32(0.05), 0.112),
            "band": lambda: step(np.abs(y - np.float32(0.80)) * -1, -0.075, 0.01),
            "sash": lambda: step(
                np.abs(x * np.float32(1.5) + y - np.float32(0.55)) * -1, -0.11, 0.01
            ),
            "fade": lambda: np.clip((np.float32(0.75) - y) / np.float32(0.9), 0, 1),
            "hoops": lambda: step(np.sin(y * np.float32(22)), 0.35, 0.15),
            "yoke": lambda: step(y - ax * np.float32(0.7), 0.80, 0.012),
            "halves": lambda: step(x, 0.0),
        }
        if o.print in masks:
            base = blend(base, o.accent, masks[o.print]())
        surface = self._cloth(p, base, 0.36)
        scoop = 0.92 if o.cut == "singlet" else 0.985
        h = np.float32(self.height)
        neck = step(y - (x / (np.float32(0.044) * h)) ** 2 * np.float32(0.075), scoop, 0.006)
        bare = neck
        if o.cut == "singlet":
            hole = (np.float32(0.060) + np.clip((0.88 - y) / 0.32, 0, 2) ** 2 * 0.045) * h
            bare = np.maximum(bare, step(ax - hole.astype(np.float32), 0.0))
        surface.albedo = blend(surface.albedo, o.skin, bare)
        if surface.bump is not None:
            surface.bump *= 1 - bare
        return surface
