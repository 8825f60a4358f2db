"""A runner's skeleton: joints in view space (metres, feet at y = 0) from a phase of the stride.

The angles follow the running gait as measured in sports science (flexion of hip, knee and
ankle over one stride); arms swing against the legs. Body space: x to the runner's left, y up,
z forward; a yaw of 0 runs straight at the camera.
"""

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np

from medley.demo_photos.solids import F64, Frame

type Gesture = Literal["run", "wave", "cheer", "watch", "stand", "clap", "phone"]

# (phase of the stride, degrees); 0 is the foot's first contact, 0.35 the toe's last.
HIP = ((0, 30), (0.15, 10), (0.35, -17), (0.5, 6), (0.68, 44), (0.84, 50), (1, 30))
KNEE = ((0, 14), (0.15, 40), (0.33, 18), (0.5, 82), (0.6, 104), (0.72, 84), (0.9, 22), (1, 14))
ANKLE = ((0, 6), (0.15, 20), (0.34, -22), (0.5, -18), (0.75, 4), (1, 6))


@dataclass(frozen=True)
class Build:
    """Body measures: height in metres; the rest are factors around 1."""

    height: float = 1.75
    shoulders: float = 1.0
    hips: float = 1.0
    girth: float = 1.0
    limbs: float = 1.0
    head: float = 1.05


@dataclass(frozen=True)
class Motion:
    """What the body does: phase of the stride (0..1), facing (degrees), and style."""

    phase: float = 0.0
    yaw: float = 0.0
    stride: float = 1.0
    lean: float = 7.0
    tilt: float = 0.0
    head_yaw: float = 0.0
    head_pitch: float = 4.0
    gesture: Gesture = "run"


@dataclass(frozen=True)
class Side:
    """The joints of one side, and the frames of its hand and foot."""

    shoulder: F64
    elbow: F64
    wrist: F64
    hand: Frame
    hip: F64
    knee: F64
    ankle: F64
    foot: Frame


@dataclass(frozen=True)
class Skeleton:
    """A posed body; `sides` are left and right."""

    pelvis: Frame
    chest: Frame
    neck: F64
    head: Frame
    sides: tuple[Side, Side]
    torso: float


def curve(points: tuple[tuple[float, float], ...], phase: float) -> float:
    """A smooth periodic curve through the points (cosine eased)."""
    phase %= 1.0
    for (p0, v0), (p1, v1) in itertools.pairwise(points):
        if p0 <= phase <= p1:
            k = (1 - np.cos(np.pi * (phase - p0) / (p1 - p0))) / 2
            return float(v0 + (v1 - v0) * k)
    return float(points[0][1])


def rotate(axis: Literal["x", "y", "z"], degrees: float) -> F64:
    """Rotation matrix about an axis."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    rows = {
        "x": [[1, 0, 0], [0, c, -s], [0, s, c]],
        "y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
        "z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
    }
    return np.array(rows[axis], dtype=np.float64)


def _unit(v: F64) -> F64:
    out: F64 = v / max(float(np.linalg.norm(v)), 1e-9)
    return out


def frame_along(origin: F64, front: F64, up: F64) -> Frame:
    """A frame whose third axis is `front` and whose second is as near to `up` as can be."""
    z = _unit(front)
    x = np.cross(up, z)
    x = _unit(x) if np.linalg.norm(x) > 1e-6 else np.array([1.0, 0.0, 0.0])
    return Frame(origin, np.stack([x, np.cross(z, x), z], axis=1))


def _leg(phase: float, stride: float, side: float, gesture: Gesture) -> tuple[float, float, float]:
    if gesture in ("stand", "clap", "phone"):
        return 2.0 * side, 4.0, 0.0
    hip = curve(HIP, phase) * (0.55 + 0.45 * stride)
    knee = 12 + (curve(KNEE, phase) - 12) * (0.5 + 0.5 * stride)
    return hip, knee, curve(ANKLE, phase)


def _arm(motion: Motion, phase: float, side: float) -> tuple[F64, F64]:
    """Directions of upper arm and forearm in the chest's coordinates."""
    swing = np.cos(2 * np.pi * (phase - 0.78))
    raised = {
        "cheer": ((0.55, 0.78, 0.1), (-0.12, 0.98, 0.12)),
        "clap": ((0.22, -0.82, 0.42), (-0.66, 0.28, 0.68)),
        "phone": ((0.25, -0.62, 0.62), (-0.5, 0.72, 0.42)),
        "stand": ((0.16, -0.98, 0.04), (-0.05, -0.95, 0.28)),
    }
    only_left = {
        "wave": ((0.66, 0.5, 0.3), (0.12, 0.95, 0.25)),
        "watch": ((0.3, -0.72, 0.5), (-0.82, 0.34, 0.42)),
    }
    pick = raised.get(motion.gesture) or (only_left.get(motion.gesture) if side > 0 else None)
    if pick:
        upper, fore = (np.array(p) * [side, 1, 1] for p in pick)
        return _unit(upper), _unit(fore)
    flex = np.radians(-14 - 33 * swing * motion.stride)
    bend = np.radians(98 - 10 * swing)
    upper = np.array([side * 0.30, -np.cos(flex), np.sin(flex)])
    inward = 0.34 - 0.16 * swing
    fore = np.array([-side * inward, -np.cos(flex + bend), np.sin(flex + bend)])
    return _unit(upper), _unit(fore)


