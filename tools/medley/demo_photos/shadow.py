"""Shadows on the ground: a figure's solids cast along the sun's rays, softened."""

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from medley.demo_photos.camera import Camera
from medley.demo_photos.figure import Drawing
from medley.demo_photos.light import Light


def cast_shadow(
    canvas: Image.Image, camera: Camera, light: Light, drawing: Drawing, x: float, z: float
) -> None:
    """Darken the ground of a plate where a figure at world x, z takes the light away."""
    k = camera.scale(z)
    squash = camera.eye / z
    lx, ly, lz = (float(c) for c in light.direction())
    ly = max(ly, 0.3)
    discs: list[tuple[float, float, float, float]] = []
    u, v = camera.project(x, 0, z)
    for solid in drawing.solids:
        a, b = solid.frame.point(*solid.a), solid.frame.point(*solid.b)
        wide = float(np.linalg.norm((solid.frame.axes @ np.diag(solid.scale))[0]))
        for share in (0.0, 0.33, 0.67, 1.0):
            p = a + (b - a) * share
            r = (solid.ra + (solid.rb - solid.ra) * share) * wide
            gx, gz = p[0] - lx / ly * p[1], p[2] - lz / ly * p[1]
            distance = z - gz
            if distance < 1.5:
                continue
            pu, pv = camera.project(x + gx, 0, distance)
            ru = r * camera.scale(distance)
            discs.append((pu, pv, ru, ru * max(camera.eye / distance, 0.08) * 1.3))
    steps: list[tuple[float, float, float, int]] = []
    for side in drawing.body.sides:
        p = side.foot.point(0, 0, 0.04)
        gap = max(0.0, float(p[1]) - 0.09)
        dark = round(255 * max(0.0, 1 - gap / 0.45))
        steps.append((u + p[0] * k, v + p[2] * k * squash, (0.13 + gap * 0.3) * k, dark))
    soft, near = max(1.0, light.softness * k * 1.2), max(1.0, 0.045 * k)
    edge = 3 * max(soft, near)
    around = [*discs, *((pu, pv, r, r) for pu, pv, r, _ in steps)]
    x0 = max(0, int(min(d[0] - d[2] for d in around) - edge))
    y0 = max(0, int(min(d[1] - d[3] for d in around) - edge))
    x1 = min(canvas.width, int(max(d[0] + d[2] for d in around) + edge))
    y1 = min(canvas.height, int(max(d[1] + d[3] for d in around) + edge))
    if x1 <= x0 or y1 <= y0:
        return
    mask, feet = Image.new("L", (x1 - x0, y1 - y0)), Image.new("L", (x1 - x0, y1 - y0))
    draw, contact = ImageDraw.Draw(mask), ImageDraw.Draw(feet)
    for pu, pv, ru, rv in discs:
        draw.ellipse((pu - ru - x0, pv - rv - y0, pu + ru - x0, pv + rv - y0), fill=255)
    for pu, pv, r, dark in steps:
        flat = r * max(squash, 0.12) * 1.4
        contact.ellipse((pu - r - x0, pv - flat - y0, pu + r - x0, pv + flat - y0), fill=dark)
    mask = mask.filter(ImageFilter.GaussianBlur(soft))
    feet = feet.filter(ImageFilter.GaussianBlur(near))
    shade = ImageChops.lighter(
        mask.point([round(i * light.shadow) for i in range(256)]),
        feet.point([round(i * 0.62) for i in range(256)]),
    )
    canvas.paste(Image.new("RGB", mask.size, (14, 17, 30)), (x0, y0), shade)
