"""The place behind the runners, at half size: sky, scenery, ground, course, crowd, shadows."""

import numpy as np
from PIL import Image

from medley.demo_photos.camera import Camera
from medley.demo_photos.crowd import Row, paint_crowd
from medley.demo_photos.effects import blur_plate, bokeh, streak
from medley.demo_photos.figure import Drawing
from medley.demo_photos.ground import Ground, paint_ground
from medley.demo_photos.scenery import Painter
from medley.demo_photos.shadow import cast_shadow
from medley.demo_photos.shot import Shot
from medley.demo_photos.sky import paint_sky
from medley.demo_photos.theme import Theme
from medley.demo_photos.trackside import Course

type Lamps = list[tuple[float, float, float]]


def _backdrop(shot: Shot, camera: Camera, rng: np.random.Generator) -> tuple[Image.Image, Lamps]:
    canvas = paint_sky(camera, shot.light, shot.seed)
    scenery = Painter(canvas, camera, shot.light, rng)
    lamps: Lamps = []
    if shot.venue == "waterfront":
        scenery.hills(1500.0, 46.0, "#5f7a6a")
        scenery.skyline(900.0, 52.0)
    elif shot.venue == "park":
        scenery.hills(400.0, 22.0, "#4c6a45")
        scenery.skyline(260.0, 34.0)
    else:
        scenery.skyline(300.0, 60.0)
    verge = {"park": "#6f8a4a", "waterfront": "#b3a995", "avenue": "#8f8b84"}[shot.venue]
    ground = Ground(
        verge=verge,
        asphalt="#5c5e64" if shot.light.name == "rain" else "#74757a",
        dapple=0.75 if shot.venue == "park" else 0.0,
        shade_edge=1.6
        if shot.venue == "avenue" and shot.light.name in ("clear", "golden")
        else None,
        wet=0.85 if shot.light.name == "rain" else 0.0,
        finish=shot.arch_at,
        water=_water(camera) if shot.venue == "waterfront" else None,
        lamps=shot.light.name == "night",
        seed=shot.seed,
    )
    first, road = paint_ground(camera, shot.light, ground)
    canvas.paste(road, (0, first))
    if shot.venue == "avenue":
        scenery.hedge(170.0, 10.0)
        for side in (-1.0, 1.0):
            scenery.houses(side, 10.0)
        leafy = rng.random(2) < 0.5
        for side, trees in zip((-7.4, 7.4), leafy, strict=True):
            if trees:
                scenery.avenue(side, 20.0, 11.0)
            lamps += scenery.lamps(side * 0.72, 14.0, 16.0)
    elif shot.venue == "park":
        scenery.hedge(95.0, 13.0)
        for side in (-13.0, 13.0, -8.0, 8.0):
            scenery.avenue(side, 16.0, 6.5, 80.0)
    else:
        lamps += scenery.lamps(-5.4, 12.0, 14.0) + scenery.lamps(5.4, 12.0, 14.0)
        scenery.sails(_water(camera), 7)
        scenery.avenue(-1.35 * _water(camera), 18.0, 9.0)
    return canvas, lamps


def _water(camera: Camera) -> float:
    """Where the quay's edge is: on the side that the camera looks towards."""
    return -6.6 if camera.heading > 0 else 6.6


def _course(shot: Shot, camera: Camera, canvas: Image.Image, theme: Theme,
            rng: np.random.Generator) -> None:  # fmt: skip
    course = Course(canvas, camera, shot.light, theme, rng)
    arch = shot.arch_at or 60.0
    rows = [
        Row(side * s, start, end, gap)
        for side in (-1.0, 1.0)
        for s, gap in ((5.4, 0.72), (6.1, 0.95))
        for start, end in ((7.0, arch + 14.0),)
    ]
    if shot.venue == "park" and shot.arch_at is None:
        rows = [Row(side * 5.6, 9.0, 40.0, 1.5) for side in (-1.0, 1.0)]
    for row in rows:
        if row.s * camera.lane > 3.6 * abs(row.s):
            rows = [r for r in rows if r.s * row.s < 0]
            break
    course.flags(-4.9, arch + 3, 9.0, arch + 34)
    course.flags(4.9, arch + 3, 9.0, arch + 34)
    for side in (-1.0, 1.0):
        course.barriers(side, side * 4.35, arch + 0.5, arch + 24)
    if shot.arch_at is not None:
        course.arch(arch, theme.title, shot.clock)
    paint_crowd(canvas, camera, shot.light, rows, rng)
    for side in (-1.0, 1.0):
        # A camera outside the course looks over the near barrier, not through it.
        start = 3.0 if side * camera.lane < 3.6 else camera.focus * 1.3
        course.barriers(side, side * 4.35, start, arch)


def _panned(canvas: Image.Image, length: int) -> Image.Image:
    """The plate streaked sideways; its edges are stretched first, since a streak wraps around."""
    w, h = canvas.size
    wide = Image.new("RGB", (w + 2 * length, h))
    wide.paste(canvas.crop((0, 0, 1, h)).resize((length, h)), (0, 0))
    wide.paste(canvas.crop((w - 1, 0, w, h)).resize((length, h)), (w + length, 0))
    wide.paste(canvas, (length, 0))
    return streak(wide, length, 0).crop((length, 0, w + length, h))


def paint_plate(
    shot: Shot, theme: Theme, figures: list[tuple[Drawing, float, float]], rng: np.random.Generator
) -> Image.Image:
    """The photo without its runners, at full size; their shadows are on the ground."""
    camera = shot.camera.halved()
    canvas, lamps = _backdrop(shot, camera, rng)
    _course(shot, camera, canvas, theme, rng)
    for drawing, x, z in figures:
        cast_shadow(canvas, camera, shot.light, drawing, x, z)
    rows = np.arange(camera.height, dtype=np.float32)
    z = camera.focal * camera.eye / np.maximum(rows + 0.5 - camera.horizon, 0.5)
    radii = camera.aperture * camera.focal * np.abs(1 / z - 1 / camera.focus)
    far = camera.blur(34.0)
    canvas = blur_plate(canvas, camera.horizon, far, radii.astype(np.float32))
    if shot.light.name in ("night", "golden", "rain") and lamps:
        dusk = {"night": 0.95, "golden": 0.4, "rain": 0.5}[shot.light.name]
        canvas = bokeh(canvas, lamps, max(2.0, far), (255, 205, 140), dusk)
    if "panning" in shot.conditions:
        canvas = _panned(canvas, round(camera.width * 0.075))
    return canvas.resize((shot.camera.width, shot.camera.height), Image.Resampling.BICUBIC)
