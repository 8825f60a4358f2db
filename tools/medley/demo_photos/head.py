"""The head: skull, jaw, nose, ears, hair and hats as solids, and the face painted on them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from medley.demo_photos.noise import look_up, tile
from medley.demo_photos.outfit import Outfit
from medley.demo_photos.parts import HAIR, HEAD, TORSO, Maker, Material
from medley.demo_photos.pose import Build, Skeleton
from medley.demo_photos.solids import F32, Bool, Floats, Frame, Keep, Solid

type Point = tuple[float, float, float]

SKULL: Point = (0.0, 0.018, -0.008)
SKULL_RADII: Point = (0.0435, 0.050, 0.0545)


def head(make: Maker, body: Skeleton, build: Build, outfit: Outfit) -> list[Solid]:
    """Neck, head and hair; sizes in body heights times the build's head."""
    big = Maker(make.h * build.head)
    frame = body.head
    base = body.chest.point(0, body.torso * 0.955, -0.010 * make.h)
    thick = 0.031 if not outfit.female else 0.0265
    top = frame.point(0, -0.02 * make.h, -0.014 * make.h)
    parts = [make.cone(Material.SKIN, base, top, (thick * 1.06, thick), group=TORSO,
                       blend=0.02)]  # fmt: skip

    def cone(
        a: Point, b: Point, ra: float, rb: float, blend: float = 0.012, scale: Point = (1, 1, 1)
    ) -> Solid:
        return big.cone(
            Material.FACE, a, b, (ra, rb), frame=frame, scale=scale, group=HEAD, blend=blend
        )

    slim = 0.94 if outfit.female else 1.0
    parts += [
        _ellipsoid(big, Material.FACE, SKULL, SKULL_RADII, frame, HEAD, 0.012),
        cone((0, -0.010, 0.010), (0, -0.043, 0.024), 0.0400 * slim, 0.0215 * slim, 0.014),
        cone((0.016, -0.012, 0.030), (0.013, -0.026, 0.030), 0.0185, 0.015, 0.012),
        cone((-0.016, -0.012, 0.030), (-0.013, -0.026, 0.030), 0.0185, 0.015, 0.012),
        cone((0, 0.008, 0.0455), (0, -0.0135, 0.0545), 0.0042, 0.0078, 0.006),
        cone((0.0052, -0.0145, 0.050), (-0.0052, -0.0145, 0.050), 0.0052, 0.0052, 0.005),
    ]
    for sign in (1, -1):
        at = (sign * 0.0415, -0.004, -0.008)
        parts.append(
            _ellipsoid(big, Material.FACE, at, (0.0060, 0.0140, 0.0100), frame, HEAD, 0.004)
        )
    return parts + _hair(big, frame, outfit) + _headwear(big, frame, outfit)


def _ellipsoid(
    make: Maker, material: Material, at: Point, radii: Point, frame: Frame, group: int, blend: float
) -> Solid:
    k = radii[0]
    scale = (1.0, radii[1] / k, radii[2] / k)
    return make.cone(material, at, at, (k, k), frame=frame, scale=scale, group=group, blend=blend)


def _shell(
    make: Maker, material: Material, grow: float, frame: Frame, group: int, shift: Point = (0, 0, 0)
) -> Solid:
    at = (SKULL[0] + shift[0], SKULL[1] + shift[1], SKULL[2] + shift[2])
    radii = (SKULL_RADII[0] * grow, SKULL_RADII[1] * grow, SKULL_RADII[2] * grow)
    return _ellipsoid(make, material, at, radii, frame, group, 0.008)


