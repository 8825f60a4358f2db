"""The two kernels do the same, and the library does it on any processor."""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from shared.video import kernel as kernels
from shared.video.kernel import PAD, Kernel, NativeKernel, PillowKernel, Window
from tests.shared.video_parts import KERNELS, kernel_named, noise


@pytest.fixture(params=KERNELS)
def kernel(request: pytest.FixtureRequest) -> Kernel:
    return kernel_named(request.param)


@pytest.fixture(autouse=True)
def best_again() -> Iterator[None]:
    """Which of its builds the library uses is one choice for the whole process."""
    yield
    kernel_named("native")


def drawn(kernel: Kernel, prepared: object, window: Window, size: tuple[int, int]) -> np.ndarray:
    out = np.zeros((size[1], size[0]), np.uint8)
    kernel.draw(prepared, window, out)
    return out.astype(int)


FULL = Window(0, 0, 200, 150)


@pytest.mark.parametrize(
    "window",
    [
        Window(3.3, 4.7, 187.1, 142.6),
        Window(0, 0, 200, 150),
        Window(-PAD, 0, 100, 75),
        Window(60.25, 41.5, 71.75, 48.5),
    ],
    ids=["a part", "all of it", "from beyond the left edge", "much enlarged"],
)
def test_a_drawn_part_is_what_pillow_would_draw(kernel: Kernel, window: Window) -> None:
    plane = noise(150, 200)
    prepared = kernel.prepare(plane, FULL, (200, 150), 1.0, 0.0)
    padded = Image.fromarray(np.pad(plane, ((0, 0), (PAD, 0)), mode="edge"))
    box = (window.left + PAD, window.top, window.right + PAD, window.bottom)
    wanted = np.asarray(padded.resize((96, 64), Image.Resampling.LANCZOS, box=box)).astype(int)
    assert np.abs(drawn(kernel, prepared, window, (96, 64)) - wanted).max() <= 2


@settings(max_examples=40, deadline=None)
@given(
    size=st.tuples(st.integers(64, 200), st.integers(64, 200)),
    out=st.tuples(st.integers(24, 120), st.integers(24, 120)),
    corner=st.tuples(st.floats(0, 0.9), st.floats(0, 0.9)),
    extent=st.tuples(st.floats(0.2, 1), st.floats(0.2, 1)),
    seed=st.integers(0, 99),
)
def test_both_kernels_agree_within_two_levels_but_for_single_pixels(
    size: tuple[int, int],
    out: tuple[int, int],
    corner: tuple[float, float],
    extent: tuple[float, float],
    seed: int,
) -> None:
    width, height = size
    plane = noise(height, width, seed)
    left, top = corner[0] * width, corner[1] * height
    window = Window(left, top, left + extent[0] * (width - left), top + extent[1] * (height - top))
    results = []
    for name in KERNELS:
        kernel = kernel_named(name)
        target = (max(1, round(width / 1.3)), max(1, round(height / 1.3)))
        whole = Window(0, 0, width, height)
        prepared = kernel.prepare(plane, whole, target, 219 / 255, 16.0)
        small = Window(*(value / 1.3 for value in window))
        small = small._replace(
            right=min(small.right, target[0]), bottom=min(small.bottom, target[1])
        )
        if small.right - small.left < 0.01 or small.bottom - small.top < 0.01:
            return
        results.append(drawn(kernel, prepared, small, out))
    native, plain, pillow = results
    assert np.array_equal(native, plain)
    # Both cut off what overshoots black or white after their first pass, and the passes come in
    # another order. So a pixel beside a hard edge may differ more, and hardly any does.
    apart = np.abs(native - pillow)
    assert np.quantile(apart, 0.95) <= 2
    assert apart.mean() <= 1


def test_a_plain_area_keeps_its_level_to_the_bit(kernel: Kernel) -> None:
    for level in (0, 1, 127, 200, 255):
        plane = np.full((90, 120), level, np.uint8)
        prepared = kernel.prepare(plane, Window(0, 0, 120, 90), (101, 77), 1.0, 0.0)
        out = drawn(kernel, prepared, Window(3.21, 5.6, 91.7, 70.3), (64, 48))
        assert (out == level).all()


