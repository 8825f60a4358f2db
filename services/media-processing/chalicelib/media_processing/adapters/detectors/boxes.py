"""What detectors with boxes have in common. Boxes are rows of ``x0, y0, x1, y1``."""

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float32]
type Places = NDArray[np.int64]


def strongest(boxes: Floats, scores: Floats, kinds: Places, most_overlap: float) -> Places:
    """Which boxes stay when those that lie on a surer one of their kind go, surest first.

    Args:
        boxes: ``(n, 4)``.
        scores: ``(n,)``.
        kinds: ``(n,)``; boxes of different kinds do not touch each other.
        most_overlap: Of two boxes' union that both may cover, 0 to 1.
    """
    order = np.argsort(-scores, kind="stable")
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept = []
    while len(order):
        first, order = order[0], order[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[order, :2])
        high = np.minimum(boxes[first, 2:], boxes[order, 2:])
        common = np.clip(high - low, 0, None).prod(axis=1)
        union = np.maximum(areas[first] + areas[order] - common, 1e-9)
        order = order[(common / union <= most_overlap) | (kinds[order] != kinds[first])]
    return np.array(kept, dtype=np.int64)


def from_centres(boxes: Floats) -> Floats:
    """Boxes of ``centre x, centre y, width, height`` as corners."""
    half = boxes[:, 2:4] / 2
    return np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)


def logistic(value: float) -> float:
    """A score without bounds as a number from 0 to 1."""
    return float(1 / (1 + np.exp(-np.clip(value, -30, 30))))
