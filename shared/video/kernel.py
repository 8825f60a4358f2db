"""The arithmetic of the engine: resizing planes, mixing frames, laying pictures over them.

Two ways do the same: a small library in C, which `medley` and the set-up build, and Pillow with
numpy, which takes over where the library is absent. They agree within two levels of 255.
"""

import ctypes
import logging
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from shared.environment import tools_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray

type Plane = "NDArray[np.uint8]"
"""Rows x columns of levels, 0 to 255."""

ABI = 1
LIBRARY = "medley-kernel" + (".dylib" if sys.platform == "darwin" else ".so")
PLACES = (Path("/opt/lib/medley"), tools_folder() / "native")
# Columns that a prepared plane repeats beyond its left edge, since chroma is sampled from there.
PAD = 2

_logger = logging.getLogger(__name__)


class Window(NamedTuple):
    """A part of a plane: its edges in pixels from the plane's left and upper edge."""

    left: float
    top: float
    right: float
    bottom: float


class Kernel(Protocol):
    """What the renderer needs to have done, a frame at a time.

    A plane is prepared once, into a form that only this kernel knows, and then drawn often.
    """

    name: str

    def prepare(
        self, plane: Plane, window: Window, size: tuple[int, int], gain: float, offset: float
    ) -> Any:
        """A part of a plane at `size` (width, height), each level times `gain` plus `offset`."""

    def draw(self, prepared: Any, window: Window, out: Plane) -> None:
        """Resizes a part of a prepared plane into `out`, with Lanczos; `left` may be -PAD."""

    def mix(self, first: Plane, second: Plane, out: Plane, share: int) -> None:
        """`out` becomes `second` by `share` of 256, and `first` for the rest."""

    def lay_over(self, under: Plane, colour: Plane, alpha: Plane, share: int) -> None:
        """Lays `colour` over `under` by `alpha` times `share` of 256; all of one shape."""


@cache
def find_kernel() -> Path | None:
    """The library, in the layer or in the project's folder for what is built; None without."""
    for place in PLACES:
        if (place / LIBRARY).is_file():
            return place / LIBRARY
    return None


@cache
def kernel() -> Kernel:
    """The best kernel of this machine; that it is the slower one is said once."""
    found = find_kernel()
    if found is not None:
        try:
            return NativeKernel(found)
        except (OSError, AttributeError, ValueError) as exc:
            _logger.warning("The resize kernel cannot be used (%s).", exc)
    _logger.warning(
        "Video is rendered without the compiled kernel, some ten times slower. "
        "`medley layers` and `make setup` build it where there is a C compiler."
    )
    return PillowKernel()


