"""What a figure's solids are made of, which of them melt together, and how they are made."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from medley.demo_photos.solids import F64, WORLD, Frame, Solid


class Material(IntEnum):
    """What a solid is made of; each has its own painter."""

    SHIRT = 0
    SLEEVE = 1
    BOTTOM = 2
    SKIN = 3
    FACE = 4
    HAIR = 5
    CAP = 6
    BAND = 7
    SHOE = 8
    SOLE = 9
    SOCK = 10
    TIGHTS = 11
    WATCH = 12


# Solids of one group melt together; hard edges lie between groups.
TORSO, LEGS, BOTTOMS, ARMS, HEAD, HAIR, FEET, WRIST = 1, 2, 4, 5, 7, 8, 9, 11


@dataclass(frozen=True)
class Maker:
    """Makes solids in units of the body's height."""

    h: float

    def cone(
        self,
        material: Material,
        a: F64 | tuple[float, float, float],
        b: F64 | tuple[float, float, float],
        radii: tuple[float, float],
        *,
        frame: Frame = WORLD,
        scale: tuple[float, float, float] = (1.0, 1.0, 1.0),
        group: int,
        blend: float = 0.0,
        tube: bool = False,
        wave: float = 0.0,
    ) -> Solid:
        """A solid; with a frame its ends are in body heights, else in view space (metres)."""
        unit = 1.0 if frame is WORLD else self.h
        return Solid(
            material, np.asarray(a, dtype=np.float64) * unit,
            np.asarray(b, dtype=np.float64) * unit, radii[0] * self.h, radii[1] * self.h,
            frame, scale, group, blend * self.h, tube, wave,
        )  # fmt: skip