def _hair(make: Maker, frame: Frame, outfit: Outfit) -> list[Solid]:
    style, h = outfit.hair_style, make.h
    if style == "bald":
        return []
    grow = {"crop": 1.035, "short": 1.075, "afro": 1.42, "long": 1.1}.get(style, 1.06)
    ragged = tile(1.6, 9.0, outfit.seed % 5)
    lift = {"crop": 0.010, "short": 0.006, "afro": 0.014}.get(style, 0.002)
    jag = 0.0035 if style in ("short", "long", "afro") else 0.0016

    def above_hairline(x: F32, y: F32, z: F32) -> Bool:
        edge = look_up(ragged, x / np.float32(0.18), z / np.float32(0.18)) * np.float32(jag * h)
        forehead = np.float32(0.040 * h) + edge - np.abs(x) * np.float32(0.28)
        slope = np.where(z > 0, np.float32(0.86), np.float32(0.62))
        line = np.float32(lift * h) + slope * z + edge
        return y > np.minimum(line, forehead)

    shift = (0.0, 0.012, -0.012) if style == "afro" else (0.0, 0.002, -0.002)
    parts = [replace(_shell(make, Material.HAIR, grow, frame, HAIR, shift), keep=above_hairline)]

    def lock(points: list[Point], radii: list[float]) -> list[Solid]:
        return [
            make.cone(Material.HAIR, a, b, (ra, rb), frame=frame, group=HAIR, blend=0.01)
            for a, b, ra, rb in zip(points, points[1:], radii, radii[1:], strict=False)
        ]

    swing = ((outfit.seed % 97) / 48 - 1) * 0.05
    if style == "bun":
        parts += lock([(0, 0.062, -0.040), (0, 0.066, -0.044)], [0.023, 0.022])
    if style == "ponytail":
        parts += lock(
            [(0, 0.050, -0.056), (swing * 0.6, 0.044, -0.085), (swing * 1.4, 0.0, -0.098),
             (swing * 1.7, -0.05, -0.088)],
            [0.014, 0.021, 0.020, 0.006],
        )  # fmt: skip
    if style == "long":
        for sign in (1, -1):
            parts += lock(
                [(sign * 0.040, 0.022, -0.022), (sign * 0.050, -0.035, -0.024),
                 (sign * 0.047 + swing * 0.3, -0.088, -0.018)],
                [0.017, 0.021, 0.012],
            )  # fmt: skip
        parts += lock([(0, 0.0, -0.035), (0, -0.07, -0.04)], [0.045, 0.035])
    return parts


def _headwear(make: Maker, frame: Frame, outfit: Outfit) -> list[Solid]:
    h = make.h
    puffy = 1.08 if outfit.hair_style != "afro" else 1.12

    def band(low: float, high: float) -> Keep:
        def keep(_x: F32, y: F32, z: F32) -> Bool:
            level = y - np.float32(0.12) * z
            return (level > np.float32(low * h)) & (level < np.float32(high * h))

        return keep

    if outfit.headwear == "cap":
        dome = replace(_shell(make, Material.CAP, puffy + 0.03, frame, 15), keep=band(0.027, 1.0))
        return [dome, _visor(make, frame)]
    if outfit.headwear == "visor":
        return [
            replace(_shell(make, Material.CAP, puffy + 0.02, frame, 15), keep=band(0.027, 0.043)),
            _visor(make, frame),
        ]
    if outfit.headwear == "headband" and outfit.hair_style != "afro":
        return [
            replace(_shell(make, Material.BAND, puffy + 0.015, frame, 15), keep=band(0.028, 0.043))
        ]
    return []


def _visor(make: Maker, frame: Frame) -> Solid:
    return _ellipsoid(
        make, Material.CAP, (0, 0.0285, 0.058), (0.036, 0.0055, 0.036), frame, 15, 0.008
    )


def _spot(
    x: Floats, y: Floats, cx: float, cy: float, rx: float, ry: float, edge: float = 0.25
) -> F32:
    """1 inside an ellipse, 0 outside, soft at its edge."""
    d = np.sqrt(((x - np.float32(cx)) / np.float32(rx)) ** 2 + ((y - np.float32(cy)) / ry) ** 2)
    out: F32 = np.clip((1 + edge - d) / np.float32(2 * edge), 0, 1).astype(np.float32)
    return out