def test_full_range_becomes_limited_range(kernel: Kernel) -> None:
    plane = np.array([[0] * 16 + [255] * 16] * 16, np.uint8)
    prepared = kernel.prepare(plane, Window(0, 0, 32, 16), (32, 16), 219 / 255, 16.0)
    out = drawn(kernel, prepared, Window(0, 0, 32, 16), (32, 16))
    assert (out[:, 0] == 16).all()
    assert (out[:, -1] == 235).all()


def test_a_plane_of_one_pixel_can_be_drawn(kernel: Kernel) -> None:
    prepared = kernel.prepare(np.full((1, 1), 90, np.uint8), Window(0, 0, 1, 1), (1, 1), 1.0, 0.0)
    assert (drawn(kernel, prepared, Window(0, 0, 1, 1), (33, 17)) == 90).all()


def test_nothing_is_written_beyond_the_window_of_a_larger_frame(kernel: Kernel) -> None:
    frame = np.full((70, 90), 7, np.uint8)
    prepared = kernel.prepare(noise(60, 80), Window(0, 0, 80, 60), (80, 60), 1.0, 0.0)
    kernel.draw(prepared, Window(1, 1, 79, 59), frame[11:52, 13:64])
    frame[11:52, 13:64] = 7
    assert (frame == 7).all()


@pytest.mark.parametrize("share", [0, 1, 100, 255, 256])
def test_mixing_goes_from_the_first_to_the_second(kernel: Kernel, share: int) -> None:
    first, second = noise(33, 47, 1), noise(33, 47, 2)
    out = np.zeros_like(first)
    kernel.mix(first, second, out, share)
    wanted = (first.astype(int) * (256 - share) + second.astype(int) * share + 128) // 256
    assert np.array_equal(out, wanted)


@pytest.mark.parametrize("share", [0, 77, 256])
def test_laying_over_follows_alpha(kernel: Kernel, share: int) -> None:
    under, colour, alpha = noise(20, 50, 3), noise(20, 31, 4), noise(20, 31, 5)
    alpha[:5], alpha[5:10] = 0, 255
    frame = under.copy()
    kernel.lay_over(frame[:, 10:41], colour, alpha, share)
    part = alpha * (share / 256) / 255
    wanted = under.astype(float)
    wanted[:, 10:41] = wanted[:, 10:41] * (1 - part) + colour * part
    assert np.abs(frame - wanted).max() <= 1
    if share == 256:
        assert np.array_equal(frame[:5, 10:41], under[:5, 10:41])
        assert np.array_equal(frame[5:10, 10:41], colour[5:10])


@pytest.fixture
def looked_for_anew() -> Iterator[None]:
    """The kernel is looked for in this test, and by whoever needs it next."""
    forget()
    yield
    forget()


def forget() -> None:
    kernels.find_kernel.cache_clear()
    kernels.kernel.cache_clear()


@pytest.mark.usefixtures("looked_for_anew")
def test_a_library_of_another_version_is_refused(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kernel_named("native")
    found = kernels.find_kernel()
    assert found is not None
    with monkeypatch.context() as other, caplog.at_level(logging.WARNING):
        other.setattr(kernels, "ABI", 999)
        with pytest.raises(ValueError, match="another version"):
            NativeKernel(found)
        assert kernels.kernel().name == "pillow"
    assert "another version" in caplog.text


@pytest.mark.usefixtures("looked_for_anew")
def test_without_a_library_pillow_takes_over_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(kernels, "PLACES", (tmp_path,))
    with caplog.at_level(logging.WARNING):
        assert isinstance(kernels.kernel(), PillowKernel)
        kernels.kernel()
    assert caplog.text.count("without the compiled kernel") == 1


@pytest.mark.usefixtures("looked_for_anew")
def test_what_is_no_library_is_not_loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / kernels.LIBRARY).write_bytes(b"not a library")
    monkeypatch.setattr(kernels, "PLACES", (tmp_path,))
    assert kernels.kernel().name == "pillow"
