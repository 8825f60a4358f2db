"""What lens, weather and sensor add: blur, streaks, rain, bloom, vignette, grain."""

import itertools
from functools import cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from medley.demo_photos.solids import F32


def blur_layer(layer: Image.Image, radius: float) -> tuple[Image.Image, int]:
    """A layer out of focus, and the margin that it grew on each side."""
    if radius < 0.6:
        return layer, 0
    margin = (int(radius * 2.5) + 2) // 2 * 2
    grown = Image.new("RGBa", (layer.width + 2 * margin, layer.height + 2 * margin))
    grown.paste(layer.convert("RGBa"), (margin, margin))
    if radius > 5:
        # What is that soft loses nothing at half the size.
        half = grown.reduce(2).filter(ImageFilter.GaussianBlur(radius * 0.3))
        soft = half.resize(grown.size, Image.Resampling.BILINEAR)
    else:
        soft = grown.filter(ImageFilter.GaussianBlur(radius * 0.6))
    return soft.convert("RGBA"), margin


def streak_layer(layer: Image.Image, dx: float, dy: float) -> tuple[Image.Image, int]:
    """A layer that moved by dx, dy pixels while the shutter was open, and its margin."""
    length = float(np.hypot(dx, dy))
    if length < 1:
        return layer, 0
    margin = int(length / 2) + 2
    size = (layer.width + 2 * margin, layer.height + 2 * margin)
    grown = Image.new("RGBa", size)
    grown.paste(layer.convert("RGBa"), (margin, margin))
    return streak(grown, dx, dy).convert("RGBA"), margin


def streak(picture: Image.Image, dx: float, dy: float) -> Image.Image:
    """The mean of the picture along a line of dx, dy pixels: log2 many blends."""
    length = float(np.hypot(dx, dy))
    levels = max(1, int(np.ceil(np.log2(max(length, 2)))))
    out = picture
    for level in range(levels):
        share = 0.5 ** (level + 1)
        shift = (round(dx * share), round(dy * share))
        if shift == (0, 0):
            break
        out = Image.blend(out, ImageChops.offset(out, *shift), 0.5)
    return ImageChops.offset(out, -round(dx / 2), -round(dy / 2))


def blur_plate(plate: Image.Image, horizon: float, far: float, rows: F32) -> Image.Image:
    """Put a plate out of focus: by `far` pixels above the horizon, by `rows` below it.

    `rows` holds a radius for every row of the plate.
    """
    radii = rows.copy()
    radii[: max(0, int(horizon))] = far
    levels = sorted({0.0, far * 0.5, far, float(radii.max())})
    levels = [x for x in levels if x == 0 or x >= 0.8]
    shots = [plate if x == 0 else plate.filter(ImageFilter.GaussianBlur(x * 0.6)) for x in levels]
    out = shots[0]
    for (low, high), shot in zip(itertools.pairwise(levels), shots[1:], strict=True):
        share = np.clip((radii - low) / max(high - low, 1e-6), 0, 1)
        column = Image.fromarray((share * 255).astype(np.uint8)[:, None])
        out = Image.composite(shot, out, column.resize(plate.size))
    return out


