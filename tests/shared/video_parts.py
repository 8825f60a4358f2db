"""What the tests of the video engine share: stills, the kernels, and frames read back."""

import subprocess
from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from medley.native import NativeError, ensure
from shared.video.ffmpeg import ffmpeg_path
from shared.video.kernel import Kernel, NativeKernel, PillowKernel
from shared.video.plan import Box, Plan, Scene

KERNELS = ("native", "plain", "pillow")


def kernel_named(name: str) -> Kernel:
    """A kernel: the library's best, its build for plain processors, or Pillow's."""
    if name == "pillow":
        return PillowKernel()
    try:
        native = NativeKernel(ensure())
    except NativeError as exc:  # the development group brings a compiler
        raise AssertionError("the tests build the kernel") from exc
    native.choose(best=name == "native")
    return native


def noise(height: int, width: int, seed: int = 1) -> NDArray[np.uint8]:
    """A plane of soft noise over all levels, with some hard edges."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (height // 8 + 2, width // 8 + 2), np.uint8))
    plane = np.array(coarse.resize((width, height), Image.Resampling.BICUBIC))
    plane[height // 3 : height // 2, width // 4 : width // 2] = 255
    plane[height // 2 :, width // 2 : width // 2 + 3] = 0
    return plane


def still(path: Path, width: int = 320, height: int = 240, seed: int = 1, **options: Any) -> Path:
    """A photo with three channels that differ, as a file of the path's kind."""
    channels = [noise(height, width, seed + number) for number in range(3)]
    image = Image.fromarray(np.stack(channels, axis=2))
    ImageDraw.Draw(image).rectangle((0, 0, width // 8, height // 8), fill=(255, 0, 0))
    image.save(path, **({"quality": 92} | options if path.suffix == ".jpg" else options))
    return path


def plain_still(path: Path, colour: str, size: tuple[int, int] = (64, 48)) -> Path:
    Image.new("RGB", size, colour).save(path, quality=95)
    return path


def plan_of(*scenes: Scene, width: int = 96, height: int = 64, fps: int = 10, **rest: Any) -> Plan:
    return Plan(width=width, height=height, fps=fps, scenes=scenes, **rest)


def sine(path: Path, seconds: float, rate: int = 48_000) -> Path:
    """A sound file with a tone."""
    source = ffmpeg.input(f"sine=frequency=440:sample_rate={rate}:duration={seconds}", f="lavfi")
    command = source.output(str(path)).global_args("-nostdin", "-v", "error")
    run_quietly(command.compile(cmd=ffmpeg_path(), overwrite_output=True))
    return path


def run_quietly(command: list[str]) -> bytes:
    return subprocess.run(  # noqa: S603
        command, stdin=subprocess.DEVNULL, capture_output=True, check=True
    ).stdout


def lumas(path: Path, width: int, height: int) -> NDArray[np.uint8]:
    """Every frame's luma of a video file: frames x rows x columns."""
    command = (
        ffmpeg.input(str(path))["v"]
        .output("pipe:1", format="rawvideo", pix_fmt="yuv420p", fps_mode="passthrough")
        .global_args("-nostdin", "-v", "error")
        .compile(cmd=ffmpeg_path())
    )
    raw = np.frombuffer(run_quietly(command), np.uint8)
    frames = raw.reshape(-1, height * 3 // 2, width)
    return frames[:, :height]


def timestamps(path: Path) -> list[tuple[int, int]]:
    """Each frame's time and length in ticks, as a player sees them."""
    command = (
        ffmpeg.input(str(path))["v"]
        .output("pipe:1", format="framecrc", fps_mode="passthrough")
        .global_args("-nostdin", "-v", "error")
        .compile(cmd=ffmpeg_path())
    )
    rows = [line.split(b",") for line in run_quietly(command).splitlines() if line[:1] != b"#"]
    return [(int(row[2]), int(row[3])) for row in rows]


def runner_photo(size: tuple[int, int], at: tuple[float, float]) -> tuple[Image.Image, Box]:
    """A drawn photo of one runner on a road before trees, and the box of the runner.

    Args:
        size: Of the photo, in pixels.
        at: Where the runner's middle is, as parts of the width and the height.
    """
    width, height = size
    chance = np.random.default_rng(7)
    levels = np.empty((height, width, 3))
    levels[: height // 3] = (70, 95, 60)
    levels[height // 3 :] = (125, 124, 122)
    levels += chance.normal(0, 9, (height, width, 1))
    picture = Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))
    high = 0.42 * min(size)
    x, top = at[0] * width, at[1] * height - high / 2

    def put(x0: float, y0: float, x1: float, y1: float, colour: str) -> None:
        edges = (x + x0 * high, top + y0 * high, x + x1 * high, top + y1 * high)
        draw.rectangle(tuple(map(round, edges)), fill=colour)

    draw = ImageDraw.Draw(picture)
    put(-0.07, 0, 0.07, 0.17, "#d9a585")  # the head
    put(-0.15, 0.18, 0.15, 0.58, "#d2202a")  # the shirt
    put(-0.1, 0.34, 0.1, 0.48, "#fafafa")  # the number
    put(-0.07, 0.38, 0.07, 0.44, "#101010")
    put(-0.12, 0.58, 0.12, 0.76, "#16161c")
    put(-0.1, 0.76, -0.02, 1, "#cf9a7c")
    put(0.02, 0.76, 0.1, 1, "#cf9a7c")
    half = 0.15 * high
    return picture, Box(x0=x - half, y0=top, x1=x + half, y1=top + high)
