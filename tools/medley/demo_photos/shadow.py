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
    mask = Image.new("L", canvas.size)
    feet = Image.new("L", canvas.size)
    draw, contact = ImageDraw.Draw(mask), ImageDraw.Draw(feet)
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
            kk = camera.scale(distance)
            rv = r * kk * max(camera.eye / distance, 0.08) * 1.3
            draw.ellipse((pu - r * kk, pv - rv, pu + r * kk, pv + rv), fill=255)
    for side in drawing.body.sides:
        p = side.foot.point(0, 0, 0.04)
        gap = max(0.0, float(p[1]) - 0.09)
        pu, pv = u + p[0] * k, v + p[2] * k * squash
        r, dark = (0.13 + gap * 0.3) * k, round(255 * max(0.0, 1 - gap / 0.45))
        contact.ellipse(
            (pu - r, pv - r * max(squash, 0.12) * 1.4, pu + r, pv + r * max(squash, 0.12) * 1.4),
            fill=dark,
        )
    soft = max(1.0, light.softness * k * 1.2)
    mask = mask.filter(ImageFilter.GaussianBlur(soft))
    feet = feet.filter(ImageFilter.GaussianBlur(max(1.0, 0.045 * k)))
    strength = light.shadow
    if light.name == "night":
        strength = 0.5
    shade = ImageChops.lighter(
        mask.point([round(i * strength) for i in range(256)]),
        feet.point([round(i * 0.62) for i in range(256)]),
    )
    tint = Image.new("RGB", canvas.size, (14, 17, 30))
    canvas.paste(tint, (0, 0), shade)
