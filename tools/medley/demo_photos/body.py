"""A posed skeleton and an outfit become solids: limbs, torso, clothes, shoes."""

from dataclasses import replace

import numpy as np

from medley.demo_photos.outfit import Outfit
from medley.demo_photos.parts import ARMS, BOTTOMS, FEET, LEGS, TORSO, WRIST, Maker, Material
from medley.demo_photos.pose import Build, Side, Skeleton
from medley.demo_photos.solids import F32, F64, Bool, Solid


def torso(make: Maker, body: Skeleton, build: Build, outfit: Outfit) -> list[Solid]:
    """The shirt (a singlet's bare shoulders are painted on it)."""
    length = body.torso / make.h
    g, s, hips = build.girth, build.shoulders, build.hips
    deep = (1.0, 1.0, 0.66 if not outfit.female else 0.68)
    waist = (0.080 if not outfit.female else 0.071) * g
    chest = (0.094 if not outfit.female else 0.084) * g * (0.5 + 0.5 * s)
    frame = body.chest

    def cone(
        a: tuple[float, float, float], b: tuple[float, float, float], ra: float, rb: float,
        scale: tuple[float, float, float] = deep, blend: float = 0.035,
    ) -> Solid:  # fmt: skip
        return make.cone(
            Material.SHIRT, a, b, (ra, rb), frame=frame, scale=scale, group=TORSO, blend=blend
        )

    parts = [
        cone((0, 0.34 * length, 0), (0, 0.66 * length, 0.004), waist, chest),
        cone((-0.06 * s, 0.89 * length, -0.006), (0.06 * s, 0.89 * length, -0.006), 0.047, 0.047),
        cone((0.028, 0.72 * length, 0.016), (0.034, 0.76 * length, 0.01), 0.052 * g, 0.05 * g),
        cone((-0.028, 0.72 * length, 0.016), (-0.034, 0.76 * length, 0.01), 0.052 * g, 0.05 * g),
    ]
    for sign in (1, -1):
        parts.append(
            cone(
                (sign * 0.022, length * 1.03, -0.012),
                (sign * 0.085 * s, length * 0.965, -0.01),
                0.026,
                0.026,
                (1, 1, 0.9),
                0.03,
            )
        )
        if outfit.female:
            at = (sign * 0.034, 0.68 * length, 0.026)
            parts.append(cone(at, at, 0.040, 0.040, (1, 1, 0.85), 0.03))
    hem = (0.103 if not outfit.female else 0.102) * hips * g
    parts.append(
        make.cone(
            Material.SHIRT,
            (0, 0.42 * length, -0.006),
            (0, -0.15 * length, 0.004),
            (waist * 0.98, hem),
            frame=frame,
            scale=(1.0, 1.0, 0.81),
            group=TORSO,
            blend=0.04,
            tube=True,
            wave=0.03,
        )
    )
    return parts


def legs(make: Maker, body: Skeleton, build: Build, outfit: Outfit) -> list[Solid]:
    """Skin or tights from hip to ankle, and the shorts over them."""
    parts: list[Solid] = []
    k = build.limbs * (0.93 if outfit.female else 1.0)
    front = body.pelvis.axes[:, 2]
    for number, side in enumerate(body.sides):
        upper = Material.SKIN if outfit.legs == "shorts" else Material.TIGHTS
        lower = Material.TIGHTS if outfit.legs == "tights" else Material.SKIN
        parts += _leg(make, side, k, front, (upper, lower), LEGS + number)
        if outfit.legs == "shorts":
            end = side.hip + (side.knee - side.hip) * outfit.leg_length
            parts.append(
                make.cone(
                    Material.BOTTOM,
                    side.hip,
                    end,
                    (0.0535 * k, 0.064 * k),
                    group=BOTTOMS,
                    blend=0.02,
                    tube=True,
                    wave=0.02,
                )
            )
    cover = Material.BOTTOM if outfit.legs == "shorts" else Material.TIGHTS
    w = build.hips * build.girth
    parts.append(
        make.cone(
            cover,
            (0.034 * w, 0.0, -0.004),
            (-0.034 * w, 0.0, -0.004),
            (0.056, 0.056),
            frame=body.pelvis,
            group=BOTTOMS,
            blend=0.03,
        )
    )
    parts.append(
        make.cone(
            cover,
            (0, 0.0, 0),
            (0, 0.09, 0.002),
            (0.088 * w, 0.078 * w),
            frame=body.pelvis,
            scale=(1, 1, 0.62),
            group=BOTTOMS,
            blend=0.03,
        )
    )
    return parts


def _leg(
    make: Maker, side: Side, k: float, front: F64, cover: tuple[Material, Material], group: int
) -> list[Solid]:
    thigh, shank = side.knee - side.hip, side.ankle - side.knee
    direction = shank / np.linalg.norm(shank)
    back = -(front - direction * float(front @ direction)) * make.h
    bare = cover[0] == Material.SKIN
    top = side.hip + thigh * (0.14 if bare else 0.0)
    middle, low_thigh = side.hip + thigh * 0.45, side.hip + thigh * 0.76
    calf = side.knee + shank * 0.3 + back * 0.009
    low = side.knee + shank * 0.62 + back * 0.002

    def cone(material: Material, a: F64, b: F64, ra: float, rb: float, blend: float) -> Solid:
        return make.cone(material, a, b, (ra * k, rb * k), group=group, blend=blend)

    upper, lower = cover
    knee = side.knee - back * 0.002
    return [
        cone(upper, top, middle, 0.049, 0.0435, 0.0),
        cone(upper, middle, low_thigh, 0.0435, 0.0365, 0.0),
        cone(lower, low_thigh, side.knee, 0.0352 if lower != upper else 0.0365, 0.0300, 0.0),
        cone(lower, knee, knee, 0.0295, 0.0295, 0.006),
        cone(lower, side.knee + back * 0.004, calf, 0.0265, 0.0330, 0.008),
        cone(lower, calf, low, 0.0330, 0.0215, 0.0),
        cone(lower, low, side.ankle, 0.0215, 0.0178, 0.0),
    ]


