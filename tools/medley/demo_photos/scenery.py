"""What lines the street: house fronts, trees, a far skyline, lamps."""

import itertools
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, ImageDraw

from medley.demo_photos.camera import Camera
from medley.demo_photos.light import Light, Linear, linear, lit
from medley.demo_photos.noise import look_up, slopes, tile
from medley.demo_photos.warp import paste_quad

WALLS = (
    "#c9b79c", "#b98f6f", "#d8cdb8", "#9aa3a8", "#a9654d", "#cfc6bd", "#8a7f78", "#d9b98a",
    "#7f8f95", "#b7a9a0", "#c7876a", "#e0d8ca",
)  # fmt: skip
LEAVES = ("#3f6a2f", "#4f7a35", "#35602f", "#6a8a3a", "#2f5a3a", "#8a9a3f")
AWNINGS = ("#a8322f", "#2f5d62", "#d8a13a", "#39507a", "#5b7f4f", "#7a3b52")


@cache
def crown_picture(kind: int, from_right: bool) -> Image.Image:
    """A tree's crown, brightness and alpha: clumps of leaves lit from above and one side."""
    side = 256
    axis = np.linspace(-1.15, 1.15, side, dtype=np.float32)
    x, y = np.meshgrid(axis, axis)
    shift = np.float32(0.21 * kind)
    clumps = look_up(tile(2.6, 6.0, 20 + kind), x * np.float32(0.30) + shift, y * np.float32(0.30))
    leaves = look_up(tile(1.0, 24.0, 20 + kind), x * np.float32(0.42), y * np.float32(0.42) + shift)
    edge = 1 - np.hypot(x, y * 1.04) + clumps * np.float32(0.16) + leaves * np.float32(0.07)
    alpha = np.clip(edge * 9, 0, 1)
    gaps = np.clip((leaves * 0.5 + clumps * 0.75 + 1.55 - np.hypot(x, y) * 0.55) * 3, 0, 1)
    du, dv = slopes(2.6, 6.0, 20 + kind)
    u, v = x * np.float32(0.30) + shift, y * np.float32(0.30)
    sign = np.float32(1 if from_right else -1)
    relief = look_up(dv, u, v) * np.float32(0.7) - look_up(du, u, v) * sign * np.float32(0.5)
    ball = -y * np.float32(0.42) + x * sign * np.float32(0.26)
    tone = np.float32(0.40) + ball * np.float32(0.75) + relief * np.float32(0.13)
    tone += clumps * np.float32(0.10) + leaves * np.float32(0.10)
    planes = [(p * 255).clip(0, 255).astype(np.uint8) for p in (tone, alpha * gaps)]
    return Image.merge("LA", [Image.fromarray(p) for p in planes])