def bokeh(plate: Image.Image, lights: list[tuple[float, float, float]], radius: float,
          colour: tuple[int, int, int], strength: float) -> Image.Image:  # fmt: skip
    """Add soft discs of light at u, v (each with its own extra radius)."""
    glow = Image.new("RGB", plate.size)
    draw = ImageDraw.Draw(glow)
    for u, v, extra in lights:
        r = radius + extra
        tone = tuple(round(c * strength) for c in colour)
        draw.ellipse((u - r, v - r, u + r, v + r), fill=tone)
        rim = tuple(min(255, round(c * strength * 1.25)) for c in colour)
        draw.ellipse((u - r, v - r, u + r, v + r), outline=rim, width=max(1, round(r * 0.08)))
    soft = ImageChops.screen(
        glow.filter(ImageFilter.GaussianBlur(max(1.0, radius * 0.10))),
        glow.filter(ImageFilter.GaussianBlur(radius * 2.2 + 6)).point(
            [i // 2 for i in range(256)] * 3
        ),
    )
    return ImageChops.screen(plate, soft)


def rain(size: tuple[int, int], rng: np.random.Generator, amount: float) -> Image.Image:
    """Streaks of rain, near ones long and soft, as light to be screened on."""
    image = Image.new("L", size)
    draw = ImageDraw.Draw(image)
    slant = float(rng.uniform(-0.16, 0.16))
    for _ in range(int(420 * amount)):
        near = float(rng.random()) ** 3
        x, y = rng.random(2) * np.array(size)
        long = size[1] * (0.014 + 0.05 * near)
        tone = int(40 + 70 * float(rng.random()) * (1 - near * 0.5))
        draw.line((x, y, x + slant * long, y + long), fill=tone, width=1 + int(near * 3))
    return image.filter(ImageFilter.GaussianBlur(0.8))


def confetti(size: tuple[int, int], rng: np.random.Generator, colours: list[str]) -> Image.Image:
    """Paper in the air: near pieces large and soft, far ones small and sharp."""
    out = Image.new("RGBA", size)
    for count, long, blur in ((120, 0.0032, 0.0), (22, 0.007, 2.0), (4, 0.017, 7.0)):
        layer = Image.new("RGBA", size)
        draw = ImageDraw.Draw(layer)
        for _ in range(count):
            # Near pieces stay at the edges, where no face is.
            low, wide = (0.8, 1.0) if not blur else (0.3, 1.0)
            x, y = rng.random(2) * np.array(size) * (wide, low)
            a, fold = rng.random() * 6.283, float(rng.uniform(0.3, 1.0))
            r = long * max(size) * float(rng.uniform(0.7, 1.3))
            p = np.array([np.cos(a), np.sin(a)]) * r
            q = np.array([-np.sin(a), np.cos(a)]) * r * 0.62 * fold
            corners = [(x + c[0], y + c[1]) for c in (p + q, p - q, -p - q, -p + q)]
            draw.polygon(corners, fill=colours[int(rng.integers(len(colours)))])
        if blur:
            soft = layer.convert("RGBa").reduce(2).filter(ImageFilter.GaussianBlur(blur / 2))
            layer = soft.resize(size, Image.Resampling.BILINEAR).convert("RGBA")
        out.alpha_composite(layer)
    return out


def flare(
    picture: Image.Image, at: tuple[float, float], colour: tuple[int, int, int], strength: float
) -> Image.Image:
    """The sun into the lens: a veil around it (at a share of the size), and ghosts opposite."""
    w, h = 150, round(150 * picture.height / picture.width)
    x, y = np.meshgrid((np.arange(w) + 0.5) / w - at[0], ((np.arange(h) + 0.5) / h - at[1]) * h / w)
    distance = np.hypot(x, y)
    veil = np.exp(-((distance / 0.46) ** 2)) * 0.55 + np.exp(-((distance / 0.13) ** 2)) * 0.9
    veil += 0.05 * np.exp(-distance) * (1 + np.cos(np.arctan2(y, x) * 9))
    for far, r in ((0.55, 0.03), (0.8, 0.055), (1.25, 0.04), (1.5, 0.09)):
        gx, gy = (0.5 - at[0]) * 2 * far, (0.5 - at[1]) * 2 * far * h / w
        veil += 0.07 * np.clip((r - np.hypot(x - gx, y - gy)) / 0.01, 0, 1)
    glow = np.clip(veil[..., None] * np.array(colour) * strength, 0, 255).astype(np.uint8)
    return ImageChops.screen(
        picture, Image.fromarray(glow).resize(picture.size, Image.Resampling.BICUBIC)
    )


def bloom(picture: Image.Image, above: int, strength: float) -> Image.Image:
    """Let the brightest parts glow."""
    small = picture.reduce(8)
    table = [
        min(255, max(0, round((i - above) * 255 / (255 - above) * strength))) for i in range(256)
    ]
    glow = small.point(table * 3).filter(ImageFilter.GaussianBlur(small.width / 60))
    return ImageChops.screen(picture, glow.resize(picture.size, Image.Resampling.BILINEAR))


def _vignette(size: tuple[int, int], amount: float) -> Image.Image:
    w, h = 96, 64
    x, y = np.meshgrid(np.linspace(-1, 1, w), np.linspace(-1, 1, h))
    fall = 1 - amount * np.clip((x * x + y * y) / 2, 0, 1) ** 1.4
    return Image.fromarray((fall * 255).astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)


def grade(picture: Image.Image, *, contrast: float, warmth: float, saturation: float,
          vignette: float) -> Image.Image:  # fmt: skip
    """A print's look: a soft S-curve, a tint, a little less colour, darker corners."""
    grey = picture.convert("L").convert("RGB")
    out = Image.blend(grey, picture, saturation)
    x = np.linspace(0, 1, 256)
    curve = x + contrast * (x - 0.5) * (1 - np.abs(2 * x - 1)) * 0.9
    table = []
    for tint in (1 + warmth, 1.0, 1 - warmth):
        table += [int(v) for v in np.clip(np.round(curve * tint * 250 + 3), 0, 255)]
    out = out.point(table)
    if vignette:
        out = ImageChops.multiply(out, _vignette(out.size, vignette).convert("RGB"))
    return out


@cache
def _noise_tile(blotch: bool) -> Image.Image:
    """Noise around 128 with a deviation of 32: grey and fine, or coloured and coarse."""
    rng = np.random.default_rng(404 + blotch)
    if not blotch:
        fine = rng.standard_normal((1024, 1024), dtype=np.float32) * 32 + 128
        return Image.fromarray(fine.clip(0, 255).astype(np.uint8))
    coarse = rng.standard_normal((384, 384, 3), dtype=np.float32) * 32 + 128
    small = Image.fromarray(coarse.clip(0, 255).astype(np.uint8))
    return small.resize((1024, 1024), Image.Resampling.BICUBIC)


def _tiled(tile: Image.Image, size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    out = Image.new(tile.mode, size)
    shifted = ImageChops.offset(tile, int(rng.integers(1024)), int(rng.integers(1024)))
    for x in range(0, size[0], 1024):
        for y in range(0, size[1], 1024):
            out.paste(shifted, (x, y))
    return out


def grain(
    picture: Image.Image, rng: np.random.Generator, amount: float, blotch: float
) -> Image.Image:
    """Sensor noise: fine in brightness, coarser in colour, weaker in the lights.

    `amount` and `blotch` are deviations in sRGB levels.
    """
    noise = _tiled(_noise_tile(False), picture.size, rng)
    scale = [round(128 + (i - 128) * amount / 32) for i in range(256)]
    fine = Image.merge("RGB", [noise.point(scale)] * 3)
    out = ImageChops.add(picture, fine, 1, -128)
    if blotch:
        scale = [round(128 + (i - 128) * blotch / 32) for i in range(256)]
        coarse = _tiled(_noise_tile(True), picture.size, rng).point(scale * 3)
        out = ImageChops.add(out, coarse, 1, -128)
    weight = picture.convert("L").point([round(255 - i * 0.55) for i in range(256)])
    return Image.composite(out, picture, weight)