class NativeKernel:
    """The library in C. A prepared plane lies on its side, as the library turns what it resizes.

    Raises:
        OSError: The file is no library of this machine.
        ValueError: It was built from another version.
    """

    name = "native"

    def __init__(self, path: Path) -> None:
        library = ctypes.CDLL(str(path))
        if library.medley_abi() != ABI:
            raise ValueError(f"{path.name} is of another version")
        pointer, size, whole = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int
        self._resize = library.medley_resize_turned
        self._resize.argtypes = [
            *(pointer, size, whole, whole, pointer, size, whole, whole),
            *(ctypes.c_double * 4, ctypes.c_float, ctypes.c_float),
        ]
        self._mix = library.medley_mix
        self._mix.argtypes = [pointer, pointer, pointer, size, whole]
        self._mix.restype = None
        self._lay_over = library.medley_lay_over
        self._lay_over.argtypes = [pointer, size, pointer, pointer, whole, whole, whole]
        self._lay_over.restype = None
        self._choose = library.medley_choose

    def choose(self, *, best: bool) -> bool:
        """For tests: go on with the build for plain processors; tells whether it is the newer."""
        return bool(self._choose(int(best)))

    def prepare(
        self, plane: Plane, window: Window, size: tuple[int, int], gain: float, offset: float
    ) -> Plane:
        width, height = size
        turned = np.empty((PAD + width, height), np.uint8)
        self._turn(_rows(plane), turned[PAD:], height, width, window, gain, offset)
        turned[:PAD] = turned[PAD]
        return turned

    def draw(self, prepared: Plane, window: Window, out: Plane) -> None:
        height, width = out.shape
        # Its rows are columns of the picture, so what was left is top here.
        box = Window(window.top, window.left + PAD, window.bottom, window.right + PAD)
        self._turn(prepared, out, width, height, box, 1.0, 0.0)

    def _turn(
        self, source: Plane, out: Plane, rows: int, cols: int, box: Window, gain: float, off: float
    ) -> None:
        edges = (ctypes.c_double * 4)(box.top, box.bottom, box.left, box.right)
        failed = self._resize(
            *(source.ctypes.data, source.strides[0], *source.shape),
            *(out.ctypes.data, out.strides[0], rows, cols, edges, gain, off),
        )
        if failed:
            raise MemoryError("the resize kernel has no memory")

    def mix(self, first: Plane, second: Plane, out: Plane, share: int) -> None:
        self._mix(first.ctypes.data, second.ctypes.data, out.ctypes.data, out.size, share)

    def lay_over(self, under: Plane, colour: Plane, alpha: Plane, share: int) -> None:
        self._lay_over(
            *(under.ctypes.data, under.strides[0], colour.ctypes.data, alpha.ctypes.data),
            *(*under.shape, share),
        )


class PillowKernel:
    """The same by Pillow and numpy: right, and slower. What it prepares is Pillow's."""

    name = "pillow"

    def prepare(
        self, plane: Plane, window: Window, size: tuple[int, int], gain: float, offset: float
    ) -> Any:
        from PIL import Image

        box = _inside(window, plane.shape[1], plane.shape[0])
        lanczos = Image.Resampling.LANCZOS
        # As the library does it: first the columns, which is Pillow's second direction, to whole
        # levels; then the rows, and what makes the range limited with the same rounding.
        rows = Image.fromarray(_rows(plane)).resize(
            (plane.shape[1], size[1]), lanczos, box=(0, box.top, plane.shape[1], box.bottom)
        )
        exact = rows.convert("F").resize(size, lanczos, box=(box.left, 0, box.right, size[1]))
        levels = np.floor(np.asarray(exact) * gain + (offset + 0.5))
        padded = np.pad(np.clip(levels, 0, 255).astype(np.uint8), ((0, 0), (PAD, 0)), mode="edge")
        return Image.fromarray(padded)

    def draw(self, prepared: Any, window: Window, out: Plane) -> None:
        from PIL.Image import Resampling

        moved = window._replace(left=window.left + PAD, right=window.right + PAD)
        box = _inside(moved, prepared.width, prepared.height)
        size = (out.shape[1], out.shape[0])
        out[:] = np.asarray(prepared.resize(size, Resampling.LANCZOS, box=box))

    def mix(self, first: Plane, second: Plane, out: Plane, share: int) -> None:
        total = first.astype(np.uint16) * np.uint16(256 - share)
        total += second.astype(np.uint16) * np.uint16(share)
        np.right_shift(total + np.uint16(128), 8, out=total)
        out[:] = total

    def lay_over(self, under: Plane, colour: Plane, alpha: Plane, share: int) -> None:
        of = (alpha.astype(np.uint32) * np.uint32(share) + np.uint32(128)) >> np.uint32(8)
        total = under * (np.uint32(255) - of) + colour * of + np.uint32(128)
        under[:] = (total + (total >> np.uint32(8))) >> np.uint32(8)


def _rows(plane: Plane) -> Plane:
    """The plane with the bytes of a row beside each other."""
    return plane if plane.strides[1] == 1 else np.ascontiguousarray(plane)


def _inside(window: Window, width: int, height: int) -> Window:
    """The window without what rounding put outside, which Pillow would refuse."""
    return Window(
        max(0.0, window.left),
        max(0.0, window.top),
        min(float(width), window.right),
        min(float(height), window.bottom),
    )
