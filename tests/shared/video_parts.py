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
from shared.video.plan import Plan, Scene

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