@dataclass(frozen=True)
class Painter:
    """Draws scenery on one plate."""

    canvas: Image.Image
    camera: Camera
    light: Light
    rng: np.random.Generator

    def shade(
        self, colour: Linear | str, z: float, sun: float, sky: float = 0.8
    ) -> tuple[int, int, int]:
        """The colour as seen from the camera at this distance."""
        value = linear(colour) if isinstance(colour, str) else colour
        return lit(self.light, value, z, sun=sun, sky=sky)

    def _front(self, metres: float, floors: int, z: float, sun: float) -> Image.Image:
        """A house front, 14 pixels a metre."""
        unit = 14
        wall = self.shade(str(self.rng.choice(WALLS)), z, sun)
        width, height = max(8, round(metres * unit)), floors * 3 * unit + unit * 2
        image = Image.new("RGB", (width, height), wall)
        draw = ImageDraw.Draw(image)
        night = self.light.name == "night"
        glass = self.shade("#39434d", z, sun * 0.3, 0.9)
        trim = self.shade("#e8e2d6", z, sun)
        pitch = float(self.rng.uniform(1.9, 2.9)) * unit
        wide = float(self.rng.uniform(0.42, 0.62)) * pitch
        count = max(1, int((width - unit) / pitch))
        for floor in range(floors - 1):
            y = unit * 1.2 + floor * 3 * unit
            for k in range(count):
                x = unit * 0.6 + k * pitch
                pane = glass
                if night and self.rng.random() < 0.35:
                    warm = float(self.rng.uniform(0.35, 1.0))
                    pane = (int(255 * warm), int(196 * warm), int(120 * warm))
                elif self.rng.random() < 0.2:
                    pane = self.shade("#8fa3b3", z, sun * 0.5)
                draw.rectangle((x - 2, y - 2, x + wide + 2, y + 1.9 * unit + 2), fill=trim)
                draw.rectangle((x, y, x + wide, y + 1.9 * unit), fill=pane)
        base = height - 3.4 * unit
        draw.rectangle((0, base, width, height), fill=self.shade("#4a4540", z, sun * 0.6))
        x = 0.4 * unit
        while x < width - 2 * unit:
            shop = float(self.rng.uniform(2.4, 4.2)) * unit
            pane = (250, 205, 140) if night else self.shade("#56636b", z, sun * 0.4, 1.1)
            draw.rectangle((x, base + unit * 0.9, x + shop, height), fill=pane)
            awning = self.shade(str(self.rng.choice(AWNINGS)), z, sun, 0.9)
            draw.rectangle((x - 4, base + unit * 0.3, x + shop + 4, base + unit * 1.3), fill=awning)
            x += shop + unit * 0.6
        cornice = self.shade("#efe9dd", z, sun)
        draw.rectangle((0, 0, width, unit // 2), fill=cornice)
        draw.rectangle((0, base - 4, width, base), fill=cornice)
        return image

    def houses(self, side: float, setback: float, start: float = 14.0, end: float = 190.0) -> None:
        """A row of fronts along one side of the street, far to near."""
        lots = [start]
        while lots[-1] < end:
            lots.append(lots[-1] + float(self.rng.uniform(11, 22)))
        lx, _, lz = self.light.sun_from
        # A front on the right faces left, and sees a sun that stands to the left.
        sun = 0.75 * max(0.0, -side * lx) + 0.1 * max(0.0, lz)
        for d0, d1 in reversed(list(itertools.pairwise(lots))):
            floors = int(self.rng.integers(4, 9))
            near, far = self.camera.road(side * setback, d0), self.camera.road(side * setback, d1)
            if near[1] < 3.0 or far[1] < 3.0:
                continue
            front = self._front(d1 - d0, floors, (near[1] + far[1]) / 2, sun)
            tall = front.height / 14
            left, right = (far, near) if side > 0 else (near, far)
            paste_quad(self.canvas, front, (
                self.camera.project(left[0], tall, left[1]),
                self.camera.project(right[0], tall, right[1]),
                self.camera.project(right[0], 0, right[1]),
                self.camera.project(left[0], 0, left[1]),
            ))  # fmt: skip

    def skyline(self, z: float, tall: float) -> None:
        """Towers or roofs far away, in the haze."""
        draw = ImageDraw.Draw(self.canvas)
        x = -30.0
        base = self.camera.horizon + 2
        k = self.camera.scale(z)
        while x < self.canvas.width:
            wide = float(self.rng.uniform(10, 34)) * k
            high = float(self.rng.uniform(0.25, 1.0)) ** 1.5 * tall * k
            colour = self.shade(str(self.rng.choice(WALLS)), z, 0.35)
            draw.rectangle((x, base - high, x + wide, base), fill=colour)
            if self.light.name == "night":
                for _ in range(int(wide * high / 600)):
                    u = x + float(self.rng.random()) * wide
                    v = base - float(self.rng.random()) * high
                    draw.rectangle((u, v, u + 1.6, v + 2.4), fill=(186, 142, 84))
            x += wide * float(self.rng.uniform(0.85, 1.15))

    def hills(self, z: float, tall: float, colour: str) -> None:
        """A soft ridge on the horizon."""
        k = self.camera.scale(z)
        phase = self.rng.random(3) * 6.28
        us = np.linspace(0, self.canvas.width, 60)
        waves = sum(
            np.sin(us / self.canvas.width * f + p) / f
            for f, p in zip((5, 11, 23), phase, strict=True)
        )
        base = self.camera.horizon
        top = base - tall * k * (0.6 + np.asarray(waves) * 1.4)
        outline = [(float(u), float(v)) for u, v in zip(us, top, strict=True)]
        ends = [(float(self.canvas.width), base + 3), (0.0, base + 3)]
        ImageDraw.Draw(self.canvas).polygon(outline + ends, fill=self.shade(colour, z, 0.4))

    def tree(self, s: float, d: float, metres: float, crown: float = 0.66) -> None:
        """One tree by the road."""
        x, z = self.camera.road(s, d)
        if z < 3.0:
            return
        k = self.camera.scale(z)
        u, v = self.camera.project(x, 0, z)
        reach = metres * 0.44 * k
        if u + reach < 0 or u - reach > self.canvas.width:
            return
        trunk = self.shade("#4b3d31", z, 0.3)
        ImageDraw.Draw(self.canvas).polygon(
            [(u - 0.15 * k, v), (u + 0.15 * k, v), (u + 0.07 * k, v - metres * 0.55 * k),
             (u - 0.07 * k, v - metres * 0.55 * k)], fill=trunk,
        )  # fmt: skip
        kind, colour = int(self.rng.integers(4)), str(self.rng.choice(LEAVES))
        leaves = crown_picture(kind, self.light.sun_from[0] > 0)
        back = 0.35 if self.light.sun_from[2] < 0 else 1.0
        dark = self.shade(colour, z, 0.02, 0.34)
        bright = self.shade(colour, z, 1.0 * back, 1.15)
        tables = [
            [round(a + (b - a) * i / 255) for i in range(256)]
            for a, b in zip(dark, bright, strict=True)
        ]
        size = (max(2, round(reach * 2.3)), max(2, round(metres * crown * 1.18 * k)))
        tone = leaves.getchannel("L").resize(size, Image.Resampling.BILINEAR)
        alpha = leaves.getchannel("A").resize(size, Image.Resampling.BILINEAR)
        shown = Image.merge("RGB", [tone.point(table) for table in tables])
        corner = (round(u - size[0] / 2), round(v - metres * k * 1.04))
        self.canvas.paste(shown, corner, alpha)

    def avenue(self, s: float, start: float, gap: float, end: float = 120.0) -> None:
        """Trees along one side, far to near."""
        for d in reversed(np.arange(start, end, gap)):
            self.tree(s, float(d + self.rng.uniform(-1, 1)), float(self.rng.uniform(6.5, 9.5)))

    def hedge(self, z: float, tall: float) -> None:
        """A wall of leaves across the view."""
        k = self.camera.scale(z)
        for _ in range(26):
            u = float(self.rng.uniform(-0.05, 1.05)) * self.canvas.width
            s, d = self.camera.on_road(self.camera.at(u, z), z)
            self.tree(
                s,
                d + float(self.rng.uniform(-6, 6)),
                tall * float(self.rng.uniform(0.7, 1.2)),
                0.85,
            )
        ImageDraw.Draw(self.canvas).rectangle(
            (0, self.camera.horizon - 0.6 * k, self.canvas.width, self.camera.horizon + 2),
            fill=self.shade("#2f4a28", z, 0.1),
        )

    def sails(self, water: float, count: int) -> None:
        """Boats on the water beyond the quay."""
        draw = ImageDraw.Draw(self.canvas)
        for z in sorted((float(self.rng.uniform(160, 620)) for _ in range(count)), reverse=True):
            x, deep = self.camera.road(water * 1.6 + np.sign(water) * z * 0.10, z)
            u, v = self.camera.project(x + float(self.rng.uniform(-60, 60)), 0, deep)
            k = self.camera.scale(deep)
            white = self.shade("#f6f3ea", z, 0.7)
            grey = self.shade("#d5d8da", z, 0.3)
            hull = self.shade(str(self.rng.choice(("#f2efe6", "#7a2f2f", "#24425c"))), z, 0.5)
            draw.polygon(
                [(u, v - 10 * k), (u, v - 1.4 * k), (u - 3.6 * k, v - 1.4 * k)], fill=white
            )
            draw.polygon([(u + 0.3 * k, v - 8 * k), (u + 0.3 * k, v - 1.4 * k),
                          (u + 2.6 * k, v - 1.4 * k)], fill=grey)  # fmt: skip
            draw.polygon([(u - 4 * k, v - 1.1 * k), (u + 3.8 * k, v - 1.1 * k), (u + 2.6 * k, v),
                          (u - 3 * k, v)], fill=hull)  # fmt: skip

    def lamps(self, s: float, start: float, gap: float) -> list[tuple[float, float, float]]:
        """Street lamps; the pixels and radii of their lights."""
        found = []
        draw = ImageDraw.Draw(self.canvas)
        for d in reversed(np.arange(start, 110.0, gap)):
            x, z = self.camera.road(s, float(d))
            if z < 4:
                continue
            k = self.camera.scale(z)
            u, v = self.camera.project(x, 0, z)
            top = v - 6.2 * k
            arm = u - np.sign(s) * 1.1 * k
            dark = self.shade("#33373d", z, 0.3)
            draw.line((u, v, u, top), fill=dark, width=max(1, round(0.12 * k)))
            draw.line((u, top, arm, top - 0.15 * k), fill=dark, width=max(1, round(0.09 * k)))
            found.append((float(arm), float(top), 0.20 * k))
        return found