def paint_face(x: F32, y: F32, z: F32, outfit: Outfit) -> tuple[F32, F32]:
    """Albedo (3, n) and gloss (n) of the face at head coordinates, in units of the head.

    The units are body heights times the build's head; the eyes lie on y = 0.
    """
    skin = np.array(outfit.skin, dtype=np.float32)[:, None]
    colour = np.repeat(skin, x.size, axis=1)
    gloss = np.full(x.size, 0.10, dtype=np.float32)
    front = np.clip((z - 0.012) * 60, 0, 1).astype(np.float32)
    ax = np.abs(x)

    def mix(mask: F32, tint: tuple[float, float, float] | F32, amount: float = 1.0) -> None:
        nonlocal colour
        target = np.asarray(tint, dtype=np.float32).reshape(3, 1)
        colour = colour + (target - colour) * (mask * front * np.float32(amount))

    flush = skin[:, 0] * np.array([1.04, 0.70, 0.64], dtype=np.float32)
    mix(_spot(ax, y, 0.024, -0.018, 0.016, 0.013, 0.8), flush, 0.55)
    mix(_spot(x, y, 0, -0.015, 0.010, 0.008, 0.8), flush, 0.4)
    dark = skin[:, 0] * np.array([0.50, 0.40, 0.36], dtype=np.float32)
    mix(_spot(ax, y, 0.0172, 0.003, 0.0125, 0.0085, 0.6), dark, 0.42)
    if outfit.beard:
        grain = look_up(tile(0.6, 30.0), x * 9, y * 9) * np.float32(0.16)
        jaw = np.clip((-0.019 - y + ax * 0.42) * 150, 0, 1) * (z > -0.004)
        lip = 1 - _spot(x, y, 0, -0.031, 0.0125, 0.0058, 0.3)
        mix((jaw * lip * (0.85 + grain)).astype(np.float32), outfit.hair, outfit.beard)
    inner = _spot(y, z, -0.004, -0.007, 0.010, 0.006, 0.5) * (ax > 0.0435)
    colour = colour + (dark[:, None] * 1.2 - colour) * (inner * np.float32(0.7))
    lips = skin[:, 0] * np.array([0.82, 0.44, 0.42], dtype=np.float32)
    width = 0.0115 + 0.004 * outfit.smile
    bend = (ax / np.float32(width)) ** 2 * np.float32(0.004 * outfit.smile)
    mouth = y - bend
    opening = 0.0022 + 0.0062 * outfit.open_mouth
    mix(_spot(x, mouth, 0, -0.032, width * 1.06, opening + 0.0030, 0.25), lips, 0.85)
    mix(_spot(x, mouth, 0, -0.0322, width * 0.82, opening, 0.25), (0.035, 0.012, 0.012))
    teeth = _spot(x, mouth, 0, -0.0322 + opening * 0.55, width * 0.70, opening * 0.5, 0.3)
    mix(teeth, (0.80, 0.77, 0.72), 0.9 if outfit.open_mouth > 0.25 else 0.0)
    mix(_spot(ax, y, 0.0045, -0.0195, 0.0030, 0.0018, 0.5), dark * 0.4, 0.75)
    if outfit.glasses:
        _glasses(mix, x, y, gloss, front)
        return colour, gloss
    white = _spot(ax, y - (ax - 0.0172) * 0.08, 0.0172, 0.0012, 0.0080, 0.0037, 0.2)
    mix(white, (0.60, 0.585, 0.57))
    mix(white * _spot(ax, y, 0.0170, 0.0014, 0.0041, 0.0042, 0.2), (0.035, 0.022, 0.014))
    mix(_spot(ax, y, 0.0182, 0.0030, 0.0014, 0.0014, 0.3), (0.9, 0.9, 0.9), 0.8)
    lid = y - (ax - 0.0172) * 0.08 + ((ax - 0.0172) / 0.0085) ** 2 * 0.0028
    mix(_spot(ax, lid, 0.0175, 0.0058, 0.0095, 0.0013, 0.35), (0.02, 0.013, 0.010), 0.95)
    brow = y + ((ax - 0.0175) / 0.012) ** 2 * 0.0026
    thick = 0.0021 if outfit.female else 0.0029
    tint = np.array(outfit.hair, dtype=np.float32) * 0.8
    mix(_spot(ax, brow, 0.0178, 0.0150, 0.0118, thick, 0.4), tint, 0.9)
    return colour, gloss


def _glasses(mix: Callable[..., None], x: F32, y: F32, gloss: F32, front: F32) -> None:
    ax = np.abs(x)
    lens = _spot(ax, y + (ax - 0.02) * 0.15, 0.0195, 0.001, 0.0172, 0.0108, 0.12)
    bridge = ((ax < 0.006) & (np.abs(y - 0.004) < 0.0024)).astype(np.float32)
    arm = ((ax > 0.034) & (np.abs(y - 0.004) < 0.0025)).astype(np.float32)
    mix(np.maximum(np.maximum(lens, bridge), arm), (0.018, 0.020, 0.028))
    sheen = lens * np.clip((y + 0.009) * 55, 0, 1) ** 2
    mix(sheen.astype(np.float32), (0.10, 0.14, 0.21), 0.7)
    gloss += lens * front * np.float32(0.5)