def make_skeleton(build: Build, motion: Motion) -> Skeleton:
    """Pose a body; its lowest foot stands at y = 0, or hovers a little in flight."""
    h = build.height
    running = motion.gesture not in ("stand", "clap", "phone")
    turn = rotate("y", motion.yaw)
    twist = 9.0 * np.sin(2 * np.pi * (motion.phase - 0.03)) * motion.stride if running else 0.0
    pelvis_axes = turn @ rotate("y", twist * 0.6) @ rotate("z", motion.tilt * 0.3)
    chest_axes = (
        turn
        @ rotate("x", motion.lean if running else 1.0)
        @ rotate("y", -twist)
        @ rotate("z", motion.tilt)
    )
    origin = np.zeros(3)
    pelvis, chest = Frame(origin, pelvis_axes), Frame(origin, chest_axes)
    torso = 0.288 * h
    head_axes = turn @ rotate("y", motion.head_yaw) @ rotate("x", motion.head_pitch)
    neck = chest.point(0, torso * 1.05, 0.002 * h)
    head = Frame(neck + head_axes @ np.array([0, 0.088 * h * build.head, 0.016 * h]), head_axes)
    sides = []
    for sign in (1.0, -1.0):
        phase = motion.phase + (0.0 if sign > 0 else 0.5)
        shoulder = chest.point(sign * 0.098 * h * build.shoulders, torso * 0.925, -0.006 * h)
        upper, fore = _arm(motion, phase, sign)
        elbow = shoulder + chest_axes @ upper * 0.178 * h
        fore_view = chest_axes @ fore
        wrist = elbow + fore_view * 0.142 * h
        hand = frame_along(wrist, fore_view, chest_axes @ np.array([sign, 0.3, 0.2]))
        hip = pelvis.point(sign * 0.046 * h * build.hips, 0.0, 0.0)
        flex, knee_flex, dorsi = _leg(phase, motion.stride, sign, motion.gesture)
        splay = np.radians(3.0 if running else -4.0) * sign
        thigh = np.array([-np.sin(splay), -np.cos(np.radians(flex)), np.sin(np.radians(flex))])
        shank_angle = np.radians(flex - knee_flex)
        shank = np.array([-0.6 * np.sin(splay), -np.cos(shank_angle), np.sin(shank_angle)])
        knee = hip + pelvis_axes @ _unit(thigh) * 0.245 * h
        ankle = knee + pelvis_axes @ _unit(shank) * 0.238 * h
        toe_angle = shank_angle + np.radians(dorsi)
        toe = np.array([sign * 0.12, np.sin(toe_angle), np.cos(toe_angle)])
        instep = np.array([0.0, np.cos(toe_angle), -np.sin(toe_angle)])
        foot = frame_along(ankle, pelvis_axes @ _unit(toe), pelvis_axes @ instep)
        sides.append(Side(shoulder, elbow, wrist, hand, hip, knee, ankle, foot))
    ground = min(
        float(s.foot.point(0, -0.043 * h, along)[1])
        for s in sides
        for along in (-0.03 * h, 0.09 * h)
    )
    flight = 0.0
    if running:
        nearest = min(abs((motion.phase + k) % 1.0 - 0.42) for k in (0.0, 0.5))
        flight = 0.05 * motion.stride * max(0.0, 1 - nearest / 0.08)
    lift = np.array([0.0, flight - ground, 0.0])

    def up(frame: Frame) -> Frame:
        return Frame(frame.origin + lift, frame.axes)

    lifted = tuple(
        Side(
            s.shoulder + lift,
            s.elbow + lift,
            s.wrist + lift,
            up(s.hand),
            s.hip + lift,
            s.knee + lift,
            s.ankle + lift,
            up(s.foot),
        )
        for s in sides
    )
    return Skeleton(up(pelvis), up(chest), neck + lift, up(head), (lifted[0], lifted[1]), torso)
