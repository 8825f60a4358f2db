"""Whether a confidence is a probability, and the weights that make it one.

Of the readings that are said to be 90% sure, about 90% should be right. Weights are fitted by
logistic regression; to judge them, each photo is read with weights fitted to the other ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RIDGE = 2.0  # pull of each weight to zero, on features scaled to their deviation
FOLDS = 8
BINS = 10
LEAST = 0.05  # what is less sure is never told as a reading


@dataclass(frozen=True)
class Found:
    """A number that an engine found in a photo: its features, and whether it is right.

    ``right`` is None where the labels count it neither way.
    """

    filename: str
    bib: str
    confidence: float
    features: Sequence[float]
    right: bool | None


@dataclass(frozen=True)
class Bin:
    """Readings of like confidence: how many, how sure on average, and the share that is right."""

    count: int
    confidence: float
    right: float


def fit(found: Sequence[Found], ridge: float = RIDGE) -> tuple[float, Floats]:
    """The start and the weights of the features that make what was found likeliest."""
    judged = [each for each in found if each.right is not None]
    seen = np.array([each.features for each in judged], dtype=np.float64)
    right = np.array([bool(each.right) for each in judged], dtype=np.float64)
    middle, spread = seen.mean(0), np.maximum(seen.std(0), 1e-9)
    terms = np.column_stack([np.ones(len(seen)), (seen - middle) / spread])
    pull = np.diag([1e-6] + [ridge] * seen.shape[1])
    weights = np.zeros(terms.shape[1])
    for _ in range(100):
        chance = _logistic(terms @ weights)
        slope = terms.T @ (chance - right) + pull @ weights
        bend = terms.T @ (terms * (chance * (1 - chance))[:, None]) + pull
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    plain = weights[1:] / spread
    return float(weights[0] - (plain * middle).sum()), plain


def confidences(found: Sequence[Found], start: float, weights: Floats) -> Floats:
    """The probability that each is right."""
    seen = np.array([each.features for each in found], dtype=np.float64)
    return _logistic(start + seen @ weights)


def out_of_fold(found: Sequence[Found], filenames: Sequence[str], seed: int = 0) -> Floats:
    """The probability of each, by weights that never saw its photo."""
    folds = np.random.default_rng(seed).permutation(len(filenames)) % FOLDS
    fold_of = dict(zip(filenames, folds.tolist(), strict=True))
    mine = np.array([fold_of[each.filename] for each in found])
    chances = np.zeros(len(found))
    for fold in range(FOLDS):
        inside = np.flatnonzero(mine == fold)
        others = [each for each, of in zip(found, mine.tolist(), strict=True) if of != fold]
        if len(inside):
            chances[inside] = confidences([found[i] for i in inside], *fit(others))
    return chances


def reliability(chances: Floats, found: Sequence[Found]) -> list[Bin]:
    """Bins of like confidence, from unsure to sure; without those that hold nothing."""
    judged = np.array([each.right is not None for each in found], dtype=bool) & (chances >= LEAST)
    right = np.array([bool(each.right) for each in found])
    bins = []
    for step in range(BINS):
        inside = judged & (np.minimum((chances * BINS).astype(int), BINS - 1) == step)
        if inside.any():
            mean, share = float(chances[inside].mean()), float(right[inside].mean())
            bins.append(Bin(int(inside.sum()), mean, share))
    return bins


def expected_error(bins: Sequence[Bin]) -> float:
    """By how much a confidence is wrong on average (the expected calibration error), 0 to 1."""
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.confidence - each.right) for each in bins) / max(1, total)


def plot(bins: Sequence[Bin], title: str) -> str:
    """A reliability plot as SVG: what is said, to the right, against what is true, upwards."""
    side, edge = 320, 44
    points = "".join(
        f'<circle cx="{edge + each.confidence * side:.1f}" cy="{side - each.right * side + 24:.1f}"'
        f' r="{3 + each.count**0.5 / 2:.1f}"><title>{each.count} readings: said '
        f"{each.confidence:.2f}, right {each.right:.2f}</title></circle>"
        for each in bins
    )
    return (
        f'<svg viewBox="0 0 {side + edge + 16} {side + 72}" width="400" role="img" '
        f'aria-label="{title}">'
        f'<rect x="{edge}" y="24" width="{side}" height="{side}" fill="none" stroke="#888"/>'
        f'<line x1="{edge}" y1="{side + 24}" x2="{side + edge}" y2="24" stroke="#888" '
        f'stroke-dasharray="4 4"/><g fill="#0a66c2">{points}</g>'
        f'<g font-size="13" fill="currentColor"><text x="{edge}" y="16">{title}</text>'
        f'<text x="{edge}" y="{side + 42}">0</text><text x="{side + edge - 8}" '
        f'y="{side + 42}">1</text><text x="{edge + side / 2 - 50}" y="{side + 60}">confidence'
        f'</text><text x="4" y="{side / 2 + 24}">right</text></g></svg>'
    )


def as_source(start: float, weights: Floats, features: Any) -> str:
    """Weights as they stand in ``domain/bibs.py``."""
    names = [field.name for field in fields(features)]
    lines = [f"start={start:.2f},", *(f"{n}={w:.2f}," for n, w in zip(names, weights, strict=True))]
    return "\n".join(lines)


def _logistic(odds: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-np.clip(odds, -50, 50)))
    return result
