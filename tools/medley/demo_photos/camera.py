"""The camera and the road before it: a pinhole at eye height, looking along a straight street."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Camera:
    """A pinhole camera in pixels; the world is in metres, x right, y up, z away from it.

    `heading` is the road's direction against the view (degrees, to the right); `lane` is how
    far right of the road's middle the camera stands.
    """

    width: int
    height: int
    focal: float
    eye: float
    horizon: float
    heading: float
    lane: float
    focus: float
    aperture: float

    def scale(self, z: float) -> float:
        """Pixels a metre at a distance."""
        return self.focal / z

    def project(self, x: float, y: float, z: float) -> tuple[float, float]:
        """The pixel of a world point."""
        k = self.focal / z
        return self.width / 2 + x * k, self.horizon - (y - self.eye) * k

    def at(self, column: float, z: float) -> float:
        """World x of a pixel column at a distance."""
        return (column - self.width / 2) * z / self.focal

    def road(self, s: float, d: float) -> tuple[float, float]:
        """World x and z of a point s metres right of the road's middle, d metres along it."""
        c, t = np.cos(np.radians(self.heading)), np.sin(np.radians(self.heading))
        right = s - self.lane
        return float(right * c + d * t), float(-right * t + d * c)

    def on_road(self, x: float, z: float) -> tuple[float, float]:
        """The road coordinates of a world point: the inverse of `road`."""
        c, t = np.cos(np.radians(self.heading)), np.sin(np.radians(self.heading))
        return float(x * c - z * t + self.lane), float(x * t + z * c)

    def blur(self, z: float) -> float:
        """The radius in pixels of a point's disc on the sensor (0 in focus)."""
        return self.aperture * self.focal * abs(1 / z - 1 / self.focus)

    def halved(self) -> "Camera":
        """The same view at half the size."""
        return Camera(
            self.width // 2, self.height // 2, self.focal / 2, self.eye, self.horizon / 2,
            self.heading, self.lane, self.focus, self.aperture,
        )  # fmt: skip
