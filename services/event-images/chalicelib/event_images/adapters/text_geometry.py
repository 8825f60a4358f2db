"""The geometry that text detection needs: connected components, hulls, tight rotated boxes.

Plain numpy, because OpenCV, shapely and scipy do not fit into a Lambda beside the models.
Points are ``(x, y)``; a box is a ``(4, 2)`` float array: top left, top right, bottom right,
bottom left, as the text is read.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32] | NDArray[np.float64]
Points = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


def components(mask: Mask) -> list[Points]:
    """The 8-connected regions of a mask, each as the end points of its runs, shape ``(n, 2)``.

    A region's runs (its horizontal stretches of pixels) are labelled, not its pixels: a text map
    has thousands of runs and a million pixels. The end points have the region's convex hull.
    """
    rows, starts, ends, bounds = _runs_by_region(mask)
    if not len(rows):
        return []
    left = np.stack([starts, rows], axis=1).astype(np.float64)
    right = np.stack([ends - 1, rows], axis=1).astype(np.float64)
    edges = [*bounds.tolist(), len(rows)]
    return [np.concatenate([left[i:j], right[i:j]]) for i, j in pairwise(edges)]


def component_boxes(mask: Mask) -> Ints:
    """The 8-connected regions of a mask as rows of ``x0, y0, x1, y1, pixels``, ends exclusive."""
    rows, starts, ends, bounds = _runs_by_region(mask)
    if not len(rows):
        return np.zeros((0, 5), dtype=np.int64)
    columns = [
        np.minimum.reduceat(starts, bounds),
        np.minimum.reduceat(rows, bounds),
        np.maximum.reduceat(ends, bounds),
        np.maximum.reduceat(rows, bounds) + 1,
        np.add.reduceat(ends - starts, bounds),
    ]
    return np.stack(columns, axis=1)


def _runs_by_region(mask: Mask) -> tuple[Ints, Ints, Ints, Ints]:
    """Row, start and end of each run, region by region, and where each region begins."""
    rows, starts, ends = _runs(mask)
    if not len(rows):
        return rows, starts, ends, rows
    labels = join(len(rows), *_touching(rows, starts, ends))
    order = np.argsort(labels, kind="stable")
    bounds = np.flatnonzero(np.diff(labels[order], prepend=-1))
    return rows[order], starts[order], ends[order], bounds


def _runs(mask: Mask) -> tuple[Ints, Ints, Ints]:
    """Row, start and end (exclusive) of each horizontal run, in reading order."""
    height, width = mask.shape
    padded = np.zeros((height, width + 2), dtype=np.int8)
    padded[:, 1:-1] = mask
    steps = np.diff(padded, axis=1)
    rows, starts = np.nonzero(steps == 1)
    ends = np.nonzero(steps == -1)[1]
    return rows, starts, ends


def _touching(rows: Ints, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Pairs of runs in neighbouring rows that touch, corners included."""
    # One long line of all rows, with gaps, turns "the runs of the next row that touch mine" into
    # two binary searches for all runs at once.
    stride = int(ends.max()) + 2
    first = rows * stride + starts
    last = rows * stride + ends
    low = np.searchsorted(last, first + stride, side="left")
    high = np.searchsorted(first, last + stride, side="right")
    counts = np.maximum(high - low, 0)
    upper = np.repeat(np.arange(len(rows)), counts)
    offsets = np.arange(len(upper)) - np.repeat(np.cumsum(counts) - counts, counts)
    lower = np.repeat(low, counts) + offsets
    return upper, lower


def join(count: int, a: Ints, b: Ints) -> Ints:
    """A label for each of ``count`` things, equal for those that the pairs ``(a, b)`` link."""
    parent = np.arange(count)
    while True:
        smallest = np.minimum(parent[a], parent[b])
        before = parent.copy()
        np.minimum.at(parent, before[a], smallest)
        np.minimum.at(parent, before[b], smallest)
        while not np.array_equal(parent, grand := parent[parent]):
            parent = grand
        if np.array_equal(parent, before):
            return parent