def feet(make: Maker, body: Skeleton) -> list[Solid]:
    """Shoes with a pale sole, and a sock."""
    parts: list[Solid] = []
    flat = (0.84, 1.0, 1.0)
    for number, side in enumerate(body.sides):
        f, group = side.foot, FEET + number
        low = -0.0205

        def above(_x: F32, y: F32, _z: F32, h: float = make.h) -> Bool:
            return y > np.float32(-0.034 * h)

        sole = make.cone(
            Material.SOLE, (0, -0.035, -0.022), (0, -0.036, 0.096), (0.0265, 0.0275), frame=f,
            scale=(1.0, 0.36, 1.0), group=group,
        )  # fmt: skip
        heel = make.cone(
            Material.SHOE, (0, low + 0.004, -0.014), (0, low - 0.004, 0.07), (0.0285, 0.0265),
            frame=f, scale=flat, group=group + 4, blend=0.012,
        )  # fmt: skip
        toe = make.cone(
            Material.SHOE, (0, low - 0.004, 0.05), (0, low - 0.008, 0.098), (0.0275, 0.0235),
            frame=f, scale=(0.95, 0.9, 1.0), group=group + 4, blend=0.012,
        )  # fmt: skip
        collar = make.cone(
            Material.SHOE, (0, low + 0.006, -0.008), (0, 0.004, -0.008), (0.0265, 0.0245), frame=f,
            scale=flat, group=group + 4, blend=0.012,
        )  # fmt: skip
        kept = [replace(s, keep=above) for s in (heel, toe, collar)]
        shank = side.ankle - side.knee
        sock = make.cone(
            Material.SOCK, side.ankle - shank * 0.16, side.ankle + shank * 0.02, (0.0225, 0.0215),
            group=group + 8,
        )  # fmt: skip
        parts += [sole, *kept, sock]
    return parts


def arms(make: Maker, body: Skeleton, build: Build, outfit: Outfit, *, fine: bool) -> list[Solid]:
    """Arms, fists, sleeves, and a watch on the left wrist."""
    parts: list[Solid] = []
    k = build.limbs * (0.88 if outfit.female else 1.0)
    sleeve = {"tee": outfit.sleeve, "singlet": 0.0, "long": 1.0}[outfit.cut]
    skin = Material.SLEEVE if outfit.cut == "long" else Material.SKIN
    bare = outfit.cut == "singlet"
    for number, side in enumerate(body.sides):
        group = ARMS + number
        upper, fore = side.elbow - side.shoulder, side.wrist - side.elbow
        half, belly = side.shoulder + upper * 0.45, side.elbow + fore * 0.28

        def cone(
            material: Material, a: F64, b: F64, ra: float, rb: float, group: int = group
        ) -> Solid:
            return make.cone(
                material, a, b, (ra * k, rb * k), group=group, blend=0.02 if group == TORSO else 0.0
            )

        parts += [
            cone(skin, side.shoulder, half, 0.0295, 0.0255, TORSO if bare else group),
            cone(skin, half, side.elbow, 0.0255, 0.0205),
            cone(skin, side.elbow, belly, 0.0205, 0.0235),
            cone(skin, belly, side.wrist, 0.0235, 0.0150),
        ]
        parts += _fist(make, side, k, 1 if number == 0 else -1, group, fine=fine)
        if outfit.cut == "tee":
            end = side.shoulder + upper * sleeve
            wide = max(k, 0.94)
            start = side.shoulder - upper * 0.03
            ball = make.cone(
                Material.SLEEVE, start, start, (0.0350 * wide, 0.0350 * wide), group=TORSO,
                blend=0.025,
            )  # fmt: skip
            tube = make.cone(
                Material.SLEEVE, start, end, (0.0350 * wide, 0.0415 * wide), group=TORSO,
                blend=0.012, tube=True, wave=0.02,
            )  # fmt: skip
            parts += [ball, tube]
        if number == 0 and outfit.cut != "long":
            at = side.elbow + fore * 0.9
            parts.append(
                make.cone(
                    Material.WATCH, at, at + fore * 0.05, (0.0185 * k, 0.0185 * k), group=WRIST
                )
            )
    return parts


def _fist(make: Maker, side: Side, k: float, sign: int, group: int, *, fine: bool) -> list[Solid]:
    hand = side.hand

    def cone(
        a: tuple[float, float, float], b: tuple[float, float, float], ra: float, rb: float,
        scale: tuple[float, float, float] = (1.0, 1.0, 1.0),
    ) -> Solid:  # fmt: skip
        return make.cone(
            Material.SKIN, a, b, (ra * k, rb * k), frame=hand, scale=scale, group=group, blend=0.006
        )

    parts = [
        cone((0, 0, 0), (0, 0.002, 0.03), 0.0155, 0.0205, (0.8, 1.05, 1.0)),
        cone((-sign * 0.008, 0.012, 0.018), (-sign * 0.012, 0.016, 0.038), 0.0075, 0.0065),
    ]
    for finger in range(4 if fine else 0):
        y = -0.0145 + finger * 0.0092
        parts.append(cone((0.004, y, 0.036), (-sign * 0.011, y, 0.041), 0.0068, 0.0066))
    return parts
