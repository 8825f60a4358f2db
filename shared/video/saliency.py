"""Where a viewer looks on a still, guessed from its colours alone.

Two published cues that miss different things are added up: the spectral residual of X. Hou and
L. Zhang ("Saliency Detection: A Spectral Residual Approach", CVPR 2007), which finds detail that
the rest of the picture does not have, and the distance from the colours along the picture's
border, as J. Zhang et al. add it to their distances ("Minimum Barrier Salient Object Detection at
80 FPS", ICCV 2015), which finds whole things. The colours of skin (D. Chai and K. N. Ngan, "Face
Segmentation Using Skin-Color Map in Videophone Applications", IEEE CSVT 1999) count a little on
top, and so does the middle of the picture.

It is a guess, and knows nothing of what it sees. Whoever has a detector tells more.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shared.video.plan import Box

if TYPE_CHECKING:
    from PIL.Image import Image

type Field = NDArray[np.float64]
type Cells = tuple[int, int, int, int]
"""Left, top, right and bottom."""

# The longer side, in cells, of what is looked at. The spectral residual is made for 64.
SIDE = 64
# A picture with a shorter side than this many cells is a sliver: there is nowhere to go on it.
_LEAST_SIDE = 8
# How much of all saliency a box has to hold: the whole of what stands out, and its core.
_WHOLE, _CORE = 0.65, 0.35
# The first tells something only if it is no larger than this part of the picture: on noise it takes
# a half and more, on 104 photos of runs it took .57 at most, and .45 on all but five.
_MOST_AREA = 0.47
# The standard deviation, in levels, below which a plane is only noise or a plain surface.
_FLAT = 4.0
_BORDER = 0.1  # the width of the border, as a part of the shorter side
_RESIDUAL, _COLOUR, _SKIN = 1.0, 1.0, 0.5
_SKIN_BLUE, _SKIN_RED = (77, 127), (133, 173)


def find_salient(picture: "Image") -> tuple[Box, ...]:
    """What stands out on a picture, and the core of it; nothing where nothing does.

    The same picture gives the same boxes. It takes some ten milliseconds for a picture that is
    reduced already.

    Args:
        picture: In YCbCr or any kind that converts to it, upright.

    Returns:
        No box or two, in the picture's own pixels, within it: the smallest one that holds most of
        what stands out, and in it the smallest one that holds a third. The weights are these parts.
    """
    planes = _small(picture)
    if planes is None:
        return ()
    field = saliency_of(planes)
    everywhere = (0, 0, field.shape[1], field.shape[0])
    # Before the middle counts more: what is spread all over would seem to lie there.
    if _tightest(field, _WHOLE, everywhere, _MOST_AREA) is None:
        return ()
    field = _above_mean(field * _middle(*field.shape))
    whole = _tightest(field, _WHOLE, everywhere) or everywhere
    core = _tightest(field, _CORE, whole) or whole
    across, down = picture.width / field.shape[1], picture.height / field.shape[0]
    return tuple(
        Box(x0=left * across, y0=top * down, x1=right * across, y1=bottom * down, weight=weight)
        for (left, top, right, bottom), weight in ((whole, _WHOLE), (core, _CORE))
    )


def _small(picture: "Image") -> Field | None:
    """Rows x columns x (luma, blue, red); None where there is nothing to look at."""
    scale = SIDE / max(picture.size)
    columns, rows = (round(side * scale) for side in picture.size)
    if min(columns, rows, *picture.size) < _LEAST_SIDE:
        return None
    from PIL.Image import Resampling

    ready = picture if picture.mode == "YCbCr" else picture.convert("YCbCr")
    small = ready.resize((columns, rows), Resampling.BOX)
    planes = np.asarray(small, np.float64)
    return None if planes.std(axis=(0, 1)).max() < _FLAT else planes


def saliency_of(planes: Field) -> Field:
    """How much each cell stands out, from 0 to 1 and 0 for what is below the mean.

    Args:
        planes: Rows x columns x (luma, blue, red), levels from 0 to 255.
    """
    smooth = np.stack([_blurred(planes[..., n], 1.0) for n in range(3)], axis=2)
    total = _RESIDUAL * _unit(_spectral_residual(planes[..., 0]))
    total += _COLOUR * _unit(_unlike_border(smooth))
    total += _SKIN * _skin(smooth)
    return _above_mean(total)


def _above_mean(field: Field) -> Field:
    return _unit(np.maximum(field - field.mean(), 0))


def _spectral_residual(luma: Field) -> Field:
    """What the logarithm of the spectrum has over its own local mean, back in the picture."""
    spectrum = np.fft.fft2(luma)
    size = np.log(np.abs(spectrum) + 1e-6)
    residual = size - _mean_of_nine(size)
    found: Field = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
    return _blurred(found, 2.5)


def _unlike_border(planes: Field) -> Field:
    """The distance of each colour from those along the edges, but for the edge it is least like.

    What touches one edge, as people do that are cut off at the bottom, so still stands out.
    """
    rows, columns = planes.shape[:2]
    wide = max(1, round(min(rows, columns) * _BORDER))
    edges = (planes[:wide], planes[-wide:], planes[:, :wide], planes[:, -wide:])
    far = []
    for edge in edges:
        colours = edge.reshape(-1, 3)
        spread = np.cov(colours, rowvar=False) + np.eye(3) * 25.0
        off = planes - colours.mean(axis=0)
        squared = np.einsum("rci,ij,rcj->rc", off, np.linalg.inv(spread), off)
        far.append(_unit(np.sqrt(np.maximum(squared, 0))))
    together = np.stack(far)
    unlike: Field = together.sum(axis=0) - together.max(axis=0)
    return unlike


def _skin(planes: Field) -> Field:
    luma, blue, red = planes[..., 0], planes[..., 1], planes[..., 2]
    like = (_SKIN_BLUE[0] <= blue) & (blue <= _SKIN_BLUE[1]) & (luma > 40)
    like &= (_SKIN_RED[0] <= red) & (red <= _SKIN_RED[1])
    return like.astype(np.float64)


def _middle(rows: int, columns: int) -> Field:
    y = (np.arange(rows) + 0.5) / rows - 0.5
    x = (np.arange(columns) + 0.5) / columns - 0.5
    near: Field = np.exp(-(y[:, None] ** 2 + x[None, :] ** 2) / (2 * 0.45**2))
    return near


def _tightest(field: Field, part: float, outer: Cells, most: float = 1.0) -> Cells | None:
    """The smallest box within another that holds a part of all that is in the field.

    None if it is larger than `most` of the outer box.
    """
    left, top, right, bottom = outer
    inner = field[top:bottom, left:right]
    rows, columns = inner.shape
    sums = np.zeros((rows + 1, columns + 1))
    sums[1:, 1:] = inner.cumsum(axis=0).cumsum(axis=1)
    wanted = part * float(field.sum()) - 1e-9
    starts = np.arange(columns + 1)
    best, found = rows * columns * most + 0.5, None
    for first in range(rows):
        for high in range(1, rows - first + 1):
            if high > best:
                break
            band = sums[first + high] - sums[first]
            if band[-1] < wanted:
                continue
            wide = np.searchsorted(band, band + wanted) - starts
            # From a start that has too little to its right, the end would be beyond the last.
            start = int(np.where(wide + starts > columns, columns + 1, wide).argmin())
            area = int(wide[start]) * high
            if area < best:
                best = area
                found = (start, first, start + int(wide[start]), first + high)
    if found is None:
        return None
    return left + found[0], top + found[1], left + found[2], top + found[3]


def _unit(field: Field) -> Field:
    """From 0 to 1; zeros where it is the same everywhere."""
    low, high = float(field.min()), float(field.max())
    if high - low < 1e-9:
        return np.zeros_like(field)
    scaled: Field = (field - low) / (high - low)
    return scaled


def _mean_of_nine(field: Field) -> Field:
    """Each cell's mean with its neighbours; a spectrum goes on at its other end."""
    rows = np.roll(field, -1, axis=0) + field + np.roll(field, 1, axis=0)
    mean: Field = (np.roll(rows, -1, axis=1) + rows + np.roll(rows, 1, axis=1)) / 9.0
    return mean


def _blurred(field: Field, sigma: float) -> Field:
    reach = round(3 * sigma)
    steps = np.arange(-reach, reach + 1)
    weights = np.exp(-(steps**2) / (2 * sigma**2))
    weights /= weights.sum()
    for axis in (0, 1):
        pads = [(0, 0), (0, 0)]
        pads[axis] = (reach, reach)
        wide = np.pad(field, pads, mode="edge")
        size = field.shape[axis]
        total = np.zeros_like(field)
        for at, weight in enumerate(weights):
            total += weight * np.take(wide, range(at, at + size), axis=axis)
        field = total
    return field
