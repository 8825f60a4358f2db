"""Spectators behind the barriers: a few drawn people, repeated along the course."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from medley.demo_photos.camera import Camera
from medley.demo_photos.figure import Person, render
from medley.demo_photos.light import Light
from medley.demo_photos.outfit import dress
from medley.demo_photos.pose import Build, Gesture, Motion


@dataclass(frozen=True)
class Row:
    """Where a row of people stands: metres right of the road's middle, and along it."""

    s: float
    start: float
    end: float
    gap: float


def _spectators(
    rng: np.random.Generator, light: Light, per_metre: float, z: float, count: int
) -> list[Image.Image]:
    gestures: tuple[Gesture, ...] = ("clap", "stand", "phone", "cheer", "clap", "wave")
    found: list[Image.Image] = []
    for n in range(count):
        outfit = dress(rng, racer=False)
        height = float(rng.uniform(1.58, 1.88))
        motion = Motion(
            phase=0.0, yaw=float(rng.uniform(-45, 45)), gesture=gestures[n % len(gestures)],
            head_yaw=float(rng.uniform(-15, 15)), head_pitch=float(rng.uniform(-4, 8)),
        )  # fmt: skip
        person = Person(Build(height=height), motion, outfit)
        drawing = render(person, light, per_metre, z, fog=0.0, supersample=1.0, fine=False)
        found.append(drawing.image)
    return found


def paint_crowd(
    canvas: Image.Image, camera: Camera, light: Light, rows: list[Row], rng: np.random.Generator,
    kinds: int = 6,
) -> None:  # fmt: skip
    """Stand people along the rows, far to near."""
    places = []
    for row in rows:
        for d in np.arange(row.start, row.end, row.gap):
            s, along = row.s + float(rng.normal(0, 0.22)), float(d + rng.normal(0, 0.2))
            x, z = camera.road(s, along)
            u, _ = camera.project(x, 0, z)
            if z > 4.5 and -0.1 * canvas.width < u < 1.1 * canvas.width:
                places.append((z, x))
    if not places:
        return
    places.sort(reverse=True)
    usual = float(np.quantile([z for z, _ in places], 0.25))
    per_metre = min(camera.scale(usual), 90.0)
    cast = _spectators(rng, light, per_metre, usual, kinds)
    tint = tuple(min(255, round(255 * (c**0.4545))) for c in light.haze)
    ready: dict[tuple[int, int, bool], Image.Image] = {}
    for z, x in places:
        who, mirrored = int(rng.integers(len(cast))), bool(rng.random() < 0.5)
        k = camera.scale(z) / per_metre * float(rng.uniform(0.93, 1.05))
        step = round(np.log(k) * 14)
        if (who, step, mirrored) not in ready:
            ready[who, step, mirrored] = _sized(cast[who], float(np.exp(step / 14)), mirrored)
        shown = ready[who, step, mirrored]
        u, v = camera.project(x, 0, z)
        corner = (round(u - shown.width / 2), round(v - shown.height))
        fog = light.fog(z)
        if fog > 0.04:
            alpha = shown.getchannel("A")
            shown = Image.blend(shown.convert("RGB"), Image.new("RGB", shown.size, tint), fog)
            canvas.paste(shown, corner, alpha)
        else:
            canvas.paste(shown, corner, shown)


def _sized(picture: Image.Image, factor: float, mirrored: bool) -> Image.Image:
    size = (max(2, round(picture.width * factor)), max(3, round(picture.height * factor)))
    shown = picture.resize(size, Image.Resampling.BILINEAR)
    return ImageOps.mirror(shown) if mirrored else shown
