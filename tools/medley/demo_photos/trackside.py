"""What stands at the course: barriers with sponsors, the finish arch and its clock, flags."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from medley.demo_photos import glyphs
from medley.demo_photos.camera import Camera
from medley.demo_photos.light import Light, linear, lit
from medley.demo_photos.theme import Theme
from medley.demo_photos.warp import Quad, paste_quad

PANEL = (300, 132)


@lru_cache(maxsize=64)
def panel(theme: Theme, number: int) -> Image.Image:
    """One printed barrier panel, 2.5 m by 1.1 m."""
    width, height = PANEL
    grounds = (theme.main, theme.pale, theme.dark, theme.pale)
    inks = ("#ffffff", theme.dark, "#ffffff", theme.main)
    ground, ink = grounds[number % 4], inks[number % 4]
    image = Image.new("RGB", PANEL, ground)
    if number % 3 == 0:
        mark = glyphs.word(theme.title, 34, 0.05)
        mark.thumbnail((width - 36, 60))
        solid = Image.new("RGB", mark.size, ink)
        image.paste(solid, ((width - mark.width) // 2, (height - mark.height) // 2), mark)
    else:
        name = theme.sponsors[(number * 5 + 1) % len(theme.sponsors)]
        art = glyphs.logo(name, 56, ink, number)
        art.thumbnail((width - 36, 64))
        image.paste(art, ((width - art.width) // 2, (height - art.height) // 2), art)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, 5), fill=ink)
    draw.line((0, 0, 0, height), fill="#3a3d42", width=3)
    return image


def _dim(picture: Image.Image, light: Light, z: float, sun: float) -> Image.Image:
    """A print as this light shows it: a white of the print becomes the lit white."""
    white = lit(light, linear("#f4f2ee"), z, sun=sun, sky=0.85)
    black = lit(light, linear("#17181b"), z, sun=sun, sky=0.85)
    bands = picture.convert("RGB").split()
    graded = [
        band.point([round(b + (w - b) * i / 255) for i in range(256)])
        for band, w, b in zip(bands, white, black, strict=True)
    ]
    out = Image.merge("RGB", graded)
    if picture.mode == "RGBA":
        out.putalpha(picture.getchannel("A"))
    return out


@dataclass(frozen=True)
class Course:
    """Draws the course's furniture on one plate."""

    canvas: Image.Image
    camera: Camera
    light: Light
    theme: Theme
    rng: np.random.Generator

    def _sun(self, side: float) -> float:
        lx, _, lz = self.light.sun_from
        return 0.2 + 0.6 * max(0.0, -side * lx) + 0.15 * max(0.0, lz)

    def barriers(self, side: float, s: float, start: float, end: float) -> None:
        """A line of panels along one side, far to near."""
        sun = self._sun(side)
        first = int(self.rng.integers(12))
        for n, d in reversed(list(enumerate(np.arange(start, end, 2.5)))):
            near, far = self.camera.road(s, float(d)), self.camera.road(s, float(d) + 2.46)
            if near[1] < 1.6 or far[1] < 1.6:
                continue
            left, right = (far, near) if side > 0 else (near, far)
            quad: Quad = (
                self.camera.project(left[0], 1.12, left[1]),
                self.camera.project(right[0], 1.12, right[1]),
                self.camera.project(right[0], 0.04, right[1]),
                self.camera.project(left[0], 0.04, left[1]),
            )
            if max(p[0] for p in quad) < 0 or min(p[0] for p in quad) > self.canvas.width:
                continue
            shown = _dim(
                panel(self.theme, (n + first) % 12), self.light, (near[1] + far[1]) / 2, sun
            )
            paste_quad(self.canvas, shown, quad)

    def arch(self, d: float, text: str, seconds: int | None, half: float = 4.9) -> None:
        """An inflated arch over the road, with the event's name and a race clock."""
        middle = self.camera.road(0.0, d)
        z = middle[1]
        k = self.camera.scale(z)
        u, v = self.camera.project(middle[0], 0, z)
        lean = np.cos(np.radians(self.camera.heading))
        wide, high, tube = half * k * lean, 5.3 * k, 1.25 * k
        unit = 60 / 1.25
        art = Image.new("RGBA", (round((2 * half + 1.25) * unit), round((5.3 + 0.7) * unit)))
        draw = ImageDraw.Draw(art)
        w, h = art.size
        draw.rounded_rectangle((0, 0, w, h + 200), 110, fill=self.theme.main)
        draw.rounded_rectangle((74, 74, w - 74, h + 200), 60, fill=(0, 0, 0, 0))
        for x in (0, w - 74):
            draw.rectangle((x, h - 70, x + 74, h), fill=self.theme.dark)
        for x, turn in ((14, 90), (w - 60, 270)):
            mark = glyphs.logo(self.theme.sponsors[turn // 90 % 4], 34, "#ffffff", turn // 90)
            mark.thumbnail((150, 40))
            mark = mark.rotate(turn, expand=True)
            art.paste(mark, (x + 4, h // 2 - mark.height // 2), mark)
        title = glyphs.word(text, 40, 0.055)
        title.thumbnail((w - 220, 44))
        art.paste(Image.new("RGB", title.size, "#ffffff"), ((w - title.width) // 2, 17), title)
        self._round(art)
        shown = _dim(art, self.light, z, 0.15 + 0.5 * max(0.0, self.light.sun_from[2]))
        left, right, top = u - wide - tube / 2, u + wide + tube / 2, v - high
        paste_quad(self.canvas, shown, ((left, top), (right, top), (right, v), (left, v)))
        if seconds is not None:
            self._clock(u, top + tube * 1.1, k, seconds)

    def _round(self, art: Image.Image) -> None:
        """Shade the arch's tube as round: dark towards its edges."""
        alpha = np.asarray(art.getchannel("A"), dtype=np.float32) / 255
        h, w = alpha.shape
        x, y = np.arange(w, dtype=np.float32)[None, :], np.arange(h, dtype=np.float32)[:, None]
        edge = np.minimum(np.minimum(x, w - 1 - x), y)
        across = np.clip(np.minimum(edge, 74) / 74, 0, 1)
        shade = 0.62 + 0.42 * np.sqrt(np.clip(1 - ((across - 0.42) / 0.62) ** 2, 0, 1))
        rgb = np.asarray(art.convert("RGB"), dtype=np.float32) * shade[..., None]
        art.paste(Image.fromarray(rgb.clip(0, 255).astype(np.uint8)), (0, 0))
        art.putalpha(Image.fromarray((alpha * 255).astype(np.uint8)))

    def _clock(self, u: float, top: float, k: float, seconds: int) -> None:
        text = f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        digits = glyphs.clock(text, 64)
        box = Image.new("RGB", (digits.width + 44, 104), "#101216")
        tint = Image.new("RGB", digits.size, "#ffb320")
        box.paste(tint, (22, 20), digits)
        high = 0.72 * k
        wide = high * box.width / box.height
        shown = box.resize((max(2, round(wide)), max(2, round(high))), Image.Resampling.LANCZOS)
        self.canvas.paste(shown, (round(u - wide / 2), round(top)))

    def flags(self, s: float, start: float, gap: float, end: float = 60.0) -> None:
        """Feather flags along the kerb, far to near."""
        draw = ImageDraw.Draw(self.canvas)
        for n, d in reversed(list(enumerate(np.arange(start, end, gap)))):
            x, z = self.camera.road(s, float(d))
            if z < 4:
                continue
            k = self.camera.scale(z)
            u, v = self.camera.project(x, 0, z)
            colour = (self.theme.main, self.theme.dark, self.theme.pale)[n % 3]
            tone = lit(self.light, linear(colour), z, sun=0.45, sky=0.85)
            shade = lit(self.light, linear(colour), z, sun=0.2, sky=0.6)
            bow = float(self.rng.uniform(0.75, 1.0)) * (1 if self.rng.random() < 0.8 else -1)
            outline = [
                (
                    u + bow * 0.78 * k * np.sin(t * 2.6) ** 0.8 if 0 < t < 1.2 else u,
                    v - (0.9 + 3.3 * t / 1.2) * k,
                )
                for t in np.linspace(0, 1.2, 14)
            ]
            draw.line((u, v, u, v - 4.25 * k), fill=(60, 62, 68), width=max(1, round(0.05 * k)))
            draw.polygon([(u, v - 0.9 * k), *outline, (u, v - 4.2 * k)], fill=tone)
            inner = [(u + (px - u) * 0.42, py) for px, py in outline]
            draw.polygon([(u, v - 0.9 * k), *inner, (u, v - 4.2 * k)], fill=shade)
            if 0.34 * k > 5:
                name = self.theme.sponsors[n % len(self.theme.sponsors)]
                ink = "#ffffff" if n % 3 != 2 else self.theme.dark
                mark = glyphs.logo(name, max(8, round(0.34 * k)), ink, n)
                mark.thumbnail((round(2.4 * k), mark.height))
                mark = mark.rotate(90, expand=True)
                self.canvas.paste(
                    mark, (round(u + bow * 0.36 * k - mark.width / 2), round(v - 3.7 * k)), mark
                )
