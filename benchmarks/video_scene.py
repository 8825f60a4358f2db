"""What the video benchmark renders: stills with fine detail, motions, the ideal frames."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

WIDTH, HEIGHT, FPS = 1920, 1080, 30
STILL = (4000, 3000)
# Left, top and width at the first and the last frame: in, out, a drift, a slow one, far in.
MOTIONS = (
    ((100, 480, 3800), (500, 705, 3100)),
    ((620, 760, 3000), (60, 440, 3840)),
    ((10, 420, 3300), (680, 620, 3300)),
    ((300, 400, 3400), (310, 700, 3400)),
    ((40, 400, 3900), (800, 1000, 2880)),
)

type Rect = tuple[float, float, float]


@dataclass(frozen=True)
class Case:
    """Stills, the motion file over them, and how many frames each is shown."""

    folder: Path
    frames: int

    @property
    def motion(self) -> Path:
        return self.folder / f"motion-{self.frames}.json"

    @property
    def ideal(self) -> Path:
        """The ideal frames, as yuv420p."""
        return self.folder / f"ideal-{self.frames}.yuv"

    @property
    def stills(self) -> list[Path]:
        return [self.folder / f"still-{number}.jpg" for number in range(len(MOTIONS))]

    @property
    def total(self) -> int:
        return self.frames * len(MOTIONS)

    def rect(self, still: int, frame: int) -> Rect:
        """Where the frame is on a still: everything goes evenly."""
        u = frame / (self.frames - 1)
        first, last = MOTIONS[still]
        x, y, w = (a + (b - a) * u for a, b in zip(first, last, strict=True))
        return x, y, w

    def make(self) -> None:
        """Writes what is not there yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for number, path in enumerate(self.stills):
            if not path.exists():
                draw_still(number).save(path, quality=92)
        document: dict[str, Any] = {
            "width": WIDTH,
            "height": HEIGHT,
            "fps": FPS,
            "frames": self.frames,
            "law": "width",
            "stills": [
                {"path": str(path.resolve()), "r0": a, "r1": b}
                for path, (a, b) in zip(self.stills, MOTIONS, strict=True)
            ],
        }
        self.motion.write_text(json.dumps(document, indent=1))
        if not self.ideal.exists():
            beside = self.ideal.with_suffix(".part")
            with beside.open("wb") as file:
                for planes in self._ideal_frames():
                    for plane in planes:
                        file.write(plane)
            beside.replace(self.ideal)

    def _ideal_frames(self) -> Iterator[list[bytes]]:
        for number in range(len(MOTIONS)):
            planes = [
                limited(plane, index) for index, plane in enumerate(ycbcr(self.stills[number]))
            ]
            for frame in range(self.frames):
                x, y, w = self.rect(number, frame)
                h = w * HEIGHT / WIDTH
                made = []
                for index, plane in enumerate(planes):
                    half = 2 if index else 1
                    # Chroma lies on the left one of two columns of luma.
                    left = max(0.0, x - (0.5 * w / WIDTH if index else 0.0))
                    box = (left, y, left + w, y + h)
                    size = (WIDTH // half, HEIGHT // half)
                    made.append(plane.resize(size, Image.Resampling.LANCZOS, box=box).tobytes())
                yield made


def draw_still(seed: int) -> Image.Image:
    """Noise of all scales with lines, discs and numbers: the detail of a photo, and its edges."""
    width, height = STILL
    random = np.random.default_rng(100 + seed)
    total = np.full((height, width, 3), 128, np.float32)
    for octave in range(2, 11):
        n = 2**octave
        grain = random.standard_normal((max(2, n * 3 // 4), n, 3)).astype(np.float32)
        grain = grain.mean(2, keepdims=True) * 1.4 + 0.5 * grain
        for channel in range(3):
            layer = Image.fromarray(grain[..., channel])
            large = np.asarray(layer.resize(STILL, Image.Resampling.BICUBIC))
            total[..., channel] += large * (40 * 0.62 ** (octave - 2))
    total += random.normal(0, 2, total.shape).astype(np.float32)
    picture = Image.fromarray(np.clip(total, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture)

    def colour() -> tuple[int, int, int]:
        r, g, b = (int(value) for value in random.integers(0, 256, 3))
        return r, g, b

    for _ in range(60):
        ends = [int(v) for v in random.integers(0, [width, height, width, height])]
        pen.line(ends, fill=colour(), width=int(random.integers(1, 7)))
    for _ in range(40):
        x, y, r = (int(v) for v in random.integers([0, 0, 10], [width, height, 120]))
        pen.ellipse((x - r, y - r, x + r, y + r), fill=colour(), outline="white", width=3)
    for number in range(30):
        place = tuple(int(v) for v in random.integers(0, [width - 600, height - 150]))
        text = f"BIB {int(random.integers(1, 9999))} km{number}"
        pen.text(place, text, fill=colour(), font_size=int(random.integers(20, 140)))
    return picture


@lru_cache(maxsize=2)
def ycbcr(path: Path) -> tuple[Image.Image, ...]:
    """A still's three planes in full."""
    picture = Image.open(path)
    picture.draft("YCbCr", picture.size)
    return picture.convert("YCbCr").split()


def limited(plane: Image.Image, index: int) -> Image.Image:
    gain, offset = (219 / 255, 16.0) if index == 0 else (224 / 255, 128 - 128 * 224 / 255)
    return plane.point([round(value * gain + offset) for value in range(256)])


def ideal_luma(
    path: Path, box: tuple[float, float, float, float], size: tuple[int, int]
) -> NDArray[np.float32]:
    """A part of a still in full range, by Lanczos and nothing else."""
    luma = ycbcr(path)[0].resize(size, Image.Resampling.LANCZOS, box=box)
    return np.asarray(luma, np.float32)