def convex_hull(points: Points) -> Points:
    """The corners of the convex hull, in order (Andrew's monotone chain)."""
    ordered = sorted(set(map(tuple, points.tolist())))
    if len(ordered) <= 2:
        return np.array(ordered, dtype=np.float64)

    def half(path: list[tuple[float, ...]]) -> list[tuple[float, ...]]:
        hull: list[tuple[float, ...]] = []
        for x, y in path:
            while len(hull) >= 2:
                (ax, ay), (bx, by) = hull[-2], hull[-1]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                hull.pop()
            hull.append((x, y))
        return hull[:-1]

    return np.array(half(ordered) + half(ordered[::-1]), dtype=np.float64)


def tight_box(points: Points) -> Points:
    """The rotated rectangle of the least area around some points.

    One of its sides lies on a side of the convex hull, so each side's direction is tried.
    """
    hull = convex_hull(points)
    if len(hull) == 1:
        return np.repeat(hull, 4, axis=0)
    edges = np.roll(hull, -1, axis=0) - hull
    along = edges / np.linalg.norm(edges, axis=1, keepdims=True)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    u, v = hull @ along.T, hull @ across.T
    u0, u1, v0, v1 = u.min(0), u.max(0), v.min(0), v.max(0)
    best = int(np.argmin((u1 - u0) * (v1 - v0)))
    e, f = along[best], across[best]
    return reading_order(
        np.array([i * e + j * f for i, j in _corners(u0[best], v0[best], u1[best], v1[best])])
    )


def _corners(u0: float, v0: float, u1: float, v1: float) -> list[tuple[float, float]]:
    return [(u0, v0), (u1, v0), (u1, v1), (u0, v1)]


def reading_order(box: Points) -> Points:
    """The same four corners, from the top left one clockwise, for text that stands upright."""
    by_x = box[np.argsort(box[:, 0], kind="stable")]
    left = by_x[:2][np.argsort(by_x[:2, 1], kind="stable")]
    right = by_x[2:][np.argsort(by_x[2:, 1], kind="stable")]
    return np.stack([left[0], right[0], right[1], left[1]])


def sides(box: Points) -> tuple[float, float]:
    """Width and height of a box."""
    top = np.linalg.norm(box[1] - box[0])
    bottom = np.linalg.norm(box[2] - box[3])
    left = np.linalg.norm(box[3] - box[0])
    right = np.linalg.norm(box[2] - box[1])
    return float(max(top, bottom)), float(max(left, right))


def grow(box: Points, ratio: float) -> Points:
    """The rectangle with each side moved out by ``ratio * area / perimeter``.

    The detector is trained on text areas that are shrunk by this rule.
    """
    width, height = sides(box)
    if width + height == 0:
        return box
    distance = ratio * width * height / (2 * (width + height))
    across = _unit(box[1] - box[0] + box[2] - box[3])
    down = _unit(box[3] - box[0] + box[2] - box[1])
    moves = np.stack([-across - down, across - down, across + down, down - across])
    return box + distance * moves


def widen(box: Points, distance: float) -> Points:
    """The rectangle with its left and right sides moved out."""
    across = distance * _unit(box[1] - box[0] + box[2] - box[3])
    return box + np.stack([-across, across, across, -across])


def _unit(vector: Points) -> Points:
    length = np.linalg.norm(vector)
    return vector / length if length else vector


def mean_inside(values: Floats, box: Points) -> float:
    """The mean of a map over a convex box's pixels; 0 when the box lies outside of the map."""
    height, width = values.shape
    x0, y0 = np.clip(np.floor(box.min(0)).astype(int), 0, (width - 1, height - 1))
    x1, y1 = np.clip(np.ceil(box.max(0)).astype(int), 0, (width - 1, height - 1))
    ys, xs = np.mgrid[y0 : y1 + 1, x0 : x1 + 1]
    inside = np.ones(xs.shape, dtype=bool)
    for (ax, ay), (bx, by) in zip(box, np.roll(box, -1, axis=0), strict=True):
        inside &= (bx - ax) * (ys - ay) - (by - ay) * (xs - ax) >= -0.5 * np.hypot(bx - ax, by - ay)
    return float(values[y0 : y1 + 1, x0 : x1 + 1][inside].mean()) if inside.any() else 0.0
