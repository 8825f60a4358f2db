"""How near a video is to the ideal motion: jitter, likeness, sharpness; numpy and nothing else."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from video_scene import HEIGHT, STILL, WIDTH, Case, ideal_luma

from shared.video.ffmpeg import ffmpeg_path

type Floats = NDArray[np.float32]

PATCH, MARGIN, EDGE = 160, 6, 6
PLACES = tuple(
    (int(WIDTH * a) - PATCH // 2, int(HEIGHT * b) - PATCH // 2)
    for a, b in ((0.18, 0.22), (0.5, 0.5), (0.82, 0.78))
)


@dataclass(frozen=True)
class Score:
    """`jitter` in pixels (RMS); `ssim` to the ideal; `flicker` of sharpness from frame to frame."""

    frames: int
    jitter: float
    ssim: float
    flicker: float


def score(path: Path, case: Case, every: int = 15) -> Score:
    """Compares a video with the ideal motion.

    Jitter is what displaces patches of a frame, found by Lucas and Kanade's method, after a
    straight line in time is taken away, which another convention of pixel centres may add.
    """
    moved = np.full((len(case.stills), case.frames, len(PLACES), 2), np.nan)
    likeness: list[float] = []
    sharpness: list[list[float]] = [[] for _ in case.stills]
    count = 0
    for count, frame in enumerate(_lumas(path), 1):
        number, at = divmod(count - 1, case.frames)
        if number >= len(case.stills):
            continue
        x, y, w = case.rect(number, at)
        q = w / WIDTH
        for place, (px, py) in enumerate(PLACES):
            box = (
                *(x + (px - MARGIN) * q, y + (py - MARGIN) * q),
                *(x + (px + PATCH + MARGIN) * q, y + (py + PATCH + MARGIN) * q),
            )
            if min(box[:2]) < 0 or box[2] > STILL[0] or box[3] > STILL[1]:
                continue
            side = PATCH + 2 * MARGIN
            wanted = ideal_luma(case.stills[number], box, (side, side))
            patch = frame[py : py + PATCH, px : px + PATCH]
            moved[number, at, place] = displacement(wanted, patch)
        if at % every == every // 2:
            whole = (x, y, x + w, y + w * HEIGHT / WIDTH)
            wanted = ideal_luma(case.stills[number], whole, (WIDTH, HEIGHT))
            likeness.append(ssim(wanted, frame))
            sharpness[number].append(_edges(frame) / _edges(wanted))
    return Score(
        count,
        _jitter(moved),
        float(np.mean(likeness)) if likeness else float("nan"),
        float(np.std(np.concatenate([np.diff(values) for values in sharpness]))),
    )


def _lumas(path: Path) -> Iterator[Floats]:
    command = [ffmpeg_path(), "-v", "error", "-i", str(path)]
    command += ["-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"]
    size = WIDTH * HEIGHT * 3 // 2
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 -- for the type checker
        while len(data := process.stdout.read(size)) == size:
            luma = np.frombuffer(data, np.uint8, WIDTH * HEIGHT).reshape(HEIGHT, WIDTH)
            yield (luma.astype(np.float32) - 16) * np.float32(255 / 219)


def _jitter(moved: NDArray[np.float64]) -> float:
    left = np.full_like(moved, np.nan)
    time = np.arange(moved.shape[1]) - (moved.shape[1] - 1) / 2
    for still in range(moved.shape[0]):
        for place in range(moved.shape[2]):
            for axis in range(2):
                values = moved[still, :, place, axis]
                known = np.isfinite(values)
                if known.sum() > 10:
                    line = np.polyfit(time[known], values[known], 1)
                    left[still, :, place, axis] = values - np.polyval(line, time)
    return float(np.sqrt(np.nanmean((left**2).sum(-1))))


def displacement(wanted: Floats, seen: Floats, rounds: int = 3) -> NDArray[np.float64]:
    """How far `seen` is from `wanted`, which has a margin around it, in x and y."""
    wanted, seen = blurred(wanted, 1.0), blurred(seen, 1.0)
    inner = seen[EDGE:-EDGE, EDGE:-EDGE].ravel()
    d = np.zeros(2)
    for _ in range(rounds):
        guess = _shifted(wanted, d, seen.shape)
        gy, gx = np.gradient(guess)
        columns = [-gx, -gy, guess, np.ones_like(guess)]
        a = np.stack([c[EDGE:-EDGE, EDGE:-EDGE].ravel() for c in columns], 1)
        found = np.linalg.solve(a.T @ a, a.T @ inner)
        d += found[:2] / max(float(found[2]), 0.2)
        if np.abs(d).max() > MARGIN - 2:
            return np.clip(d, -MARGIN + 2, MARGIN - 2)
        if np.abs(found[:2]).max() < 2e-3:
            break
    return d


def _shifted(a: Floats, d: NDArray[np.float64], shape: tuple[int, ...]) -> Floats:
    """The inner part of `a`, displaced by parts of a pixel, with Catmull and Rom's spline."""
    x, y = MARGIN - d[0], MARGIN - d[1]
    ix, iy = int(np.floor(x)), int(np.floor(y))
    part = a[iy - 1 : iy + shape[0] + 2, ix - 1 : ix + shape[1] + 2]
    wx, wy = _spline(x - ix), _spline(y - iy)
    across = sum(wx[k] * part[:, k : k + shape[1]] for k in range(4))
    down: Floats = sum(wy[k] * across[k : k + shape[0]] for k in range(4))  # type: ignore[index, assignment]
    return down


def _spline(t: float) -> Floats:
    return np.array(
        [
            -0.5 * t + t * t - 0.5 * t**3,
            1 - 2.5 * t * t + 1.5 * t**3,
            0.5 * t + 2 * t * t - 1.5 * t**3,
            -0.5 * t * t + 0.5 * t**3,
        ],
        np.float32,
    )


def blurred(a: Floats, sigma: float, reach: int = 5) -> Floats:
    """A Gaussian over both directions, edges repeated."""
    at = np.arange(-reach, reach + 1)
    weights = np.exp(-(at**2) / (2 * sigma**2)).astype(np.float32)
    weights /= weights.sum()
    rows = np.pad(a, ((reach, reach), (0, 0)), mode="edge")
    once = sum(w * rows[k : k + a.shape[0]] for k, w in enumerate(weights))
    columns = np.pad(once, ((0, 0), (reach, reach)), mode="edge")  # type: ignore[arg-type]
    return sum(w * columns[:, k : k + a.shape[1]] for k, w in enumerate(weights))  # type: ignore[return-value]


def ssim(a: Floats, b: Floats) -> float:
    """Wang's structural similarity, with its Gaussian of 1.5 pixels."""
    ma, mb = blurred(a, 1.5), blurred(b, 1.5)
    va, vb = blurred(a * a, 1.5) - ma * ma, blurred(b * b, 1.5) - mb * mb
    both = blurred(a * b, 1.5) - ma * mb
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    like = (2 * ma * mb + c1) * (2 * both + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2))
    return float(like[8:-8, 8:-8].mean())


def _edges(a: Floats) -> float:
    """The variance of the Laplacian: how sharp a picture is."""
    inner = a[1:-1, 1:-1] * 4 - a[:-2, 1:-1] - a[2:, 1:-1] - a[1:-1, :-2] - a[1:-1, 2:]
    return float(inner.var())
